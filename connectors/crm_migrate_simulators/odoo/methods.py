"""What a model can be asked: the methods that programs call. Others are refused, never passed over."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.odoo.domains import found, ordered
from crm_migrate_simulators.odoo.loading import load
from crm_migrate_simulators.odoo.models import KEY, LOGGED, XMLIDS
from crm_migrate_simulators.odoo.session import Fault, Json, Session
from crm_migrate_simulators.odoo.values import called, told
from crm_migrate_simulators.odoo.writing import create, defaults, unlink, write
from crm_migrate_simulators.store import Record

Method = Callable[..., Any]


def _search(session: Session, model: str, domain: Any, offset: int = 0, limit: Any = None, order: Any = None) -> Any:
    rows = _rows(session, model, domain, offset, limit, order)
    return [int(each.id) for each in rows]


def _rows(session: Session, model: str, domain: Any, offset: int, limit: Any, order: Any) -> list[Record]:
    rows = ordered(session, model, found(session, model, domain), order)[offset:]
    return rows[:limit] if limit else rows


def _search_count(session: Session, model: str, domain: Any, limit: Any = None) -> int:
    return len(_rows(session, model, domain, 0, limit, None))


def _search_read(
    session: Session, model: str, domain: Any = None, fields: Any = None, offset: int = 0, limit: Any = None,
    order: Any = None,
) -> list[Json]:  # fmt: skip
    rows = _rows(session, model, domain or [], offset, limit, order)
    return [told(session, each, fields or _all(session, model)) for each in rows]


def _read(session: Session, model: str, ids: Any, fields: Any = None, load: str = "_classic_read") -> list[Json]:
    wanted, names = ids if isinstance(ids, list) else [ids], fields or _all(session, model)
    called_too = load == "_classic_read"
    return [told(session, session.shown(model, id), names, called_too) for id in wanted]


def _all(session: Session, model: str) -> list[str]:
    return [*(name for name in session.fields(model) if name != KEY), "display_name", *LOGGED]


def _create(session: Session, model: str, said: Any) -> Any:
    many = isinstance(said, list)
    rows = said if many else [said]
    if any(not isinstance(each, dict) for each in rows):
        raise Fault("builtins.TypeError", "create() takes values, or a list of them")
    made = [create(session, model, each) for each in rows]
    return made if many else made[0]


def _write(session: Session, model: str, ids: Any, said: Any) -> bool:
    if not isinstance(said, dict):
        raise Fault("builtins.TypeError", "write() takes values")
    write(session, model, ids if isinstance(ids, list) else [ids], said)
    return True


def _unlink(session: Session, model: str, ids: Any) -> bool:
    unlink(session, model, ids if isinstance(ids, list) else [ids])
    return True


def _fields_get(session: Session, model: str, allfields: Any = None, attributes: Any = None) -> Json:
    said = {
        name: {
            "type": of.more["type"], "string": of.more["label"], "required": bool(of.more.get("required")),
            "readonly": bool(of.more.get("readonly")), "store": True,
            **({"relation": of.reference[0] if of.reference else of.more["to"]}
               if of.more["type"] in ("many2one", "many2many") else {}),
            **({"selection": of.more["selection"]} if of.more["type"] == "selection" else {}),
        }
        for name, of in session.fields(model).items()
        if name != KEY and (not allfields or name in allfields)
    }  # fmt: skip
    for name in LOGGED:
        type = "datetime" if name.endswith("date") else "many2one"
        said[name] = {"type": type, "string": name, "required": False, "readonly": True, "store": True}
    return {name: {k: v for k, v in each.items() if not attributes or k in attributes} for name, each in said.items()}


def _name_search(
    session: Session, model: str, name: str = "", args: Any = None, operator: str = "ilike", limit: int = 100
) -> list[list[Any]]:
    rows = found(session, model, [*(args or []), *([["name", operator, name]] if name else [])])
    return [[int(each.id), called(each)] for each in rows[:limit]]


def _check_access_rights(session: Session, model: str, operation: str, raise_exception: bool = True) -> bool:
    del operation, raise_exception
    return bool(session.fields(model))


def _default_get(session: Session, model: str, fields_list: Any) -> Json:
    if not isinstance(fields_list, list):
        raise Fault("builtins.TypeError", "default_get() takes a list of fields")
    fields = session.fields(model)
    return {
        name: int(value) if fields[name].more["type"] == "many2one" else value
        for name, value in defaults(session, model).items()
        if name in fields_list
    }


def _context_get(session: Session, model: str) -> Json:
    if model != "res.users":
        raise Fault("builtins.AttributeError", f"The method '{model}.context_get' does not exist")
    return {"lang": session.habits.lang, "tz": "UTC", "uid": session.uid}


def _check_object_reference(
    session: Session, model: str, module: str, xml_id: str, raise_on_access_error: bool = False
) -> list[Any]:
    del raise_on_access_error
    if model != XMLIDS:
        raise Fault("builtins.AttributeError", f"The method '{model}.check_object_reference' does not exist")
    known = session.store.find(XMLIDS, "complete_name", f"{module}.{xml_id}")
    if known is None:
        raise Fault("builtins.ValueError", f"External ID not found in the system: {module}.{xml_id}")
    return [known.values["model"], int(known.values["res_id"])]


READS: Mapping[str, Method] = {
    "search": _search, "search_count": _search_count, "search_read": _search_read, "read": _read,
    "fields_get": _fields_get, "name_search": _name_search, "check_access_rights": _check_access_rights,
    "default_get": _default_get, "context_get": _context_get,
    "check_object_reference": _check_object_reference,
}  # fmt: skip
WRITES: Mapping[str, Method] = {"create": _create, "write": _write, "unlink": _unlink, "load": load}


def called_method(session: Session, model: str, name: str, args: list[Any], kwargs: Json) -> Any:
    """What a method of a model answers. Fault where there is none, or where it is called otherwise."""
    method = {**READS, **WRITES}.get(name)
    if method is None:
        raise Fault("builtins.AttributeError", f"The method '{model}.{name}' does not exist")
    session.fields(model)
    try:
        return method(session, model, *args, **kwargs)
    except TypeError as error:
        raise Fault("builtins.TypeError", str(error)) from None
