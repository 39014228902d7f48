"""Records read: by pages, by ids, one, those that were deleted, and how many there are."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.problems import INVALID_ID, Problem, param
from crm_migrate_simulators.zoho.subforms import told
from crm_migrate_simulators.zoho.telling import by, title, whole
from crm_migrate_simulators.zoho.values import moment
from crm_migrate_simulators.zoho.visit import Visit

PAGE = 200
BY_PAGES = 2000  # records that are reached by `page`; those behind them by a token
BY_TOKENS = 100_000
FIELDS = 50
IDS = 100
_ORDERS = ("id", "Created_Time", "Modified_Time")


def listed(visit: Visit) -> Reply:
    """A page of a module, or the records with some ids."""
    module, names = visit.module(), _names(visit)
    ids = visit.query.get("ids")
    records = [record for record in visit.store.all(module) if record.seen(visit.now)]
    if ids is not None:
        wanted = ids.split(",")
        if len(wanted) > IDS:
            raise Problem(400, "INVALID_DATA", "invalid data", param_name="ids", maximum_length=IDS)
        records = [record for record in records if record.id in wanted]
    return page(visit, _sorted(visit, records), lambda record: whole(visit, record, names))


def one(visit: Visit) -> Reply:
    """One record, with all of its fields unless some are named."""
    module, id = visit.module(), visit.at["id"]
    record = visit.store.get(module, id)
    if record is None or not record.seen(visit.now):
        raise Problem(400, "INVALID_DATA", INVALID_ID, resource_path_index=1)
    said = visit.query.get("fields")
    names = said.split(",") if said else list(visit.fields(module))
    return Reply(200, {"data": [{**whole(visit, record, names), **told(visit, record, names)}]})


def deleted(visit: Visit) -> Reply:
    """Who was deleted, and may be brought back; those that were merged into others are gone for good."""
    module, kind = visit.module(), visit.query.get("type", "all")
    found = visit.store.page(module, None, BY_TOKENS, deleted=True)
    since = _since(visit)
    gone = [_gone(visit, each) for each in found if each.changed >= since and kind in ("all", _kind(each))]
    start, size = _span(visit)
    some = gone[start : start + size]
    info = {"per_page": size, "count": len(some), "page": start // size + 1, "more_records": len(gone) > start + size}
    return Reply(200, {"data": some, "info": info}) if some else Reply(204)


def _since(visit: Visit) -> float:
    """The instant of `If-Modified-Since`, the beginning of time where it is not said. Raises Problem."""
    said = visit.call.request.headers.get("if-modified-since")
    try:
        at = datetime.fromisoformat(said) if said else datetime.fromtimestamp(0, UTC)
        return at.timestamp()
    except ValueError:
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="If-Modified-Since") from None


def counted(visit: Visit) -> Reply:
    """How many records there are."""
    module = visit.module()
    return Reply(200, {"count": sum(record.seen(visit.now) for record in visit.store.all(module))})


def _kind(record: Record) -> str:
    return "permanent" if record.merged_into else "recycle"


def _gone(visit: Visit, record: Record) -> dict[str, Any]:
    return {
        "deleted_by": by(visit, None), "id": record.id, "display_name": title(visit, record), "type": _kind(record),
        "created_by": by(visit, record.values.get("Created_By")), "deleted_time": moment(record.changed, visit.zone),
    }  # fmt: skip


def _names(visit: Visit) -> list[str]:
    """The fields that have to be named, of at most so many."""
    said = visit.query.get("fields")
    if not said:
        raise param("fields")
    names = said.split(",")
    if len(names) > FIELDS:
        raise Problem(400, "LIMIT_EXCEEDED", "the limit of fields is exceeded", limit=FIELDS, param_name="fields")
    return names


def _sorted(visit: Visit, records: list[Record]) -> list[Record]:
    order, way = visit.query.get("sort_by", "id"), visit.query.get("sort_order", "desc")
    if order not in _ORDERS or way not in ("asc", "desc"):
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="sort_by")
    at = {"Created_Time": lambda r: (r.created, int(r.id)), "Modified_Time": lambda r: (r.changed, int(r.id))}
    return sorted(records, key=at.get(order, lambda r: int(r.id)), reverse=way == "desc")


def page(visit: Visit, records: list[Record], tell: Callable[[Record], dict[str, Any]]) -> Reply:
    """A page of records, as they are told."""
    start, size = _span(visit)
    some, more = records[start : start + size], len(records) > start + size
    if not some:
        return Reply(204)
    token = f"{visit.query.get('sort_by', 'id')}:{start + size}" if more else None
    info = {
        "per_page": size, "count": len(some), "page": start // size + 1, "more_records": more,
        "sort_by": visit.query.get("sort_by", "id"), "sort_order": visit.query.get("sort_order", "desc"),
        "next_page_token": token, "previous_page_token": None,
        "page_token_expiry": moment(visit.now + 86_400, visit.zone) if token else None,
    }  # fmt: skip
    return Reply(200, {"data": [tell(each) for each in some], "info": info})


def _span(visit: Visit) -> tuple[int, int]:
    """Where a page begins, and how many records it has. Raises Problem."""
    size, page, token = (visit.query.get(name, "") for name in ("per_page", "page", "page_token"))
    many = int(size) if size.isdigit() and 0 < int(size) <= PAGE else PAGE if not size else 0
    if not many:
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="per_page")
    if page and token:
        raise Problem(400, "AMBIGUITY_DURING_PROCESSING", "page and page_token are said", param_name="page_token")
    if token:
        start = int(token.rpartition(":")[2])
        if start >= BY_TOKENS:
            raise Problem(400, "LIMIT_REACHED", "no more than 100000 records", limit=BY_TOKENS)
        return start, many
    number = int(page) if page.isdigit() and int(page) else 0 if page else 1
    if not number or (number - 1) * many >= BY_PAGES:
        raise Problem(
            400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "page_token goes on behind 2000 records", limit=BY_PAGES
        )
    return (number - 1) * many, many
