"""What Salesforce says of its objects, in the words of the contract, and what is missing there. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.kinds import Kind, split
from crm_migrate.crm.types import type_of
from crm_migrate_salesforce.shapes import (
    CONVERSION,
    CUSTOM,
    ENTRY,
    KEY,
    LEAD_STATE,
    LINE,
    NAMED,
    NATURAL,
    OPTED_OUT,
    PERSONS,
    PREFIXES,
    PRICED,
    PRODUCT,
    STATES,
)
from crm_migrate_salesforce.values import NUMBERS, SEMANTIC

Words = Mapping[str, Any]
KEY_LENGTH = 64
_TEXTS = frozenset({"string", "textarea", "picklist", "combobox", "email", "phone", "url", "encryptedstring"})
_DIGITS = 15  # of a number that come back as they were sent: it is a double there
_DAYS = ((">=", "1700-01-01"), ("<=", "4000-12-31"))  # what its dates reach
_LARGEST = Decimal(2**31)
_UNFORESEEN = (
    "validation rules, triggers and flows of the organisation",
    "duplicate rules",
    "a picklist that is not restricted takes values that nobody can choose",
    "blanks at both ends of a text, and fractions of a second, are dropped",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of ours is: `field` of the object; `by` names the field by which the record of `of` is found that a
    reference leads to; without it `of` is the one of several objects that is meant."""

    name: str
    field: str
    type: str
    by: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """An object as Salesforce describes it, as the object of ours that is called so."""

    name: str
    fields: Mapping[str, Words] = field(default_factory=dict)
    children: tuple[Words, ...] = ()
    record_types: tuple[Words, ...] = ()
    prefix: str = ""
    undeletable: bool = False

    @property
    def kind(self) -> Kind:
        """The object of Salesforce, and which of its records are meant."""
        return split(self.name)

    @property
    def object(self) -> str:
        """The object of Salesforce."""
        return self.kind.object

    @property
    def opted_out(self) -> str:
        """The checkbox that says that somebody wants no mail; "" where there is none that we may write."""
        name = OPTED_OUT.get(self.object, "")
        return name if self.fields.get(name, {}).get("updateable") else ""

    @property
    def sorts(self) -> bool:
        """Whether some of the records are people, and others are not."""
        return self.object == "Account" and PERSONS in self.fields

    def place(self, name: str) -> Place | None:
        """Where a field is; None where the object has no such place."""
        words = self.fields.get(name)
        if words is not None:
            return Place(name, name, str(words["type"])) if words.get("type") in SEMANTIC else None
        if name == PRICED and self.object == LINE:
            return Place(name, ENTRY, "reference", "Product2Id", "PricebookEntry")
        return next((each for each in self.named() if each.name == name), None)

    def named(self) -> Iterator[Place]:
        """The places that are more than a field: they name a record, or the object that a reference leads to."""
        for name, words in self.fields.items():
            for other in words.get("referenceTo") or () if words.get("relationshipName") else ():
                for by in NATURAL.get(other, ()):
                    yield Place(f"{words['relationshipName']}.{by}", name, "reference", by, other)
                if other in PREFIXES and len(words["referenceTo"]) > 1:
                    yield Place(f"{words['relationshipName']}.{other}", name, "reference", of=other)

    def place_of(self, field: str, leads_to: str) -> str:
        """What we call the place of a reference that leads to records of an object."""
        if self.object == LINE and field in (ENTRY, PRODUCT):
            return PRICED
        found = (place for place in self.named() if place.field == field and place.of == leads_to and not place.by)
        return next((place.name for place in found), field)

    def keyed(self, key_field: str) -> bool:
        """Whether records can be found and matched by our key."""
        return key_field in self.fields and not self.wrong_key(key_field)

    def fixed(self, field: str) -> bool:
        """Whether a field is said when a record is made, and never again."""
        words = self.fields.get(field, {})
        return bool(words.get("createable")) and words.get("updateable") is False

    def unique(self, key_field: str) -> bool:
        """Whether Salesforce itself takes each key once."""
        return bool(self.fields.get(key_field, {}).get("unique"))

    def wrong_key(self, key_field: str) -> str:
        """Why our key cannot live in a field that is there; "" where it can, or where there is none yet."""
        words = self.fields.get(key_field)
        if words is None:
            return ""
        if words.get("type") != "string" or not words.get("externalId"):
            return f"{self.object}.{key_field} is there, but it is no text that is an external id"
        if not (words.get("createable") and words.get("updateable")):
            return f"{self.object}.{key_field} is there, and we may not write it"
        return ""


def object_of(described: Described, key_field: str = KEY) -> TargetObject:
    """The object in the words of the contract, without our key."""
    fields = (*_plain(described), *_named(described))
    return TargetObject(described.name, tuple(f for f in fields if f.name != key_field), key_field, _UNFORESEEN)


def unconverted(lead: TargetObject, converted: Collection[str]) -> TargetObject:
    """The object of leads without what would say that one is converted: these states, the mark, and where it went."""
    fields = (
        replace(place, choices=tuple(each for each in place.choices if each not in converted))
        if place.name == LEAD_STATE
        else replace(place, read_only=place.read_only or place.name in CONVERSION)
        for place in lead.fields
    )
    words = "that a lead is not converted there when it is changed"
    return replace(lead, fields=tuple(fields), unforeseen=(*lead.unforeseen, words))


def _plain(described: Described) -> Iterator[TargetField]:
    kind = described.kind
    for name, words in described.fields.items():
        if words.get("type") in SEMANTIC and name != kind.field:
            yield field_of(
                name, words, optional=name == NAMED and described.sorts
            )  # people have none but that of parts


