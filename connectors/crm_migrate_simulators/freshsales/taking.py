"""What a body says of a record, as it is stored. What the module has no field for is dropped without a word."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from crm_migrate_simulators.freshsales.modules import BY_MODEL, CUSTOM, Module
from crm_migrate_simulators.freshsales.visit import Visit, refused
from crm_migrate_simulators.schema import Field

_ABOUT = "targetable_id"


@dataclass
class Taken:
    """Values by field, and which records are linked or are so no longer; `primary` of them is the first one."""

    values: dict[str, Any] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)
    primary: str | None = None


def taken(visit: Visit, module: Module, said: Mapping[str, Any]) -> Taken:
    """The values of a body. Raises Answered where one is not taken."""
    found = Taken()
    fields = visit.store.definition(module.name).fields
    custom = said.get("custom_field") or {}
    if not isinstance(custom, dict):
        raise refused(400, "custom_field is not an object")
    given = {n: v for n, v in said.items() if not n.startswith(CUSTOM)}
    for name, value in (*given.items(), *((n, v) for n, v in custom.items() if n.startswith(CUSTOM))):
        if name in fields and name not in (_ABOUT, "sales_account_id" if module.name == "contacts" else ""):
            found.values[name] = _value(visit, fields[name], value)
    if module.name == "contacts":
        _mailboxes(said, found)
        _accounts(said, found)
    if module.name == "deals":
        found.linked = _ids(said.get("contacts_added_list"), "contacts_added_list")
        found.unlinked = _ids(said.get("contacts_removed_list"), "contacts_removed_list")
    if _ABOUT in said:
        found.values[_ABOUT] = _about(visit, said)
    return found


def _value(visit: Visit, of: Field, value: Any) -> Any:
    if value is None or value == "":
        return None
    kind = of.more["kind"]
    if kind == "choice":
        return _choice(visit, of, value)
    if kind == "tags":
        return json.dumps(_tags(value), ensure_ascii=False)
    if kind == "to":
        return _id(value, of.more["label"])
    try:
        return _KINDS[kind](visit, value)
    except (ValueError, TypeError, ArithmeticError):
        raise refused(400, f"{of.more['label']} is not a valid {kind}") from None


def _choice(visit: Visit, of: Field, value: Any) -> str:
    id = _id(value, of.more["label"])
    known = visit.store.setting(of.more["from"], id)
    if known is not None and known.get("is_active", True):
        return id
    there = visit.store.settings(of.more["from"])
    if "default_choice" in visit.call.bent and there:
        return next(iter(there))
    raise refused(400, f"{of.more['label']} is invalid")


def _id(value: Any, label: str) -> str:
    if isinstance(value, bool) or not str(value).isdigit():
        raise refused(400, f"{label} is invalid")
    return str(int(value))


def _ids(said: Any, name: str) -> list[str]:
    if said is None:
        return []
    if not isinstance(said, list):
        raise refused(400, f"{name} is not a list")
    return [_id(each, name) for each in said]


def _tags(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise refused(400, "Tags is not a list of texts")
    return value


def _text(visit: Visit, value: Any) -> str:
    del visit
    if isinstance(value, list | dict | bool):
        raise TypeError
    return str(value)


def _number(visit: Visit, value: Any) -> int:
    del visit
    if isinstance(value, bool) or Decimal(str(value)) != int(Decimal(str(value))):
        raise ValueError
    return int(Decimal(str(value)))


def _decimal(visit: Visit, value: Any) -> str:
    del visit
    number = Decimal(str(value))
    if isinstance(value, bool) or not number.is_finite():
        raise InvalidOperation
    return format(number, "f")


def _checkbox(visit: Visit, value: Any) -> bool:
    del visit
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(visit: Visit, value: Any) -> str:
    del visit
    return date.fromisoformat(str(value)[:10]).isoformat()


def _datetime(visit: Visit, value: Any) -> str:
    at = datetime.fromisoformat(str(value))
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(visit.habits.time_zone))
    return at.astimezone(UTC).isoformat()


_KINDS: Mapping[str, Callable[[Visit, Any], Any]] = {
    "text": _text,
    "textarea": _text,
    "dropdown": _text,
    "number": _number,
    "decimal": _decimal,
    "amount": _decimal,
    "checkbox": _checkbox,
    "date": _date,
    "datetime": _datetime,
}


def _mailboxes(said: Mapping[str, Any], found: Taken) -> None:
    """A mailbox, as a text, or in a list whose members may be taken away; there is one for each contact here."""
    emails = said.get("emails")
    if isinstance(emails, str):
        found.values["email"] = emails or None
    elif isinstance(emails, list):
        kept = [each for each in _objects(emails, "emails") if not each.get("_destroy")]
        if len(kept) > 1:
            raise refused(400, "the simulator keeps one of the emails")
        if kept or emails:
            found.values["email"] = str(kept[0].get("value")) if kept else None


def _accounts(said: Mapping[str, Any], found: Taken) -> None:
    """Memberships: who is not named stays a member; one of them is the primary account."""
    if "sales_accounts" not in said:
        return
    for each in _objects(said["sales_accounts"], "sales_accounts"):
        id = _id(each.get("id"), "sales_accounts")
        (found.unlinked if each.get("_destroy") else found.linked).append(id)
        if each.get("is_primary") and not each.get("_destroy"):
            found.primary = id


def _objects(said: Any, name: str) -> Iterator[dict[str, Any]]:
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise refused(400, f"{name} is not a list of objects")
    yield from said


def _about(visit: Visit, said: Mapping[str, Any]) -> str | None:
    """The record that an activity is about: its id and the module of its type."""
    if said[_ABOUT] is None:
        return None
    module = BY_MODEL.get(str(said.get("targetable_type")))
    id = _id(said[_ABOUT], "Related to")
    if module is None or (there := visit.store.get(module, id)) is None or there.deleted:
        raise refused(400, "Related to is invalid")
    return id
