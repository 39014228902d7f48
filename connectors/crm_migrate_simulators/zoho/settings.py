"""What an organisation says of itself: modules, layouts, users, currencies, its own name."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.modules import MODULES, SUBFORM, USERS
from crm_migrate_simulators.zoho.org_store import BASE
from crm_migrate_simulators.zoho.problems import Problem, param
from crm_migrate_simulators.zoho.visit import Visit

_USERS: Mapping[str, Callable[[Visit, Record], bool]] = {  # what a list of users may be asked for
    "AllUsers": lambda _visit, _each: True,
    "ActiveUsers": lambda _, each: each.values["status"] == "active",
    "DeactiveUsers": lambda _, each: each.values["status"] != "active",
    "CurrentUser": lambda visit, each: each.id == visit.store.me,
}
PAGE = 200


def modules(visit: Visit) -> Reply:
    """All modules that our user may see."""
    return Reply(200, {"modules": [_module(visit, name) for name in visit.store.in_use() if visit.knows(name)]})


def module(visit: Visit) -> Reply:
    """One of them."""
    return Reply(200, {"modules": [_module(visit, visit.module())]})


def _module(visit: Visit, name: str) -> dict[str, Any]:
    more = visit.store.schema.objects[name].more
    label, parent = more.get("label", name.replace("_", " ")), more.get("subform_of", "")
    return {
        "api_name": name, "module_name": name, "plural_label": label, "singular_label": label,
        "id": _id(visit, name), "visibility": 1, "viewable": True,
        "generated_type": _made_by(visit, name), "api_supported": True, "creatable": True,
        "editable": True, "deletable": True, "show_as_tab": not parent, "status": "visible",
        "parent_module": {"api_name": parent, "id": _id(visit, parent)} if parent else {},
    }  # fmt: skip


def _id(visit: Visit, name: str) -> str:
    return str(BASE - 1000 + sorted(visit.store.schema.objects).index(name))


def _made_by(visit: Visit, name: str) -> str:
    """Zoho, an administrator, a lookup to several records, or a subform."""
    if name in MODULES:
        return "default"
    more = visit.store.schema.objects[name].more
    return "linking" if more.get("linking") else SUBFORM if more.get("subform_of") else "custom"


def layouts(visit: Visit) -> Reply:
    """The one layout of a module, with all of its fields in one section."""
    name = visit.query.get("module")
    if not name:
        raise param("module")
    fields = [{"api_name": each.name, "required": each.required} for each in visit.fields(visit.module(name)).values()]
    layout = {
        "id": str(BASE - 2000), "name": "Standard", "api_name": "Standard", "status": "active", "visible": True,
        "sections": [{"name": "Information", "fields": fields}],
    }  # fmt: skip
    return Reply(200, {"layouts": [layout]})


def users(visit: Visit) -> Reply:
    """Users of a kind, by pages."""
    kind = visit.query.get("type", "AllUsers")
    if kind not in _USERS:
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="type")
    page, size = (int(visit.query.get(name, default)) for name, default in (("page", "1"), ("per_page", "200")))
    if not 0 < size <= PAGE or page < 1:
        raise Problem(400, "INVALID_DATA", "invalid data", param_name="per_page")
    found = [each for each in visit.store.all(USERS) if _USERS[kind](visit, each)]
    some = found[(page - 1) * size : page * size]
    info = {"per_page": size, "count": len(some), "page": page, "more_records": len(found) > page * size}
    return Reply(200, {"users": [_user(each) for each in some], "info": info}) if some else Reply(204)


def _user(record: Record) -> dict[str, Any]:
    names = ("email", "full_name", "first_name", "last_name", "status")
    return {"id": record.id, **{name: record.values.get(name) for name in names}, "confirm": True}


def organisation(visit: Visit) -> Reply:
    """Its name and number."""
    name = visit.store.schema.organisation
    number = int.from_bytes(name.encode()[-7:], "big") % 10**9
    said = {"company_name": name, "zgid": str(number), "id": str(BASE + number), "time_zone": visit.habits.time_zone}
    return Reply(
        200, {"org": [{**said, "iso_code": currency_codes(visit)[0], "mc_status": len(currency_codes(visit)) > 1}]}
    )


def currency_codes(visit: Visit) -> list[str]:
    """The currencies of the organisation; the first is its own."""
    return list(visit.store.schema.more.get("currencies", ())) or ["USD"]


def currencies(visit: Visit) -> Reply:
    """The same as a list, where there are several."""
    codes = currency_codes(visit)
    if len(codes) == 1:
        return Reply(204)
    told = [
        {"iso_code": code, "is_base": not at, "is_active": True, "id": str(BASE - 3000 + at)}
        for at, code in enumerate(codes)
    ]
    return Reply(200, {"currencies": told})
