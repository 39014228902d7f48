"""The field figures of an object: what each rule changed from the source, and expected against actual with causes."""

import re

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.comparing import NOT_COMPARED, Compared, Comparison, Kept, compare
from crm_migrate.stages.reconcile.grouping import causes_by_field
from crm_migrate.stages.reconcile.keeping import kept_cells
from crm_migrate.stages.reconcile.makers import add_makers
from crm_migrate.stages.reconcile.sides import actual_side, expected_side, loaded_fields
from crm_migrate.workspace.figures import FieldFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, CELLS, CHANGES, DIFFERENCES, EXTRACTED, NODES, SURVIVORS, Table, texts


def compare_object(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Comparison:
    """Compare every record of an object that must be in the target, in full or as the plan samples it."""
    fields = [Compared(str(f.target), f.type) for f in loaded_fields(object_plan)]
    expected, actual = expected_side(tables, plan, object_plan), actual_side(tables, object_plan)
    kept = kept_cells(tables, object_plan, loaded_fields(object_plan))
    limit = sample_size(plan, object_plan.name)
    if not tables.finished(ACTUAL, object_plan.name):
        limit = 0
    if limit is None:
        return compare(tables, object_plan.name, expected, actual, fields, kept)
    return _sampled(tables, object_plan.name, expected, actual, fields, kept, limit)


def sample_size(plan: Plan, object_name: str) -> int | None:
    """How many records the plan compares: None for all, 0 for none."""
    said = plan.reconcile.compare.get(object_name, "all").strip().lower()
    number = re.search(r"\d+", said)
    if said == "none":
        return 0
    return int(number.group()) if number else None


def _sampled(
    tables: Relations, name: str, expected: str, actual: str, fields: list[Compared], kept: Kept, limit: int
) -> Comparison:
    sample = quoted(f"expected/{name}/sample")
    tables.execute(
        f"CREATE TEMP TABLE {sample} AS SELECT * FROM {expected} ORDER BY md5(__entity), __entity LIMIT {limit}"
    )
    comparison = compare(tables, name, sample, actual, fields, kept)
    (all_records,) = tables.one(f"SELECT count(*) FROM {expected}")
    for classes in comparison.classes.values():
        classes["not_sampled"] = int(all_records) - comparison.records
    comparison.records = int(all_records)
    return comparison


def field_figures(
    tables: Relations, object_plan: ObjectPlan, comparison: Comparison, names: str
) -> tuple[tuple[FieldFigure, ...], str]:
    """One figure per field that has a place in the target, and the table of its differing cells with their sources."""
    changed, flags = _counted(tables, object_plan, CHANGES, "rule"), _counted(tables, object_plan, CELLS, "code")
    sourced = add_source_values(tables, object_plan, comparison.cells, names)
    causes = causes_by_field(tables, object_plan, comparison, sourced, loaded_fields(object_plan))
    figures = []
    for field in loaded_fields(object_plan):
        classes = {cls: count for cls, count in comparison.classes[str(field.target)].items() if count}
        figures.append(
            FieldFigure(
                object=object_plan.name,
                field=field.name,
                type=field.type,
                records=comparison.records,
                compared=comparison.records - sum(classes.get(cls, 0) for cls in NOT_COMPARED),
                matched=classes.get("match", 0) + classes.get("match_normalised", 0),
                classes=classes,
                causes=causes[field.name],
                changed_from_source=sum(changed.get(field.name, {}).values()),
                changed_by_rule=changed.get(field.name, {}),
                flags=flags.get(field.name, {}),
            )
        )
    return tuple(figures), sourced


def add_source_values(tables: Relations, object_plan: ObjectPlan, cells: str, names: str) -> str:
    """Create the table of differing cells with the record's name and the raw cell that the expected value came from."""
    table = quoted(f"sourced/{object_plan.name}/{cells.strip(chr(34))}")
    survivors = tables.scan(SURVIVORS, object_plan.name)
    nodes = tables.scan(NODES, object_plan.name)
    targets = ", ".join(
        f"({literal(str(f.target))}, {literal(f.name)})" for f in object_plan.fields if f.target is not None
    )
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH t(target, name) AS (VALUES {targets})
        SELECT c.__entity, c.target_id, c.field, c.class, c.cause, c.expected, c.actual, t.name,
               coalesce(m.record, c.__entity) AS record, n.__source AS source, n.__row AS row, n.__split AS split,
               NULL::VARCHAR AS source_value, NULL::VARCHAR AS made, NULL::VARCHAR AS made_rule
        FROM {cells} c JOIN t ON t.target = c.field LEFT JOIN {names} m USING (__entity)
        LEFT JOIN {survivors} s ON s.__cluster = m.__cluster AND s.field = t.name
        LEFT JOIN {nodes} n ON n.__node = coalesce(s.__node, m.node)"""
    )
    _add_raw(tables, table, object_plan)
    add_makers(tables, object_plan, table)
    return table


def _add_raw(tables: Relations, table: str, object_plan: ObjectPlan) -> None:
    """Fill `source_value`, source by source."""
    columns: dict[str, dict[str, str]] = {}
    for source, name in tables.rows(f"SELECT DISTINCT source, name FROM {table} WHERE source IS NOT NULL ORDER BY ALL"):
        cell = object_plan.field(name).cells.get(source)
        if cell is not None and cell.column is not None:
            columns.setdefault(source, {})[name] = cell.column
    for source, fed in columns.items():
        raw = tables.scan(EXTRACTED, source, also=texts(*fed.values()))
        cells = " ".join(f"WHEN {literal(name)} THEN r.{quoted(column)}" for name, column in fed.items())
        tables.execute(
            f"""UPDATE {table} c SET source_value = CASE c.name {cells} END FROM {raw} r
            WHERE c.source = {literal(source)} AND c.row = r.__row"""
        )


def write_differences(tables: Relations, object_name: str, sourced: list[str]) -> None:
    """Write every cell that is not a match or empty on both sides."""
    listed = ", ".join(quoted(column) for column in DIFFERENCES.columns)
    parts = " UNION ALL ".join(f"SELECT {listed} FROM {table}" for table in sourced)
    tables.publish(f"{parts} ORDER BY field, __entity, target_id", DIFFERENCES, object_name)


def _counted(tables: Relations, object_plan: ObjectPlan, table: Table, what: str) -> dict[str, dict[str, int]]:
    """Field -> what a column says of its cells -> how many of them, over all sources that feed the object."""
    lines = " UNION ALL ".join(
        f"SELECT field, {what} FROM {tables.scan(table, object_plan.name, source)}" for source in _feeding(object_plan)
    )
    counts: dict[str, dict[str, int]] = {}
    for field, said, count in (
        tables.rows(f"SELECT *, count(*) FROM ({lines}) GROUP BY ALL ORDER BY ALL") if lines else ()
    ):
        counts.setdefault(field, {})[said] = int(count)
    return counts


def _feeding(object_plan: ObjectPlan) -> list[str]:
    return [*(feed.source for feed in object_plan.feeds), *(enrich.source for enrich in object_plan.enrich)]
