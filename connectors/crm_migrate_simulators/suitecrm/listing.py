"""Lists of records, what they are filtered by, and the lists of what is no record of a module: users and mailboxes."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from crm_migrate_simulators.store import Record
from crm_migrate_simulators.suitecrm.telling import told
from crm_migrate_simulators.suitecrm.visit import TYPE, Failed, Visit
from crm_migrate_simulators.wire import Reply

MANY = 10**6  # records: all of a module
_FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w+)\])?")
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda held, value: held == value,
    "neq": lambda held, value: held != value,
    "gt": lambda held, value: held > value,
    "gte": lambda held, value: held >= value,
    "lt": lambda held, value: held < value,
    "lte": lambda held, value: held <= value,
}


def listed(visit: Visit) -> Reply:
    """`{"meta", "data"}`; without records there is no meta. Who is deleted is found by a filter, and cannot be read."""
    query = visit.call.request.query
    deleted, found = _found(visit, query)
    order = query.get("sort", "date_entered")
    if order.lstrip("-") not in (*visit.fields, "id"):
        raise Failed(f"Sort field {order} in {visit.bean} module is not found")
    if deleted and found:
        raise Failed(f"{visit.module} module with id {found[0].id} is not found")
    names = _names(visit, query)
    pairs = [(_key(each, order.lstrip("-")), told(visit, each, names)) for each in found]
    pairs.sort(key=lambda pair: pair[0], reverse=order.startswith("-"))
    return _page(visit, [each for _, each in pairs])


def _page(visit: Visit, found: list[dict[str, Any]]) -> Reply:
    query = visit.call.request.query
    size = min(int(query.get("page[size]", 20)), visit.habits.most)
    start = max(0, int(query.get("page[number]", 1)) - 1) * size
    page = found[start : start + size]
    meta = {"meta": {"total-pages": -(-len(found) // size), "records-on-this-page": len(page)}} if page else {}
    return Reply(200, {**meta, "data": page}, dict(TYPE))


def _names(visit: Visit, query: Mapping[str, str]) -> list[str]:
    said = query.get(f"fields[{visit.module}]", "")
    names = said.split(",") if said else []
    wrong = [each for each in names if each not in visit.fields and each != "id"]
    if wrong:
        raise Failed(f"The following field in {visit.bean} module is not found: {', '.join(wrong)}")
    return names


def _found(visit: Visit, query: Mapping[str, str]) -> tuple[bool, list[Record]]:
    """Whether deleted records are asked for, and the records of a list."""
    tests = list(_tests(query))
    for name, operator, _ in tests:
        if name not in visit.fields and name != "id":
            raise Failed(f"Filter field {name} in {visit.bean} module is not found")
        if operator.lower() not in _TESTS:
            raise Failed(f"Filter operator {operator} is invalid")
    deleted = ("deleted", "eq", "1") in tests
    tests = [each for each in tests if each[0] != "deleted"]
    every = visit.store.page(visit.module, None, MANY, deleted=True) if deleted else visit.store.all(visit.module)
    seen = [each for each in every if deleted or each.seen(visit.now)]
    return deleted, [each for each in seen if all(_holds(each, *test) for test in tests)]


def _tests(query: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, value in query.items():
        found = _FILTER.fullmatch(name)
        if found and found[1] != "operator":
            if not found[2]:
                raise Failed(f"Filter field {found[1]} must be an array")
            yield found[1], found[2], value


def _holds(record: Record, name: str, operator: str, value: str) -> bool:
    """Texts are compared without regard to capitals, as the database does."""
    return _TESTS[operator.lower()](_key(record, name), value.casefold())


def _key(record: Record, name: str) -> str:
    return str(record.id if name == "id" else record.values.get(name) or "").casefold()


def users(visit: Visit) -> Reply:
    """The users."""
    there = visit.store.settings("users").items()
    return _page(visit, _told("User", [(id, said) for id, said in sorted(there) if id > _behind(visit)]))


def mailboxes(visit: Visit) -> Reply:
    """The mailboxes of all records, each of them once."""
    wanted = visit.call.request.query.get("filter[email_address_caps][eq]")
    found = []
    for place, said in visit.store.settings("mailboxes").items():
        marks = {"opt_out": said["email_opt_out"], "invalid_email": said["invalid_email"]}
        if wanted in (None, place.upper()):
            id = str(uuid5(NAMESPACE_URL, f"simulated:mailbox:{place}"))
            found.append((id, {"email_address": said["name"], "email_address_caps": place.upper(), **marks}))
    return _page(visit, _told("EmailAddress", [each for each in sorted(found) if each[0] > _behind(visit)]))


def _behind(visit: Visit) -> str:
    return visit.call.request.query.get("filter[id][gt]", "")


def _told(type: str, found: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": type, "id": id, "attributes": said, "relationships": {}} for id, said in found]
