"""What an object and a field of the canonical model are, and the short writing in which the families declare them."""

from dataclasses import dataclass

from crm_migrate.crm.types import TYPES, SemanticType


@dataclass(frozen=True, slots=True)
class CanonicalField:
    """A field of the canonical model. `block` names the group of fields that survive together from one record."""

    name: str
    type: str
    required: bool = False
    reference: str | None = None
    block: str | None = None

    @property
    def semantic(self) -> SemanticType:
        """The semantic type itself."""
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class CanonicalObject:
    """An object of the canonical model; `about` says what one record of it is.

    `mergeable` is False where likeness never merges (deals, activities).
    """

    name: str
    about: str
    entity: str  # "organisation", "person" or "thing": which matcher fits
    fields: tuple[CanonicalField, ...]
    mergeable: bool = False

    def field(self, name: str) -> CanonicalField | None:
        """The field of that name, or None where a mapping must declare it."""
        return next((f for f in self.fields if f.name == name), None)

    def referring_to(self, name: str) -> tuple[CanonicalField, ...]:
        """The reference fields that lead to an object of that name."""
        return tuple(f for f in self.fields if f.reference == name)


def thing(name: str, about: str, *words: str) -> CanonicalObject:
    """An object whose records are never merged by likeness."""
    return CanonicalObject(name, about, "thing", fields(*words))


def fields(*words: str) -> tuple[CanonicalField, ...]:
    """Fields from words: `name:company_name`, `street:street@address` (its block), `parent>accounts` (a reference).

    An exclamation mark at the end says that no record goes without the field.
    """
    return tuple(_field(word) for word in " ".join(words).split())


def _field(word: str) -> CanonicalField:
    text, required = word.rstrip("!"), word.endswith("!")
    name, arrow, reference = text.partition(">")
    if arrow:
        return CanonicalField(name, "reference", required, reference)
    name, _, kind = text.partition(":")
    kind, _, block = kind.partition("@")
    return CanonicalField(name, kind, required, block=block or None)


ADDRESS = (
    "street:street@address city:city@address postal_code:postal_code@address state:state@address "
    "country:country@address"
)
HISTORY = "owner:owner legacy_owner:text created_at:created_at updated_at:instant"
# What something can be about: one reference each, so that a typed reference of a source knows its field.
ABOUT = (
    "company>accounts contact>contacts lead>leads deal>deals ticket>tickets order>orders booking>bookings "
    "campaign>campaigns household>households"
)
