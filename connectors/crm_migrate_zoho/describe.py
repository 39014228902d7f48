"""What Zoho CRM says of its modules, in the words of the contract, and what is missing there. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.kinds import Kind, split
from crm_migrate.crm.types import type_of
from crm_migrate_zoho.shapes import (
    ACTIVITIES,
    EMAIL,
    EMPTY,
    KEY,
    OPTED_OUT,
    PARENT,
    SUBFORM,
    USERS,
    can_be_made,
    label_of,
)
from crm_migrate_zoho.values import NUMBERS, REFERENCES, SEMANTIC, SEVERAL, TAGS

Words = Mapping[str, Any]
KEY_LENGTH = 64
_TEXTS = frozenset({"text", "textarea", "picklist", "email", "phone", "website"})
_DIGITS = 15  # of a number that come back as they were sent: it is a number of JSON
_UNFORESEEN = (
    "validation rules, layout rules and functions of the organisation",
    "fractions of a second are dropped",
    "whether a phone number, a mailbox or a website is one in Zoho's eyes",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of ours is: `field` of the module; `by` names what a user is called by; `of` is the one of several
    modules that a lookup leads to."""

    name: str
    field: str
    type: str
    by: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A module as Zoho describes it, as the object of ours that is called so; of a subform the `parent` is the module
    that its rows are written through."""

    name: str
    fields: Mapping[str, Words] = field(default_factory=dict)
    parent: str = ""

    @property
    def kind(self) -> Kind:
        """The module, and which of its records are meant."""
        return split(self.name)

    @property
    def module(self) -> str:
        """The module."""
        return self.kind.object

    @property
    def opted_out(self) -> str:
        """The checkbox that says that somebody wants no mail; "" where there is none."""
        name = OPTED_OUT.get(self.module, "")
        return name if name in self.fields else ""

    def place(self, name: str) -> Place | None:
        """Where a field is; None where the module has no such place."""
        words = self.fields.get(name)
        if words is not None:
            return Place(name, name, kind_of(words)) if kind_of(words) in SEMANTIC else None
        return next((each for each in self.named() if each.name == name), None)

    def named(self) -> Iterator[Place]:
        """The places that are more than a field: they name a user, or the module that a lookup leads to."""
        for name, words in self.fields.items():
            kind = kind_of(words)
            if kind in ("ownerlookup", "userlookup"):
                yield Place(f"{name}.{EMAIL}", name, kind, by=EMAIL, of=USERS)
            for module in modules_of(words) if kind == SEVERAL else ():
                yield Place(f"{name}.{module}", name, kind, of=module)

    def leads(self, module: str) -> Iterator[tuple[str, str]]:
        """Its lookups that may lead to a module: the field, and what we call it then."""
        for name, words in self.fields.items():
            if module in modules_of(words):
                yield name, f"{name}.{module}" if kind_of(words) == SEVERAL else name

    @property
    def is_unique(self) -> bool:
        """Whether its fields can take each value once: those of activities and subforms cannot."""
        return self.module not in ACTIVITIES and not self.parent

    def unique(self, key_field: str) -> bool:
        """Whether Zoho itself takes each key once."""
        return bool(self.fields.get(key_field, {}).get("unique"))

    def keyed(self, key_field: str) -> bool:
        """Whether records can be found and matched by our key."""
        return key_field in self.fields and not self.wrong_key(key_field)

    def wrong_key(self, key_field: str) -> str:
        """Why our key cannot live in a field that is there; "" where it can, or where there is none yet."""
        words = self.fields.get(key_field)
        if words is None:
            return ""
        if kind_of(words) != "text":
            return f"{self.module}.{key_field} is there, but it is no text"
        if not self.unique(key_field) and self.is_unique:
            return f"{self.module}.{key_field} is there, but it takes a value twice"
        return f"{self.module}.{key_field} is there, and we may not write it" if _own(words) else ""


def kind_of(words: Words) -> str:
    """The type of a field. A list in a field of text (tags) is of none of ours."""
    kind = str(words.get("data_type"))
    return TAGS if kind == "text" and words.get("json_type") == "jsonarray" else kind


def modules_of(words: Words) -> tuple[str, ...]:
    """The modules that a lookup may lead to."""
    if kind_of(words) == SEVERAL:
        several = words.get("multi_module_lookup")
        listed = several.get("modules") if isinstance(several, Mapping) else None
        return tuple(name for each in listed or () if (name := _module(each)))
    lookup = words.get("lookup")
    name = _module(lookup.get("module")) if isinstance(lookup, Mapping) else ""
    return (name,) if name else ()


def _module(said: Any) -> str:
    return str(said.get("api_name") or "") if isinstance(said, Mapping) else str(said or "")


def object_of(described: Described, key_field: str = KEY) -> TargetObject:
    """The object in the words of the contract, without our key."""
    own = (described.kind.field, key_field, PARENT if described.parent else "")
    plain = (
        field_of(name, words)
        for name, words in described.fields.items()
        if name not in own and (kind_of(words) in SEMANTIC or (kind_of(words) == SUBFORM and _wanted(words)))
    )
    owner = [TargetField(PARENT, "reference", required=True, reference=described.parent)] if described.parent else []
    named = (
        TargetField(
            place.name,
            "text" if place.by else "reference",
            reference=None if place.by else place.of,
            read_only=_own(described.fields[place.field]),
        )
        for place in described.named()
    )
    return TargetObject(described.name, (*owner, *plain, *named), key_field, _UNFORESEEN)


def field_of(name: str, words: Words) -> TargetField:
    """A field in the words of the contract."""
    kind, leads = kind_of(words), modules_of(words)
    return TargetField(
        name,
        SEMANTIC.get(kind, "list"),
        required=_wanted(words),
        unique=bool(words.get("unique")),
        length=_positive(words.get("length")) if kind in _TEXTS else None,
        choices=_choices(kind, words),
        reference=leads[0] if leads else USERS if kind in REFERENCES else None,
        read_only=_own(words),
        default=kind == "boolean",
        **_size(kind, words),
        case_blind="letters" if words.get("unique") else "",
    )


def _wanted(words: Words) -> bool:
    """Whether a record has to be made with it. One with rows that it cannot be without is not made by us."""
    return bool(words.get("system_mandatory")) and not _own(words) and kind_of(words) != "boolean"


def _own(words: Words) -> bool:
    """Whether Zoho alone fills a field."""
    may = words.get("operation_type")
    may = may if isinstance(may, Mapping) else {}
    never = may.get("api_create") is False and may.get("api_update") is False
    return never or words.get("read_only") is True or kind_of(words) in ("autonumber", "formula")


def _choices(kind: str, words: Words) -> tuple[str, ...]:
    if kind != "picklist":
        return ()
    listed = words.get("pick_list_values") or ()
    return tuple(str(each["actual_value"]) for each in listed if each.get("actual_value") not in (None, EMPTY))


def _size(kind: str, words: Words) -> dict[str, Any]:
    """How large a number may be, and how many digits of it stay."""
    if kind in ("integer", "bigint"):
        return {"below": Decimal(10) ** (_positive(words.get("length")) or (9 if kind == "integer" else 18))}
    if kind not in NUMBERS:
        return {}
    digits = _positive(words.get("length"))
    if digits is None:
        return {"digits": _DIGITS}
    return {"digits": min(digits, _DIGITS), "below": Decimal(10) ** digits}


def _positive(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None


# ---------------------------------------------------------------------------------------------------- what is missing


@dataclass(frozen=True, slots=True)
class Missing:
    """A custom field to be made: of which module, and how it is asked for."""

    module: str
    name: str
    words: Words = field(hash=False, compare=False, default_factory=dict)

    @property
    def title(self) -> str:
        """In words for people."""
        return f"add field {self.module}.{self.name}"


def missing(wanted: TargetObject, there: Described) -> Iterator[Missing | str]:
    """What a module lacks: our key and custom fields, which can be made, and names of fields that cannot."""
    if wanted.key_field not in there.fields:
        if can_be_made(wanted.key_field):
            yield Missing(there.module, wanted.key_field, _key_words(there, wanted.key_field))
        else:
            yield wanted.key_field
    for each in wanted.fields:
        if there.place(each.name) is not None:
            continue
        if each.name not in there.fields and can_be_made(each.name) and not each.reference:
            yield Missing(there.module, each.name, _words(each))
        else:
            yield each.name


def _key_words(there: Described, name: str) -> Words:
    """Our key: a text of which Zoho takes each once, whatever its case; our keys have small letters only."""
    unique = {"unique": {"case_sensitive": False}} if there.is_unique else {}
    return {"field_label": label_of(name), "data_type": "text", "length": KEY_LENGTH, **unique}


def _words(field: TargetField) -> Words:
    """A field for values of a semantic type."""
    said: dict[str, Any] = {"field_label": label_of(field.name)}
    storage = type_of(field.type).storage
    if storage == "text" and field.type not in ("long_text", "list", "tags") and (field.length or 0) <= 255:
        unique = {"unique": {"case_sensitive": False}} if field.unique else {}
        return said | {"data_type": "text", "length": field.length or 255, **unique}
    kinds: Mapping[str, dict[str, Any]] = {
        "boolean": {"data_type": "boolean"},
        "integer": {"data_type": "bigint", "length": 18},
        "decimal": {"data_type": "double", "length": 18},
        "date": {"data_type": "date"},
        "instant": {"data_type": "datetime"},
    }
    return said | kinds.get(storage, {"data_type": "textarea", "length": 32_000, "textarea": {"type": "large"}})
