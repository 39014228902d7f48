"""The rows of a batch for a target that takes them one by one: by entity, without what we put beside them. Pure."""

from collections.abc import Mapping

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, WriteBatch

Row = Mapping[str, str | None]


def rows_of(batch: WriteBatch) -> dict[str, Row]:
    """Entity -> its row."""
    return {str(row[ENTITY]): row for row in batch.rows.to_pylist()}


def fields_of(batch: WriteBatch) -> list[str]:
    """The fields that a batch names."""
    return [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]


def cells_of(row: Row) -> frozenset[str]:
    """The values of a row, which no refusal may repeat."""
    return frozenset(cell for name, cell in row.items() if cell and name not in (TARGET_ID, ENTITY))
