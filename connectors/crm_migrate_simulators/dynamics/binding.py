"""Which record a path of OData means: by id, by alternate key, or by what a part of the same change set has made."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from crm_migrate_simulators.dynamics.keys import holder, keys
from crm_migrate_simulators.dynamics.problems import NO_KEY, Failure, missing, no_segment, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_PATH = re.compile(r"(?:https?://[^/]+)?/?(?:api/data/v\d+\.\d/)?(?P<set>\w+)\((?P<what>.*)\)", re.DOTALL)
_PART = re.compile(r"\s*(\w+)\s*=\s*('(?:[^']|'')*'|[^,']+)\s*(?:,|$)")


class BadReference(Failure):
    """A part refers to what no part before it has made: the batch as a whole is refused, in plain text."""

    def __init__(self, reference: str) -> None:
        super().__init__(400, "0x80060888", f"Content-ID Reference: '{reference}' does not exist in the batch context.")


def bound(work: Work, path: Any, targets: Mapping[str, object]) -> str:
    """The id of the record that a lookup is bound to. Raises Failure."""
    if not isinstance(path, str):
        raise unreadable("A node of type 'PrimitiveValue' was expected as the value of '@odata.bind'.")
    if path.lstrip("/").startswith("$"):
        set, id = named(work, path.lstrip("/"))
        table = work.store.table_of(set) or ""
    else:
        found = _PATH.fullmatch(unquote(path))
        if found is None:
            raise unreadable("The value of '@odata.bind' is no path of a record.")
        table = work.store.table_of(found["set"]) or ""
        if not table:
            raise no_segment(found["set"])
        id = record_of(work, table, found["what"]).id
    if table not in targets:
        raise unreadable(f"The type '{table}' is not one that this navigation property leads to.")
    return id


def named(work: Work, reference: str) -> tuple[str, str]:
    """Entity set and id of what a part before has made: `$1`."""
    found = work.made.get(reference.removeprefix("$"))
    if found is None:
        raise BadReference(reference)
    return found


def record_of(work: Work, table: str, what: str) -> Record:
    """The record that stands in brackets behind an entity set; no change reads what is behind. Raises Failure 404."""
    guid = GUID.fullmatch(what.partition("=")[2] if what.startswith(work.store.words(table)["id"]) else what)
    if guid:
        found = work.store.get(table, guid[1].lower())
        if found is None or found.deleted:
            raise missing(table, guid[1].lower())
        return found
    found = by_key(work, table, pairs(what))
    if found is None:
        raise Failure(404, NO_KEY, f"A record with the specified key values does not exist in {table} entity")
    return found


def pairs(what: str) -> dict[str, Any]:
    """The columns and values of an alternate key: texts in quotes, whole numbers as they are. Raises Failure."""
    at, found = 0, dict[str, Any]()
    while at < len(what):
        part = _PART.match(what, at)
        if part is None:
            raise unreadable("Bad Request - Error in query syntax.")
        said = part[2].strip()
        quoted = said.startswith("'")
        found[part[1]] = said[1:-1].replace("''", "'") if quoted else int(said) if said.isdigit() else said
        at = part.end()
    return found


def by_key(work: Work, table: str, values: Mapping[str, Any]) -> Record | None:
    """The record with these values of a key. Raises Failure where the table has no such key, or not yet."""
    active = [each for each in keys(work, table) if each["EntityKeyIndexStatus"] == "Active"]
    if not any(set(each["KeyAttributes"]) == set(values) for each in active):
        raise Failure(400, "0x80060893", f"The specified key attributes are not a defined key for the {table} entity")
    return holder(work, table, values)
