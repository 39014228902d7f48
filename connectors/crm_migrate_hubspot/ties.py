"""Links as records of their own: what they are, and where our keys of them live. Pure.

`deals>contacts` are the links that begin at a deal and end at a contact. A link has a type and nothing else, so our key
is a line in a property of the record where it begins: the key, the object and the record at its end, its type, and
whether the link was there before us. Both ends and the type make a link the one that it is.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crm_migrate_hubspot.link_answers import Linked, Type

KEYS = "crm_migrate_links"
FROM, TO, LABEL = "from", "to", "label"
FIELDS = (FROM, TO, LABEL)
LEAD = "Lead"
FROM_LEAD = f"{FROM}.{LEAD}"  # a member of a list that is a contact of that kind
MEMBER_FIELDS = (FROM, FROM_LEAD, TO)
THEIRS, BESIDE = "theirs", "beside"
_OBJECT = re.compile(r"([a-z0-9_-]+)>([a-z0-9_-]+)")
_LINE = re.compile(r"(\S+) (\S+) (\d+) (\S+) (\d+)(?: (theirs|beside))?")


@dataclass(frozen=True, slots=True)
class Tie:
    """A link: the records at its ends, and its type."""

    one: str
    other: str
    type: Type

    @property
    def id(self) -> str:
        """What it is called in the target."""
        return f"{self.one}-{self.other}-{self.type[0]}-{self.type[1]}"


@dataclass(frozen=True, slots=True)
class Line:
    """Our key of a link. `was`: the link was there before us (`theirs`), or another one between the two (`beside`)."""

    entity: str
    to: str
    tie: Tie
    was: str = ""

    def __str__(self) -> str:
        category, number = self.tie.type
        return f"{self.entity} {self.to} {self.tie.other} {category} {number} {self.was}".rstrip()


def ends_of(object: str) -> tuple[str, str] | None:
    """The objects at both ends of an object that is links; None for any other."""
    found = _OBJECT.fullmatch(object)
    return (found[1], found[2]) if found else None


def lines_of(one: str, held: object) -> list[Line]:
    """The keys that a record keeps. What is no line of ours is left out, and goes with the next change."""
    found = (_LINE.fullmatch(each.strip()) for each in str(held or "").splitlines())
    return [
        Line(each[1], each[2], Tie(one, each[3], (each[4], int(each[5]))), each[6] or "")
        for each in found
        if each is not None
    ]


def kept(lines: Iterable[Line]) -> str:
    """The same as the text of the property."""
    return "\n".join(map(str, lines))


def is_there(tie: Tie, links: Mapping[str, Iterable[Linked]]) -> bool:
    """Whether a link is there."""
    return any(each.id == tie.other and each.has(tie.type) for each in links.get(tie.one, ()))


def of_fields(to: str, linked: Sequence[Linked], lines: Iterable[Line]) -> list[Linked]:
    """The links of a record that are no records of their own."""
    ours = [line for line in lines if line.to == to and line.was != THEIRS]
    alone = {line.tie.other for line in ours} - {line.tie.other for line in ours if line.was == BESIDE}
    types = {(line.tie.other, line.tie.type) for line in ours}
    return [
        Linked(each.id, tuple(type for type in each.types if (each.id, type[0]) not in types))
        for each in linked
        if each.id not in alone
    ]


def beside(lines: Iterable[Line], to: str, left: Collection[str], joined: Mapping[str, Collection[Type]]) -> list[Line]:
    """The keys of a record whose fields have let go of some records, and lead to others now, by links of some types."""
    found = []
    for line in lines:
        here = line.to == to
        if here and line.tie.other in joined:
            same = line.tie.type in joined[line.tie.other]
            line = replace(line, was=THEIRS if same else line.was or BESIDE)
        elif here and line.tie.other in left:
            line = replace(line, was="")
        found.append(line)
    return found


def tie_at(id: str) -> Tie | None:
    """The link that is called so."""
    found = re.fullmatch(r"(\d+)-(\d+)-(\w+)-(\d+)", id)
    return Tie(found[1], found[2], (found[3], int(found[4]))) if found else None
