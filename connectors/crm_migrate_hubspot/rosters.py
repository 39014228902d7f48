"""Lists (segments) whose members are put there one by one: what they are called here, and our keys of them. Pure.

`lists:contacts` are the static lists of contacts, `contacts>lists` who is a member of which. A list has no place for a
key of ours, so its key is an option of a property that no record fills, `crm_migrate_lists`: our key, and the id of the
list, or none while it is being made.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate_hubspot.shapes import COMPANIES, CONTACTS, DEALS, TICKETS

LISTS = "lists"
NAME = "name"
MANUAL, STATIC = "MANUAL", ("MANUAL", "SNAPSHOT")  # what we make; whose members are not chosen by filters
MOST = 5_000  # options of a property
_NUMBERS = {CONTACTS: "0-1", COMPANIES: "0-2", DEALS: "0-3", TICKETS: "0-5"}
_CUSTOM = re.compile(r"2-[0-9]+")


@dataclass(frozen=True, slots=True)
class Roster:
    """A list: its id, its name, the number of the object whose records are in it, and how they come to be there."""

    id: str
    name: str
    of: str
    type: str

    @property
    def is_static(self) -> bool:
        """Whether members are put there one by one."""
        return self.type in STATIC


def number_of(object: str) -> str | None:
    """The number by which lists call an object; None for one that has no lists here."""
    return object if _CUSTOM.fullmatch(object) else _NUMBERS.get(object)


def listed(object: str) -> str | None:
    """The object whose lists an object of ours is: `contacts` of `lists:contacts`; None for any other."""
    name, _, of = object.partition(":")
    return of if name == LISTS and number_of(of) else None


def is_enrolled(object: str) -> bool:
    """Whether an object of ours is who is a member of which list."""
    name, _, of = object.partition(">")
    return of == LISTS and number_of(name) is not None


def option(entity: str, id: str) -> dict[str, Any]:
    """The key of a list as it is kept; without an id while the list is being made."""
    more = {"description": id} if id else {}
    return {"label": entity, "value": entity, **more, "displayOrder": -1, "hidden": True}


def kept_in(options: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Our keys -> ids of lists, "" of those that were not there yet."""
    return {str(each.get("value")): str(each.get("description") or "") for each in options}
