"""Which records go because they were merged into another one after they had been loaded, and why others stay.

Only the mapping's word (`on_rerun: {now_merged: merge}`) lets one go, and only while nothing is lost with it: nobody
has touched it, nothing refers to it, and the record that is left is written and says no less. In doubt it stays. It is
judged twice: when the load is planned, and by a new reading when everything else of the load is written.
"""

from collections.abc import Callable, Sequence

from crm_migrate.connecting.contract import Remove, Target
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.survivorship import block_of, strictness
from crm_migrate.stages.load.keys import Names, fields_where, names_field, plan_columns, sent_to, text_columns
from crm_migrate.stages.load.objects import Link, links, loaded_fields, target_object
from crm_migrate.stages.load.theirs import ask_again, read_theirs
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import ACTUAL, CLAIMS, LOOKED, OTHERS, PLANNED, REMOVALS, THEIRS

Refers = Callable[[Relations, ObjectPlan, Link], str]


def plan_removals(
    tables: Relations, project: Project, identity: str, plan: Plan, target: Target, earlier: Sequence[str]
) -> None:
    """Write `load/<object>/removals`: what goes, and what stays, of the loaded records that are merged into others now.

    `earlier` are the runs that loaded this target, oldest first.
    """
    for object_plan in plan.objects:
        _find(tables, plan, object_plan, removable=isinstance(target, Remove))
    look_again(tables, project, identity, plan, target)
    for object_plan in reversed(plan.objects):
        name = object_plan.name
        planned = tables.scan(PLANNED, name, also=plan_columns(object_plan))
        written = f"SELECT * FROM {planned} WHERE __action IN ('update', 'unchanged')"
        if going(tables, name):
            seen = read_back(tables, project, identity, object_plan, earlier)
            judge(tables, plan, object_plan, target, seen, f"({written})", _will_stay)
        publish(tables, name)


def going(tables: Relations, name: str) -> int:
    """How many records of an object are to go."""
    return tables.count(f"{Names(name).merged} WHERE outcome = 'remove'")


def publish(tables: Relations, name: str) -> None:
    """Write `removals` as they are judged now."""
    listed = ", ".join(REMOVALS.columns)
    tables.publish(f"SELECT {listed} FROM {Names(name).merged} ORDER BY __entity", REMOVALS, name)


def look_again(tables: Relations, project: Project, identity: str, plan: Plan, target: Target) -> None:
    """Read the objects of which records are to go, and those that may refer to them, as they are now."""
    gone = {o.name for o in plan.objects if going(tables, o.name)}
    for each in plan.objects:
        if each.name in gone or any(link.parent in gone for link in links(plan, each)):
            read_theirs(target, target_object(plan, each), tables.run, LOOKED, each.name)
            sent = sent_to(project, identity, each.name)
            ask_again(tables, target, target_object(plan, each), LOOKED, each.name, sent)


def _find(tables: Relations, plan: Plan, object_plan: ObjectPlan, *, removable: bool) -> None:
    """Create `merged/<object>` with the columns of `removals`: `survivor` is the entity that is left."""
    names = Names(object_plan.name)
    claims = tables.scan(CLAIMS, object_plan.name)
    elsewhere = f"SELECT __entity FROM {claims} WHERE project <> {literal(plan.project)}"
    able = "TRUE" if removable else "FALSE"
    inserts = str(object_plan.mode == "insert_only").upper()
    apart = f"""SELECT v.__entity FROM {names.vanished} v JOIN {names.known} k ON k.__entity = v.__entity
      LEFT JOIN {names.members} m ON m.__source = k.__source AND m.__key = k.__key
      LEFT JOIN {names.keys} e ON e.__cluster = m.__cluster WHERE e.__entity IS DISTINCT FROM v.survivor"""
    adopted = f"SELECT __entity FROM {names.sent} WHERE __adopted = 'true'"
    tables.execute(f"""CREATE TEMP TABLE {names.merged} AS
    SELECT *, CASE WHEN message IS NULL THEN 'remove' ELSE 'kept' END AS outcome, (SELECT to_json(list({{'source':
      k.__source, 'key': k.__key}} ORDER BY k.__source, k.__key))::VARCHAR FROM {names.known} k
      WHERE k.__entity = x.__entity) AS members FROM (
      SELECT v.__entity, t.target_id, v.survivor, CASE WHEN NOT {able} THEN 'the target cannot remove records'
        WHEN {inserts} THEN 'the mode creates only'
        WHEN t.n > 1 THEN 'several records carry its key'
        WHEN v.__entity IN ({adopted}) THEN 'it was in the target before we came'
        WHEN v.__entity IN ({elsewhere}) THEN 'another project has loaded it too'
        WHEN v.__entity IN ({apart}) THEN 'not all rows that it was loaded from are in the other record' END AS message
      FROM {names.vanished} v JOIN (SELECT __entity, min(target_id) AS target_id, count(*) AS n
        FROM {tables.scan(THEIRS, object_plan.name)} GROUP BY __entity) t USING (__entity)
      WHERE v.code = 'now_merged' AND v.policy = 'merge') x""")


