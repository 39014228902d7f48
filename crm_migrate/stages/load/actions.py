"""What is to be done with every entity: create, update, leave as it is, or let it wait, and why.

One write rule: write iff ours differs from what was last sent; conflict iff theirs differs as well from what was read
back after our load (`edits.py`). Empty never overwrites unless the mapping says `clear: true`.
"""

from collections.abc import Collection, Sequence

from crm_migrate.cleansing.placeholders import is_placeholder
from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, refused_at
from crm_migrate.stages.load import lookups
from crm_migrate.stages.load.edits import look, odds
from crm_migrate.stages.load.keys import Names, fields_where, followed, of_others, text_columns
from crm_migrate.stages.load.likeness import create_alike
from crm_migrate.stages.load.objects import links, loaded_fields
from crm_migrate.stages.load.reviving import revived
from crm_migrate.stages.mask.reading import to_load
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, Span
from crm_migrate.workspace.settlements import Settlement
from crm_migrate.workspace.tables import COMPLETED, THEIRS


def decide(
    relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan,
    settled: Sequence[Settlement] = (),
) -> None:  # fmt: skip
    """Create `plan/<object>`: one line per cluster with its action. Parents are not looked at yet.

    The table is narrow: values stay in the tables on disk until `finished` joins them in its one ordered pass.
    """
    names = Names(object_plan.name)
    fields_of = {f.name: "BIGINT" if f.ref else "VARCHAR" for f in loaded_fields(object_plan)}
    _wish(relations, plan, object_plan, names.wish, to_load(relations, plan, object_plan, fields_of))
    _wish(relations, plan, object_plan, names.clear, relations.scan(COMPLETED, object_plan.name, also=fields_of))
    _match_existing(relations, plan, object_plan)
    if object_plan.existing.only:
        lookups.call_found(relations, object_plan)
    look(relations, project, identity, plan, object_plan, settled)
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    points, clock = [link.name for link in links(plan, object_plan)], Clock.of(plan)
    values = "".join(
        f", {_final(object_plan, name, clock)} AS {quoted('=' + name)}"
        f", {_before(object_plan, name)} AS {quoted('-' + name)}, d.{quoted(name)} AS {quoted('~' + name)}"
        for name in fields
    )
    orphan = " OR ".join(f"(w.{quoted('__ref_' + n)} IS NOT NULL AND w.{quoted(n)} IS NULL)" for n in points) or "FALSE"
    relations.execute(f"""CREATE TEMP VIEW {names.decided} AS SELECT *, {odds(object_plan, fields)} AS __odds,
    {revived(plan, object_plan)} AS __revived FROM (
    SELECT w.*, s.__entity IS NOT NULL AS __was_sent, coalesce(s.__forgotten, FALSE) AS __forgotten,
           s.__adopted = 'true' AS __was_adopted,
           d.__entity IS NOT NULL AS __touched, coalesce(d.__edits, []) AS __edits,
           coalesce(d.__goes, []) AS __goes,
           x.__n_ours, x.__n_theirs, x.__sure, x.__why, x.__claimed,
           coalesce(l.target_id, s.target_id, x.__target_id) AS __target_id, l.target_id IS NOT NULL AS __there,
           x.__target_id IS NOT NULL AS __existing, f."into" AS __into, {orphan} AS __orphan{values}
    FROM {names.wish} w{_beside(relations, names.sent, "s", "s.__entity = w.__entity")}
    {_beside(relations, names.look, "l", "l.__entity = w.__entity")}
    {_beside(relations, names.edited, "d", "d.__entity = w.__entity")}
    {_beside(relations, followed(relations, object_plan.name), "f", "f.__entity = w.__entity")}
    {_beside(relations, names.existing, "x", "x.__cluster = w.__cluster AND s.__entity IS NULL")})""")
    parents = "".join(f", {quoted('__ref_' + name)}, {quoted('=' + name)} AS {quoted(name)}" for name in points)
    message = _MESSAGE.format(changed=_changed(fields))
    code = _CODE.format(agreed=f"({' OR '.join(map(_differs, fields)) or 'FALSE'}) AND {_agreed(fields)}")
    action = _action(object_plan, fields)
    if object_plan.existing.only:
        action, code, message = lookups.action(object_plan), lookups.CODE, lookups.message(object_plan)
    relations.execute(f"""CREATE TEMP TABLE {names.plan} AS
    SELECT __cluster, __entity, __action, {code} AS __code, {message} AS __message, __target_id,
    CASE WHEN __existing OR __was_adopted THEN 'true' END AS __adopted{parents}
    FROM (SELECT *, {action} AS __action FROM {names.decided}) w""")


