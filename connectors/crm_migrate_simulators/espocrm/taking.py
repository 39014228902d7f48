"""What a body says of a record, as it is stored. What is no attribute, or may not be written, is dropped without a
word; blanks at the ends of a line of text go."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from crm_migrate_simulators.espocrm.telling import LISTS
from crm_migrate_simulators.espocrm.visit import Visit, invalid, translated

_TRIMMED = ("varchar", "email", "phone", "url")
_MOST = 2**31 - 1
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_NUMBER = re.compile(r"[\d\s+\-().x/]+")
_INTERNATIONAL = re.compile(r"\+\d{5,20}")
_SITE = re.compile(r"([a-z][a-z0-9+.-]*://)?[^\s/?#.]+\.[^\s]+", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9_-]+")
_BAD = re.compile(r"[<>=]")  # $noBadCharacters
_LONGEST = {"varchar": 255, "url": 255, "email": 255, "phone": 36}
_MARKS = {"IsOptedOut": "optOut", "IsInvalid": "invalid"}


def taken(visit: Visit, said: Mapping[str, Any], *, fresh: bool) -> dict[str, Any]:
    """The values of a body. Raises Answered where one is not taken."""
    values: dict[str, Any] = {}
    for name, field in visit.fields.items():
        if field.get("readOnly") or field["type"] in ("autoincrement", "personName", "address", "linkMultiple"):
            continue
        given = {attribute: said[attribute] for attribute in _names(name, field["type"]) if attribute in said}
        for attribute, value in given.items():
            values[attribute] = _value(visit, name, field, attribute, value)
        if field.get("required") and (fresh or given) and values.get(_names(name, field["type"])[0]) is None:
            raise invalid(visit.entity, name, "required")
    _related(visit, values)
    return values


def _names(name: str, type: str) -> tuple[str, ...]:
    if type == "link":
        return (f"{name}Id",)
    if type == "linkParent":
        return (f"{name}Id", f"{name}Type")
    return (name, f"{name}Currency") if type == "currency" else (name,)


def _value(visit: Visit, name: str, field: Mapping[str, Any], attribute: str, value: Any) -> Any:
    type = field["type"]
    if isinstance(value, str) and type in _TRIMMED:
        value = value.strip()
    if value is None or value == "":
        return False if type == "bool" else None
    if attribute.endswith("Currency") and type == "currency":
        if value not in ("USD", "EUR", "TRY", "GBP", "CHF"):
            raise invalid(visit.entity, name, "validCurrency")
        return value
    if type in ("link", "linkParent"):
        if not _ID.fullmatch(str(value)):
            raise invalid(visit.entity, name, "pattern")
        return str(value)
    if type in _CHECKS:
        return _CHECKS[type](visit, name, field, value)
    return _text(visit, name, field, value)


def _text(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(visit.entity, name, "valid")
    longest = field.get("maxLength") or _LONGEST.get(field["type"])
    if longest and len(value) > longest:
        if "truncate" not in visit.call.bent:
            raise invalid(visit.entity, name, "maxLength")
        value = value[: int(longest)]
    if field.get("pattern") and _BAD.search(value):
        raise invalid(visit.entity, name, "pattern")
    return str(value)


def _email(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    if not _MAILBOX.fullmatch(_text(visit, name, field, value)):
        raise invalid(visit.entity, name, "emailAddress")
    return str(value)


def _phone(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    text = _text(visit, name, field, value)
    if visit.habits.international:
        text = re.sub(r"[\s\-()]", "", text)
    if not (_INTERNATIONAL if visit.habits.international else _NUMBER).fullmatch(text):
        raise invalid(visit.entity, name, "valid")
    return text


def _url(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    if not _SITE.fullmatch(_text(visit, name, field, value)):
        raise invalid(visit.entity, name, "valid")
    return str(value)


def _enum(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    options = field.get("options")
    if field.get("optionsReference"):
        entity, _, of = field["optionsReference"].partition(".")
        options = visit.store.definition(entity).more["fields"][of]["options"]
    if value not in (options or ()):
        if "default_choice" not in visit.call.bent:
            raise invalid(visit.entity, name, "valid")
        return str((options or [""])[0])
    return str(value)


def _bool(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> bool:
    del field
    if not isinstance(value, bool):
        raise invalid(visit.entity, name, "valid")
    return value


def _whole(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST:
        raise invalid(visit.entity, name, "valid")
    return int(_bounded(visit, name, field, value))


def _float(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid(visit.entity, name, "valid")
    return repr(float(_bounded(visit, name, field, value)))


def _bounded(visit: Visit, name: str, field: Mapping[str, Any], value: float) -> float:
    for word, wrong in (("min", value < field.get("min", value)), ("max", value > field.get("max", value))):
        if wrong:
            raise invalid(visit.entity, name, word)
    return value


def _day(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    del field
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise invalid(visit.entity, name, "valid") from None


def _moment(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str:
    del field
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").isoformat(" ")
    except ValueError:
        raise invalid(visit.entity, name, "valid") from None


def _list(visit: Visit, name: str, field: Mapping[str, Any], value: Any) -> str | None:
    del field
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid(visit.entity, name, "valid")
    return json.dumps(value, ensure_ascii=False) if value else None


_CHECKS: Mapping[str, Callable[[Visit, str, Mapping[str, Any], Any], Any]] = {
    "email": _email, "phone": _phone, "url": _url, "enum": _enum, "bool": _bool, "int": _whole, "float": _float,
    "currency": _float, "date": _day, "datetime": _moment, "datetimeOptional": _moment,
    **dict.fromkeys(LISTS, _list),
}  # fmt: skip


def _related(visit: Visit, values: Mapping[str, Any]) -> None:
    """403 where a link names a record that is not there."""
    for name, link in visit.links.items():
        id = values.get(f"{name}Id")
        if id is None:
            continue
        to = values.get(f"{name}Type") if link["type"] == "belongsToParent" else link["entity"]
        if to == "User":
            known = visit.store.setting("users", id) is not None
        else:
            found = visit.store.get(to, id) if to in visit.store.schema.objects else None
            known = found is not None and not found.deleted
        if not known:
            reason = f"Can't relate with non-existing record. entityType: {visit.entity}, link: {name}."
            raise translated(403, reason, "cannotRelateNonExisting", foreignEntityType=str(to))


def marks(said: Mapping[str, Any], name: str) -> dict[str, bool]:
    """The marks of a mailbox or number that a body names."""
    return {word: bool(said[f"{name}{mark}"]) for mark, word in _MARKS.items() if f"{name}{mark}" in said}
