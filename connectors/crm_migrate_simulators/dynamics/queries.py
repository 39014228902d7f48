"""Reading records: one by its id or key, or pages of those that meet a condition, in the order of a column or ids."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crm_migrate_simulators.dynamics.binding import record_of
from crm_migrate_simulators.dynamics.filters import condition
from crm_migrate_simulators.dynamics.problems import Failure, missing, not_simulated
from crm_migrate_simulators.dynamics.records import columns_of
from crm_migrate_simulators.dynamics.telling import column_of, etag, selected, told
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

MOST_COUNTED = 5000
_KNOWN = {"$select", "$filter", "$orderby", "$top", "$count", "$skiptoken"}
_COOKIE = re.compile(r"<cookie pagenumber=\"(\d+)\" last=\"([^\"]*)\" />")
JSON = {"Content-Type": "application/json; odata.metadata=minimal", "OData-Version": "4.0"}


def one(work: Work, table: str, what: str) -> Reply:
    """A record."""
    _options(work, {"$select"})
    record = record_of(work, table, what)
    if not record.seen(work.now):
        raise missing(table, record.id)
    if work.request.headers.get("if-none-match") == etag(record):
        return Reply(304, None, {"OData-Version": "4.0"})
    names = selected(work, table, work.request.query.get("$select"))
    context = f"{work.host}/api/data/v9.2/$metadata#{work.store.words(table)['set']}/$entity"
    return Reply(200, {"@odata.context": context, **told(work, record, names)}, dict(JSON))


def many(work: Work, table: str, lookup: str = "", parent: str = "") -> Reply:
    """A page of records; with `lookup` of those that it leads from to `parent`."""
    query = work.request.query
    _options(work, _KNOWN)
    names, found = selected(work, table, query.get("$select")), _ordered(work, table, _met(work, table, lookup, parent))
    top = int(query["$top"]) if query.get("$top", "").isdigit() else None
    number, start = _cookie(query.get("$skiptoken", ""), found)
    size = work.page if top is None else min(top, work.page)
    page = found[start : start + size]
    set = work.store.words(table)["set"]
    body: dict[str, Any] = {"@odata.context": f"{work.host}/api/data/v9.2/$metadata#{set}"}
    if query.get("$count") == "true":
        body["@odata.count"] = min(len(found), MOST_COUNTED)
    body["value"] = [told(work, record, names) for record in page]
    if top is None and start + size < len(found):
        body["@odata.nextLink"] = _following(work, number + 1, page[-1].id)
    headers = dict(JSON) | (
        {"Preference-Applied": f"odata.maxpagesize={work.page}"} if "maxpagesize" in work.prefer else {}
    )
    return Reply(200, body, headers)


def _options(work: Work, known: set[str]) -> None:
    for name in work.request.query:
        if name in ("$expand", "$apply", "fetchXml"):
            raise not_simulated(f"the query option {name}")
        if name.startswith("$") and name not in known:
            raise Failure(400, "0x80060888", f"The query parameter {name} is not supported")


def _met(work: Work, table: str, lookup: str, parent: str) -> list[Record]:
    columns = columns_of(work, table)
    among = work.store.having(table, lookup, parent) if lookup else work.store.all(table)
    records = [each for each in among if each.seen(work.now)]
    text, key = work.request.query.get("$filter"), work.store.words(table)["id"]
    if not text:
        return records
    aliases = {name: said for name, said in work.request.query.items() if name.startswith("@")}
    test = condition(text, lambda said: column_of(columns, said), aliases)
    return [each for each in records if test({**each.values, key: each.id})]


def _ordered(work: Work, table: str, records: list[Record]) -> list[Record]:
    records = sorted(records, key=lambda each: each.id)
    said = work.request.query.get("$orderby")
    for part in reversed(said.split(",")) if said else ():
        name, _, way = part.strip().partition(" ")
        column = column_of(columns_of(work, table), name)
        if column is None:
            raise Failure(400, "0x80060888", f"Could not find a property named '{name}'.")
        records = sorted(records, key=lambda each: str(each.values.get(column, "")), reverse=way.strip() == "desc")
    return records


def _cookie(said: str, found: list[Record]) -> tuple[int, int]:
    """The number of the page that is asked for, and where it begins: behind the last record of the one before."""
    if not said:
        return 1, 0
    cookie = _COOKIE.fullmatch(said)
    if cookie is None:
        raise Failure(400, "0x80060888", "Malformed XML in the paging cookie")
    last = cookie[2]
    place = next((at + 1 for at, each in enumerate(found) if each.id == last), None)
    if place is None:  # it is not there any more: the next ones are those of greater ids
        place = next((at for at, each in enumerate(found) if each.id > last), len(found))
    return int(cookie[1]), place


def _following(work: Work, number: int, last: str) -> str:
    cookie = f'<cookie pagenumber="{number}" last="{last}" />'
    kept: Mapping[str, str] = {name: said for name, said in work.request.query.items() if name != "$skiptoken"}
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in [*kept.items(), ("$skiptoken", cookie)])
    return f"{work.host}{work.request.path}?{said}"
