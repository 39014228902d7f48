"""Children of records that are not loaded: held, or what the mapping says of an excluded parent; and parents of
children that are not loaded, where a family goes together; to a fixed point."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.link.families import families
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import BROKEN, CLUSTERS, MERGED, NODES


def create_parents(work: Relations, plan: Plan) -> None:
    """Tables `parents/<object>` of who refers to whom, and empty `links_cleared/<object>`."""
    for each in plan.objects:
        work.execute(
            f"CREATE TABLE {quoted(f'links_cleared/{each.name}')} (cluster BIGINT, field VARCHAR, parent BIGINT)"
        )
        named = [field.name for field in each.fields if field.ref is not None]
        if named:
            scan = work.scan(MERGED, each.name, also=dict.fromkeys(named, "BIGINT"))
            listed = ", ".join(["__cluster", *map(quoted, named)])
            work.execute(f"CREATE TABLE {quoted(f'parents/{each.name}')} AS SELECT {listed} FROM {scan}")


def cascade(work: Relations, plan: Plan) -> None:
    """Complete `verdicts/<object>` of all objects by what became of parents; cleared links go to `links_cleared/`."""
    references = [(each, field) for each in plan.objects for field in each.fields if field.ref is not None]
    together = [(each, field) for each in plan.objects for field in families(each)]
    while any(_follow(work, plan, each, field) for each, field in references) or any(
        _hold_family(work, each, field) for each, field in together
    ):
        pass


def _hold_family(work: Relations, each: ObjectPlan, field: FieldPlan) -> bool:
    """Let the parents wait of children that are held or rejected, here or before they became records; whether any did.

    Their other children wait because of them.
    """
    assert field.ref is not None
    name, parent = quoted(field.name), field.ref.object
    record = "concat({0}.__source, ':', {0}.__key)"
    bad = (
        f"SELECT c.{name} AS cluster, {record.format('n')} AS record, v.state, v.code"
        f" FROM {quoted(f'parents/{each.name}')} c JOIN {quoted(f'verdicts/{each.name}')} v ON v.cluster = c.__cluster"
        f" JOIN {work.scan(NODES, each.name)} n ON n.__node = c.__cluster"
        f" WHERE v.state IN ('held', 'rejected') AND c.{name} IS NOT NULL"
        f" UNION ALL SELECT k.__cluster, {record.format('b')}, b.state, b.code FROM {work.scan(BROKEN, each.name)} b"
        f" JOIN {work.scan(CLUSTERS, parent)} k ON k.__node = b.__parent WHERE b.field = {literal(field.name)}"
    )
    verdicts = quoted(f"verdicts/{parent}")
    before = work.count(verdicts)
    first = f"min_by(concat(' of ', {literal(each.name)}, ' is ', state, ' (', code, ')'), record)"
    work.execute(
        f"INSERT INTO {verdicts} SELECT cluster, 'held', 'family_held', 'together', '', concat(min(record), {first},"
        " CASE WHEN count(DISTINCT record) > 1 THEN concat(', and ', count(DISTINCT record) - 1,"
        " ' more of the family wait or are rejected') ELSE '' END, ': the family waits as a whole.')"
        f" FROM ({bad}) WHERE cluster NOT IN (SELECT cluster FROM {verdicts}) GROUP BY cluster"
    )
    return work.count(verdicts) > before


def _follow(work: Relations, plan: Plan, each: ObjectPlan, field: FieldPlan) -> bool:
    """Settle the children of one reference once; whether anything changed."""
    assert field.ref is not None
    verdicts, cleared = quoted(f"verdicts/{each.name}"), quoted(f"links_cleared/{each.name}")
    orphans = (
        f"FROM {quoted(f'parents/{each.name}')} c JOIN {quoted(f'verdicts/{field.ref.object}')} v"
        f" ON v.cluster = c.{quoted(field.name)} WHERE c.__cluster NOT IN (SELECT cluster FROM {verdicts})"
        f" AND c.__cluster NOT IN (SELECT cluster FROM {cleared} WHERE field = {literal(field.name)})"
    )
    found = int(work.rows(f"SELECT count(*) {orphans}")[0][0])
    if not found:
        return False
    if field.ref.parent_excluded == "clear":
        work.execute(
            f"INSERT INTO {quoted(f'warnings/{each.name}')} SELECT c.__cluster, 'parent_excluded', 'ref',"
            f" {literal(field.name)},"
            f" 'The record it points to was left out. The link was cleared.' {orphans} AND v.state = 'excluded'"
        )
        work.execute(
            f"INSERT INTO {cleared} SELECT c.__cluster, {literal(field.name)}, v.cluster {orphans}"
            " AND v.state = 'excluded'"
        )
    state = "excluded" if field.ref.parent_excluded == "exclude" else "held"
    name, known = literal(field.name), ", ".join(map(literal, plan.decisions)) or "NULL"
    decision = f"CASE WHEN v.state = 'excluded' AND v.rule IN ({known}) THEN v.rule END"
    work.execute(
        f"INSERT INTO {verdicts} SELECT c.__cluster, CASE WHEN v.state = 'excluded' THEN {literal(state)}"
        f" ELSE 'held' END,"
        f" concat('parent_', v.state), coalesce({decision}, 'ref'), {name}, concat({name},"
        f" ' points to a record of {field.ref.object} that is ', v.state, ' (', v.code, ')',"
        f" coalesce(' by ' || {decision}, ''), '.') {orphans}"
    )
    return True
