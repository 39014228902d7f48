"""The two sides of an object that are compared: what the load says it wrote, and what the target gave back."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.mask.reading import to_load
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, COMPLETED, OUTCOMES, PLANNED, texts


def loaded_fields(object_plan: ObjectPlan) -> list[FieldPlan]:
    """The fields that have a place in the target, references left out."""
    return [f for f in object_plan.fields if f.target is not None and f.ref is None and f.action == "migrate"]


def link_fields(plan: Plan, object_plan: ObjectPlan) -> list[FieldPlan]:
    """The references that have a place in the target and point to an object of this plan."""
    known = {other.name for other in plan.objects}
    return [f for f in object_plan.fields if f.target is not None and f.ref is not None and f.ref.object in known]


def expected_side(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Create the relation of records that must be in the target: `__entity`, `__position`, its fields.

    The table `arrived/<object>` beside it has their keys only.
    """
    name = object_plan.name
    view = quoted(f"expected/{name}")
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    load = tables.scan(PLANNED, name, also=texts(*fields))
    complete = to_load(tables, plan, object_plan, texts(*(f.name for f in loaded_fields(object_plan))))
    outcomes = tables.scan(OUTCOMES, name)
    arrived = quoted(f"arrived/{name}")
    tables.execute(
        f"""CREATE TEMP TABLE {arrived} AS SELECT l.__entity, l.__cluster
        FROM {load} l WHERE l.__action = 'unchanged' OR (l.__action IN ('create', 'update')
          AND l.__entity IN (SELECT __entity FROM {outcomes} WHERE outcome = 'loaded'))"""
    )
    listed = ", ".join(_expected_cell(object_plan, f) for f in loaded_fields(object_plan)) or "NULL AS __nothing"
    tables.execute(
        f"""CREATE TEMP VIEW {view} AS SELECT x.__entity, x.__cluster, x.__cluster AS __position, {listed}
        FROM {arrived} x JOIN {load} l ON l.__cluster = x.__cluster AND l.__entity = x.__entity
        LEFT JOIN {complete} c ON c.__cluster = x.__cluster"""
    )
    return view


def _was_theirs(object_plan: ObjectPlan) -> str:
    """SQL over a line of the plan: the target had the record before us, and the mapping lets it keep what it had."""
    kept = object_plan.existing.then in ("fill_blanks", "target_wins")
    return "l.__code IN ('existing', 'looked_up')" + (" OR l.__adopted = 'true'" if kept else "")


def _expected_cell(object_plan: ObjectPlan, field: FieldPlan) -> str:
    """The completed record's value, so that a value that the load changed or lost is seen in the target.

    Where the record is one that the target had before us, what the load planned counts.
    """
    target, theirs = quoted(str(field.target)), _was_theirs(object_plan)
    return f"CASE WHEN {theirs} THEN l.{target} ELSE nullif(c.{quoted(field.name)}, '') END AS {target}"


def actual_side(tables: Relations, object_plan: ObjectPlan) -> str:
    """Create the relation of our records in the target, one per entity (a second one is an unexpected record).

    Of several with one key it is the one that the load knows by its id.
    """
    name = object_plan.name
    view, doubled = quoted(f"actual/{name}"), quoted(f"actual/{name}/doubled")
    raw = tables.whole(ACTUAL, name)
    tables.execute(
        f"""CREATE TEMP TABLE {doubled} AS SELECT __entity, min(target_id) AS first FROM {raw}
        WHERE __entity IS NOT NULL GROUP BY __entity HAVING count(*) > 1"""
    )
    some = ""
    if tables.count(doubled):
        _choose_known(tables, name, doubled, raw)
        some = f" AND NOT EXISTS (FROM {doubled} d WHERE d.__entity = r.__entity AND d.first <> r.target_id)"
    tables.execute(f"CREATE TEMP VIEW {view} AS SELECT r.* FROM {raw} r WHERE r.__entity IS NOT NULL{some}")
    return view


