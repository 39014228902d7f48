"""What is proposed for a mapping, and what stands in it before: plain data, without how either was found out."""

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crm_migrate.mapping.expressions import ExpressionError, parse
from crm_migrate.mapping.model import ObjectPart
from crm_migrate.mapping.profiles import TargetProfile
from crm_migrate.mapping.text import TextError, parse_cell
from crm_migrate.suggesting.linking import Key


@dataclass(frozen=True, slots=True)
class Offer:
    """One cell of a line: what a source says of a field. `cell` is as the mapping has it, `ref` where it is a link.

    `beside` are the columns that an expression reads besides `column`; `proofs` those whose texts prove the value.
    """

    object: str
    field: str
    source: str
    column: str
    cell: str
    score: float
    because: tuple[str, ...]
    ref: str | None = None
    beside: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """A column that nothing is proposed for, and what is known of it."""

    source: str
    column: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TypedRef:
    """The record that a row is about, by two cells; `map` is word of the type -> `object.source`, None for no link."""

    type: str
    id: str
    map: Mapping[str, str | None]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """How a source that feeds nothing yet would feed an object.

    `where` is the condition of the rows that hold such a record (all rows do where there is none); `one_per` makes one
    record of all rows with one value of these fields, `split_rows` several of one row; `about` is what it is about.
    """

    where: str = ""
    one_per: tuple[str, ...] = ()
    split_rows: str = ""
    about: TypedRef | None = None


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Another source whose columns a source reads as `alias.column`: the partner whose `theirs` is the row's `own`."""

    alias: str
    source: str
    own: str
    theirs: str


@dataclass(slots=True)
class Suggestion:
    """Everything that is proposed, and what is not.

    `offers` are lines that the mapping does not have; `beside` are cells for lines that stand there already and are
    not touched. `feeds` is (object, source) -> how, for sources that feed nothing yet; `maps` are the translations that
    cells ask for, by name; `unkeyed` says of sources without a key why, `joins` whose columns a source
    reads, too.
    """

    offers: list[Offer] = field(default_factory=list)
    beside: list[Offer] = field(default_factory=list)
    feeds: dict[tuple[str, str], Feed] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, Key | None] = field(default_factory=dict)
    unkeyed: dict[str, str] = field(default_factory=dict)
    joins: dict[str, Borrowed] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote: the objects, the columns of sources that are seen to, the keys, and what the target has.

    `fields` is object -> fields that the target knows; an object that is not there cannot be loaded.
    """

    objects: Mapping[str, ObjectPart] = field(default_factory=dict)
    used: Mapping[str, frozenset[str]] = field(default_factory=dict)
    settled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # source -> patterns: archived, dropped
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, frozenset[str]] | None = None
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def feeds(self, source: str) -> list[str]:
        """The objects that a source feeds or adds to."""
        return [name for name, part in self.objects.items() if source in part.from_ or source in part.enrich]

    def is_settled(self, source: str, column: str) -> bool:
        """Whether a person has said that the column is archived or dropped."""
        return any(fnmatch.fnmatchcase(column, pattern) for pattern in self.settled.get(source, ()))

    def takes(self, name: str, wanted: str) -> bool:
        """Whether the target has that field."""
        return self.fields is None or wanted in self.fields.get(name, frozenset())


def taken_by(target: TargetProfile, written: Written) -> Written:
    """What people wrote, with what the target takes: its fields, those that it requires, the words of its choices."""
    objects = target.objects.items()
    return replace(
        written,
        fields={name: frozenset(each.fields) for name, each in objects},
        required={name: tuple(f for f, said in each.fields.items() if said.required) for name, each in objects},
        choices={(n, f): frozenset(said.choices) for n, o in objects for f, said in o.fields.items() if said.choices},
    )


def columns_of(objects: Mapping[str, ObjectPart]) -> dict[str, frozenset[str]]:
    """The columns that the lines of a mapping read, by source; "" is the only source of an object."""
    found: dict[str, set[str]] = {}
    for part in objects.values():
        only = next(iter(part.from_), "")
        for line in (*part.fields.values(), *part.let.values()):
            for source, text in line.cells.items():
                found.setdefault(source or only, set()).update(_names(text))
    return {source: frozenset(names) for source, names in found.items()}


def _names(text: str) -> Iterator[str]:
    try:
        cell = parse_cell(text)
        if cell.column is not None:
            yield cell.column
        elif cell.expression is not None:
            yield from (name.name for name in parse(cell.expression).names())
    except (TextError, ExpressionError):
        return