def _named(described: Described) -> Iterator[TargetField]:
    given = {place.name: place for place in described.named()}  # each once, where several objects have a field
    for name, place in given.items():
        words = described.fields[place.field]
        choices: tuple[str, ...] = ()
        if place.of == "RecordType":
            which = "name" if place.by == "Name" else "developerName"
            usable = (each for each in described.record_types if each.get("available") and not each.get("master"))
            choices = tuple(str(each.get(which)) for each in usable)
        kind, leads = ("text", None) if place.by else ("reference", place.of)
        yield TargetField(name, kind, choices=choices, reference=leads, read_only=_computed(words))
    if described.object == LINE and ENTRY in described.fields:
        yield TargetField(PRICED, "reference", reference="Product2")


def field_of(name: str, words: Words, *, optional: bool = False) -> TargetField:
    """A field in the words of the contract."""
    kind, leads = str(words.get("type")), list(words.get("referenceTo") or ())
    filled = bool(words.get("nillable") or words.get("defaultedOnCreate") or kind == "boolean")
    return TargetField(
        name,
        SEMANTIC[kind],
        required=bool(words.get("createable")) and not filled and not optional,
        unique=bool(words.get("unique")),
        length=_number(words.get("length")) if kind in _TEXTS else None,
        choices=_choices(name, kind, words),
        reference=str(leads[0]) if len(leads) == 1 else None,
        read_only=_computed(words),
        default=bool(words.get("defaultedOnCreate")) or kind == "boolean",
        **_size(kind, words),
        bounds=_DAYS if kind in ("date", "datetime") else (),
        case_blind="" if words.get("caseSensitive") or not words.get("unique") else "letters",
    )


def _computed(words: Words) -> bool:
    return not words.get("createable") and not words.get("updateable")


def _choices(name: str, kind: str, words: Words) -> tuple[str, ...]:
    if kind != "picklist" or not (words.get("restrictedPicklist") or name in STATES):
        return ()
    return tuple(str(each["value"]) for each in words.get("picklistValues") or () if each.get("active", True))


def _size(kind: str, words: Words) -> dict[str, Any]:
    """How large a number may be, and how many digits of it stay."""
    if kind == "int":
        digits = _number(words.get("digits"))
        return {"below": min(_LARGEST, Decimal(10) ** digits) if digits else _LARGEST}
    precision, scale = _number(words.get("precision")), words.get("scale")
    if kind not in NUMBERS or precision is None or not isinstance(scale, int):
        return {}
    return {"below": Decimal(10) ** (precision - scale), "scale": scale, "digits": min(precision, _DIGITS)}


def _number(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None


# ---------------------------------------------------------------------------------------------------- what is missing


@dataclass(frozen=True, slots=True)
class Missing:
    """A custom field to be made: of which object, and its words in Salesforce's metadata; without them one that is
    there, and that our user has to be shown."""

    object: str
    name: str
    words: Words = field(hash=False, compare=False, default_factory=dict)

    @property
    def full(self) -> str:
        """The name of the field in Salesforce's metadata; activities share theirs."""
        return f"{'Activity' if self.object in ('Task', 'Event') else self.object}.{self.name}"

    @property
    def title(self) -> str:
        """In words for people."""
        return f"{'add' if self.words else 'show'} field {self.full}"


def missing(wanted: TargetObject, there: Described) -> Iterator[Missing | str]:
    """What an object lacks: our key and custom fields, which can be made, and names of fields that cannot."""
    if wanted.key_field not in there.fields:
        yield Missing(there.object, wanted.key_field, _key_words(there.object))
    of_people = there.sorts or there.object in ("Contact", "Lead")
    if of_people and not there.opted_out and any(each.type == "consent" for each in wanted.fields):
        yield Missing(there.object, OPTED_OUT[there.object])
    for each in wanted.fields:
        if there.place(each.name) is not None:
            continue
        if each.name.endswith(CUSTOM) and each.name.isidentifier() and not each.reference:
            yield Missing(there.object, each.name, _words(each))
        else:
            yield each.name


def _key_words(object: str) -> Words:
    """Our key: a text of which Salesforce takes each once. Fields that activities share cannot be unique, and all
    versions of a document have its key."""
    unique = {} if object in ("Task", "Event", "ContentVersion") else {"unique": True, "caseSensitive": True}
    about = "Key of crm-migrate: finds the record again. Leave it as it is."
    return {
        "label": "crm-migrate id", "type": "Text", "length": KEY_LENGTH, "externalId": True, "description": about,
    } | unique  # fmt: skip


def _words(field: TargetField) -> Words:
    """A field for values of a semantic type."""
    label = field.name.removesuffix(CUSTOM).replace("_", " ")[:40]
    said: dict[str, Any] = {"label": label}
    storage = type_of(field.type).storage
    if storage == "text" and field.length and field.length <= 255:
        return said | {"type": "Text", "length": field.length} | ({"unique": True} if field.unique else {})
    kinds: Mapping[str, dict[str, Any]] = {
        "boolean": {"type": "Checkbox", "defaultValue": "false"},
        "integer": {"type": "Number", "precision": 18, "scale": 0},
        "decimal": {"type": "Number", "precision": 18, "scale": 4},
        "date": {"type": "Date"},
        "instant": {"type": "DateTime"},
    }
    if storage == "text" and field.type not in ("long_text", "text"):
        return said | {"type": "Text", "length": 255} | ({"unique": True} if field.unique else {})
    return said | kinds.get(storage, {"type": "LongTextArea", "length": 32_768, "visibleLines": 5})
