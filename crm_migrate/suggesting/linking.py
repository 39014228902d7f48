"""What names a row of a table, and which columns speak the key of another table: by names and by shared values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from crm_migrate.crm.model import OBJECTS, CanonicalField
from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.headers import Reading, readings
from crm_migrate.suggesting.looks import Look, share_of
from crm_migrate.suggesting.settled import names_in
from crm_migrate.suggesting.vocabulary import compact, vocabulary

_NAMED, _UNPROVED, _BY_VALUE, _AGREED = 0.93, 0.85, 0.75, 0.97
_COUNTED = 3  # rows, from which on that is no chance
_COUNTING = 0.5  # a key that may be no more than the number of the row
NEARLY = 0.95  # of the rows: what is called a key and names so many is one, and the rest is dirt
SHARED, NEARLY_ALL = 0.5, 0.98  # of a column's values that are keys: where the name says so too, and where it does not
ENOUGH = 10  # different values that prove a link which no name tells of, and rows that prove such a key
_SMALL = r"^\d{1,3}$"  # numbers that any list has: they prove nothing
UNKEYED = "nothing names a row"
MOST_PAIRED = 8  # columns that are tried as parts of a key
_CHANGING = frozenset({"amount", "choice", "owner", "consent"})  # roles of what people change


@dataclass(frozen=True, slots=True)
class Key:
    """The columns that name a row, and why. `proved`: no row lacks one, and no two have the same."""

    columns: tuple[str, ...]
    score: float
    because: tuple[str, ...]
    proved: bool


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table with the object that it holds and its key."""

    study: Study
    object: str
    key: Key | None


@dataclass(frozen=True, slots=True)
class Link:
    """A column that speaks the key of another table: `field` of the object refers to `object` as `source` has it."""

    column: str
    field: str
    object: str
    source: str
    score: float
    because: tuple[str, ...]


# ------------------------------------------------------------------------------------------------------------- keys


def key_of(study: Study, name: str) -> Key | None:
    """The column that names a row: said by its profile or its name, and proved by its values where those are known.

    Where no column is named so, one or two whose values do; None where none do, where nothing but names is known, or
    where so few rows are known that nearly every column would do.
    """
    said = sorted(_said_keys(study, name), key=lambda each: counts_rows(study, each[1]))
    if (whole := _profile_keys(study)) and (key := _named_by(study, whole)):
        return key
    if not study.table.rows:
        return next((Key((column,), score, why, False) for score, column, why in said), None)
    for score, column, why in said:
        if (told := _proof(study, (column,))) is not None:
            counts = counts_rows(study, column)
            doubt = ("but it counts the rows: a number of a row may be another in the next export",) * counts
            return Key((column,), _COUNTING if counts else score, (*why, told, *doubt), True)
    for score, column, why in said:
        if (told := _nearly(study, column)) is not None:
            return Key((column,), score - 0.1, (*why, told), False)
    for columns in _tried(study) if study.table.rows >= ENOUGH else ():
        if (told := _proof(study, columns)) is not None:
            return Key(columns, _BY_VALUE / len(columns), (told,), True)
    return None


def _said_keys(study: Study, name: str) -> list[tuple[float, str, tuple[str, ...]]]:
    """Columns that a profile or their own names call a key, the surest first."""
    found = []
    for place, column in enumerate(study.table.columns):
        if not column.isprintable():
            continue
        if any(_is_key(reading, name) for reading in readings(column)):
            found.append((_NAMED, -place, column, (f'"{column}" is named as a key',)))
    return [(score, column, why) for score, _, column, why in sorted(found, reverse=True)]


def counts_rows(study: Study, column: str) -> bool:
    """Whether a column that is called a number, and no id, holds 1, 2, 3 ... down the rows."""
    values = study.table.values.get(column)
    if values is None or len(values) < _COUNTED or "id" in compact(column):
        return False
    return values.str.strip_chars().to_list() == [str(number) for number in range(1, len(values) + 1)]


def _profile_keys(study: Study) -> tuple[str, ...]:
    """The columns that a profile calls the key, in the words of the file; none where it lacks one of them."""
    own = study.profile[1].key if study.profile else ()
    names = names_in(study.profile[1], study.table.columns) if study.profile else {}
    return tuple(names[each] for each in own) if all(each in names for each in own) else ()


def _named_by(study: Study, columns: tuple[str, ...]) -> Key | None:
    """The key of a profile as far as the rows bear it out: proved, or nearly; None where they do not."""
    assert study.profile is not None
    why = f"profile {study.profile[0]}"
    if not study.table.rows:
        return Key(columns, _AGREED, (why,), False)
    if (told := _proof(study, columns)) is not None:
        return Key(columns, _AGREED, (why, told), True)
    if len(columns) == 1 and (told := _nearly(study, columns[0])) is not None:
        return Key(columns, _AGREED - 0.1, (why, told), False)
    return None


def _is_key(reading: Reading, name: str) -> bool:
    if reading.other or not reading.about <= {name}:
        return False
    return reading.phrase in vocabulary().keys or (bool(reading.about) and reading.phrase in vocabulary().references)


def _tried(study: Study) -> Iterator[tuple[str, ...]]:
    """Columns without a gap: alone, then two together; never those whose values are long texts or number the rows."""
    whole = [c for c in study.table.columns if (seen := study.look(c)) is not None and seen.filled == seen.rows]
    lengths = {column: study.table.values[column].str.len_chars().max() for column in whole}
    short = [
        c
        for c in whole
        if isinstance(longest := lengths[c], int)
        and longest <= 60
        and c.isprintable()
        and not changes(c)
        and not counts_rows(study, c)
    ]
    yield from ((column,) for column in short)
    yield from combinations(short[:MOST_PAIRED], 2)


