"""Owner flow: the owner as the source wrote it, the owner in the target, and how many records went that way."""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.exported import owner_field
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import DISPOSITIONS, EXTRACTED, texts

OWNERS = 500


def owner_flow(tables: Relations, object_plan: ObjectPlan) -> list[tuple[str, str, int]]:
    """(legacy owner, owner in the target, records) of one object, by the row whose record arrived."""
    field = owner_field(object_plan)
    actual = quoted(f"actual/{object_plan.name}")
    if field is None or field.target not in tables.kinds(actual):
        return []
    dispositions = tables.scan(DISPOSITIONS, object_plan.name)
    selects = []
    for source, cell in field.cells.items():
        if cell.column is not None:
            raw = tables.scan(EXTRACTED, source, also=texts(cell.column))
            selects.append(
                f"""SELECT trim(coalesce(r.{quoted(cell.column)}, '')) AS legacy,
                  coalesce(a.{quoted(field.target)}, '') AS owner
                FROM {dispositions} d JOIN {raw} r USING (__row) JOIN {actual} a ON a.__entity = d.__entity
                WHERE d.__source = {literal(source)} AND d.state IN ('created', 'updated', 'unchanged')"""
            )
    if not selects:
        return []
    rows = tables.rows(
        f"SELECT legacy, owner, count(*) AS n FROM ({' UNION ALL '.join(selects)}) GROUP BY ALL "
        f"ORDER BY n DESC, legacy, owner LIMIT {OWNERS}"
    )
    return [(str(legacy), str(owner), int(count)) for legacy, owner, count in rows]


def total_flow(flows: list[tuple[str, str, int]]) -> tuple[tuple[str, str, int], ...]:
    """The flows of all objects added up, the largest first."""
    totals: dict[tuple[str, str], int] = {}
    for legacy, owner, count in flows:
        totals[legacy, owner] = totals.get((legacy, owner), 0) + count
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return tuple((legacy, owner, count) for (legacy, owner), count in ordered)
