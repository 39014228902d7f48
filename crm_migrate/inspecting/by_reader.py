"""The cells of files whose texts are no letters of them, by the reader that a source of them has."""

from collections.abc import Iterator
from pathlib import Path

from crm_migrate.connecting.contract import LINE, SourceFile, SourceSpec
from crm_migrate.connecting.lying import Part, files

READ = frozenset({".xls", ".xlsb", ".mdb", ".accdb"})
_ROWS = 20_000
Said = Iterator[tuple[str, str, str]]  # place, column, text


def cells(path: Path) -> Said:
    """Every cell of every table that the reader shows, and what it sets aside. InputError where it cannot be read."""
    for part in files().contents(SourceFile(path), None).parts:
        yield from _table(path, part)


def left(path: Path) -> tuple[str, ...]:
    """What of the file is not read, in words: sheets that are hidden."""
    return files().contents(SourceFile(path), None).left


def _table(path: Path, part: Part) -> Said:
    where = f"{part.title}, " if part.title else ""
    source = files().source(SourceSpec(path.name, (SourceFile(path),), sheet=part.sheet, table=part.table))
    columns = source.describe().columns
    yield from ((f"{where}header", name, name) for name in columns)
    for batch in source.read(_ROWS):
        yield from ((f"{where}row {each.line}", "", each.raw) for each in batch.quarantined)
        lines = batch.records.column(LINE).to_pylist()
        for name in columns:
            texts = zip(lines, batch.records.column(name).to_pylist(), strict=True)
            yield from ((f"{where}row {line}", name, text) for line, text in texts if text is not None)
