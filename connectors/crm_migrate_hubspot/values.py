"""Canonical text as HubSpot's values, which are all texts, and back. What it would change or lose is refused before it
is sent. Pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.cells import unfit
from crm_migrate.crm.types import TYPES

Definition = Mapping[str, Any]  # a property, as HubSpot describes it
LONGEST = 65_536  # characters of a text
_BOOLEANS = ("true", "false")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"-?[0-9]{1,16}")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline: both by their ids and labels."""

    pipeline: str
    pipeline_label: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Names:
    """What names stand for in one portal: active owners by mailbox, all owners by id, stages of the object at hand."""

    owners: Mapping[str, str] = field(default_factory=dict)
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    stages: Sequence[Stage] = ()

    def pipelines(self) -> dict[str, str]:
        """Label -> id. Of several with one label none is known."""
        found = dict[str, str]()
        for label, id in dict.fromkeys((each.pipeline_label, each.pipeline) for each in self.stages):
            found[label] = "" if label in found else id
        return {label: id for label, id in found.items() if id}

    def stage(self, label: str, pipeline: str | None) -> str | None:
        """The id of a stage of a pipeline; of any, where none is said and only one has such a stage."""
        found = {e.id for e in self.stages if e.label == label and pipeline in (None, e.pipeline)}
        return found.pop() if len(found) == 1 else None


# ---------------------------------------------------------------------------------------------------- writing


def sent(name: str, definition: Definition, semantic: str, cell: str | None, names: Names) -> str:
    """The value of a property; "" empties it. Raises Unfit. Stages and pipelines are the caller's."""
    if cell is None or cell == "":
        return ""
    if is_read_only(definition):
        raise unfit("READ_ONLY", "HubSpot fills this property itself", name)
    if is_owner(definition):
        return _known(name, cell.lower(), names.owners, "no active user of HubSpot has this mailbox")
    if semantic in TYPES and TYPES[semantic].storage == "list":
        return _list(name, definition, cell)
    return _SENT.get(str(definition.get("type")), _text)(name, definition, cell)


def is_read_only(definition: Definition) -> bool:
    """Whether HubSpot fills a property itself."""
    changes = definition.get("modificationMetadata")
    return bool(definition.get("calculated")) or (isinstance(changes, dict) and bool(changes.get("readOnlyValue")))


def is_owner(definition: Definition) -> bool:
    """Whether a property holds a user of the portal."""
    return definition.get("referencedObjectType") == "OWNER" or definition.get("name") == "hubspot_owner_id"


def options(definition: Definition) -> tuple[str, ...]:
    """The values of an enumeration; none where users of the portal, or pipelines, are its values."""
    said = definition.get("options")
    return tuple(str(each["value"]) for each in said or () if isinstance(each, dict) and "value" in each)


def _known(name: str, cell: str, words: Mapping[str, str], why: str) -> str:
    if cell not in words:
        raise unfit("UNKNOWN", why, name)
    return words[cell]


def _text(name: str, _: Definition, cell: str) -> str:
    if "\0" in cell or len(cell) > LONGEST:
        raise unfit("SHAPE", f"the value has a NUL character, or more than {LONGEST:,} characters", name)
    return cell


def _number(name: str, _: Definition, cell: str) -> str:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise unfit("TYPE", "the value is no number", name)
    return format(number, "f")


def _boolean(name: str, _: Definition, cell: str) -> str:
    if cell not in _BOOLEANS:
        raise unfit("TYPE", "the value is neither true nor false", name)
    return cell


def _day(name: str, _: Definition, cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise unfit("TYPE", "the value is no date", name) from None


def _instant(name: str, definition: Definition, cell: str) -> str:
    found = _INSTANT.fullmatch(cell)
    if found is None:
        return f"{_day(name, definition, cell)}T00:00:00Z"
    if len((found[2] or "").rstrip("0")) > 3:
        raise unfit("SHAPE", "HubSpot keeps milliseconds, and would cut this moment", name)
    return cell


def _choice(name: str, definition: Definition, cell: str) -> str:
    known = options(definition)
    if known and cell not in known:
        raise unfit("UNKNOWN", "the property does not have this value", name)
    return cell


def _list(name: str, definition: Definition, cell: str) -> str:
    """Several values: of a property with choices between semicolons, as HubSpot has it; in a text one a line."""
    try:
        items = json.loads(cell)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(each, str) for each in items):
        raise unfit("TYPE", "the value is no list of texts", name)
    mark, chosen = (";", True) if definition.get("type") == "enumeration" else ("\n", False)
    if any(not each or mark in each or each != each.strip() for each in items):
        raise unfit("SHAPE", "a value of the list is empty, or has a sign that parts values there", name)
    return mark.join(_choice(name, definition, each) if chosen else each for each in items)


_SENT: Mapping[str, Callable[[str, Definition, str], str]] = {
    "number": _number,
    "bool": _boolean,
    "date": _day,
    "datetime": _instant,
    "enumeration": _choice,
}


# ---------------------------------------------------------------------------------------------------- reading


def told(definition: Definition, semantic: str, held: Any, names: Names) -> str | None:
    """A property as canonical text; an empty one is none."""
    if held is None or held == "":
        return None
    text = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)
    if is_owner(definition):
        return names.mailboxes.get(text, text)
    if semantic in TYPES and TYPES[semantic].storage == "list":
        mark = ";" if definition.get("type") == "enumeration" else "\n"
        items = [each.strip() for each in text.split(mark) if each.strip()]
        return json.dumps(items, ensure_ascii=False, separators=(",", ":")) if items else None
    if semantic in TYPES and TYPES[semantic].storage == "date":
        return _told_day(text)
    return _TOLD.get(str(definition.get("type")), _as_it_is)(text)


def _as_it_is(text: str) -> str:
    return text


def _plain(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format(number, "f") if number.is_finite() else text


def _told_day(text: str) -> str:
    """A day: written as one, as its midnight in UTC, or as milliseconds."""
    return _told_instant(text).removesuffix("T00:00:00Z")


def _told_instant(text: str) -> str:
    """An instant in UTC without zeros at its end."""
    if _MILLISECONDS.fullmatch(text):
        try:
            text = (_EPOCH + timedelta(milliseconds=int(text))).isoformat().replace("+00:00", "Z")
        except OverflowError:
            return text
    found = _INSTANT.fullmatch(text)
    if found is None:
        return text
    part = (found[2] or "").rstrip("0")
    return f"{found[1]}.{part}Z" if part else f"{found[1]}Z"


_TOLD: Mapping[str, Callable[[str], str]] = {"number": _plain, "date": _told_day, "datetime": _told_instant}