def _beside(relations: Relations, table: str, alias: str, condition: str) -> str:
    """A left join; beside an empty table one row of nulls, for which no engine builds a hash table of our wide side."""
    if relations.count(f"(SELECT 1 FROM {table} LIMIT 1)"):
        return f" LEFT JOIN {table} {alias} ON {condition}"
    nulls = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in relations.kinds(table).items())
    return f" CROSS JOIN (SELECT {nulls}) {alias}"


def finished(plan: Plan, object_plan: ObjectPlan, span: Span) -> str:
    """Query: the lines of `plan/<object>` of a span of clusters, with their values and what changes, in order."""
    names, points = Names(object_plan.name), {link.name for link in links(plan, object_plan)}
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    cells = "".join(f", p.{quoted(n)}" if n in points else f", d.{quoted('=' + n)} AS {quoted(n)}" for n in fields)
    written = fields_where((n, _still_differs(n, points)) for n in fields)
    changed = f"CASE WHEN p.__action IN ('create', 'update') THEN to_json({written})::VARCHAR END"
    return f"""SELECT p.__cluster, p.__entity, p.__action, p.__code, p.__message, {changed} AS __changed_fields,
    p.__target_id, p.__adopted{cells} FROM {names.plan} p JOIN {names.decided} d USING (__cluster)
    WHERE {span.holds("p.__cluster")} AND {span.holds("d.__cluster")} ORDER BY __cluster"""


def rest(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> None:
    """Leave records as they are of which only a link was to change that was cleared in `plan/<object>` since."""
    names, points = Names(object_plan.name), {link.name for link in links(plan, object_plan)}
    differs = " OR ".join(_still_differs(str(f.target), points) for f in loaded_fields(object_plan))
    relations.execute(f"""UPDATE {names.plan} c SET __action = 'unchanged' WHERE c.__cluster IN (
      SELECT p.__cluster FROM {names.plan} p JOIN {names.decided} d USING (__cluster)
      WHERE p.__action = 'update' AND d.__was_sent AND NOT ({differs}))""")


def _still_differs(name: str, points: Collection[str]) -> str:
    """SQL over `plan/` (`p`) and `decided/` (`d`): a write would change the field; links as they are by now."""
    now = f"p.{quoted(name)}" if name in points else f"d.{quoted('=' + name)}"
    return f"{now} IS DISTINCT FROM d.{quoted('-' + name)}"


def forget(relations: Relations, object_plan: ObjectPlan) -> None:
    """Drop what only the values of `plan/<object>` needed."""
    names = Names(object_plan.name)
    for view in (names.decided, names.wish, names.clear):
        relations.execute(f"DROP VIEW {view}")
    for table in (names.existing, names.look, names.edited, names.alike):
        relations.execute(f"DROP TABLE IF EXISTS {table}")


def _changed(fields: Sequence[str]) -> str:
    """SQL over `decided/`: the names of the fields that a write would change."""
    return fields_where((name, _differs(name)) for name in fields)


def _differs(name: str) -> str:
    return f"{quoted('=' + name)} IS DISTINCT FROM {quoted('-' + name)}"


def _wish(relations: Relations, plan: Plan, object_plan: ObjectPlan, view: str, records: str) -> None:
    """Records by the target's field names, references as entities (and the parent's cluster beside)."""
    names, points = Names(object_plan.name), {link.name: link for link in links(plan, object_plan)}
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
        f"CREATE TEMP VIEW {view} AS SELECT r.__cluster, k.__entity, "
        f"k.code AS __k_code, k.message AS __k_message, k.split AS __k_split, "
        f"r.__state, r.__code AS __r_code, r.__message AS __r_message{listed} "
        f"FROM {records} r JOIN {names.keys} k ON k.__cluster = r.__cluster{joins}"
    )


