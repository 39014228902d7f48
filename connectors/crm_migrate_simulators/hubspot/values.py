"""Whether a property takes a value, and how it is stored: as text, whatever its type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.object_types import ObjectType
from crm_migrate_simulators.hubspot.problems import Invalid
from crm_migrate_simulators.hubspot.properties import EMAIL, definition, read_only, values_of
from crm_migrate_simulators.hubspot.visit import Visit, stamp

LONGEST = 65_536  # characters of a text
_ADDRESS = re.compile(r"[^\s@<>,;\"()]+(?<!\.)@(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE)
_DAY = 86_400_000


class Wrong(Exception):
    """A value that is not taken: HubSpot's code and words."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class Cell:
    """Where a value goes: the definition of a property of an object, for a request."""

    visit: Visit
    of: ObjectType
    said: Json


def taken(visit: Visit, of: ObjectType, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored: an empty one as an empty text, as it is read back; None where it is a key."""
    kept: dict[str, Any] = {}
    wrong: list[Json] = []
    for name, value in given.items():
        try:
            kept[name] = _one(visit, of, name, value)
        except Wrong as error:
            more = {"localizedErrorMessage": str(error)} if error.error == "INVALID_OPTION" else {}
            wrong.append({"isValid": False, "message": str(error), "error": error.error, "name": name, **more})
    if wrong:
        raise Invalid(wrong)
    return kept


def _one(visit: Visit, of: ObjectType, name: str, value: Any) -> Any:
    said = definition(visit.store, of.name, name)
    if said is None:
        raise Wrong("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if said["calculated"] and read_only(said):
        raise Wrong("READ_ONLY_VALUE", f'"{name}" is a calculated property; its value cannot be set')
    if read_only(said):
        raise Wrong("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set')
    text = _text(value)
    if text is None:
        return None if name == EMAIL or said["hasUniqueValue"] else ""
    if name == EMAIL and of.name == "contacts":
        return _address(visit, text)
    if name == "domain" and of.name == "companies":
        return domain_of(text)
    if name == "hubspot_owner_id":
        return _owner(visit, text)
    return _TYPES.get(said["type"], _string)(Cell(visit, of, said), text)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise Wrong("INVALID_TYPE", "a value is a text")


def _address(visit: Visit, text: str) -> str:
    folded = text.strip().lower()
    if not _ADDRESS.fullmatch(folded) or ".." in folded or folded.startswith("."):
        raise Wrong("INVALID_EMAIL", f"Email address {text} is invalid")
    if visit.store.setting("blocklisted", folded):
        raise Wrong("INVALID_EMAIL", "email has been GDPR blacklisted")
    return folded


def domain_of(text: str) -> str:
    """A domain without scheme, `www.` and path, in lower case."""
    host = urlsplit(text if "//" in text else f"//{text}").hostname or text
    return host.lower().removeprefix("www.")


def _owner(visit: Visit, text: str) -> str:
    if visit.store.setting("owners", text) is None:
        raise Wrong("INVALID_OWNER_ID", f"{text} is no owner of portal {visit.habits.portal}")
    return text


def _string(cell: Cell, text: str) -> str:
    if len(text) <= LONGEST:
        return text
    if "truncate" in cell.visit.call.bent:
        return text[:LONGEST]
    raise Wrong("VALUE_TOO_LONG", f"{cell.said['name']} has {len(text)} characters; {LONGEST} are allowed")


def _number(cell: Cell, text: str) -> str:
    del cell
    try:
        if not Decimal(text).is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise Wrong("INVALID_NUMBER", f"{text} was not a valid number") from None
    return text


def _datetime(cell: Cell, text: str) -> str:
    at = milliseconds(text)
    if at is None:
        where = f"Portal {cell.visit.habits.portal}, object type {cell.of.id}"
        raise Wrong("INVALID_LONG", f"{text} was not a valid long. {where}")
    return stamp(at / 1000)


def _date(cell: Cell, text: str) -> str:
    del cell
    at = milliseconds(text)
    if at is None:
        raise Wrong("INVALID_DATE", f"{text} was not a valid date")
    day = datetime.fromtimestamp(at / 1000, UTC)
    if at % _DAY:
        time = f"{day.hour}:{day.minute}:{day.second}.{day.microsecond // 1000}"
        raise Wrong("INVALID_DATE", f"{at} is at {time} UTC, not midnight!")
    return day.date().isoformat()


def milliseconds(text: str) -> int | None:
    """The instant that a text means: milliseconds since 1970, a day, or ISO 8601 with its zone; None: no instant."""
    try:
        if re.fullmatch(r"-?\d+", text):
            at = datetime.fromtimestamp(int(text) / 1000, UTC)
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        else:
            at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return None if at.tzinfo is None else round(at.timestamp() * 1000)


def _choice(cell: Cell, text: str) -> str:
    allowed = _allowed(cell)
    chosen = text.split(";") if cell.said["fieldType"] == "checkbox" else [text]
    chosen = [each for each in chosen if each]  # `;a` adds to what is there
    unknown = [each for each in chosen if allowed is not None and each not in allowed]
    if not unknown:
        return ";".join(chosen) if cell.said["fieldType"] == "checkbox" else text
    if "default_choice" in cell.visit.call.bent and allowed:
        return allowed[0]
    raise Wrong("INVALID_OPTION", f"{unknown[0]} was not one of the allowed options: [{', '.join(allowed or ())}]")


def _allowed(cell: Cell) -> list[str] | None:
    """The values that a choice takes; None: whatever somebody else's list says."""
    said, of = cell.said, cell.of
    name = said["name"]
    if name and name in (of.pipeline, of.stage):
        pipelines = cell.visit.store.settings(f"pipelines:{of.name}").values()
        if name == of.pipeline:
            return [pipeline["id"] for pipeline in pipelines]
        return [stage["id"] for pipeline in pipelines for stage in pipeline["stages"]]
    return values_of(said) if said["options"] or not said["externalOptions"] else None


def _bool(cell: Cell, text: str) -> str:
    del cell
    if text.lower() not in ("true", "false"):
        raise Wrong("INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


_TYPES: Mapping[str, Callable[[Cell, str], str]] = {
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _choice,
    "bool": _bool,
}
