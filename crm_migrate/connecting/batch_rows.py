"""The rows of a batch for a target that takes them one by one: by entity, without what we put beside them."""

from collections.abc import Callable, Mapping

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


def ids_of(batch: WriteBatch, keys: Callable[[], Mapping[str, str]], forget: Callable[[], None]) -> dict[str, str]:
    """Entity -> id of the records that a batch is about, as far as they are known: the batch says them, or `keys` does
    (our key -> id), which is asked anew, after `forget`, where it does not know all of them."""
    rows = rows_of(batch)
    if TARGET_ID in batch.rows.column_names:
        return {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
    known = keys()
    if any(entity not in known for entity in rows):
        forget()
        known = keys()
    return {entity: known[entity] for entity in rows if entity in known}
