"""What Odoo says of its models, in the words of the contract. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.kinds import Kind, split
from crm_migrate_odoo.shapes import (
    ABOUT,
    ABOUT_MODEL,
    ABOUT_NAME,
    ACTIVE,
    KEY,
    LEAD,
    LISTED,
    LOGGED,
    LOST,
    NATURAL,
    PARTNER,
    PROBABILITY,
    STAGE,
    STAGED,
    USERS,
    WHOSE,
)
from crm_migrate_odoo.values import NUMBERS, SEMANTIC, Column

Words = Mapping[str, Any]
_DIGITS = 15  # of a number that come back as they were sent
_UNFORESEEN = (
    "rules, automations and other modules of the database",
    "amounts are rounded to the decimals of the currency of the company",
    "empty numbers are 0 there, and empty yes or no is no",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of ours is: `column` of the model. `of` is the model that it leads to, `by` the column of that by
    which a record is named, `whose` which of its records are meant, where it leads to several kinds."""

    name: str
    column: Column
    of: str = ""
    by: str = ""
    whose: Kind | None = None

    @property
    def many(self) -> bool:
        """Whether it leads to any number of records."""
        return self.column.type == "many2many"

    @property
    def about(self) -> bool:
        """Whether another column says of which model the record is."""
        return self.column.type == "many2one_reference"


@dataclass(frozen=True, slots=True)
class Described:
    """A model as Odoo describes it, as the object of ours that is called so. `names`: model -> names of its records, of
    those that are told as choices; `won`: the stages that are won."""

    name: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    won: frozenset[str] = frozenset()

    @property
    def kind(self) -> Kind:
        """The model, and which of its records are meant."""
        return split(self.name)

    @property
    def model(self) -> str:
        """The model."""
        return self.kind.object

    @property
    def staged(self) -> bool:
        """Whether a record has a stage, and is lost where it is archived."""
        return self.model == LEAD and {STAGED, ACTIVE, PROBABILITY} <= self.columns.keys()

    @property
    def mailbox(self) -> str:
        """The column of the mailbox; "" where there is none."""
        return next((name for name in ("email", "email_from") if name in self.columns), "")

    def place(self, name: str) -> Place | None:
        """Where a field is; None where the model has no such place."""
        return next((each for each in self.places() if each.name == name), None)

    def places(self) -> Iterator[Place]:
        """All of them."""
        implied = (ABOUT_MODEL, ABOUT_NAME) if ABOUT in self.columns else ()
        for name, column in self.columns.items():
            if column.type in SEMANTIC and column.of != USERS and name not in implied:
                yield Place(name, column, column.of)
            for by in NATURAL.get(column.of, ()):
                yield Place(f"{name}.{by}", column, column.of, by)
            if column.type == "many2one_reference" and name == ABOUT and self._says_model:
                yield from (Place(f"{name}.{word}", column, kind.object, whose=kind) for word, kind in WHOSE.items())
            if column.type == "many2one" and column.of == PARTNER and self.model != PARTNER:
                of = ((word, kind) for word, kind in WHOSE.items() if kind.object == PARTNER)
                yield from (Place(f"{name}.{word}", column, PARTNER, whose=kind) for word, kind in of)
        if self.staged:
            yield Place(STAGE, self.columns[STAGED], "crm.stage", "name")

    @property
    def _says_model(self) -> bool:
        return ABOUT_MODEL in self.columns or ABOUT_NAME in self.columns

    def choices(self, place: Place) -> tuple[str, ...]:
        """What a field may say; () where that is free."""
        if place.column.choices is not None:
            return tuple(place.column.choices)
        if not place.by or place.of not in LISTED:
            return ()
        return (*self.names.get(place.of, ()), *((LOST,) if place.name == STAGE else ()))


def read_model(fields: Mapping[str, Words], defaults: Words) -> dict[str, Column]:
    """The columns of a model that hold something of their own."""
    found = {each: _column(each, words, defaults.get(each, False)) for each, words in fields.items()}
    return {each: found[each] for each, words in fields.items() if words.get("store", True) is not False}


def _column(name: str, words: Words, default: Any) -> Column:
    digits, chosen = words.get("digits"), words.get("selection")
    return Column(
        name,
        str(words.get("type")),
        str(words.get("string") or name),
        required=bool(words.get("required")),
        read_only=bool(words.get("readonly")) or name in LOGGED or name == "id",
        length=words.get("size") or None,
        scale=digits[1] if isinstance(digits, list) and len(digits) == 2 else None,
        choices={str(value): str(label) for value, label in chosen} if isinstance(chosen, list) else None,
        of=str(words.get("relation") or ""),
        default=default,
    )


def object_of(described: Described) -> TargetObject:
    """The object in the words of the contract."""
    fixed = described.kind.field
    fields = tuple(field_of(described, each) for each in described.places() if each.name != fixed)
    return TargetObject(described.name, fields, KEY, _UNFORESEEN)


def field_of(described: Described, place: Place) -> TargetField:
    """A field in the words of the contract."""
    column = place.column
    kind = "tags" if place.many else "text" if place.by else "reference" if place.of else SEMANTIC[column.type]
    filled = column.type in ("boolean", "integer", *NUMBERS) or column.default is not False
    return TargetField(
        place.name,
        kind,
        required=column.required and not filled and not place.by and not place.about,
        length=column.length,
        choices=described.choices(place),
        reference=place.of if kind == "reference" else None,
        read_only=column.read_only,
        default=filled,
        scale=column.scale,
        digits=_DIGITS if column.type in NUMBERS else None,
    )
