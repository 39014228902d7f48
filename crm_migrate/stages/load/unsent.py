"""Cells that a repair is to write: they count as never sent, whatever our last load sent."""

from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import REPAIR


def as_if_unsent(tables: Relations, object_name: str, fields: list[str]) -> tuple[str, str]:
    """SQL over `sent` (`s`): its cells as they count where a run repairs, and the join that they need.

    A cell that is to be written counts as never sent, one that is to be emptied as what the target made of it.
    """
    plain = ", ".join(f"s.{quoted(name)}" for name in fields)
    if not tables.finished(REPAIR, object_name):
        return plain, ""
    chosen = f"SELECT * FROM {tables.scan(REPAIR, object_name)} WHERE stays IS NULL"
    before = "CASE WHEN expected IS NULL THEN actual END"
    join = f""" LEFT JOIN (SELECT __entity, list(field) AS __fields, list({before}) AS __before FROM ({chosen})
      GROUP BY __entity) r ON r.__entity = s.__entity"""
    cells = (
        f"CASE WHEN list_contains(r.__fields, {literal(name)})"
        f" THEN r.__before[list_position(r.__fields, {literal(name)})] ELSE s.{quoted(name)} END AS {quoted(name)}"
        for name in fields
    )
    return ", ".join(cells), join
