"""What is to be done with every entity: create, update, leave as it is, or let it wait, and why.

One write rule: write iff ours differs from what was last sent; conflict iff theirs differs from what was read back
after our load. Empty never overwrites unless the mapping says `clear: true`.
"""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.loading.keys import Names, scan_folder, text_columns
from crm_migrate.stages.loading.objects import links, loaded_fields
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import literal, quoted

STATE = {"__cluster": "BIGINT", "__state": "VARCHAR", "code": "VARCHAR", "message": "VARCHAR"}
WAITING = ("held", "rejected", "excluded")


def decide(relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> None:
    """Create `plan/<object>`: one line per cluster with its action. Parents are not looked at yet."""
    names = Names(object_plan.name)
    _wish(relations, plan, object_plan)
    _match_existing(relations, object_plan)
    _look(relations, project, identity, object_plan)
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    points = [link.name for link in links(plan, object_plan)]
    changed = "list_filter([{}], lambda x: x IS NOT NULL)".format(
        ", ".join(
            f"CASE WHEN {_final(object_plan, n)} IS DISTINCT FROM {_before(object_plan, n)} THEN {literal(n)} END"
            for n in fields
        )
        or "NULL"
    )
    values = "".join(f", {_final(object_plan, name)} AS {quoted('=' + name)}" for name in fields)
    refs = "".join(f", w.{quoted('__ref_' + name)}" for name in points)
    orphan = " OR ".join(f"(w.{quoted('__ref_' + n)} IS NOT NULL AND w.{quoted(n)} IS NULL)" for n in points) or "FALSE"
    relations.execute(f"""CREATE TEMP TABLE {names.decided} AS
    SELECT w.*, s.__entity IS NOT NULL AS was_sent, coalesce(s.forgotten, FALSE) AS forgotten, l.touched,
           x.n_ours, x.n_theirs,
           coalesce(l.target_id, s.target_id, x.target_id) AS found, l.target_id IS NOT NULL AS there,
           x.target_id IS NOT NULL AS existing, {orphan} AS orphan, {changed} AS changed{values}
    FROM {names.wish} w LEFT JOIN {names.sent} s ON s.__entity = w.__entity
    LEFT JOIN {names.look} l ON l.__entity = w.__entity
    LEFT JOIN {names.existing} x ON x.__cluster = w.__cluster AND s.__entity IS NULL""")
    finals = "".join(f", {quoted('=' + name)} AS {quoted(name)}" for name in fields)
    relations.execute(f"""CREATE TEMP TABLE {names.plan} AS
    SELECT w.__cluster, w.__entity, action, {_CODE} AS code, {_MESSAGE} AS message,
           CASE WHEN action IN ('create', 'update') THEN to_json(changed)::VARCHAR END AS changed_fields,
           found AS target_id{refs}{finals}
    FROM (SELECT *, {_action(object_plan)} AS action FROM {names.decided}) w""")
    for table in (names.wish, names.existing, names.look, names.decided):
        relations.execute(f"DROP TABLE {table}")


def _wish(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> None:
    """The completed records by the target's field names, references as entities (and the parent's cluster beside)."""
    names, points = Names(object_plan.name), {link.name: link for link in links(plan, object_plan)}
    columns = STATE | {f.name: "BIGINT" if f.ref else "VARCHAR" for f in loaded_fields(object_plan)}
    records = relations.scan(columns, "complete", object_plan.name, "entities")
    listed, joins = "", ""
    for number, field in enumerate(loaded_fields(object_plan)):
        name, cell = quoted(str(field.target)), f"r.{quoted(field.name)}"
        if field.target in points:
            parent = Names(points[str(field.target)].parent)
            joins += f" LEFT JOIN {parent.keys} p{number} ON p{number}.__cluster = {cell}"
            listed += f", p{number}.__entity AS {name}, {cell} AS {quoted(f'__ref_{field.target}')}"
        else:
            listed += f", {cell} AS {name}"
    relations.execute(
        f"CREATE TEMP TABLE {names.wish} AS SELECT r.__cluster, k.__entity, k.code AS k_code, k.message AS k_message, "
        f"r.__state, r.code AS r_code, r.message AS r_message{listed} "
        f"FROM {records} r JOIN {names.keys} k ON k.__cluster = r.__cluster{joins}"
    )


def _match_existing(relations: Relations, object_plan: ObjectPlan) -> None:
    """Create `existing/<object>`: records of the target that are not ours and look like a cluster of ours."""
    names = Names(object_plan.name)
    fields = [object_plan.field(name) for name in object_plan.existing.match]
    theirs = relations.scan(text_columns(object_plan, "target_id", "__entity"), "load", object_plan.name, "theirs")
    same = [_same(quoted(str(f.target)), f.type == "email") for f in fields] or ["FALSE"]
    values = "".join(
        f", any_value(t.{quoted(str(f.target))}) AS {quoted(str(f.target))}" for f in loaded_fields(object_plan)
    )
    relations.execute(f"""CREATE TEMP TABLE {names.existing} AS
    WITH pairs AS (SELECT w.__cluster, t.target_id FROM {names.wish} w JOIN {theirs} t ON {" AND ".join(same)}
                   WHERE t.__entity IS NULL AND w.__state = 'ready'),
    ours AS (SELECT __cluster, min(target_id) AS target_id, count(*) AS n_theirs FROM pairs GROUP BY __cluster),
    doubled AS (SELECT target_id, count(*) AS n_ours FROM pairs GROUP BY target_id)
    SELECT o.__cluster, o.target_id, any_value(o.n_theirs) AS n_theirs, any_value(d.n_ours) AS n_ours{values}
    FROM ours o JOIN doubled d USING (target_id) JOIN {theirs} t USING (target_id) GROUP BY o.__cluster, o.target_id""")


def _same(name: str, folded: bool) -> str:
    return f"lower(w.{name}) = lower(t.{name})" if folded else f"w.{name} = t.{name}"


def _look(relations: Relations, project: Project, identity: str, object_plan: ObjectPlan) -> None:
    """Create `look/<object>`: which of our records are in the target, and whether somebody `touched` them."""
    names, columns = Names(object_plan.name), text_columns(object_plan, "__entity", "target_id")
    theirs = relations.scan(columns, "load", object_plan.name, "theirs")
    seen = scan_folder(relations, project.seen(identity, object_plan.name), columns)
    differs = " OR ".join(f"t.{quoted(c)} IS DISTINCT FROM v.{quoted(c)}" for c in columns if c[0] != "_") or "FALSE"
    relations.execute(
        f"CREATE TEMP TABLE {names.look} AS SELECT t.__entity, min(t.target_id) AS target_id, "
        f"bool_or(v.__entity IS NOT NULL AND ({differs})) AS touched "
        f"FROM {theirs} t LEFT JOIN {seen} v USING (__entity) WHERE t.__entity IS NOT NULL GROUP BY t.__entity"
    )


def _before(object_plan: ObjectPlan, name: str) -> str:
    """What the target holds of a field, as far as we wrote or matched it; a parent that is not ours counts as none."""
    found = "NULL" if _is_reference(object_plan, name) else f"x.{quoted(name)}"
    return f"CASE WHEN s.__entity IS NOT NULL THEN s.{quoted(name)} ELSE {found} END"


def _is_reference(object_plan: ObjectPlan, name: str) -> bool:
    return any(f.target == name and f.ref is not None for f in loaded_fields(object_plan))


def _final(object_plan: ObjectPlan, name: str) -> str:
    """What a field shall be after this load."""
    ours, sent, theirs = (f"{t}.{quoted(name)}" for t in "wsx")
    field = next(f for f in loaded_fields(object_plan) if f.target == name)
    again = ours if field.clear else f"coalesce({ours}, {sent})"
    if not object_plan.existing.match:
        return again
    kept = "NULL" if field.ref is not None else theirs  # their parent is an id of the target, not an entity of ours
    found = {
        "fill_blanks": f"CASE WHEN {theirs} IS NULL THEN {ours} ELSE {kept} END",
        "source_wins": f"coalesce({ours}, {kept})",
        "target_wins": kept,
        "review": ours,
    }[object_plan.existing.then]
    return f"CASE WHEN x.__cluster IS NOT NULL THEN {found} ELSE {again} END"


def _action(object_plan: ObjectPlan) -> str:
    now_excluded = "held" if object_plan.on_rerun.now_excluded == "review" else "excluded"
    return f"""CASE
      WHEN k_code IS NOT NULL THEN 'held'
      WHEN __state = 'excluded' AND was_sent THEN '{now_excluded}'
      WHEN __state <> 'ready' THEN __state
      WHEN orphan THEN 'held'
      WHEN was_sent AND NOT there THEN 'held'
      WHEN was_sent AND len(changed) = 0 THEN 'unchanged'
      WHEN was_sent AND (touched OR forgotten) THEN 'held'
      WHEN was_sent THEN 'update'
      WHEN existing AND (n_ours > 1 OR n_theirs > 1) THEN 'held'
      WHEN existing AND {literal(object_plan.existing.then)} = 'review' THEN 'held'
      WHEN existing THEN 'update'
      ELSE 'create' END"""


_CODE = """CASE
  WHEN k_code IS NOT NULL THEN k_code
  WHEN __state = 'excluded' AND was_sent THEN 'now_excluded'
  WHEN __state <> 'ready' THEN r_code
  WHEN orphan THEN 'parent_held'
  WHEN was_sent AND NOT there THEN 'target_record_gone'
  WHEN action = 'held' AND was_sent THEN 'target_conflict'
  WHEN existing AND (n_ours > 1 OR n_theirs > 1) THEN 'existing_ambiguous'
  WHEN action = 'held' THEN 'existing_review'
  WHEN existing THEN 'existing' END"""

_MESSAGE = """CASE
  WHEN k_code IS NOT NULL THEN k_message
  WHEN __state = 'excluded' AND was_sent THEN 'is in the target, and left out now: ' || coalesce(r_message, r_code, '')
  WHEN __state <> 'ready' THEN r_message
  WHEN orphan THEN 'its parent is nowhere in this plan'
  WHEN was_sent AND NOT there THEN 'we loaded it, and it is not in the target any more'
  WHEN action = 'held' AND forgotten THEN 'the target holds it with our key and other values; what we sent is unknown'
  WHEN action = 'held' AND was_sent THEN 'changed in the target since our last load; ours would change '
       || array_to_string(changed, ', ')
  WHEN existing AND n_theirs > 1 THEN n_theirs || ' records of the target look like it'
  WHEN existing AND n_ours > 1 THEN n_ours || ' of our records look like record ' || found || ' of the target'
  WHEN existing THEN 'record ' || found || ' of the target looks like it' END"""
