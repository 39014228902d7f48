"""The merged record as it is to be loaded, or why not: inherited and derived values, required fields, checks."""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.cascades import cascade, create_parents
from crm_migrate.stages.complete.deriving import create_rates, derived
from crm_migrate.stages.complete.equal_consent import find_strictest, with_strictest
from crm_migrate.stages.complete.equals import find_equals, settle_equals
from crm_migrate.stages.complete.owners import PROBLEM, create_owners, settled
from crm_migrate.stages.complete.query import Query, Sql
from crm_migrate.stages.complete.suppressions import settle_suppressions
from crm_migrate.stages.complete.uniqueness import cleared_table, settle_unique
from crm_migrate.stages.complete.values import ODD, filled, inherited, leave_inheritance, merged
from crm_migrate.stages.complete.verdicts import create_verdicts, judge, warn
from crm_migrate.stages.complete.warnings import gather
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import CLEARED, COMPLETED, MERGED, WARNINGS


def complete(plan: Plan, run: Run) -> None:
    """Read `dedupe/...` and leave `complete/<object>/{entities,warnings}` of all objects."""
    with relations(run, "complete") as work:
        create_rates(work, plan.money)
        create_owners(work, plan.owners)
        find_equals(work, plan)
        find_strictest(work, plan)
        queries = {each.name: _completed(work, plan, each) for each in plan.objects}
        create_parents(work, plan)
        cascade(work, plan)
        settle_equals(work, plan, queries)
        cascade(work, plan)
        settle_suppressions(work, plan, queries)
        for each in plan.objects:
            gather(work, each)
            _publish(work, each, queries[each.name])


def _completed(work: Relations, plan: Plan, each: ObjectPlan) -> Query:
    """The values of one object, and what stops its records."""
    create_verdicts(work, each)
    query = with_strictest(work, each, merged(work, each))
    query = filled(plan, query, each)
    query = inherited(work, plan, query, each)
    query = derived(plan, query, each)
    query = settled(query, each, plan.owners)
    judge(work, plan, each, query)
    if each.target_unique:
        query = _unique(work, plan, each, query)
    warn(work, plan, each, query)
    leave_inheritance(work, plan, query, each)
    return query


def _unique(work: Relations, plan: Plan, each: ObjectPlan, query: Query) -> Query:
    """After a record gave up a value it is judged again."""
    query = settle_unique(work, each, query)
    judge(work, plan, each, query, only=cleared_table(each))
    return query


def _publish(work: Relations, each: ObjectPlan, query: Query) -> None:
    cells = {
        field.name: Sql(
            f"CASE WHEN q.__cluster IN (SELECT cluster FROM {quoted(f'links_cleared/{each.name}')}"
            f" WHERE field = {literal(field.name)}) THEN NULL ELSE q.{quoted(field.name)} END"
        )
        for field in each.fields
        if field.ref is not None and field.ref.parent_excluded == "clear"
    }
    query = query.with_columns(cells) if cells else query
    inner = ("__cluster", "__trust", "__changed", "__members", "__day", "__rate_missing")
    shown = [name for name in query.columns if name not in inner and not name.startswith((PROBLEM, ODD))]
    listed = "".join(f", q.{quoted(name)}" for name in shown)
    words = ("code", "rule", "field", "message")
    # A field of the object may have one of these names (a product's code): the reason is always there with underscores.
    reason = "".join(f", v.{word} AS __{word}" for word in words)
    reason += "".join(f", v.{word}" for word in words if word not in shown)
    completed = (
        f"SELECT q.__cluster, coalesce(v.state, 'ready') AS __state{reason}"
        f"{listed} FROM ({query.text}) q LEFT JOIN {quoted(f'verdicts/{each.name}')} v ON v.cluster = q.__cluster"
    )
    spans = work.spans("__cluster", MERGED, each.name)
    pieces = [f"{completed} WHERE {span.holds('q.__cluster')} ORDER BY q.__cluster" for span in spans]
    work.publish_pieces(pieces, COMPLETED, each.name, parameters=query.bound)
    work.publish(
        "SELECT DISTINCT cluster AS __cluster, code, rule, field, message"
        f" FROM {quoted(f'warnings/{each.name}')} ORDER BY ALL",
        WARNINGS,
        each.name,
    )
    if cells:
        work.publish(
            "SELECT cluster AS __cluster, parent AS __parent, field"
            f" FROM {quoted(f'links_cleared/{each.name}')} ORDER BY ALL",
            CLEARED,
            each.name,
        )
