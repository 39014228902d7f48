"""What is stored of values that a program sends, and how a record is told."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crm_migrate_simulators.odoo.models import KEY, LOGGED, TRANSLATED
from crm_migrate_simulators.odoo.session import Fault, Json, Session, day, instant, invalid, moment
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record

NUMBERS = ("integer", "many2one_reference", "float", "monetary")


def taken(session: Session, model: str, said: Mapping[str, Any], held: Mapping[str, Any] = {}) -> dict[str, Any]:
    """The values of create, or of write on what is `held`; what Odoo fills by itself is dropped. Fault for no field."""
    fields, kept = session.fields(model), dict[str, Any]()
    for name, value in said.items():
        if name in LOGGED or name == "id":
            continue
        if name not in fields or name == KEY:
            raise Fault("builtins.ValueError", f"Invalid field {name!r} on model {model!r}")
        kept[name] = _value(session, fields[name], value, held.get(name))
    return kept


def _value(session: Session, of: Field, value: Any, held: Any) -> Any:
    type, label = of.more["type"], of.more["label"]
    if type == "many2many":
        return json.dumps(_members(session, of, value, json.loads(held or "[]")))
    if type == "boolean":
        return bool(value)
    if value is None or value is False or value == "":
        return None
    if type == "many2one":
        return session.record(of.reference[0], value).id
    if type in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Fault("builtins.ValueError", f"could not convert {label} to {type}")
        return int(value) if type not in ("float", "monetary") else repr(float(value))
    if not isinstance(value, str):
        raise Fault("builtins.ValueError", f"{label}: a text is expected")
    if type == "selection" and value not in dict(of.more["selection"]):
        raise Fault("builtins.ValueError", f"Wrong value for {label}: {value!r}")
    if type in ("date", "datetime"):
        return _when(type, label, value)
    return _paragraph(value) if type == "html" else value


def _paragraph(text: str) -> str:
    """HTML that is cleaned: a text without any stands in a paragraph."""
    return text if text.startswith("<") else f"<p>{text}</p>"


def _when(type: str, label: str, value: str) -> str:
    try:
        return day(value) if type == "date" else instant(value).isoformat()
    except ValueError:
        raise Fault("builtins.ValueError", f"{label}: {value!r} is no {type}") from None


def _members(session: Session, of: Field, value: Any, held: list[int]) -> list[int]:
    """The commands of a many2many: (4, id) links, (3, id) unlinks, (5) clears, (6, 0, ids) replaces; ids are a 6."""
    commands = value if isinstance(value, list) else [value] if value else []
    if all(isinstance(each, int) for each in commands):
        commands = [[6, 0, commands]]
    found = dict.fromkeys(held)
    for each in commands:
        if isinstance(each, list) and each and each[0] == 6:
            found = dict.fromkeys(each[2])
        elif isinstance(each, list) and each and each[0] == 4:
            found[each[1]] = None
        elif isinstance(each, list) and each and each[0] in (3, 5):
            found = {} if each[0] == 5 else {id: None for id in found if id != each[1]}
        else:
            raise Fault("builtins.ValueError", f"Wrong value for {of.more['label']}")
    for id in found:
        session.record(of.more["to"], id)
    return list(found)


def checked(session: Session, model: str, values: Mapping[str, Any]) -> None:
    """What has to be there is, else a Fault."""
    for name, of in session.fields(model).items():
        if of.more.get("required") and values.get(name) is None:
            label = of.more["label"]
            raise invalid(f"Missing required value for the field '{label}' ({name})")
    if model == "res.partner" and values.get("name") is None and values.get("type", "contact") == "contact":
        raise invalid("Contacts require a name")


def told(session: Session, record: Record, names: Iterable[str], called_too: bool = True) -> Json:
    """These fields of a record; nothing is False. A record that is pointed to is its id, `called_too` with its name."""
    fields = session.fields(record.object)
    said: Json = {"id": int(record.id)}
    for name in names:
        if name in LOGGED:
            at = record.created if name.startswith("create") else record.changed
            said[name] = moment(at) if name.endswith("date") else _pointed(session.uid, "Integration", called_too)
        elif name == "display_name":
            said[name] = called(record)
        elif name in fields and name != KEY:
            said[name] = _told(session, fields[name], record.values.get(name), called_too)
            if (record.object, name) == ("crm.stage", "name"):
                said[name] = TRANSLATED.get(str(session.context.get("lang")), {}).get(said[name], said[name])
        elif name != "id":
            raise Fault("builtins.ValueError", f"Invalid field {name!r} on model {record.object!r}")
    return said


def _pointed(id: int, name: str, called_too: bool) -> Any:
    return [id, name] if called_too else id


def _told(session: Session, of: Field, value: Any, called_too: bool) -> Any:
    type = of.more["type"]
    if type == "many2many":
        return json.loads(value) if value else []
    if type == "boolean":
        return bool(value)
    if type in ("float", "monetary"):
        return float(value or 0)
    if type in ("integer", "many2one_reference"):
        return value or 0
    if value is None:
        return False
    if type == "many2one":
        other = session.store.get(of.reference[0], value)
        return False if other is None or other.deleted else _pointed(int(value), called(other), called_too)
    if type == "datetime":
        return moment(datetime.fromisoformat(value).timestamp())
    return value


def called(record: Record) -> str:
    """What a record is called: a state with its country's code would be so too, which is left out here."""
    return str(record.values.get("name") or record.values.get("summary") or record.values.get("email") or "")
