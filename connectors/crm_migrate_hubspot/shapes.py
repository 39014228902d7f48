"""What is known of HubSpot's objects, and where a field of ours is. Pure.

A field names its place: `email`, a property; `associations.companies`, the company that the record is linked with by
the link without a label, `associations.companies.Primary` by that label; `consent`, what the mailbox of a contact
takes, `consent.Newsletter` of one type of subscription; `file.size` and `file.md5` what a file is that a note names.
`companies:Household` are the companies whose property `crm_migrate_kind` says so, `companies` those without a kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "crm_migrate_id"  # the property of our key
KIND = "crm_migrate_kind"
REGISTRY = "crm_migrate_lists"  # the property whose options are our keys of lists
GROUP = "crm_migrate"  # of properties that are ours
UNFINISHED = "~"  # behind the key of a record whose links are not all there yet
OWNER = "hubspot_owner_id"
EMAIL = "email"
MERGED = "hs_merged_object_ids"
ASSOCIATIONS, CONSENT = "associations", "consent"

CONTACTS, COMPANIES, DEALS, TICKETS = "contacts", "companies", "deals", "tickets"
PRODUCTS, LINE_ITEMS, TASKS, MEETINGS = "products", "line_items", "tasks", "meetings"
NOTES, FILE = "notes", "File"  # the kind of notes that stand for a file
SIZE, MD5 = "file.size", "file.md5"  # HubSpot works them out; said by us they are compared
CONTENT = frozenset({SIZE, MD5})
MOMENT, BEGINS = "hs_timestamp", "hs_meeting_start_time"
# In this order: a link between two records is of the one whose object stands later; it refers to the other.
OBJECTS = (
    PRODUCTS, COMPANIES, CONTACTS, "leads", DEALS, TICKETS, "orders", "invoices", LINE_ITEMS,
    "notes", "calls", MEETINGS, TASKS, "emails",
)  # fmt: skip
ENGAGEMENTS = ("notes", "calls", MEETINGS, TASKS, "emails")
# Pipeline and stage of an object are named by their labels.
PIPELINES: Mapping[str, tuple[str, str]] = {
    DEALS: ("pipeline", "dealstage"),
    TICKETS: ("hs_pipeline", "hs_pipeline_stage"),
    "leads": ("hs_pipeline", "hs_pipeline_stage"),
}
# Objects that a record of an object may be linked with, as far as our profile knows; `describe` asks for their labels.
LINKED: Mapping[str, tuple[str, ...]] = {
    COMPANIES: (COMPANIES,),
    CONTACTS: (COMPANIES, CONTACTS),
    "leads": (CONTACTS, COMPANIES),
    DEALS: (COMPANIES, CONTACTS),
    TICKETS: (COMPANIES, CONTACTS, DEALS),
    LINE_ITEMS: (DEALS,),
    **dict.fromkeys(ENGAGEMENTS, (COMPANIES, CONTACTS, DEALS, TICKETS)),
    PRODUCTS: (),
}
_ANY = (COMPANIES, CONTACTS, DEALS, TICKETS)  # that an object of another name may be linked with
INVERSE = " (inverse)"  # behind a label of ours, for the other direction between two records of one object
BELOW = "child company"  # what HubSpot calls it from a company to one that it is the parent of
_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}")
_OBJECT = re.compile(r"[a-z][a-z_]*|2-[0-9]+|p[0-9]+_[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of ours is: a property; or a link to an object by a label ("" for the one without); or a consent,
    to everything or to one type of subscription (`label`); or the size or digest of a file (`file`)."""

    name: str
    property: str = ""
    to: str = ""
    label: str = ""
    consent: bool = False
    file: str = ""


def split(object: str) -> tuple[str, str]:
    """Object of HubSpot and kind of an object of ours: `companies:Household`."""
    name, _, kind = object.partition(":")
    return name, kind


def linked_with(object: str) -> tuple[str, ...]:
    """The objects that records of an object may be linked with."""
    return LINKED.get(object, _ANY)


def is_object(object: str) -> bool:
    """Whether HubSpot may have an object of that name, of its own or made by users."""
    name, colon, kind = object.partition(":")
    return bool(_OBJECT.fullmatch(name)) and (not colon or (kind != "" and kind == kind.strip()))


def holds_files(object: str) -> bool:
    """Whether records of an object are notes that stand for files."""
    name, kind = split(object)
    return name == NOTES and kind.partition(" ")[0] == FILE


def place_of(object: str, name: str) -> Place | None:
    """Where a field is; None where there is no such place."""
    first, dot, rest = name.partition(".")
    if first == ASSOCIATIONS:
        to, _, label = rest.partition(".")
        return Place(name, to=to, label=label) if dot and _OBJECT.fullmatch(to) and label == label.strip() else None
    if first == CONSENT and split(object)[0] == CONTACTS:
        return Place(name, property=word_of(rest), label=rest, consent=True) if not dot or rest.strip() else None
    if name in CONTENT:
        return Place(name, file=rest) if holds_files(object) else None
    return Place(name, property=name) if _PROPERTY.fullmatch(name) and not is_ours(name) else None


def is_ours(property: str) -> bool:
    """Whether a property is not for mappings: our keys, our kind, and the words of consents. A word alone reaches no
    mailbox."""
    return property in (KEY, KIND, REGISTRY) or property.startswith(word_of(""))


def word_of(subscription: str) -> str:
    """The property that keeps the word of a consent: HubSpot itself knows no `unknown` and no `bounced`."""
    plain = re.sub(r"[^a-z0-9]+", "_", subscription.lower()).strip("_")
    return f"crm_migrate_consent_{plain}" if plain else "crm_migrate_consent"


def refers(own: str, other: str) -> bool:
    """Whether a link between records of two objects is of the first one: it refers to the other, not the other to it.

    Objects that users made stand behind all others.
    """
    order = {name: number for number, name in enumerate(OBJECTS)}
    return order.get(own, len(OBJECTS)) > order.get(other, len(OBJECTS))
