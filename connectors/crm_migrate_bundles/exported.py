"""What a CRM has exported after its import, read as the records that it has: in place of what it was to have.

A cell that says what our file said for that record has that value, whatever the words of the CRM mean; any other is
read as the layout writes it, and what cannot be read so is itself the value: it is a difference, and is told as one.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, By, SourceFile, SourceSpec, TargetField, TargetObject
from crm_migrate.crm.types import REFUSALS, Storage, type_of
from crm_migrate.errors import InputError
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names, Read
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.spelling import pattern_of, spelled
from crm_migrate_files.contents import endings
from crm_migrate_files.source import FilesSource

ROWS = 50_000
Record = dict[str, str | None]
Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Export:
    """One file of an export, with its columns."""

    path: Path
    columns: frozenset[str]

    def rows(self) -> Iterator[Row]:
        """Its rows as text. InputError where one cannot be read: it could be anybody's."""
        source = _source(self.path)
        for batch in source.read(ROWS):
            yield from batch.records.to_pylist()
            if batch.quarantined:
                line = batch.quarantined[0].line
                raise InputError(f"{self.path.name}, line {line} cannot be read", hint="export that file again")


def _source(path: Path) -> FilesSource:
    return FilesSource(SourceSpec(path.stem, (SourceFile(path),)))


def exports(place: Path) -> list[Export]:
    """The files of a folder that can be read, or the one that is named. InputError where there is none."""
    known = endings().read
    among = sorted(place.iterdir()) if place.is_dir() else [place]
    found = [path for path in among if path.is_file() and path.suffix.lower() in known]
    if not found:
        raise InputError(f"there is no export in {place}", hint="put a CSV or XLSX file per object there")
    return [Export(path, frozenset(_source(path).describe().columns)) for path in found]


class Exported:
    """The records of the exports in a folder, by object; `keys` is object -> the field that names its records there."""

    def __init__(self, place: Path, layout: Layout, outbox: Outbox, read: Read, keys: Mapping[str, str]) -> None:
        self._place, self._layout, self._outbox, self._read, self._keys = place, layout, outbox, read, keys
        self._names = Names(layout, outbox, read)
        self._files = exports(place)
        self._records: dict[str, list[Record]] = {}
        self._expected: dict[str, dict[str, Record]] = {}
        self._kept: dict[str, list[Row]] = {}

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """As `Target.read`."""
        if object.name not in self._records:
            self._records[object.name] = list(self._of(self._outbox.object(object.name)))
        column = {"all": "", "key": ENTITY, "id": "target_id"}[by]
        wanted = set(values)
        names = ["target_id", ENTITY, *(field.name for field in object.fields)]
        found = [r for r in self._records[object.name] if not column or r[column] in wanted]
        yield pa.table({name: pa.array([r.get(name) for r in found], pa.string()) for name in names})

    def columns(self, object: TargetObject) -> frozenset[str]:
        """The columns of the files of an object."""
        return frozenset().union(*(file.columns for file in self._files_of(object, self._key_of(object.name))))

    def _of(self, object: TargetObject) -> Iterator[Record]:
        key, ours = self._key_of(object.name), self._ours(object)
        ids = {f.name: self._ids(object, f) for f in object.fields if f.reference}
        seen: Counter[str] = Counter()
        for number, row in enumerate(self._kept_rows(object)):
            named = row.get(key) or ""
            mine = ours.get(named)
            seen[named] += 1
            id = str(mine["target_id"]) if mine and seen[named] == 1 else f"row {number}"
            record: Record = {"target_id": id, ENTITY: mine[ENTITY] if mine else None}
            for field in object.fields:
                record[field.name] = self._value(row.get(field.name), field, mine, ids.get(field.name))
            yield record

    def _key_of(self, object: str) -> str:
        """The column that names its records in its export."""
        return self._keys.get(object) or self._layout.key_of(object)

    def _ours(self, object: TargetObject) -> Mapping[str, Record]:
        """The records that we expect, by what their key is in an export; one without it is by nothing."""
        if object.name not in self._expected:
            field = object.field(self._keys.get(object.name, ""))
            records = [record for table in self._read(object) for record in table.to_pylist()]
            named = [(self._called(record, field), record) for record in records]
            several = [name for name, count in Counter(name for name, _ in named if name).items() if count > 1]
            if several:
                key = self._key_of(object.name)
                message = f"{len(several):,} values of `{key}` name several records of {object.name}"
                raise InputError(message, hint=f"choose a key that each record has for itself; e.g. not `{several[0]}`")
            self._expected[object.name] = {name: record for name, record in named if name}
        return self._expected[object.name]

    def _called(self, record: Record, field: TargetField | None) -> str:
        return str(record[ENTITY]) if field is None else spelled(record[field.name], field.type, self._layout)

    def _ids(self, object: TargetObject, field: TargetField) -> Mapping[str, str]:
        """What a cell of a link may say -> target id of the record that it leads to: the name by which our files called
        it, or what a column of its own export says of it, whichever knows more."""
        assert field.reference
        parent = self._outbox.object(field.reference)
        said = {cell for row in self._kept_rows(object) if (cell := row.get(field.name))}
        named = {} if parent.name in self._keys else _turned(self._names.of(parent.name))
        if said <= named.keys():
            return named
        key, ours = self._key_of(parent.name), self._ours(parent)
        column = linked_by(said, self._kept_rows(parent), key)
        known = ((row.get(column), ours.get(row.get(key) or "")) for row in self._kept_rows(parent))
        found = {cell: str(record["target_id"]) for cell, record in known if cell and record}
        return found if len(said & found.keys()) > len(said & named.keys()) else named

    def _kept_rows(self, object: TargetObject) -> Sequence[Row]:
        if object.name not in self._kept:
            self._kept[object.name] = list(self._read_rows(object))
        return self._kept[object.name]

    def _read_rows(self, object: TargetObject) -> Iterator[Row]:
        for file in self._files_of(object, self._key_of(object.name)):
            lacking = [f.name for f in object.fields if f.name not in file.columns and self._layout.has_column(f)]
            if lacking:
                hint = "export them too, or name the columns as the import files do"
                raise InputError(f"{file.path.name} lacks the columns {', '.join(lacking[:5])}", hint=hint)
            yield from file.rows()

    def _files_of(self, object: TargetObject, key: str) -> list[Export]:
        """The files that are called like an object, else the only one that has our key and all its columns."""
        named = [file for file in self._files if _slug(object.name) in _slug(file.path.stem) and key in file.columns]
        wanted = {f.name for f in object.fields if self._layout.has_column(f)} | {key}
        found = named or [file for file in self._files if wanted <= file.columns]
        if not named and len(found) != 1:
            message = f"no file in {self._place} is the export of {object.name}"
            raise InputError(message, hint=f"call it {object.name}.csv; it needs the column `{key}`")
        return found

    def _value(
        self,
        text: str | None,
        field: TargetField,
        mine: Row | None,
        ids: Mapping[str, str] | None,
    ) -> str | None:
        """`ids`: of a link, name -> target id of the records that it may lead to."""
        sent = mine.get(field.name) if mine else None
        if ids is not None:
            return ids.get(text, text) if text else None
        if self._layout.has_column(field) and spelled(sent, field.type, self._layout) == (text or ""):
            return sent  # whatever the words of the CRM mean
        if type_of(field.type).role == "consent":
            return consented(text, sent, self._layout.consent)
        return canonical(text, field.type, self._layout)


