"""Rows by a key of ORDER BY."""

from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.soql.tree import Order


def sorted_by(rows: list[Any], order: Order, key: Callable[[Any], Any]) -> list[Any]:
    """Rows by one key; nothing comes first unless it is said to come last."""
    empty = [row for row in rows if key(row) is None]
    filled = [row for row in rows if key(row) is not None]
    filled.sort(key=lambda row: _comparable(key(row)), reverse=order.down)
    return filled + empty if order.nulls_last else empty + filled


def _comparable(value: Any) -> Any:
    """Texts without capitals; ids as they are, in the order in which `Id > '...'` compares them: people walk through
    large tables by both (developer.salesforce.com/blogs, PK chunking techniques for massive orgs)."""
    if not isinstance(value, str):
        return value
    return value if ids.whole(value) == value else value.casefold()
