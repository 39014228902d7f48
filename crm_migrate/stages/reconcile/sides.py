"""The two sides of an object that are compared: what the load says it wrote, and what the target gave back."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.stages.reconcile.columns import COMPLETE, IDS, LOAD, OUTCOMES, texts
from crm_migrate.stages.reconcile.database import Tables, quote


def loaded_fields(object_plan: ObjectPlan) -> list[FieldPlan]:
    """The fields that have a place in the target, references left out."""
    return [f for f in object_plan.fields if f.target is not None and f.ref is None and f.action == "migrate"]


def link_fields(plan: Plan, object_plan: ObjectPlan) -> list[FieldPlan]:
    """The references that have a place in the target and point to an object of this plan."""
    known = {other.name for other in plan.objects}
    return [f for f in object_plan.fields if f.target is not None and f.ref is not None and f.ref.object in known]


def expected_side(tables: Tables, object_plan: ObjectPlan) -> str:
    """Create the relation of records that must be in the target: `__entity`, `__existed`, `__position`, its fields.

    The table `arrived/<object>` beside it has their keys only.
    """
    name = object_plan.name
    view = quote(f"expected/{name}")
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    load = tables.view(LOAD | texts(*fields), "load", name, "entities")
    complete = tables.view(
        COMPLETE | texts(*(f.name for f in loaded_fields(object_plan))), "complete", name, "entities"
    )
    outcomes = tables.view(OUTCOMES, "load", name, "outcomes")
    arrived = quote(f"arrived/{name}")
    tables.execute(
        f"""CREATE TEMP TABLE {arrived} AS SELECT l.__entity, l.__cluster, l.__action <> 'create' AS __existed
        FROM {load} l WHERE l.__action = 'unchanged' OR (l.__action IN ('create', 'update')
          AND l.__entity IN (SELECT __entity FROM {outcomes} WHERE outcome = 'loaded'))"""
    )
    listed = ", ".join(_expected_cell(f) for f in loaded_fields(object_plan)) or "NULL AS __nothing"
    tables.execute(
        f"""CREATE TEMP VIEW {view} AS SELECT x.__entity, x.__cluster, x.__existed, x.__cluster AS __position, {listed}
        FROM {arrived} x JOIN {load} l ON l.__cluster = x.__cluster AND l.__entity = x.__entity
        LEFT JOIN {complete} c ON c.__cluster = x.__cluster"""
    )
    return view


def _expected_cell(field: FieldPlan) -> str:
    """The completed record's value, so that a value that the load changed or lost is seen in the target.

    Where the record is one that the target had before us, what the load planned counts.
    """
    target = quote(str(field.target))
    return f"CASE WHEN l.__code = 'existing' THEN l.{target} ELSE nullif(c.{quote(field.name)}, '') END AS {target}"


def actual_side(tables: Tables, object_plan: ObjectPlan) -> str:
    """Create the relation of our records in the target, one per entity (a second one is an unexpected record)."""
    name = object_plan.name
    view, doubled = quote(f"actual/{name}"), quote(f"actual/{name}/doubled")
    raw = tables.view(IDS, "validate", name, "actual")
    tables.execute(
        f"""CREATE TEMP TABLE {doubled} AS SELECT __entity, min(target_id) AS first FROM {raw}
        WHERE __entity IS NOT NULL GROUP BY __entity HAVING count(*) > 1"""
    )
    first = f" AND NOT EXISTS (FROM {doubled} d WHERE d.__entity = r.__entity AND d.first <> r.target_id)"
    some = first if tables.count(doubled) else ""
    tables.execute(f"CREATE TEMP VIEW {view} AS SELECT r.* FROM {raw} r WHERE r.__entity IS NOT NULL{some}")
    return view


def expected_links(tables: Tables, object_plan: ObjectPlan, fields: list[FieldPlan]) -> str:
    """Create the relation of links as the completed record has them: what the load made of them is not trusted."""
    name = object_plan.name
    view = quote(f"expected/{name}/links")
    complete = tables.view(COMPLETE, "complete", name, "entities")
    load = tables.view(LOAD | texts(*(str(f.target) for f in fields)), "load", name, "entities")
    there = set(tables.columns(complete))
    joins, cells = [], []
    for number, field in enumerate(f for f in fields if f.ref is not None and f.name in there):
        parents = tables.view(LOAD, "load", field.ref.object if field.ref else "", "entities")
        joins.append(
            f"LEFT JOIN {parents} p{number} ON p{number}.__cluster = TRY_CAST(c.{quote(field.name)} AS BIGINT)"
        )
        cells.append(_expected_link(field, f"p{number}"))
    missing = [f"NULL::VARCHAR AS {quote(str(f.target))}" for f in fields if f.name not in there]
    tables.execute(
        f"""CREATE TEMP TABLE {view} AS SELECT x.__entity, x.__existed, x.__cluster AS __position,
        {", ".join(cells + missing)} FROM {quote(f"arrived/{name}")} x
        LEFT JOIN {complete} c ON c.__cluster = x.__cluster
        LEFT JOIN {load} l ON l.__cluster = x.__cluster {" ".join(joins)}"""
    )
    return view


def _expected_link(field: FieldPlan, parent: str) -> str:
    """The entity of the parent in the completed record; nothing where the mapping clears links to what is left out."""
    planned, target = f"l.{quote(str(field.target))}", quote(str(field.target))
    cleared = "FALSE"
    if field.ref is not None and field.ref.parent_excluded == "clear":
        cleared = f"{parent}.__action = 'excluded'"
    return f"""CASE WHEN l.__code = 'existing' OR {cleared} THEN {planned}
      ELSE coalesce({parent}.__entity, {planned}) END AS {target}"""


def actual_links(tables: Tables, object_plan: ObjectPlan, fields: list[FieldPlan]) -> str:
    """Create the relation of links in the target, each as the parent's entity; a dangling one keeps its target id."""
    name = object_plan.name
    view = quote(f"actual/{name}/links")
    raw = quote(f"actual/{name}")
    there = set(tables.columns(raw))
    joins, cells = [], []
    for number, field in enumerate(f for f in fields if str(f.target) in there):
        parents = tables.view(IDS, "validate", field.ref.object if field.ref else "", "actual")
        column = f"r.{quote(str(field.target))}::VARCHAR"
        joins.append(f"LEFT JOIN {parents} t{number} ON t{number}.target_id = {column}")
        joins.append(
            f"LEFT JOIN (SELECT DISTINCT __entity FROM {parents}) e{number} ON e{number}.__entity = {column} "
            f"AND t{number}.target_id IS NULL"
        )
        cells.append(f"coalesce(t{number}.__entity, nullif({column}, '')) AS {quote(str(field.target))}")
        orphan = f"nullif({column}, '') IS NOT NULL AND t{number}.target_id IS NULL AND e{number}.__entity IS NULL"
        cells.append(f"{orphan} AS {quote(f'__orphan {field.target}')}")
    listed = "".join(f", {cell}" for cell in cells)
    tables.execute(f"CREATE TEMP TABLE {view} AS SELECT r.target_id, r.__entity{listed} FROM {raw} r {' '.join(joins)}")
    return view