def _choose_known(tables: Relations, name: str, doubled: str, raw: str) -> None:
    tables.execute(
        f"""UPDATE {doubled} SET first = k.target_id FROM (
          SELECT __entity, __target_id AS target_id FROM {tables.scan(PLANNED, name)}
          UNION SELECT __entity, target_id FROM {tables.scan(OUTCOMES, name)} WHERE outcome = 'loaded') k
        WHERE {doubled}.__entity = k.__entity
          AND (k.__entity, k.target_id) IN (SELECT (__entity, target_id) FROM {raw})"""
    )


def expected_links(tables: Relations, object_plan: ObjectPlan, fields: list[FieldPlan]) -> str:
    """Create the relation of links as the completed record has them: what the load made of them is not trusted."""
    name = object_plan.name
    view = quoted(f"expected/{name}/links")
    complete = tables.whole(COMPLETED, name)
    load = tables.scan(PLANNED, name, also=texts(*(str(f.target) for f in fields)))
    there = set(tables.kinds(complete))
    joins, cells = [], []
    for number, field in enumerate(f for f in fields if f.ref is not None and f.name in there):
        parents = tables.scan(PLANNED, field.ref.object if field.ref else "")
        joins.append(
            f"LEFT JOIN {parents} p{number} ON p{number}.__cluster = TRY_CAST(c.{quoted(field.name)} AS BIGINT)"
        )
        cells.append(_expected_link(object_plan, field, f"p{number}"))
    missing = [f"NULL::VARCHAR AS {quoted(str(f.target))}" for f in fields if f.name not in there]
    tables.execute(
        f"""CREATE TEMP TABLE {view} AS SELECT x.__entity, x.__cluster AS __position,
        {", ".join(cells + missing)} FROM {quoted(f"arrived/{name}")} x
        LEFT JOIN {complete} c ON c.__cluster = x.__cluster
        LEFT JOIN {load} l ON l.__cluster = x.__cluster {" ".join(joins)}"""
    )
    return view


def _expected_link(object_plan: ObjectPlan, field: FieldPlan, parent: str) -> str:
    """The entity of the parent in the completed record; nothing where the mapping clears links to what is left out."""
    planned, target = f"l.{quoted(str(field.target))}", quoted(str(field.target))
    cleared = "FALSE"
    if field.ref is not None and field.ref.parent_excluded == "clear":
        cleared = f"{parent}.__action = 'excluded'"
    return f"""CASE WHEN {_was_theirs(object_plan)} OR {cleared} THEN {planned}
      ELSE coalesce({parent}.__entity, {planned}) END AS {target}"""


def actual_links(tables: Relations, object_plan: ObjectPlan, fields: list[FieldPlan]) -> str:
    """Create the relation of links in the target, each as the parent's entity; a dangling one keeps its target id."""
    name = object_plan.name
    view = quoted(f"actual/{name}/links")
    raw = quoted(f"actual/{name}")
    there = set(tables.kinds(raw))
    joins, cells = [], []
    for number, field in enumerate(f for f in fields if str(f.target) in there):
        parents = tables.scan(ACTUAL, field.ref.object if field.ref else "")
        column = f"r.{quoted(str(field.target))}::VARCHAR"
        joins.append(f"LEFT JOIN {parents} t{number} ON t{number}.target_id = {column}")
        joins.append(
            f"LEFT JOIN (SELECT DISTINCT __entity FROM {parents}) e{number} ON e{number}.__entity = {column} "
            f"AND t{number}.target_id IS NULL"
        )
        cells.append(f"coalesce(t{number}.__entity, nullif({column}, '')) AS {quoted(str(field.target))}")
        orphan = f"nullif({column}, '') IS NOT NULL AND t{number}.target_id IS NULL AND e{number}.__entity IS NULL"
        cells.append(f"{orphan} AS {quoted(f'__orphan {field.target}')}")
    listed = "".join(f", {cell}" for cell in cells)
    tables.execute(f"CREATE TEMP TABLE {view} AS SELECT r.target_id, r.__entity{listed} FROM {raw} r {' '.join(joins)}")
    return view