def _match_existing(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> None:
    """Create `existing/<object>`: records of the target that are not ours and look like a cluster of ours.

    `__sure` is false for what the model finds likely and not certain enough for the limit.
    """
    names, learned = Names(object_plan.name), object_plan.existing.learned
    theirs = relations.scan(THEIRS, object_plan.name, also=text_columns(object_plan))
    if learned is not None:
        create_alike(relations, object_plan, learned)
    others = of_others(relations, plan, object_plan)
    pairs = f"SELECT * FROM {names.alike}" if learned is not None else _equal(relations, object_plan, theirs, others)
    values = "".join(
        f", any_value(t.{quoted(str(f.target))}) AS {quoted(str(f.target))}" for f in loaded_fields(object_plan)
    )
    relations.execute(f"""CREATE TEMP TABLE {names.existing} AS
    WITH every AS ({pairs}),
    pairs AS (SELECT * FROM every WHERE sure OR __cluster NOT IN (SELECT __cluster FROM every WHERE sure)),
    ours AS (SELECT __cluster, min(target_id) AS target_id, count(*) AS __n_theirs, bool_and(sure) AS __sure,
                    min(why) AS __why FROM pairs GROUP BY __cluster),
    doubled AS (SELECT target_id, count(*) AS __n_ours FROM pairs GROUP BY target_id)
    SELECT o.__cluster, o.target_id AS __target_id, any_value(o.__n_theirs) AS __n_theirs,
           any_value(o.__sure) AS __sure, bool_or(t.__entity IS NOT NULL) AS __claimed,
           any_value(o.__why) AS __why, any_value(d.__n_ours) AS __n_ours{values}
    FROM ours o JOIN doubled d USING (target_id) JOIN {theirs} t USING (target_id) GROUP BY o.__cluster, o.target_id""")


def _equal(relations: Relations, object_plan: ObjectPlan, theirs: str, others: str) -> str:
    """Query: ours and theirs, or another project's, that are equal in all fields of `match:`, by values that say who
    somebody is. They are compared by what they really say, also where pseudonyms are loaded."""
    fields = [object_plan.field(name) for name in object_plan.existing.match]
    same = " AND ".join(_same(quoted(str(f.target)), f.kind.role == "mailbox") for f in fields) or "FALSE"
    joined = f"{Names(object_plan.name).clear} w JOIN {theirs} t ON {same}"
    anybody = str(object_plan.existing.only).upper()  # also what we, or other projects, have loaded
    wanted = f"{joined} WHERE ({anybody} OR t.__entity IS NULL OR t.__entity IN ({others})) AND w.__state = 'ready'"
    told = "".join(telling(relations, f, f"w.{quoted(str(f.target))}", wanted) for f in fields if f.ref is None)
    return f"SELECT w.__cluster, t.target_id, TRUE AS sure, '' AS why FROM {wanted}{told}"


def telling(relations: Relations, field: FieldPlan, cell: str, wanted: str) -> str:
    """SQL: the value of a field is none of those found that identify nobody (`none@none.example`, `0000000000`)."""
    found = (str(value) for (value,) in relations.rows(f"SELECT DISTINCT {cell} FROM {wanted}"))
    nobodies = [literal(value) for value in found if is_placeholder(value, field.type)]
    return f" AND {cell} NOT IN ({', '.join(nobodies)})" if nobodies else ""


def _same(name: str, folded: bool) -> str:
    return f"lower(w.{name}) = lower(t.{name})" if folded else f"w.{name} = t.{name}"


def _before(object_plan: ObjectPlan, name: str) -> str:
    """What the target holds of a field, as far as we wrote or matched it; a parent that is not ours counts as none."""
    found = "NULL" if _is_reference(object_plan, name) else f"x.{quoted(name)}"
    return f"CASE WHEN s.__entity IS NOT NULL THEN s.{quoted(name)} ELSE {found} END"


def _is_reference(object_plan: ObjectPlan, name: str) -> bool:
    return any(f.target == name and f.ref is not None for f in loaded_fields(object_plan))


def _final(object_plan: ObjectPlan, name: str, clock: Clock) -> str:
    """What a field shall be after this load."""
    field = next(f for f in loaded_fields(object_plan) if f.target == name)
    consent = next((f for f in loaded_fields(object_plan) if f.name == field.follows), None)
    if consent is None or object_plan.existing.only:
        return _alone(object_plan, name)
    return _following(object_plan, name, consent, clock)


def _following(object_plan: ObjectPlan, name: str, consent: FieldPlan, clock: Clock) -> str:
    """What proves a consent after this load: what came with the one that stands. One that stays keeps its proof, and
    with one that changes an old proof goes, also where the new one has none: it would prove what nobody said. A refusal
    that is said again keeps the younger of two proofs: behind the older one a grant between them would end it."""
    target = str(consent.target)
    ours, final, before = f"w.{quoted(target)}", _alone(object_plan, target), _before(object_plan, target)
    proofs = [str(f.target) for f in loaded_fields(object_plan) if f.follows == consent.name]
    was = [refused_at(_before(object_plan, proof), clock) for proof in proofs]
    now = [refused_at(f"w.{quoted(proof)}", clock) for proof in proofs]
    refused = f"lower(({final})::VARCHAR) IN ({', '.join(map(literal, REFUSALS))})"
    return f"""CASE WHEN {ours} IS DISTINCT FROM ({final}) THEN {_before(object_plan, name)}
      WHEN ({final}) IS DISTINCT FROM ({before}) THEN w.{quoted(name)}
      WHEN {refused} AND greatest({", ".join(was)}) > greatest({", ".join(now)}) THEN {_before(object_plan, name)}
      ELSE {_alone(object_plan, name)} END"""


def _alone(object_plan: ObjectPlan, name: str) -> str:
    """The same of a field by itself."""
    ours, sent, theirs = (f"{t}.{quoted(name)}" for t in "wsx")
    field = next(f for f in loaded_fields(object_plan) if f.target == name)
    if object_plan.existing.only:
        return theirs
    # What is left of a record that a person has split keeps nothing of those who left.
    again = ours if field.clear else f"CASE WHEN __k_split THEN {ours} ELSE coalesce({ours}, {sent}) END"
    stays = "__edits" if object_plan.on_rerun.edited == "target_wins" else "__stays"
    again = f"CASE WHEN list_contains(d.{stays}, {literal(name)}) THEN {sent} ELSE {again} END"
    if not object_plan.existing.match and object_plan.existing.learned is None:
        return again
    kept = "NULL" if field.ref is not None else theirs  # their parent is an id of the target, not an entity of ours
    found = {
        "fill_blanks": f"CASE WHEN {theirs} IS NULL THEN {ours} ELSE {kept} END",
        "source_wins": f"coalesce({ours}, {kept})",
        "target_wins": kept,
        "review": ours,
    }[object_plan.existing.then]
    later = {"fill_blanks": sent if field.ref else f"coalesce({sent}, {ours})", "target_wins": sent}
    kept_on = later.get(object_plan.existing.then, again)
    return f"CASE WHEN x.__cluster IS NOT NULL THEN {found} WHEN s.__adopted = 'true' THEN {kept_on} ELSE {again} END"


def _agreed(fields: Sequence[str]) -> str:
    """SQL over `decided/`: all that a write would change is in the target already, by somebody else's hand."""
    cells = (f"(NOT ({_differs(n)}) OR {quoted('=' + n)} IS NOT DISTINCT FROM {quoted('~' + n)})" for n in fields)
    return f"({' AND '.join(cells) or 'TRUE'})"


def _action(object_plan: ObjectPlan, fields: Sequence[str]) -> str:
    now_excluded = "held" if object_plan.on_rerun.now_excluded == "review" else "excluded"
    differs = " OR ".join(map(_differs, fields)) or "FALSE"
    declared = object_plan.on_rerun.edited
    inserts = str(object_plan.mode == "insert_only").upper()
    new = "excluded" if object_plan.mode == "update_only" else "create"
    waits = {"review": "len(__odds) > 0 OR __forgotten", "source_wins": "FALSE", "target_wins": "__forgotten"}[declared]
    return f"""CASE
      WHEN __k_code IS NOT NULL THEN 'held'
      WHEN __state = 'excluded' AND __was_sent THEN '{now_excluded}'
      WHEN __state <> 'ready' THEN __state
      WHEN __orphan THEN 'held'
      WHEN __was_sent AND (NOT __there OR __into IS NOT NULL) THEN 'held'
      WHEN (__was_sent OR __existing) AND len(__revived) > 0 THEN 'held'
      WHEN __was_sent AND NOT ({differs}) THEN 'unchanged'
      WHEN __was_sent AND __touched AND {_agreed(fields)} THEN 'unchanged'
      WHEN __was_sent AND {inserts} THEN 'excluded'
      WHEN __was_sent AND ({waits}) THEN 'held'
      WHEN __was_sent THEN 'update'
      WHEN __existing AND (__n_ours > 1 OR __n_theirs > 1 OR __claimed) THEN 'held'
      WHEN __existing AND NOT __sure THEN 'held'
      WHEN __existing AND {inserts} THEN 'excluded'
      WHEN __existing AND {literal(object_plan.existing.then)} = 'review' THEN 'held'
      WHEN __existing THEN 'update'
      ELSE '{new}' END"""


_CODE = """CASE
  WHEN __k_code IS NOT NULL THEN __k_code
  WHEN __state = 'excluded' AND __was_sent THEN 'now_excluded'
  WHEN __state <> 'ready' THEN __r_code
  WHEN __orphan THEN 'parent_held'
  WHEN __was_sent AND (NOT __there OR __into IS NOT NULL) THEN 'target_record_gone'
  WHEN __action = 'held' AND len(__revived) > 0 THEN 'opt_out_stands'
  WHEN __action = 'held' AND __was_sent THEN 'target_conflict'
  WHEN __action = 'excluded' AND __was_sent THEN 'not_updated'
  WHEN __action = 'unchanged' AND __touched AND {agreed} THEN 'agreed'
  WHEN __existing AND (__n_ours > 1 OR __n_theirs > 1) THEN 'existing_ambiguous'
  WHEN __existing AND __claimed THEN 'existing_claimed'
  WHEN __action = 'held' THEN 'existing_review'
  WHEN __action = 'excluded' AND __existing THEN 'not_adopted'
  WHEN __action = 'excluded' THEN 'not_created'
  WHEN __existing THEN 'existing' END"""

_MESSAGE = """CASE
  WHEN __k_code IS NOT NULL THEN __k_message
  WHEN __state = 'excluded' AND __was_sent THEN 'left out now and loaded: ' || coalesce(__r_message, __r_code, '')
  WHEN __state <> 'ready' THEN __r_message
  WHEN __orphan THEN 'its parent is nowhere in this plan'
  WHEN __was_sent AND __into IS NOT NULL THEN 'we loaded it, and a user of the target merged it into record ' || __into
  WHEN __was_sent AND NOT __there THEN 'we loaded it, and it is not in the target any more'
  WHEN __action = 'held' AND len(__revived) > 0 THEN
       'the target has a refusal, and this would end it without a younger proof: ' || array_to_string(__revived, ', ')
  WHEN __action = 'held' AND __forgotten THEN 'the target holds other values with our key; what we sent is unknown'
  WHEN __action = 'held' AND __was_sent THEN 'changed in the target since our last load, and in the sources: '
       || array_to_string(__odds, ', ')
  WHEN __action = 'excluded' AND __was_sent THEN 'the mode creates only; this would change: '
       || array_to_string({changed}, ', ')
  WHEN __action = 'excluded' AND __existing THEN 'the mode creates only; record ' || __target_id
       || ' of the target looks like it'
  WHEN __action = 'excluded' THEN 'the mode changes only what is there; it is not in the target'
  WHEN __existing AND __n_theirs > 1 THEN __n_theirs || ' records of the target look like it'
  WHEN __existing AND __n_ours > 1 THEN __n_ours || ' of ours look like record ' || __target_id || ' of the target'
  WHEN __existing THEN 'record ' || __target_id || ' of the target looks like it'
       || coalesce(': ' || nullif(__why, ''), '') || CASE WHEN __sure THEN '' ELSE ' (not sure enough)' END END"""
