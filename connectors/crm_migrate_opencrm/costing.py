"""What loads and readings cost in requests, where nothing goes wrong. Pure."""

from collections.abc import Collection, Iterable

from crm_migrate.connecting.contract import Load
from crm_migrate_opencrm.dialect import Dialect, Entity

USERS = 50  # that are counted on: nobody knows how many there are before they are listed


def writing(dialect: Dialect, entity: Entity, loads: Iterable[Load]) -> int:
    """Requests of these batches: who is there is looked for by our keys, and by ids where others made them; users are
    listed where a batch names owners; and each record is sent by itself."""
    return sum(
        dialect.looks(load.rows, by_id=load.adopts)
        + _users(dialect, entity, load.columns)
        + load.rows * dialect.sending(entity, [name for name, held in load.columns.items() if held])
        for load in loads
    )


def reading(dialect: Dialect, entity: Entity, records: int) -> int:
    """Requests that read so many records with their owners."""
    return dialect.pages(records) + _users(dialect, entity, entity.fields)


def _users(dialect: Dialect, entity: Entity, names: Collection[str]) -> int:
    owned = any(entity.fields[name].kind == "owner" for name in names if name in entity.fields)
    return dialect.pages(USERS) if owned else 0
