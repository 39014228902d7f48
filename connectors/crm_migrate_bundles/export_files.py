"""The files of an export: which of them is that of an object, and its rows by our names of the columns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import SourceFile, SourceSpec, TargetField, TargetObject
from crm_migrate.crm.types import type_of
from crm_migrate.errors import InputError
from crm_migrate_bundles.headings import called, headings, plain
from crm_migrate_bundles.layout import Layout
from crm_migrate_files.contents import endings
from crm_migrate_files.source import FilesSource

ROWS = 50_000
Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Export:
    """One file of an export, with its columns in their order."""

    path: Path
    columns: tuple[str, ...]

    def rows(self, ours: Mapping[str, str]) -> Iterator[Row]:
        """Its rows as text; `ours` is header -> field. InputError where one cannot be read: it could be anybody's."""
        for batch in _source(self.path).read(ROWS):
            names = [ours.get(name, name) for name in batch.records.column_names]
            yield from batch.records.rename_columns(names).to_pylist()
            if batch.quarantined:
                line = batch.quarantined[0].line
                raise InputError(f"{self.path.name}, line {line} cannot be read", hint="export that file again")


def _source(path: Path) -> FilesSource:
    return FilesSource(SourceSpec(path.stem, (SourceFile(path),)))


class Exports:
    """The files of a folder that can be read, or the one that is named. InputError where there is none."""

    def __init__(self, place: Path, layout: Layout) -> None:
        self._place, self._layout = place, layout
        known = endings().read
        among = sorted(place.iterdir()) if place.is_dir() else [place]
        found = [path for path in among if path.is_file() and path.suffix.lower() in known]
        if not found:
            raise InputError(f"there is no export in {place}", hint="put a CSV or XLSX file per object there")
        self._files = [Export(path, _source(path).describe().columns) for path in found]

    def rows(self, object: TargetObject, key: str) -> Iterator[Row]:
        """The rows of the files of an object. InputError where one lacks a column that was imported."""
        for file in self._of(object, key):
            found = self._headings(file, object, key)
            lacking = [name for name in self._wanted(object, key) if name not in found]
            if lacking:
                raise self._lacks(file, lacking, found)
            yield from file.rows({header: field for field, header in found.items()})

    def fields(self, object: TargetObject, key: str) -> frozenset[str]:
        """The fields that are in its files."""
        return frozenset().union(*(self._headings(file, object, key) for file in self._of(object, key)))

    def links(self, object: TargetObject, field: TargetField, columns: Collection[str]) -> list[str]:
        """The columns that may say a link: its name, an id."""
        return list(dict.fromkeys([field.name, *called(self._names(object.name, field.name), columns)]))

    def boxes(self, object: str, field: TargetField) -> Sequence[tuple[str, str]]:
        """Of a consent: words and cells, as the import has them, or the CRM's exports."""
        said = self._layout.boxes.get(object, {}).get(field.name, {})
        return [*self._layout.consent.items()] or [(word, cell) for cell, word in said.items()]

    def _of(self, object: TargetObject, key: str) -> list[Export]:
        """The files that are called like an object, else the only one that has our key and all its columns."""
        has = [(file, self._headings(file, object, key)) for file in self._files]
        named = [file for file, found in has if plain(object.name) in plain(file.path.stem) and key in found]
        found = named or [file for file, found in has if set(self._wanted(object, key)) <= found.keys()]
        if not named and len(found) != 1:
            message = f"no file in {self._place} is the export of {object.name}"
            raise InputError(message, hint=f"call it {object.name}.csv; it needs the column `{key}`")
        return found

    def _headings(self, file: Export, object: TargetObject, key: str) -> dict[str, str]:
        fields = dict.fromkeys([key, *(field.name for field in object.fields)])
        return headings({field: self._names(object.name, field) for field in fields}, file.columns)

    def _names(self, object: str, field: str) -> Sequence[str]:
        return [field, *self._layout.headings.get(object, {}).get(field, ())]

    def _wanted(self, object: TargetObject, key: str) -> Sequence[str]:
        """The columns that were imported, so that an export without them is none. Of opt-outs only mailboxes were; that
        a consent is in no export is told by who asks for it."""
        if object.name == self._layout.opt_outs:
            return [key]
        return [key, *(field.name for field in object.fields if type_of(field.type).role != "consent")]

    def _lacks(self, file: Export, lacking: Sequence[str], found: Mapping[str, str]) -> InputError:
        others = ", ".join(f"`{column}`" for column in file.columns if column not in found.values())
        profile = f"mappings/targets/{self._layout.profile or 'PROFILE'}.yaml"
        hint = f"export them too; if one has another name there, say it in {profile}: `exported: [NAME]` of its field"
        told = f"{hint}. Nothing is known of the columns {others}" if others else hint
        return InputError(f"{file.path.name} lacks the columns {', '.join(lacking[:5])}", hint=told)
