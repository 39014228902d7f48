"""What loads and readings cost in requests, where nothing goes wrong. Pure."""

from collections.abc import Iterable

from crm_migrate.connecting.contract import Action, Load
from crm_migrate_freshsales.requests import PAGE

LOOKS = 2  # who was made last, before a list is read and behind it


def writing(action: Action, loads: Iterable[Load], listed: int) -> int:
    """Requests of these batches: a record is one, a change two. Where what is there was not listed for an action before
    it, that takes `listed`."""
    rows = sum(load.rows for load in loads)
    return (rows if action == "create" else 2 * rows) + (listed if rows else 0)


def reading(records: int, lists: int) -> int:
    """Requests that read so many records in these lists, as if the first held all: nobody knows how long each is."""
    return max(1, -(-records // PAGE)) + lists - 1 + LOOKS * lists
