"""What is kept of what is sent, without a word about the rest."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.suitecrm.modules import PROBABILITY
from crm_migrate_simulators.suitecrm.visit import Visit

MARKS = ("email_opt_out", "invalid_email")
MOMENTS = ("datetime", "datetimecombo")
_TAG = re.compile(r"<(script|style)\b.*?</\1>|</?[A-Za-z!][^>]*>", re.DOTALL | re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_OWN = ("date_modified", "created_by", "deleted")


def taken(visit: Visit, said: Mapping[str, Any], record: Record | None) -> dict[str, Any]:
    """The values of a new record, or of a changed one. A null changes nothing, an empty text puts the default."""
    values = {} if record is None else _without_seconds(visit, record)
    for name, value in said.items():
        if name not in _OWN and name not in ("email1", *MARKS) and value is not None:
            values[name] = _value(visit, visit.fields[name], str(value))
    if record is None:
        defaults = {name: f.more["default"] for name, f in visit.fields.items() if "default" in f.more}
        values |= {name: value for name, value in defaults.items() if values.get(name) is None}
        if values.get("probability") is None and values.get("sales_stage") in PROBABILITY:
            values["probability"] = PROBABILITY[values["sales_stage"]]
    return values | _mailbox(visit, said, record)


def _without_seconds(visit: Visit, record: Record) -> dict[str, Any]:
    """Moments of a record that is saved again: the screen has no seconds, and they are kept as it shows them."""
    moments = {n: v for n, v in record.values.items() if visit.fields[n].more["type"] in MOMENTS and v}
    return {} if visit.habits.seconds else {name: f"{value[:-2]}00" for name, value in moments.items()}


def _value(visit: Visit, field: Field, text: str) -> str | None:
    type = field.more["type"]
    if text == "":
        return field.more.get("default")
    if field.reference and field.more["source"] == "non-db":
        return text if _there(visit, field, text) else None
    if type in ("int", "decimal", "currency", "float"):
        return _number(type, text)
    if type == "bool":
        return "0" if text in ("0", "off", "false", "no", "False") else "1"
    if type == "date" or type in MOMENTS:
        return _at(type, text)
    return cleaned(text)[: field.more.get("len")]


def _there(visit: Visit, field: Field, id: str) -> bool:
    found = visit.store.get(field.reference[0], id)
    return found is not None and not found.deleted


def _number(type: str, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    return str(int(number)) if type == "int" else f"{number:.6f}"


def _at(type: str, text: str) -> str | None:
    read = date.fromisoformat if type == "date" else lambda each: datetime.strptime(each, "%Y-%m-%d %H:%M:%S")
    try:
        read(text)
    except ValueError:
        return None
    return text


def cleaned(text: str) -> str:
    """A text as HTMLPurifier and the decoding behind it leave it."""
    return unescape(_TAG.sub("", unescape(text))).replace("\r\n", "\n")


def _mailbox(visit: Visit, said: Mapping[str, Any], record: Record | None) -> dict[str, Any]:
    """The mailbox of a record; its spelling and marks become those of all who have it."""
    if record is not None and not visit.habits.mailbox_changes:
        return {}
    before = record.values.get("email1") if record else None
    address = str(said.get("email1") or before or "").strip()
    if not _MAIL.fullmatch(address):
        return {}
    known = visit.store.setting("mailboxes", before or "") or {}
    marks = {mark: str(said.get(mark, known.get(mark, "0"))) for mark in MARKS}
    spelt = address if said.get("email1") else known.get("name", address)
    visit.store.put("mailboxes", address.lower(), {"name": spelt, **marks})
    return {"email1": address.lower()}
