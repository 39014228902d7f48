"""Lists of records: views, activities, filtered search and lookup. All of them are a little behind."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.freshsales.modules import MODULES, Module
from crm_migrate_simulators.freshsales.telling import beside, told
from crm_migrate_simulators.freshsales.visit import Visit, refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply

FIRST_VIEW = 75_001
_FORECASTS = {"Open Deals": "Open", "Won Deals": "Closed Won", "Lost Deals": "Closed Lost"}
_PER_PAGE = 25
Row = Mapping[str, Any]


def views(visit: Visit) -> Reply:
    """The views of a module."""
    module = visit.module
    if not module.views:
        raise refused(404, "The requested resource does not exist")
    said = [
        {"id": id, "name": name, "model_class_name": module.model, "user_id": 0, "is_default": True}
        for id, name in _views(module).items()
    ]
    return Reply(200, {"filters": said, "meta": {}})


def _views(module: Module) -> dict[int, str]:
    """Id -> name, numbered through all modules."""
    before = sum(
        len(m.views) for m in MODULES.values() if list(MODULES).index(m.name) < list(MODULES).index(module.name)
    )
    return dict(enumerate(module.views, FIRST_VIEW + before))


def view(visit: Visit) -> Reply:
    """A page of a view."""
    module = visit.module
    name = _views(module).get(int(visit.at["view"])) if visit.at["view"].isdigit() else None
    if name is None:
        raise refused(404, "The requested resource does not exist")
    rows = [record for record in visit.listed(module.name) if _in_view(visit, name, record)]
    return _page(visit, module, rows)


def _in_view(visit: Visit, name: str, record: Record) -> bool:
    if name in _FORECASTS:
        stage = visit.store.setting("deal_stages", str(record.values.get("deal_stage_id")))
        return stage is not None and stage["forecast_type"] == _FORECASTS[name]
    return name.startswith("All ")


def listed(visit: Visit) -> Reply:
    """A page of sales activities; of tasks (open, completed) and appointments (past, upcoming) by a filter's word."""
    module, word = visit.module, visit.call.request.query.get("filter", "")
    if module.name == "sales_activities":
        return _page(visit, module, list(visit.listed(module.name)))
    if module.name not in ("tasks", "appointments"):
        raise refused(404, "The requested resource does not exist")
    keep: Mapping[str, Callable[[Record], bool]] = {
        "open": lambda record: not record.values.get("status"),
        "completed": lambda record: bool(record.values.get("status")),
        "upcoming": lambda record: visit.time(visit.now) <= str(record.values["from_date"]),
        "past": lambda record: str(record.values["from_date"]) < visit.time(visit.now),
    }
    if word not in (("open", "completed") if module.name == "tasks" else ("upcoming", "past")):
        raise refused(400, "filter is invalid")
    return _page(visit, module, [record for record in visit.listed(module.name) if keep[word](record)])


def _page(visit: Visit, module: Module, rows: list[Record]) -> Reply:
    query = visit.call.request.query
    size = min(_counted(query.get("per_page"), _PER_PAGE), visit.habits.page)
    number = _counted(query.get("page"), 1)
    sort = query.get("sort", "updated_at")
    rows.sort(
        key=lambda record: (_sorted_by(sort, record), int(record.id)), reverse=query.get("sort_type", "desc") == "desc"
    )
    shown = rows[(number - 1) * size : number * size]
    meta = {"total_pages": math.ceil(len(rows) / size), "total": len(rows)}
    return Reply(200, {module.name: [told(visit, each) for each in shown], **beside(visit, shown), "meta": meta})


def _counted(said: str | None, otherwise: int) -> int:
    """A number of the query; what is none counts as not said."""
    return max(int(said), 1) if said and said.isdecimal() else otherwise


def _sorted_by(name: str, record: Record) -> Any:
    return {"created_at": record.created, "updated_at": record.changed, "id": 0.0}.get(name, 0.0)


def search(visit: Visit) -> Reply:
    """Records that keep all rules of a filter, told in part."""
    module = next((m for m in MODULES.values() if m.one == visit.at["one"] and m.views), None)
    said = visit.body().get("filter_rule")
    if module is None or not isinstance(said, list) or not said:
        raise refused(400, "filter_rule is invalid")
    rows = [r for r in visit.listed(module.name) if all(_keeps(visit, module, rule, r) for rule in said)]
    shown = rows[: visit.habits.page]
    told_in_part = [_partial(told(visit, each)) for each in shown]
    return Reply(200, {module.name: told_in_part, "meta": {"total": len(rows)}})


def _keeps(visit: Visit, module: Module, rule: Any, record: Record) -> bool:
    if not isinstance(rule, dict) or not {"attribute", "operator", "value"} <= set(rule):
        raise refused(400, "filter_rule is invalid")
    name = {"contact_email.email": "email"}.get(rule["attribute"], rule["attribute"])
    if name not in visit.store.definition(module.name).fields or rule["operator"] not in ("is_in", "contains"):
        raise refused(400, "filter_rule is invalid")
    held, wanted = str(record.values.get(name, "")).casefold(), rule["value"]
    values = [str(each).casefold() for each in (wanted if isinstance(wanted, list) else [wanted])]
    return held in values if rule["operator"] == "is_in" else any(each in held for each in values)


def lookup(visit: Visit) -> Reply:
    """Records with a value of one field: `q`, `f` and `entities`."""
    query = visit.call.request.query
    found: dict[str, Any] = {}
    for one in query.get("entities", "").split(","):
        module = next((m for m in MODULES.values() if m.one == one and m.views), None)
        name = query.get("f", "")
        if module is None or name not in visit.store.definition(module.name).fields or not query.get("q"):
            raise refused(400, "Invalid lookup")
        held = [r for r in visit.listed(module.name) if str(r.values.get(name, "")).casefold() == query["q"].casefold()]
        found[module.name] = {module.name: [_partial(told(visit, each)) for each in held]}
    return Reply(200, found)


def _partial(said: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "name", "first_name", "last_name", "display_name", "email", "created_at", "updated_at")
    return {"partial": True, **{name: value for name, value in said.items() if name in kept}}