def read_back(
    tables: Relations, project: Project, identity: str, object_plan: ObjectPlan, earlier: Sequence[str]
) -> str:
    """A FROM item: the fields of our records as they were read back after our last load, and `__others` as the run that
    made them read it back: what came into it since is a user's."""
    name = object_plan.name
    made = [f"SELECT NULL::VARCHAR AS __entity, NULL::VARCHAR AS {OTHERS}, 0 AS run WHERE FALSE"]
    for number, run in enumerate(each for each in earlier if each != tables.run.id):
        folder = project.run(run).folder
        planned = scan_folder(folder.joinpath(*PLANNED.path(name)), PLANNED.columns)
        back = scan_folder(folder.joinpath(*ACTUAL.path(name)), ACTUAL.columns)
        made.append(f"""SELECT a.__entity, a.{OTHERS}, {number} AS run FROM {planned} p JOIN {back} a USING (__entity)
          WHERE p.__action = 'create' AND a.__entity IN (SELECT __entity FROM {Names(name).merged})""")
    seen = scan_folder(project.seen(identity, name), text_columns(object_plan, "__entity"))
    return f"""(SELECT v.*, o.{OTHERS} FROM {seen} v LEFT JOIN (SELECT __entity, arg_max({OTHERS}, run) AS {OTHERS}
      FROM ({" UNION ALL ".join(made)}) GROUP BY __entity) o USING (__entity))"""


def judge(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, target: Target, seen: str, survivors: str, refers: Refers
) -> None:
    """Let those stay of `merged/<object>` that may not go.

    `seen` is what `read_back` says; `survivors` are the records that are left and are written, or will be (`__entity`
    and the fields); `refers` is the query of who is referred to by a link of an object.
    """
    name = object_plan.name
    _keep(tables, name, _touched(tables, object_plan, seen))
    _keep(tables, name, _less(tables, object_plan, survivors))
    for child in plan.objects:
        for link in links(plan, child):
            if link.parent == name:
                _keep(tables, name, refers(tables, child, link))
    if going(tables, name) and isinstance(target, Remove):
        known = {(o.target, link.name) for o in plan.objects for link in links(plan, o)}
        for found in target.referred(target_object(plan, object_plan), known):
            tables.connection.register("found_", found)
            _keep(tables, name, _named("r.object || '.' || r.field", "found_ r ON r.target_id = m.target_id", name))
            tables.connection.unregister("found_")


def _keep(tables: Relations, name: str, those: str) -> None:
    """Let records stay: a query of `__entity` and `message`."""
    tables.execute(f"""UPDATE {Names(name).merged} m SET outcome = 'kept', message = k.message
    FROM (SELECT __entity, min(message) AS message FROM ({those}) WHERE message <> '' GROUP BY __entity) k
    WHERE k.__entity = m.__entity AND m.outcome = 'remove'""")


