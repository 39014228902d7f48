"""Contact roles of deals as records of their own: what they are, and where our keys of them live. Pure.

Zoho keeps nothing beside a role, so our keys are lines in a field of the deal: the key, the contact, and whether it had
a part in the deal before us. A deal and a contact make a role the one that it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_migrate.connecting.contract import By, Refusal, TargetField, TargetObject

NAME, KEYS = "Deals>Contact_Roles", "crm_migrate_contact_roles"
DEALS, CONTACTS = "Deals", "Contacts"
DEAL, CONTACT, ROLE = "Deal", "Contact", "Role"
LONGEST = 32_000  # of our keys in a deal
_KEY = re.compile(r"(\S+) (\d+)( theirs)?")
ENDLESS = Refusal("a contact has a role in a deal: all three are needed", "REQUIRED")
UNKNOWN = Refusal("Zoho CRM has no such contact role; make it there", "UNKNOWN", ROLE)
TWICE = Refusal("another record of ours is the role of this contact in the deal", "EXISTS", CONTACT)
OTHER = Refusal("users gave the contact another role in the deal", "EXISTS", ROLE)
FULL = Refusal("the deal has no room for one more key", "FULL", DEAL)
MOVED = Refusal("a role stays with its deal and its contact; it can be taken away and made again", "MOVED")
LOST = Refusal("the deal is not there", "REFERENCE", DEAL)


@dataclass(frozen=True, slots=True)
class Line:
    """Our key of a contact's role in a deal; `theirs`: the contact had a part in it before us."""

    entity: str
    contact: str
    theirs: bool = False

    def __str__(self) -> str:
        return f"{self.entity} {self.contact}{' theirs' if self.theirs else ''}"


Held = dict[str, list[Line]]  # by deal


def kept(lines: Sequence[Line]) -> str:
    """The keys as the text of the field."""
    return "\n".join(map(str, lines))


@dataclass(frozen=True, slots=True)
class Part:
    """Who is to have which role where."""

    deal: str
    contact: str
    role: str

    @property
    def id(self) -> str:
        """What it is called in the target."""
        return f"{self.deal}-{self.contact}"


def prepared(object: TargetObject) -> TargetObject:
    """What deals need to keep our keys of roles."""
    return TargetObject(DEALS, (TargetField(KEYS, "long_text"),), object.key_field)


def lines_of(held: object) -> list[Line]:
    """The keys that a deal keeps. What is no line of ours is left out, and goes with the next change."""
    found = (_KEY.fullmatch(each.strip()) for each in str(held or "").splitlines())
    return [Line(each[1], each[2], bool(each[3])) for each in found if each is not None]


def deal_of(id: str) -> str:
    """The deal of a role that is called so."""
    return id.partition("-")[0]


def named(deal: str, line: Line, by: By) -> str:
    """What a role is called in the target, or our key of it."""
    return f"{deal}-{line.contact}" if by == "id" else line.entity


def noted(held: Held, parts: Mapping[str, Mapping[str, str]], entity: str, part: Part) -> Refusal | bool:
    """Add a key to those that its deal keeps; whether it is a new one, or why it cannot have it."""
    lines = held.get(part.deal)
    if lines is None:
        return LOST
    same = next((each for each in lines if each.contact == part.contact), None)
    if same is not None:
        return False if same.entity == entity else TWICE
    if parts[part.deal].get(part.contact, "") not in ("", part.role):
        return OTHER
    line = Line(entity, part.contact, part.contact in parts[part.deal])
    if len(kept([*lines, line])) > LONGEST:
        return FULL
    lines.append(line)
    return True
