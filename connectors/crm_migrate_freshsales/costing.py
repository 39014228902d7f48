"""What loads and readings cost in requests, where nothing goes wrong. Pure."""

from collections.abc import Collection, Iterable

from crm_migrate.connecting.contract import Action, Asks, Load
from crm_migrate_freshsales.requests import PAGE
from crm_migrate_freshsales.shapes import ACTIVITIES, Model

LOOKS = 2  # who was made last, before a list is read and behind it


def writing(action: Action, loads: Iterable[Load]) -> int:
    """Requests of these batches: a record is one, a change two."""
    rows = sum(load.rows for load in loads)
    return rows if action == "create" else 2 * rows


def reading(records: int, lists: int) -> int:
    """Requests that read so many records in these lists, as if the first held all: nobody knows how long each is."""
    return max(1, -(-records // PAGE)) + lists - 1 + LOOKS * lists


def asking(models: Collection[Model]) -> Asks:
    """Requests beside records: the first pipeline, which tells the account; users, fields and types of activities, once
    in each connection; and by what views records are listed."""
    known = 1 + len(models) + sum(each.name == ACTIVITIES for each in models)
    return Asks(identity=1, before=known, during=known + sum(bool(each.views) for each in models))
