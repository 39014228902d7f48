"""Lists of records, in pages of a bounded size, and what they are filtered by."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.espocrm.telling import told
from crm_migrate_simulators.espocrm.visit import Visit, no
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

_PART = re.compile(r"\[([^\]]*)\]")
_ORDERS = ("createdAt", "modifiedAt", "id", "name")


def listed(visit: Visit) -> Reply:
    """`{"list", "total"}`."""
    query = visit.call.request.query
    size, offset = int(query.get("maxSize", visit.habits.page)), int(query.get("offset", 0))
    if size > visit.habits.page:
        raise no(403, f"Max size should not exceed {visit.habits.page}. Use offset and limit.")
    by = query.get("orderBy", "createdAt")
    if by not in _ORDERS:
        raise no(403, "Not allowed order field.")
    found = [(each, told(visit, each, whole=False)) for each in _seen(visit)]
    for condition in _where(query):
        found = [pair for pair in found if _holds(visit, condition, *pair)]
    found.sort(key=lambda pair: (str(pair[1][by]), pair[0].id), reverse=query.get("order", "desc") == "desc")
    page = [_selected(said, query.get("select")) for _, said in found[offset : offset + size]]
    more = -1 if len(found) > offset + size else -2
    return Reply(200, {"total": len(found) if visit.habits.counts else more, "list": page})


def users(visit: Visit) -> Reply:
    """The users, whatever is asked for of them."""
    found = list(visit.store.settings("users").values())
    wanted = [each for each in found if each["isActive"]]
    return Reply(200, {"total": len(wanted), "list": wanted})


def _seen(visit: Visit) -> list[Record]:
    return [each for each in visit.store.all(visit.entity) if each.seen(visit.now)]


def _selected(said: dict[str, Any], select: str | None) -> dict[str, Any]:
    wanted = {"id", *select.split(",")} if select else None
    return {name: value for name, value in said.items() if wanted is None or name in wanted}


def _where(query: Mapping[str, str]) -> list[Any]:
    """What PHP makes of `where[0][type]`."""
    root: dict[str, Any] = {}
    for name, value in query.items():
        if name.startswith(("where[", "whereGroup[")):
            at, parts = root, _PART.findall(name)
            for part in parts[:-1]:
                at = at.setdefault(part, {})
            at[parts[-1]] = value
    found: Any = _lists(root)
    return list(found) if isinstance(found, list) else []


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(each) for name, each in value.items()}


def _holds(visit: Visit, condition: Any, record: Record, said: Mapping[str, Any]) -> bool:
    type = str(condition.get("type")) if isinstance(condition, dict) else ""
    if type not in _TESTS:
        raise no(400, "Bad where item type.")
    attribute, value = str(condition.get("attribute", "")), condition.get("value")
    if type == "linkedWith":
        return _linked(visit, attribute, record.id, value)
    if attribute not in said:
        raise no(403, f"Forbidden attribute {attribute} in where.")
    return _TESTS[type](said[attribute], value)


def _linked(visit: Visit, link: str, id: str, value: Any) -> bool:
    if visit.links.get(link, {}).get("type") != "hasMany":
        raise no(400, "Bad link in where.")
    other = visit.links[link]
    ends = [*visit.store.linked(f"{visit.entity}.{link}", id)]
    ends += [left for left, right in visit.store.links(f"{other['entity']}.{other['foreign']}") if right == id]
    return bool(set(ends) & set(value if isinstance(value, list) else [value]))


def _folded(held: Any) -> Any:
    """Texts are compared without regard to capitals, as the database does."""
    return held.casefold() if isinstance(held, str) else held


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda held, value: _folded(held) == _folded(value),
    "in": lambda held, value: _folded(held) in [_folded(each) for each in value or ()],
    "isNull": lambda held, _: held is None,
    "isNotNull": lambda held, _: held is not None,
    "isTrue": lambda held, _: held is True,
    "linkedWith": lambda held, _: bool(held),
}
