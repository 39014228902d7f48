"""Aggregates: one row for each group, or one for all."""

from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.soql.ordering import sorted_by
from crm_migrate_simulators.salesforce.soql.paths import Found, find
from crm_migrate_simulators.salesforce.soql.testing import condition
from crm_migrate_simulators.salesforce.soql.tree import Aggregate, Order, Path, Query
from crm_migrate_simulators.store import Record

Row = dict[str, Any]


def rows(store: OrgStore, query: Query, object: str, records: list[Record], now: float) -> list[Row]:
    """The rows of a query with aggregates. Raises Failure where a field is neither grouped nor counted."""
    if any(not isinstance(item, Path | Aggregate) for item in query.items):
        raise Failure("MALFORMED_QUERY", "this simulator does not tell children of groups")
    grouped = [find(store, query, object, path) for path in query.groups]
    for found in grouped:
        if found.field is not None and not found.field.more.get("groupable", True):
            raise Failure("MALFORMED_QUERY", f"field '{found.name}' can not be grouped in a query call")
    members: dict[tuple[Any, ...], list[Record]] = {} if grouped else {(): records}
    for record in records if grouped else ():
        members.setdefault(tuple(_plain(found.of(store, record)) for found in grouped), []).append(record)
    names = {found.name: at for at, found in enumerate(grouped)}
    tell = _tellers(store, query, object, names)
    kept = _kept(store, query, object, members, now)
    for order in reversed(query.order):
        kept = sorted_by(kept, order, _order_key(store, query, object, names, order))
    return [_row(tell, found, each) for found, each in kept]


def _order_key(
    store: OrgStore, query: Query, object: str, groups: dict[str, int], order: Order
) -> Callable[[Any], Any]:
    """The value of a group that ORDER BY goes by: a grouped field, or an aggregate."""
    by = order.path
    if isinstance(by, Aggregate):
        return lambda kept: _aggregate(store, query, object, by, kept[1])
    found = find(store, query, object, by)
    if found.name not in groups:
        raise Failure("MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {by.text}")
    return lambda kept: kept[0][groups[found.name]]


def _plain(value: Any) -> Any:
    return value if not isinstance(value, dict) else str(value)


def _kept(
    store: OrgStore, query: Query, object: str, members: dict[tuple[Any, ...], list[Record]], now: float
) -> list[tuple[tuple[Any, ...], list[Record]]]:
    if query.having is None:
        return list(members.items())
    by_path: dict[int, Aggregate] = {}

    def counted(path: Any) -> Found:
        found = Found((), "expr", None, None)
        by_path[id(found)] = path
        kept.append(found)
        return found

    kept: list[Found] = []
    meets = condition(query.having, counted, lambda _: [], now)
    return [
        (key, each)
        for key, each in members.items()
        if meets(lambda path, each=each: _aggregate(store, query, object, by_path[id(path)], each))  # type: ignore[misc]
    ]


Tell = Callable[[tuple[Any, ...], list[Record]], tuple[str, Any]]


def _tellers(store: OrgStore, query: Query, object: str, groups: dict[str, int]) -> list[Tell]:
    told: list[Tell] = []
    unnamed = 0
    for item in query.items:
        if isinstance(item, Aggregate):
            name = item.alias or f"expr{unnamed}"
            unnamed += item.alias is None
            told.append(lambda _, each, item=item, name=name: (name, _aggregate(store, query, object, item, each)))  # type: ignore[misc]
            continue
        found = find(store, query, object, item)
        if found.name not in groups:
            raise Failure("MALFORMED_QUERY", f"Field must be grouped or aggregated: {item.text}")
        told.append(lambda key, _, name=item.alias or found.name, at=groups[found.name]: (name, key[at]))  # type: ignore[misc]
    return told


def _row(tell: list[Tell], key: tuple[Any, ...], each: list[Record]) -> Row:
    return {"attributes": {"type": "AggregateResult"}, **dict(one(key, each) for one in tell)}


def _aggregate(store: OrgStore, query: Query, object: str, item: Aggregate, records: list[Record]) -> Any:
    if item.path is None:
        return len(records)
    found = find(store, query, object, item.path)
    values = [value for value in (found.of(store, record) for record in records) if value is not None]
    if item.function == "COUNT":
        return len(values)
    if item.function == "COUNT_DISTINCT":
        return len({value.casefold() if isinstance(value, str) else value for value in values})
    if not values:
        return None
    if item.function in ("MIN", "MAX"):
        return min(values) if item.function == "MIN" else max(values)
    if not all(isinstance(value, int | float) for value in values):
        raise Failure("MALFORMED_QUERY", f"field {found.name} does not support aggregate operator {item.function}")
    total = sum(values)
    return total if item.function == "SUM" else total / len(values)
