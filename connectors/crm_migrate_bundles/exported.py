"""What a CRM has exported after its import, read as the records that it has: in place of what it was to have.

A cell that says what our file said for that record has that value, whatever the words of the CRM mean; any other is
read as the layout writes it, and what cannot be read so is itself the value: it is a difference, and is told as one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, By, SourceFile, SourceSpec, TargetField, TargetObject
from crm_migrate.crm.types import Storage, type_of
from crm_migrate.errors import InputError
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names, Read
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.spelling import pattern_of, spelled
from crm_migrate_files.contents import endings
from crm_migrate_files.source import FilesSource

ROWS = 50_000
Record = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Export:
    """One file of an export, with its columns."""

    path: Path
    columns: frozenset[str]

    def rows(self) -> Iterator[Mapping[str, str | None]]:
        """Its rows as text. InputError where one cannot be read: it could be anybody's."""
        source = _source(self.path)
        for batch in source.read(ROWS):
            yield from batch.records.to_pylist()
            if batch.quarantined:
                line = batch.quarantined[0].line
                raise InputError(f"{self.path.name}, line {line} cannot be read", hint="export that file again")


def _source(path: Path) -> FilesSource:
    return FilesSource(SourceSpec(path.stem, (SourceFile(path),)))


def exports(folder: Path) -> list[Export]:
    """The files of a folder that can be read. InputError where there is none."""
    known = endings().read
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix.lower() in known]
    if not found:
        raise InputError(f"there is no export in {folder}", hint="put a CSV or XLSX file per object there")
    return [Export(path, frozenset(_source(path).describe().columns)) for path in found]


class Exported:
    """The records of the exports in a folder, by object."""

    def __init__(self, folder: Path, layout: Layout, outbox: Outbox, read: Read) -> None:
        self._folder, self._layout, self._outbox, self._read = folder, layout, outbox, read
        self._names = Names(layout, outbox, read)
        self._files = exports(folder)
        self._records: dict[str, list[Record]] = {}

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """As `Target.read`."""
        if object.name not in self._records:
            self._records[object.name] = list(self._of(self._outbox.object(object.name)))
        column = {"all": "", "key": ENTITY, "id": "target_id"}[by]
        wanted = set(values)
        names = ["target_id", ENTITY, *(field.name for field in object.fields)]
        found = [r for r in self._records[object.name] if not column or r[column] in wanted]
        yield pa.table({name: pa.array([r.get(name) for r in found], pa.string()) for name in names})

    def _of(self, object: TargetObject) -> Iterator[Record]:
        key = self._layout.key_of(object.name)
        ours = {str(r[ENTITY]): r for table in self._read(object) for r in table.to_pylist()}
        ids = {f.reference: _turned(self._names.of(f.reference)) for f in object.fields if f.reference}
        seen: Counter[str] = Counter()
        for number, row in enumerate(self._rows(object, key)):
            entity = row.get(key) or ""
            mine = ours.get(entity)
            seen[entity] += 1
            id = str(mine["target_id"]) if mine and seen[entity] == 1 else f"row {number}"
            record: Record = {"target_id": id, ENTITY: entity if mine else None}
            for field in object.fields:
                record[field.name] = self._value(row.get(field.name), field, mine, ids.get(field.reference or ""))
            yield record

    def _rows(self, object: TargetObject, key: str) -> Iterator[Mapping[str, str | None]]:
        for file in self._files_of(object, key):
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
            message = f"no file in {self._folder} is the export of {object.name}"
            raise InputError(message, hint=f"call it {object.name}.csv; it needs the column `{key}`")
        return found

    def _value(
        self,
        text: str | None,
        field: TargetField,
        mine: Mapping[str, str | None] | None,
        ids: Mapping[str, str] | None,
    ) -> str | None:
        """`ids`: of a link, name -> target id of the records that it may lead to."""
        sent = mine.get(field.name) if mine else None
        if not self._layout.has_column(field):
            return sent  # the CRM keeps it elsewhere, or nowhere: nothing can be compared
        if ids is not None:
            return ids.get(text, text) if text else None
        if spelled(sent, field.type, self._layout) == (text or ""):
            return sent
        return canonical(text, field.type, self._layout)


def canonical(text: str | None, type: str, layout: Layout) -> str | None:
    """A cell as a value of that semantic type; itself where it cannot be read as one."""
    if not text:
        return None
    kind = type_of(type)
    if kind.role == "consent":
        return next((word for word, cell in layout.consent.items() if cell == text), text)
    reader = _READERS.get(kind.storage)
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