def changes(column: str) -> bool:
    """Whether a column is called like what people change: an amount, a stage, a day, an owner, a note."""
    meanings = (meaning for reading in readings(column) for meaning in vocabulary().meanings.get(reading.phrase, ()))
    fields = (OBJECTS[meaning.object].field(meaning.field) for meaning in meanings)
    kinds = [field.semantic for field in fields if field is not None]
    return any(k.role in _CHANGING or k.storage not in ("text", "reference") or k.survive == "append" for k in kinds)


def _proof(study: Study, columns: tuple[str, ...]) -> str | None:
    """Why the columns name a row, or None where a row lacks one or two rows have the same."""
    frame = pl.DataFrame([study.table.values[column] for column in columns])
    if any(frame[column].null_count() for column in columns) or frame.is_duplicated().any():
        return None
    rows = f"all {len(frame):,} rows" if study.table.whole else f"the first {len(frame):,} rows"
    return f"filled and different in {rows}"


def _nearly(study: Study, column: str) -> str | None:
    """What is wrong with a column that is called a key and is one for all but a few rows; None where it is none."""
    seen = study.look(column)
    if seen is None or min(seen.filled, seen.distinct) < NEARLY * seen.rows:
        return None
    return _lacks(seen)


def _lacks(seen: Look) -> str:
    empty, again = seen.rows - seen.filled, seen.filled - seen.distinct
    told = [f"{empty:,} row(s) have none"] * bool(empty) + [f"{again:,} row(s) have one that another has"] * bool(again)
    return ", ".join(told)


def unkeyed(study: Study, name: str) -> str:
    """Why a table has no key: what the first column that is named as one lacks, where there is any."""
    for _, column, why in _said_keys(study, name):
        if (seen := study.look(column)) is not None:
            return f"{why[0]}, but {_lacks(seen)}"
    return UNKEYED


# ------------------------------------------------------------------------------------------------------------- links


def links(study: Study, name: str, tables: Sequence[Keyed], taken: frozenset[str]) -> list[Link]:
    """The best column for every reference of the object, of those that no field and no key has taken."""
    found: list[Link] = []
    for field in OBJECTS[name].fields:
        used = taken | {link.column for link in found}
        offers = [
            link
            for other in tables
            if other.object == field.reference and other.key is not None and len(other.key.columns) == 1
            for column in study.table.columns
            if column not in used and (link := _link(study, name, field, column, other)) is not None
        ]
        if offers:
            found.append(max(offers, key=lambda link: link.score))
    return found


def _link(study: Study, name: str, field: CanonicalField, column: str, other: Keyed) -> Link | None:
    assert other.key is not None and field.reference is not None
    (key,) = other.key.columns
    itself = other.study.table.name == study.table.name
    if (itself and column == key) or _known_otherwise(study, column):
        return None
    named = _names(column, name, field) or (not itself and compact(column) == compact(key) != "id")
    shared, told = _shared(study, column, other, key)
    # A column called `Kunde` may hold names as well as keys: values have to say.
    named = named or (not itself and shared is not None and _is_called(column, field.reference))
    if named and shared is None:
        score, why = _UNPROVED, [f'"{column}" is named after {field.reference}']
    elif named and (shared or 0.0) >= SHARED:
        score, why = _AGREED if (shared or 0.0) >= NEARLY_ALL else _NAMED, [f'"{column}" is named after it', told]
    elif not named and not itself and (shared or 0.0) >= NEARLY_ALL and _proves(study, column):
        score, why = _BY_VALUE, [told]
    else:
        return None
    return Link(column, field.name, field.reference, other.study.table.name, score, tuple(why))


def _known_otherwise(study: Study, column: str) -> bool:
    """Whether nothing can be linked by a column: it is empty, or a profile knows what it is."""
    seen = study.look(column)
    columns = study.profile[1].columns if study.profile else {}
    return column in columns or (seen is not None and not seen.filled)


def _names(column: str, name: str, field: CanonicalField) -> bool:
    """Whether the header names the link: by the words for the field, or by those for the other object and its key."""
    for reading in readings(column):
        meanings = vocabulary().meanings.get(reading.phrase, ())
        own = any(m.object == name and m.field == field.name for m in meanings)
        theirs = reading.is_key and field.reference in reading.about and OBJECTS[name].name not in reading.about
        if (own or (theirs and field.reference != name)) and not reading.other:
            return True
    return False


def _is_called(column: str, name: str) -> bool:
    """Whether the header is nothing but a word for an object."""
    return any(affix.object == name for affix in vocabulary().affixes.get(compact(column), ()))


def _shared(study: Study, column: str, other: Keyed, key: str) -> tuple[float | None, str]:
    """Share of the different values that are keys of the other table; None where values are not known or all empty."""
    mine, theirs = study.table.values.get(column), other.study.table.values.get(key)
    if mine is None or theirs is None or mine.drop_nulls().is_empty() or theirs.is_empty():
        return None, ""
    different = mine.drop_nulls().unique()
    found = int(different.is_in(theirs.drop_nulls().unique().to_list()).sum())
    place = f"{other.study.table.name}.{key}"
    return found / len(different), f"{found:,} of {len(different):,} values are keys of {place}"


def _proves(study: Study, column: str) -> bool:
    seen = study.look(column)
    if seen is None or seen.distinct < ENOUGH:
        return False
    return share_of(seen.sample.str.contains(_SMALL)) < 0.5