def linked_by(said: Collection[str], parents: Sequence[Row], key: str) -> str:
    """The column of the parents that links speak of: their key, or another one (the id of the CRM) that is different in
    every row and knows more of what the links say."""
    known = {column: [row[column] for row in parents if row.get(column)] for column in (parents[0] if parents else ())}
    hits = {c: len(set(said) & set(cells)) for c, cells in known.items() if len(set(cells)) == len(cells)}
    best = max(hits, key=lambda column: hits[column], default=key)
    return best if hits.get(best, 0) > hits.get(key, 0) else key


def consented(text: str | None, sent: str | None, words: Mapping[str, str]) -> str | None:
    """A cell of a consent; `words` are word -> cell. It is what we sent where the CRM has no word for it and says the
    nearest: a box for who refused does not tell who agreed from who was never asked."""
    meant = sent or "unknown"
    alike = [word for word in words if (word in REFUSALS) == (meant in REFUSALS)]
    if meant not in words and any(words[word] == text for word in alike):
        return sent
    return next((word for word, cell in words.items() if cell == text), text.strip().lower() if text else None)


def canonical(text: str | None, type: str, layout: Layout) -> str | None:
    """A cell as a value of that semantic type; itself where it cannot be read as one."""
    if not text:
        return None
    reader = _READERS.get(type_of(type).storage)
    with suppress(ValueError, InvalidOperation, KeyError):
        return reader(text, layout) if reader else text
    return text


def _day(text: str, layout: Layout) -> str:
    return _at(text, layout.days).date().isoformat()


def _moment(text: str, layout: Layout) -> str:
    return _at(text, layout.moments).replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _at(text: str, pattern: str) -> datetime:
    with suppress(ValueError):
        return datetime.strptime(text, pattern_of(pattern))
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _flag(text: str, layout: Layout) -> str:
    words = {"true": "true", "1": "true", "false": "false", "0": "false"}
    return {layout.yes.casefold(): "true", layout.no.casefold(): "false", **words}[text.casefold()]


def _list(text: str, layout: Layout) -> str:
    return json.dumps([item.strip() for item in text.split(layout.list)], ensure_ascii=False)


def _number(text: str, layout: Layout) -> str:
    return str(Decimal(text.replace(layout.decimal, ".")))


_READERS: Mapping[Storage, Callable[[str, Layout], str]] = {
    "date": _day,
    "instant": _moment,
    "boolean": _flag,
    "list": _list,
    "decimal": _number,
}


def _turned(names: Mapping[str, str]) -> Mapping[str, str]:
    """Name -> id; a name is of one record alone."""
    return {name: id for id, name in names.items()}


def _slug(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
