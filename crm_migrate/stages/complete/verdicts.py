"""What stops a merged record, or only warns: clusters that wait, required fields, checks, owners, rates.

Required fields and checks apply to the merged record, not to the rows it came from. What may not be kept comes first
(nobody has to mend it), a rejection before a hold, then the order of the mapping.
"""

from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import CheckPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.links import reasons_of_links
from crm_migrate.stages.complete.owners import PROBLEM
from crm_migrate.stages.complete.query import Query, Reason, Sql
from crm_migrate.stages.complete.values import ODD, resolver
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS

_INCOMPARABLE = "A value cannot be compared as the check asks."


def create_verdicts(work: Relations, each: ObjectPlan) -> None:
    """Empty tables `verdicts/<object>` and `warnings/<object>`, then the clusters that wait since `dedupe`."""
    verdicts = quoted(f"verdicts/{each.name}")
    work.execute(
        f"CREATE TABLE {verdicts} (cluster BIGINT, state VARCHAR, code VARCHAR, rule VARCHAR, field"
        f" VARCHAR, message VARCHAR)"
    )
    work.execute(
        f"CREATE TABLE {quoted(f'warnings/{each.name}')} (cluster BIGINT, code VARCHAR, rule VARCHAR, field VARCHAR,"
        " message VARCHAR)"
    )
    work.execute(
        f"INSERT INTO {verdicts} SELECT __cluster, 'held', split_part(any_value(why), ': ', 1),"
        f" coalesce(any_value(rule), ''),"
        " '', substr(any_value(why), length(split_part(any_value(why), ': ', 1)) + 3)"
        f" FROM {work.scan(CLUSTERS, each.name)} WHERE state = 'held' GROUP BY __cluster"
    )


def judge(work: Relations, plan: Plan, each: ObjectPlan, query: Query, only: str = "") -> None:
    """Add what stops the records of a query to `verdicts/<object>`; `only` may be a table of clusters to look at."""
    reasons = [*reasons_of_links(work, each), *_reasons(plan, each, query)]
    if not reasons:
        return
    listed = ", ".join(f"CASE WHEN {reason.when.text} THEN {number} END" for number, reason in enumerate(reasons))
    bound = tuple(value for reason in reasons for value in reason.when.bound)
    told = "".join(f" WHEN {number} THEN {reason.message}" for number, reason in enumerate(reasons))
    words = {
        word: "".join(f" WHEN {n} THEN {literal(getattr(reason, word))}" for n, reason in enumerate(reasons))
        for word in ("state", "code", "rule", "field")
    }
    within = f" WHERE q.__cluster IN (SELECT cluster FROM {only})" if only else ""
    verdicts = quoted(f"verdicts/{each.name}")
    work.execute(
        f"INSERT INTO {verdicts} SELECT __cluster, CASE first{words['state']} END, CASE first{words['code']} END,"
        f" CASE first{words['rule']} END, CASE first{words['field']} END, CASE first{told} END"
        f" FROM (SELECT q.*, least({listed}, NULL) AS first FROM ({query.text}) q{within}) q"
        f" WHERE first IS NOT NULL AND __cluster NOT IN (SELECT cluster FROM {verdicts})",
        bound + query.bound,
    )


def _reasons(plan: Plan, each: ObjectPlan, query: Query) -> list[Reason]:
    checks = [check for check in plan.checks if check.object == each.name]
    found = [reason for check in checks for reason in _check(plan, each, check, "exclude", "excluded")]
    found += [_required(field.name) for field in each.fields if field.required and not field.let]
    found += [reason for check in checks for reason in _check(plan, each, check, "reject", "rejected")]
    found += [
        _owner(name.removeprefix(PROBLEM), code)
        for name in query.columns
        if name.startswith(PROBLEM)
        for code in _OWNER
    ]
    if "__rate_missing" in query.columns and _rate_is_needed(plan, each):
        found.append(_MISSING_RATE)
    found += [_undecided(name.removeprefix(ODD)) for name in query.columns if name.startswith(ODD)]
    found += [reason for check in checks for reason in _check(plan, each, check, "hold", "held")]
    return found


def _required(field: str) -> Reason:
    missing = Sql(f"q.{quoted(field)} IS NULL")
    message = literal(f"{field} is required and no source says it. Fill it in a source, or give a default.")
    return Reason(missing, "rejected", "missing_required", field, field, message)


def _check(plan: Plan, each: ObjectPlan, check: CheckPlan, otherwise: str, state: str) -> list[Reason]:
    """A check that does not hold; one that cannot be judged waits for a person, whatever it would have done."""
    if check.otherwise != otherwise:
        return []
    compiled = parse(check.expression).condition(resolver(plan, each))
    odd = Sql(compiled.incomparable, compiled.incomparable_params)
    failed = Sql(f"(NOT {compiled.sql} AND NOT {odd.text})", compiled.params + odd.bound)
    said = literal(check.say or f"it does not hold that {check.expression}")
    found = [Reason(failed, state, check.code, check.id, "", said)]
    if odd.text != "FALSE":
        found.append(Reason(odd, "held", "not_comparable", check.id, "", literal(_INCOMPARABLE)))
    return found


def _undecided(field: str) -> Reason:
    """Which branch of a `case:` is meant cannot be said: the record waits, and no branch is taken in silence."""
    message = literal(f"A value cannot be compared or computed as the `case:` of {field} asks.")
    return Reason(Sql(f"q.{quoted(ODD + field)}"), "held", "not_comparable", field, field, message)


_OWNER = ("owner_inactive_no_successor", "owner_inactive")


def _owner(field: str, code: str) -> Reason:
    message = "'The owner has left. Name a successor in the owners file.'"
    return Reason(Sql(f"q.{quoted(PROBLEM + field)} = {literal(code)}"), "held", code, "owners", field, message)


_MISSING_RATE = Reason(
    Sql("q.__rate_missing"), "held", "missing_rate", "money", IN_REPORT_CURRENCY,
    "concat('No exchange rate for ', coalesce(q.currency, 'an empty currency'), ' on its day. Add it to the rates.')",
)  # fmt: skip


def _rate_is_needed(plan: Plan, each: ObjectPlan) -> bool:
    """Somebody loads the converted amount or sums it up."""
    mine = [kpi for kpi in plan.reconcile.kpis if kpi.object == each.name]
    spoken = any(IN_REPORT_CURRENCY in (kpi.sum or "", kpi.where or "", *kpi.by) for kpi in mine)
    return spoken or any(field.name == IN_REPORT_CURRENCY for field in each.fields)


def warn(work: Relations, plan: Plan, each: ObjectPlan, query: Query) -> None:
    """Add the checks that only warn to `warnings/<object>`."""
    for check in plan.checks:
        if check.object != each.name or check.otherwise != "warn":
            continue
        compiled = parse(check.expression).condition(resolver(plan, each))
        said = check.say or f"it does not hold that {check.expression}"
        for code, message, sql, bound in (
            (
                check.code,
                said,
                f"NOT {compiled.sql} AND NOT {compiled.incomparable}",
                compiled.params + compiled.incomparable_params,
            ),
            ("not_comparable", _INCOMPARABLE, compiled.incomparable, compiled.incomparable_params),
        ):
            work.execute(
                f"INSERT INTO {quoted(f'warnings/{each.name}')} SELECT q.__cluster, {literal(code)}, ?, '', ?"
                f" FROM ({query.text}) q WHERE {sql}",
                [check.id, message, *query.bound, *bound],
            )
