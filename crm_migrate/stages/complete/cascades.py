"""Children of records that are not loaded: held, or what the mapping says of an excluded parent, to a fixed point."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import MERGED


def create_parents(work: Relations, plan: Plan) -> None:
    """Tables `parents/<object>` of who refers to whom, and empty `links_cleared/<object>`."""
    for each in plan.objects:
        work.execute(f"CREATE TABLE {quoted(f'links_cleared/{each.name}')} (cluster BIGINT, field VARCHAR)")
        named = [field.name for field in each.fields if field.ref is not None]
        if named:
            scan = work.scan(MERGED, each.name, also=dict.fromkeys(named, "BIGINT"))
            listed = ", ".join(["__cluster", *map(quoted, named)])
            work.execute(f"CREATE TABLE {quoted(f'parents/{each.name}')} AS SELECT {listed} FROM {scan}")


def cascade(work: Relations, plan: Plan) -> None:
    """Complete `verdicts/<object>` of all objects by what became of parents; cleared links go to `links_cleared/`."""
    references = [(each, field) for each in plan.objects for field in each.fields if field.ref is not None]
    while any(_follow(work, plan, each, field) for each, field in references):
        pass


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
            f"INSERT INTO {cleared} SELECT c.__cluster, {literal(field.name)} {orphans} AND v.state = 'excluded'"
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
