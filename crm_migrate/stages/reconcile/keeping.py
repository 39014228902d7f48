"""Cells in which the target rightly says something else than the sources: what the plan read there stands there still.

Edited there, emptied here and kept, or filled there where we send nothing: whatever the reason, it excuses only the
value that it speaks of, and never a cell that this load wrote.
"""

from collections.abc import Sequence

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED, KEPT, STALE
from crm_migrate.stages.reconcile.comparing import Kept
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, EDITS, PLANNED, THEIRS, texts


def kept_cells(tables: Relations, object_plan: ObjectPlan, fields: Sequence[FieldPlan]) -> Kept:
    """Of a table of differing cells those that the target keeps by a rule: `__entity`, `field`, `cause`.

    Beside them those that stand as before although this load wrote them: they are stale.
    """
    name, targets = object_plan.name, [str(f.target) for f in fields]
    load = tables.scan(PLANNED, name, also=texts(*targets))
    edits = tables.scan(EDITS, name)
    filled = _fields(targets, "{0} IS NOT NULL", "")
    written = f"coalesce(list_contains({names_of('l.__changed_fields')}, c.field), FALSE)"

    def kept(cells: str) -> str:
        return f"""(SELECT __entity, field, CASE WHEN written THEN {literal(STALE)} WHEN edited THEN {literal(EDITED)}
            WHEN sent THEN {literal(EMPTIED)} ELSE {literal(KEPT)} END AS cause
          FROM (SELECT c.__entity, c.field, c.expected, e.field IS NOT NULL AS edited,
              list_contains({filled}, c.field) AS sent, l.__action = 'update' AND {written} AS written
            FROM (SELECT * FROM {cells} WHERE NOT gone) c JOIN {load} l USING (__entity)
            JOIN {_standing(tables, name, targets, cells)} s ON s.target_id = c.target_id AND s.field = c.field
            LEFT JOIN {edits} e ON e.__entity = c.__entity AND e.field = c.field
            WHERE l.__action <> 'create')
          WHERE written OR edited OR expected IS NULL)"""

    return kept


def note_kept(tables: Relations, object_plan: ObjectPlan, fields: Sequence[FieldPlan]) -> None:
    """Create the table of all cells of our records that the target keeps by a rule, also where not all are compared.

    By `__entity`: `target_id`, and the target's names of fields that were `edited` there, `emptied` in the sources or
    `filled` there. Call after `expected_side`, which says what the sources have.
    """
    name, targets = object_plan.name, [str(f.target) for f in fields]
    table, cells = _kept(object_plan), quoted(f"kept/{name}/cells")
    earlier = f"(SELECT __entity FROM {tables.scan(PLANNED, name)} WHERE __action IN ('unchanged', 'update'))"
    actual = tables.scan(ACTUAL, name, also=texts(*targets))
    silent = _fields(targets, "{0} IS NULL AND {1} IS NOT NULL", "x.", "a.")
    emptied = f"""SELECT __entity, target_id, unnest({silent}) AS field FROM {quoted(f"expected/{name}")} x
      SEMI JOIN {earlier} USING (__entity) JOIN {actual} a USING (__entity)"""
    edited = f"""SELECT __entity, target_id, field FROM {tables.scan(EDITS, name)}
      JOIN (SELECT __entity, min(target_id) AS target_id FROM {actual} GROUP BY __entity) USING (__entity)"""
    first = not tables.count(earlier)  # most loads: what is kept costs tens of milliseconds to plan
    found = edited if first else f"{edited} UNION {emptied}"
    tables.execute(f"CREATE TEMP TABLE {cells} AS SELECT *, NULL::VARCHAR AS expected, FALSE AS gone FROM ({found})")
    why = f"(SELECT *, '' AS cause FROM {cells})"
    if tables.count(cells):
        why = f"{kept_cells(tables, object_plan, fields)(cells)} JOIN {cells} USING (__entity, field)"
    lists = ", ".join(f"list(field) FILTER (cause = {literal(cause)}) AS {each}" for each, cause in _LISTS.items())
    tables.execute(
        f"CREATE TEMP TABLE {table} AS SELECT __entity, target_id, {lists} FROM {why} GROUP BY __entity, target_id"
    )


_LISTS = {"edited": EDITED, "emptied": EMPTIED, "filled": KEPT}


def any_kept(tables: Relations, object_plan: ObjectPlan) -> bool:
    """Whether `note_kept` found any."""
    return bool(tables.count(_kept(object_plan)))


def with_kept(object_plan: ObjectPlan, entity: str) -> str:
    """SQL: a join of what `note_kept` found, as `k`; `entity` is the key's column."""
    return f"LEFT JOIN {_kept(object_plan)} k ON k.__entity = {entity}"


def is_kept(target: str, *whys: str) -> str:
    """SQL over `with_kept`: whether a field of the target is kept for one of these reasons, or for any."""
    return " OR ".join(f"coalesce(list_contains(k.{why}, {literal(target)}), FALSE)" for why in whys or _LISTS)


def _kept(object_plan: ObjectPlan) -> str:
    return quoted(f"kept/{object_plan.name}")


def _standing(tables: Relations, name: str, targets: Sequence[str], cells: str) -> str:
    """A FROM item: `target_id`, `field` of what was read back as the plan had read it; a parent by the target's id."""
    theirs, actual = (tables.scan(table, name, also=texts(*targets)) for table in (THEIRS, ACTUAL))
    same = _fields(targets, "{0} IS NOT DISTINCT FROM {1}", "t.", "a.")
    return f"""(SELECT target_id, unnest({same}) AS field FROM {theirs} t JOIN {actual} a USING (target_id)
      WHERE target_id IN (SELECT target_id FROM {cells}))"""


def _fields(targets: Sequence[str], condition: str, *sides: str) -> str:
    """SQL: the list of those fields whose cells, empty as null, meet a condition."""
    whens = (condition.format(*(f"nullif({side}{quoted(name)}, '')" for side in sides)) for name in targets)
    told = ", ".join(f"CASE WHEN {when} THEN {literal(name)} END" for name, when in zip(targets, whens, strict=True))
    return f"list_filter([{told}]::VARCHAR[], lambda x: x IS NOT NULL)"
