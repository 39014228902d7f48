"""The list of people who asked to be erased: what its columns mean, and its lines as texts that can be compared.

Nothing of what a line says is ever repeated: people are told by the number of their line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.keys import compare_key
from crm_migrate.cleansing.steps import INVALID_FLAGS
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.side_tables import Rows
from crm_migrate.workspace.row_keys import as_kept

KEY, NAME, BIRTH, NOTE = "key", "name", "birth_date", "note"
NAMED_BIRTH = "name and birth_date"  # how the two are told that identify only together
_PARTS = ("first_name", "last_name")
_NO_IDENTITY = frozenset({"", "name", "company", "day"})  # what several people may have; by how a filler is known
_READ = {"email": ("one",), "phone": ()}  # types that are read by their step first


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. `known` has what identifies a person by itself: column -> comparable text.

    `name` and `birth` identify together; a name alone only tells apart whom another identifier reaches. `key` is
    (source, key of the row). `written` has mailboxes and numbers as they stand in clean records.
    """

    line: int
    known: dict[str, str] = field(default_factory=dict)
    key: tuple[str, str] | None = None
    name: str | None = None
    birth: str | None = None
    written: dict[str, str] = field(default_factory=dict)

    @property
    def reaches(self) -> bool:
        """Whether anything on the line can say who is meant."""
        return bool(self.known or self.key or (self.name and self.birth))


@dataclass(frozen=True, slots=True)
class Unfit:
    """A line (0 is the header), and what is wrong with it: never what it says."""

    line: int
    message: str


def compared_as(column: str, objects: Iterable[ObjectPlan]) -> str | None:
    """The type that an identifier of the list is compared by: its own name, or that of a field; None for no such."""
    if column in TYPES:
        return column if _identifies(column) else None
    fields = (f for o in objects if o.entity != "thing" for f in o.fields if f.name == column and f.ref is None)
    return next((f.type for f in fields if _identifies(f.type) or f.kind.plain), None)


def _identifies(type_name: str) -> bool:
    kind = TYPES[type_name]
    return kind.nobody not in _NO_IDENTITY or kind.key == "id"


def read_entries(
    header: Iterable[str], rows: Rows, objects: Iterable[ObjectPlan], sources: Iterable[str], context: Context
) -> tuple[list[Entry], list[Unfit]]:
    """The lines of a list that can be compared, and what is wrong with the others."""
    kinds, unfit = _columns(header, tuple(objects))
    if unfit:
        return [], unfit
    known = {column: _comparable(column, kind, rows, context) for column, kind in kinds.items()}
    found: list[Entry] = []
    for line, row in rows.items():
        entry, wrong = _entry(line, row, known, set(sources), context)
        unfit += [Unfit(line, message) for message in wrong]
        found += [] if wrong else [entry]
    return found, unfit


def _columns(header: Iterable[str], objects: tuple[ObjectPlan, ...]) -> tuple[dict[str, str], list[Unfit]]:
    """The identifying columns with the type that they are compared by, and those that say nothing we know."""
    kinds: dict[str, str] = {}
    unfit = []
    for column in header:
        if column in (KEY, NAME, BIRTH, *_PARTS) or column.startswith(NOTE):
            continue
        kind = compared_as(column, objects)
        if kind is None:
            unfit.append(Unfit(0, f"the column `{column}` is no identifier of people"))
        else:
            kinds[column] = kind
    return kinds, unfit


Comparable = dict[int, tuple[str | None, str | None]]  # line -> comparable text, and the clean one; None: unreadable


def _comparable(column: str, kind: str, rows: Rows, context: Context) -> Comparable:
    lines = [line for line, row in rows.items() if row[column]]
    values = pl.Series([rows[line][column] for line in lines], dtype=pl.String)
    if kind in _READ:
        frame = STEPS[kind].function(values, context, *_READ[kind])
        doubtful = frame["flag"].is_in([*INVALID_FLAGS, "split"]).fill_null(False)
        values = frame["value"].set(doubtful, None)
    keys = compare_key(values, kind, context)
    return {line: (key, value) for line, key, value in zip(lines, keys, values, strict=True)}


def _entry(
    line: int, row: Mapping[str, str], known: Mapping[str, Comparable], sources: set[str], context: Context
) -> tuple[Entry, list[str]]:
    wrong = [f"`{column}` cannot be read" for column, cells in known.items() if cells.get(line) == (None, None)]
    said = {column: cells[line] for column, cells in known.items() if line in cells}
    key, trouble = _key(row.get(KEY, ""), sources)
    birth = row.get(BIRTH) or None
    if birth is not None and not _is_day(birth):
        trouble.append("`birth_date` is no day: write YYYY-MM-DD")
    name = row.get(NAME) or " ".join(filter(None, (row.get(part) for part in _PARTS)))
    entry = Entry(
        line,
        {column: text for column, (text, _) in said.items() if text},
        key,
        person_key(name, context) if name else None,
        birth,
        {column: clean for column, (_, clean) in said.items() if clean},
    )
    if not (wrong or trouble or entry.reaches):
        trouble.append(
            "nothing on it says for certain who is meant: add a mailbox, number, key, or name and birth date"
        )
    return entry, [*wrong, *trouble]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _key(text: str, sources: set[str]) -> tuple[tuple[str, str] | None, list[str]]:
    source, colon, key = text.partition(":")
    if not text:
        return None, []
    if not colon or source not in sources or not key.strip():
        return None, ["`key` is written `source:key`, with a source of the mapping"]
    return (source, as_kept(key.strip())), []


def person_key(name: str, context: Context) -> str:
    """A person's name to compare: its folded words in the order of the alphabet, so that none must stand first."""
    (key,) = compare_key(pl.Series([name], dtype=pl.String), "person_name", context)
    return " ".join(sorted((key or "").split()))


def told(unfit: Iterable[Unfit]) -> Iterator[tuple[str, list[int]]]:
    """What is wrong, each once, with the lines that it is about."""
    by_message: dict[str, list[int]] = {}
    for each in unfit:
        by_message.setdefault(each.message, []).append(each.line)
    yield from by_message.items()
