"""What is known of Tryton's own models beyond what the server says: its lists, its natural keys, where our key lives.

A party is one record with lists below it. A field of ours names its place as a path: `addresses.city` (of the first
address), `contact_mechanisms.email` (the first of that type), `contact_mechanisms.email.comment`,
`contact_mechanisms.email.others` (a list: all but the first), `identifiers.tr_vat`, `relations.Works for` (the party at
the other end), `categories.Consent` (the child of that category), `categories.Tag.all` (a list: all its children),
`addresses.country.code` (the record that a reference leads to, by its code).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CATEGORY = "party.category"
CATEGORIES = "categories"  # the list of them
RELATIONS = "relations"  # those of a party to others
PARTY, RELATION, TYPES = "party.party", "party.relation.all", "party.relation.type"
REPLACED_BY = "replaced_by"  # of a party: the one that users have put in its place
KINDS = "Kind"  # the category whose children tell what a party is; a party of none is an organisation
KEYED = "identifiers"  # where our key of a party lives, as an identifier without a type
KEY_PREFIX = "crm_migrate_id:"
OTHERS = "others"  # the last part of a path: all members of a kind but the first
ALL = "all"  # the same of a category: all its children
# Required, and filled by a sequence of the server where nothing is sent; its defaults do not say so.
NUMBERED = frozenset({"code", "number"})


@dataclass(frozen=True, slots=True)
class Shape:
    """Members of a list: which field tells one from the other (none: the first is meant), which is its value, and the
    model of the kinds where these are records that have a name."""

    kind: str = ""
    value: str = ""
    kinds: str = ""


SHAPES: Mapping[str, Shape] = {
    "ir.note": Shape(),
    "party.address": Shape(),
    "party.contact_mechanism": Shape("type", "value"),
    "party.identifier": Shape("type", "code"),
    RELATION: Shape("type", "to", TYPES),
}


@dataclass(frozen=True, slots=True)
class Natural:
    """How a record is found by a name of its own, and where that is read."""

    searched: str
    read: str


CODE, NAME = Natural("code", "code"), Natural("name", "name")
# Model of a reference -> the names by which one of its records is found.
NATURAL: Mapping[str, Mapping[str, Natural]] = {
    "country.country": {"code": CODE},
    "country.subdivision": {"code": CODE, "name": NAME},
    "currency.currency": {"code": CODE},
    "ir.lang": {"code": CODE},
    "company.employee": {"email": Natural("party.contact_mechanisms.value", "party.email")},
}


def dug(record: Mapping[str, Any] | None, path: str) -> Any:
    """What lies at a dotted path of an answer, whose references are `name.`; None where there is nothing."""
    *between, last = path.split(".")
    for name in between:
        record = (record or {}).get(f"{name}.")
    return (record or {}).get(last)


@dataclass(frozen=True, slots=True)
class Path:
    """Where a field of ours is: `field` of the model, or of the member of `list` whose kind is `kind` (of a category:
    its child); `by` names the field by which the record is found that a reference leads to; `others` says that the
    values of all further members are meant, or of all children of a category."""

    name: str
    field: str
    list: str = ""
    kind: str = ""
    by: str = ""
    others: bool = False


def split(object: str) -> tuple[str, str]:
    """Model and kind of an object: `party.party:Person`."""
    model, _, kind = object.partition(":")
    return model, kind


def end_of(into: Mapping[str, str], id: str) -> str:
    """The end of a chain of parties that replace each other; who leads in a circle is its own end."""
    passed = {id}
    while id in into and into[id] not in passed:
        id = into[id]
        passed.add(id)
    return id
