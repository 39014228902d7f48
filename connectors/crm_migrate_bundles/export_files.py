"""The files of an export: which of them is that of an object, and its rows by our names of the columns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import SourceFile, SourceSpec, TargetField, TargetObject
from crm_migrate.crm.types import type_of
from crm_migrate.errors import InputError
from crm_migrate_bundles.headings import called, headings, plain
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.sharing import Claim, Raw
from crm_migrate_files.contents import endings
from crm_migrate_files.source import FilesSource

ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Export:
    """One file of an export, with its columns in their order."""

    path: Path
    columns: tuple[str, ...]

    def rows(self) -> Iterator[Raw]:
        """Its rows as text. InputError where one cannot be read: it could be anybody's."""
        for batch in _source(self.path).read(ROWS):
            yield from batch.records.to_pylist()
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

    def of(self, object: TargetObject, key: str) -> Sequence[tuple[Export, Mapping[str, str]]]:
        """The files of an object, with field -> header. InputError where there is none, or one lacks a column that was
        imported."""
        found = [(file, self._headings(file, object, key)) for file in self.held(object, key)]
        if not found:
            message = f"no file in {self._place} is the export of {object.name}"
            raise InputError(message, hint=f"call it {object.name}.csv; it needs the column `{key}`")
        for file, has in found:
            if lacking := [name for name in self._wanted(object, key) if name not in has]:
                raise self._lacks(file, lacking, has)
        return found

    def fields(self, object: TargetObject, key: str) -> frozenset[str]:
        """The fields that are in its files."""
        return frozenset().union(*(headings for _, headings in self.of(object, key)))

    def claim(self, file: Export, object: TargetObject, key: str) -> Claim | None:
        """What an object has of a file; None where it is not one of its files."""
        if file not in self.held(object, key):
            return None
        always = self._layout.always.get(object.name, {})
        return Claim(object, key, self._headings(file, object, key), always)

    def links(self, object: TargetObject, field: TargetField, columns: Collection[str]) -> list[str]:
        """The columns that may say a link: its name, an id."""
        return list(dict.fromkeys([field.name, *called(self._names(object.name, field.name), columns)]))

    def boxes(self, object: str, field: TargetField) -> Sequence[tuple[str, str]]:
        """Of a consent: words and cells, as the import has them, or the CRM's exports."""
        said = self._layout.boxes.get(object, {}).get(field.name, {})
        return [*self._layout.consent.items()] or [(word, cell) for cell, word in said.items()]

    def held(self, object: TargetObject, key: str) -> list[Export]:
        """The files that are called like an object (or the model that it is part of: `res.partner:person`) and have our
        key, else the only one that has all its columns (a list of opt-outs has a mailbox, as others have)."""
        has = [(file, self._headings(file, object, key)) for file in self._files]
        for name in (object.name, object.name.partition(":")[0]):
            if named := [file for file, found in has if key in found and self._called(file, name)]:
                return named
        whole = [file for file, found in has if set(self._wanted(object, key)) <= found.keys()]
        return whole if len(whole) == 1 and object.name != self._layout.opt_outs else []

    def _called(self, file: Export, name: str) -> bool:
        """Whether a file is called like that, and not like an object with a longer name."""
        said, name = plain(file.path.stem), plain(name)
        longer = [plain(each) for each in self._layout.order if name in plain(each) and name != plain(each)]
        return name in said and not any(each in said for each in longer)

    def _headings(self, file: Export, object: TargetObject, key: str) -> dict[str, str]:
        fields = dict.fromkeys([key, *(field.name for field in object.fields), *self._state(object)])
        return headings({field: self._names(object.name, field) for field in fields}, file.columns)

    def _names(self, object: str, field: str) -> Sequence[str]:
        return [field, *self._layout.headings.get(object, {}).get(field, ())]

    def _wanted(self, object: TargetObject, key: str) -> Sequence[str]:
        """The columns that were imported, so that an export without them is none. Of opt-outs only mailboxes were; that
        a consent is in no export is told by who asks for it."""
        if object.name == self._layout.opt_outs:
            return [key]
        fields = (field.name for field in object.fields if type_of(field.type).role != "consent")
        return [key, *fields, *self._state(object)]

    def _state(self, object: TargetObject) -> list[str]:
        """The column that says which records are closed, where stages do not."""
        state = self._layout.closed.get(object.name)
        return [state.column] if state and state.of(object) else []

    def _lacks(self, file: Export, lacking: Sequence[str], found: Mapping[str, str]) -> InputError:
        others = ", ".join(f"`{column}`" for column in file.columns if column not in found.values())
        profile = f"mappings/targets/{self._layout.profile or 'PROFILE'}.yaml"
        hint = f"export them too; if one has another name there, say it in {profile}: `exported: [NAME]` of its field"
        told = f"{hint}. Nothing is known of the columns {others}" if others else hint
        return InputError(f"{file.path.name} lacks the columns {', '.join(lacking[:5])}", hint=told)
