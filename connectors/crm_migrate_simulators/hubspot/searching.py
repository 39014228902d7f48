"""Search: POST /crm/objects/{object}/search. It has a limit of its own, ends at 10,000, and is behind."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.hubspot import links
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType, object_type
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.properties import definition
from crm_migrate_simulators.hubspot.records import filled, told
from crm_migrate_simulators.hubspot.values import milliseconds
from crm_migrate_simulators.hubspot.visit import Visit, mapping
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

DEEPEST = 10_000  # results that can be paged through
PAGE = 200
GROUPS, FILTERS = 5, 18
_PSEUDO = "associations."
_TEXTS = ("email", "firstname", "lastname", "phone", "company", "name", "domain", "website", "dealname", "subject")
_VALUED = frozenset({"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
_LISTED = frozenset({"IN", "NOT_IN"})
_BARE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
Values = Mapping[str, Any]


def search(visit: Visit) -> Reply:
    """A page of what is found, and how much there is in all."""
    of, said = visit.object(), visit.body()
    groups = _groups(said)
    _checked(visit, of, groups)
    limit, after = _number(said, "limit", 10), _number(said, "after", 0)
    if not 0 < limit <= PAGE:
        raise refused(400, f"limit must be between 1 and {PAGE}")
    if after + limit > DEEPEST:
        raise refused(400, f"The results of a search end at {DEEPEST}; narrow its filters")
    found = [record for record in visit.store.all(of.name) if record.seen(visit.now) and _indexed(visit, record)]
    values = {record.id: filled(visit, of, record) for record in found}
    hits = [record for record in found if _matches(visit, of, record, values[record.id], groups, said.get("query"))]
    hits = _sorted(of, hits, values, said.get("sorts") or [])
    here = hits[after : after + limit]
    body: Json = {"total": len(hits), "results": [told(visit, of, r, said.get("properties") or []) for r in here]}
    if len(hits) > after + limit:
        body["paging"] = {"next": {"after": str(after + limit)}}
    return Reply(200, body)


def _indexed(visit: Visit, record: Record) -> bool:
    """Whether the index knows a record: not at once, then for a moment, then not, then for good."""
    late = visit.habits.index_seconds
    age = visit.now - record.created
    return age >= late or late / 3 <= age < late / 2


def _number(said: Json, name: str, default: int) -> int:
    value = said.get(name, default)
    if isinstance(value, bool) or not str(value).isdigit():
        raise refused(400, f"{name} should be a number")
    return int(value)


def _groups(said: Json) -> list[list[Json]]:
    """Any of these lists of filters, all of each; `filters` alone is one list."""
    groups = said.get("filterGroups") or []
    if said.get("filters"):
        groups = [*groups, {"filters": said["filters"]}]
    read = [[mapping(each) for each in mapping(group).get("filters") or []] for group in groups]
    if len(read) > GROUPS or sum(map(len, read)) > FILTERS:
        raise refused(400, f"A search has at most {GROUPS} groups and {FILTERS} filters")
    return read


def _checked(visit: Visit, of: ObjectType, groups: list[list[Json]]) -> None:
    for each in (each for group in groups for each in group):
        name, operator = str(each.get("propertyName")), each.get("operator")
        if name.startswith(_PSEUDO):
            object_type(visit.store, name.removeprefix(_PSEUDO))
        elif definition(visit.store, of.name, name) is None:
            raise refused(400, f"There was a problem with the request: no property {name} of {of.legacy}")
        if operator not in _VALUED | _LISTED | _BARE:
            raise refused(400, f"Invalid input JSON on line 1, column 1: no operator {operator}")
        needed = "values" if operator in _LISTED else "value"
        if operator not in _BARE and each.get(needed) is None:
            raise refused(400, f"operator {operator} requires {needed}")
        if operator in _LISTED and not isinstance(each["values"], list):
            raise refused(400, "values should be a list")


def _matches(
    visit: Visit, of: ObjectType, record: Record, values: Values, groups: list[list[Json]], query: Any
) -> bool:
    if query and not any(str(query).lower() in str(values.get(name, "")).lower() for name in _TEXTS):
        return False
    return not groups or any(all(_holds(visit, of, record, values, each) for each in group) for group in groups)


def _holds(visit: Visit, of: ObjectType, record: Record, values: Values, filter: Json) -> bool:
    name, operator = str(filter["propertyName"]), filter["operator"]
    if name.startswith(_PSEUDO):
        other = object_type(visit.store, name.removeprefix(_PSEUDO))
        found = set(links.told_types(visit, of, other, record.id))
        asked = set(map(str, filter.get("values") or [filter.get("value")]))
        return bool(found & asked) if operator not in _BARE else bool(found) == (operator == "HAS_PROPERTY")
    value = values.get(name)
    if operator in _BARE:
        return bool((value not in (None, "")) == (operator == "HAS_PROPERTY"))
    if value is None:
        return operator in ("NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN")
    type = (definition(visit.store, of.name, name) or {"type": "string"})["type"]
    if operator in _LISTED:
        inside = _key(type, value) in [_key(type, each) for each in filter["values"]]
        return bool(inside == (operator == "IN"))
    if operator == "BETWEEN":
        return bool(_key(type, filter["value"]) <= _key(type, value) <= _key(type, filter.get("highValue")))
    return _COMPARED[operator](_key(type, value), _key(type, filter["value"]))


def _key(type: str, value: Any) -> Any:
    """A value in a form that can be compared."""
    if type in ("date", "datetime"):
        return milliseconds(str(value)) or 0
    if type == "number":
        try:
            return float(value)
        except (TypeError, ValueError):
            return 0.0
    return str(value).casefold()


def _has_token(value: Any, token: Any) -> bool:
    return str(token).strip("*") in str(value)


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda value, other: bool(value == other),
    "NEQ": lambda value, other: bool(value != other),
    "LT": lambda value, other: bool(value < other),
    "LTE": lambda value, other: bool(value <= other),
    "GT": lambda value, other: bool(value > other),
    "GTE": lambda value, other: bool(value >= other),
    "CONTAINS_TOKEN": _has_token,
    "NOT_CONTAINS_TOKEN": lambda value, other: not _has_token(value, other),
}


def _sorted(of: ObjectType, hits: list[Record], values: Mapping[str, Values], sorts: list[Any]) -> list[Record]:
    """By the first of `sorts`, else by the day of creation; then by id."""
    first = sorts[0] if sorts else {"propertyName": of.created, "direction": "ASCENDING"}
    if isinstance(first, str):
        first = {"propertyName": first.lstrip("-"), "direction": "DESCENDING" if first[:1] == "-" else "ASCENDING"}
    if not isinstance(first, dict):
        raise refused(400, "a sort is a property and a direction")
    name = str(first.get("propertyName"))
    down = first.get("direction") == "DESCENDING"
    return sorted(hits, key=lambda r: (str(values[r.id].get(name, "")), int(r.id)), reverse=down)