def _now(tables: Relations, object_plan: ObjectPlan) -> str:
    return tables.scan(LOOKED, object_plan.name, also=text_columns(object_plan))


def _fields(object_plan: ObjectPlan) -> list[str]:
    return [str(field.target) for field in loaded_fields(object_plan)]


def _touched(tables: Relations, object_plan: ObjectPlan, seen: str) -> str:
    """Query: whom somebody has changed since our last load, or of whom that is not known."""
    edits = fields_where((f, f"n.{quoted(f)} IS DISTINCT FROM v.{quoted(f)}") for f in _fields(object_plan))
    return f"""SELECT m.__entity, CASE WHEN v.__entity IS NULL THEN 'what we loaded of it is not known any more'
        WHEN n.target_id <> m.target_id THEN 'its key is on another record now'
        WHEN len({edits}) > 0 THEN 'somebody has changed it: ' || array_to_string({edits}, ', ')
        WHEN coalesce(n.{OTHERS}, '') <> coalesce(v.{OTHERS}, '') THEN 'somebody has filled other fields of it' END
      AS message
    FROM {Names(object_plan.name).merged} m JOIN {_now(tables, object_plan)} n USING (__entity)
    LEFT JOIN {seen} v USING (__entity)"""


def _less(tables: Relations, object_plan: ObjectPlan, survivors: str) -> str:
    """Query: whose other record is not written, allows more, or lacks what only the mapping's `clear` may empty."""
    fields = loaded_fields(object_plan)
    consents = [str(f.target) for f in fields if f.kind.role == "consent"]
    weaker = " OR ".join(f"{_strict('s', name)} > {_strict('n', name)}" for name in consents) or "FALSE"
    alone = [str(f.target) for f in fields if not f.clear and block_of(f) is None]
    lacking = fields_where((f, f"n.{quoted(f)} <> '' AND coalesce(s.{quoted(f)}, '') = ''") for f in alone)
    return f"""SELECT m.__entity, CASE WHEN s.__entity IS NULL THEN 'the other record is not written'
        WHEN {weaker} THEN 'it refuses what the other record allows'
        WHEN len({lacking}) > 0
        THEN 'the other record lacks what it holds: ' || array_to_string({lacking}, ', ') END AS message
    FROM {Names(object_plan.name).merged} m JOIN {_now(tables, object_plan)} n USING (__entity)
    LEFT JOIN {survivors} s ON s.__entity = m.survivor"""


def _strict(side: str, name: str) -> str:
    return strictness(f"lower({side}.{quoted(name)})")


def _will_stay(tables: Relations, child: ObjectPlan, link: Link) -> str:
    """Query: who will still be referred to by a link when the load is through: not by children that are linked to
    another parent then, or go themselves."""
    planned = tables.scan(PLANNED, child.name, also=plan_columns(child))
    moved = f"SELECT __entity FROM {planned} WHERE __action = 'update' AND {names_field('__changed_fields', link.name)}"
    return _naming(tables, child, link, ("remove",), f" AND coalesce(r.__entity NOT IN ({moved}), TRUE)")


def still_refers(tables: Relations, child: ObjectPlan, link: Link) -> str:
    """Query: who is still referred to by a link, now that everything else is written."""
    return _naming(tables, child, link, ("removed",))


def _naming(tables: Relations, child: ObjectPlan, link: Link, gone: Sequence[str], more: str = "") -> str:
    listed = ", ".join(map(literal, gone))
    there = f"SELECT target_id FROM {Names(child.name).merged} WHERE outcome IN ({listed})"
    left = "" if link.parent == child.name else f" AND r.target_id NOT IN ({there})"
    joined = f"{_now(tables, child)} r ON r.{quoted(link.name)} = m.target_id{left}{more}"
    return _named(literal(f"{child.name}.{link.field.name}"), joined, link.parent)


def _named(by: str, joined: str, name: str) -> str:
    return f"SELECT m.__entity, 'referred to by ' || {by} AS message FROM {Names(name).merged} m JOIN {joined}"
