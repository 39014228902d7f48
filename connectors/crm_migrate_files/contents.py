"""The tables of a file, for whoever wants all of them: sheets, lists in documents, tables of databases."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.connecting.lying import Contents, Endings, Part
from crm_migrate_files.dbf_memo import SUFFIXES as MEMOS
from crm_migrate_files.formats import FIRST_LINES, FORMATS, JSON, PARQUET, format_of
from crm_migrate_files.json_documents import Document, is_document
from crm_migrate_files.opening import open_plain
from crm_migrate_files.unpacking import unpacked
from crm_migrate_files.workbook import Workbook

_RECORDS = 200  # of a list, in which further lists are looked for
_INDEXES = frozenset({".cdx", ".idx", ".mdx", ".ndx"})


def endings() -> Endings:
    """The endings of all formats."""
    read = frozenset[str]().union(*(each.suffixes for each in FORMATS))
    one_each = frozenset[str]().union(*(each.suffixes for each in FORMATS if each.one_each))
    return Endings(read, one_each, _INDEXES.union(*MEMOS.values()))


def contents(file: SourceFile, scratch: Path | None) -> Contents:
    """The tables of a file. InputError where it cannot be read."""
    held, spec = unpacked(SourceSpec("export", (file,), scratch=scratch))
    try:
        path = spec.files[0].path
        found = format_of(path).format
        reader = found.reader(path, spec)
        if isinstance(reader, Workbook):
            return _sheets(*reader.sheets())
        if found is JSON:
            return _lists(path)
        if found is PARQUET:
            from crm_migrate_files.parquet import lists_of_records

            return Contents(left=tuple(map(_stays, lists_of_records(path))))
        tables = getattr(reader, "tables", None)
        return _tables(tables()) if tables else Contents()
    finally:
        if held is not None:
            held.close()


def _sheets(shown: Sequence[str], hidden: Sequence[str]) -> Contents:
    """All sheets that are shown; of a single one the name is told and not needed."""
    parts = [Part(sheet=name, title=name) for name in shown] if len(shown) > 1 else [Part(title="".join(shown))]
    return Contents(tuple(parts), tuple(f"the sheet `{name}` is hidden; name it by `sheet:`" for name in hidden))


def _tables(names: Sequence[str]) -> Contents:
    if len(names) < 2:
        return Contents()
    return Contents(tuple(Part(table=name, title=name) for name in names))


# ---------------------------------------------------------------------------------------------------- JSON


def _lists(path: Path) -> Contents:
    """The lists of records of a document are tables; what stands in lists of their records is told."""
    with open_plain(path) as handle:
        if not is_document(handle.read(FIRST_LINES), lines=path.suffix.lower() != ".json"):
            handle.seek(0)
            return Contents(left=tuple(_inner(list(_records(islice(handle, _RECORDS))), "")))
        handle.seek(0)
        whole = Document(path, None).whole(handle)
    if not isinstance(whole, dict):
        return Contents(left=tuple(_inner(whole if isinstance(whole, list) else [], "")))
    found = dict(_of_records(whole, ""))
    left = tuple(told for name, records in found.items() for told in _inner(records, f"{name}."))
    if len(found) < 2 and not any("." in name for name in found):
        return Contents(left=left)
    return Contents(tuple(Part(table=name, title=name) for name in found), left)


def _of_records(value: dict[str, Any], path: str) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects in objects, by their paths."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _of_records(inner, f"{path}{name}.")
        elif _holds_records(inner):
            yield f"{path}{name}", inner


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _inner(records: Sequence[Any], path: str) -> Iterator[str]:
    """Words about the lists of records in the first records of a list."""
    names = dict.fromkeys(
        name
        for record in islice(records, _RECORDS)
        if isinstance(record, dict)
        for name, _ in _of_records(record, path)
    )
    yield from map(_stays, names)


def _stays(name: str) -> str:
    return f"its list `{name}` stays JSON in its records; rows of its own are `table: {name}`"


def _records(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue  # its reader sets it aside
