"""A file of any format as the table that `clean` and `match` work on: text and XLSX by their own reader, which keeps
how they are written; everything else by the connector of files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crm_migrate.cleansing.table_files import Sheet
    from crm_migrate.connecting.lying import Part


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which table of a file is meant, as `sheet:` and `table:` of a source say it."""
    table = click.option("--table", help="Which table of a file with several: of Access, a list of JSON, a SQL script.")
    return click.option("--sheet", help="Which sheet of a workbook; the first one unless given.")(table(command))


def is_own(path: Path) -> bool:
    """Whether the reader of text and XLSX reads a file; whatever has an ending of no format is text to it."""
    from crm_migrate.cleansing.table_files import TEXTS, WORKBOOKS
    from crm_migrate.connecting.archives import SUFFIX
    from crm_migrate.connecting.lying import files, source_file

    if source_file(path).member is not None:
        return False
    suffix = path.suffix.lower()
    return suffix in TEXTS | WORKBOOKS or suffix not in files().endings().read | {SUFFIX}


def sheet_of(path: Path, locale: str | None, encoding: str | None, asked: "Part | None" = None) -> "Sheet":
    """The table in a file, of several the one that is `asked` for. InputError where it cannot be read or holds several;
    what its reader tells is a warning."""
    from crm_migrate.cleansing.table_files import Sheet
    from crm_migrate.connecting.contract import LINE, SourceSpec
    from crm_migrate.connecting.lying import files, source_file
    from crm_migrate.errors import InputError

    if is_own(path):
        return _own(path, locale, encoding, asked)
    file = source_file(_only(path))
    if not file.path.is_file():
        raise InputError(f"there is no file {path}", hint="check the name and the folder")
    named = asked is not None and (asked.sheet or asked.table)
    part = asked if asked is not None and named else _first(path, files().contents(file, None).parts)
    spec = SourceSpec(path.name, (file,), encoding=encoding, sheet=part.sheet, table=part.table, locale=locale)
    source = files().source(spec)
    columns = list(source.describe().columns)
    rows: list[list[str]] = []
    lines: list[int] = []
    for batch in source.read(50_000):
        for each in batch.quarantined:
            click.echo(f"warning: {path.name}, line {each.line}: set aside: {each.message}", err=True)
        cells = [batch.records[name].to_pylist() for name in columns]
        rows += [["" if cell is None else cell for cell in row] for row in zip(*cells, strict=True)]
        lines += batch.records[LINE].to_pylist()
    facts, findings = source.facts()
    for finding in findings:
        click.echo(f"{finding.severity.value}: {path.name}: {finding.message}", err=True)
    return Sheet(columns, rows, lines, encoding=facts[0].encoding, days_from=facts[0].days_from or 1900)


def _own(path: Path, locale: str | None, encoding: str | None, asked: "Part | None") -> "Sheet":
    """The table of a text or an XLSX file. UsageError where that has no such part."""
    from crm_migrate.cleansing.table_files import WORKBOOKS, read_sheet
    from crm_migrate.errors import UsageError

    sheet, table = (asked.sheet, asked.table) if asked else (None, None)
    is_book = path.suffix.lower() in WORKBOOKS
    if table is not None:
        words = f"{path} has sheets and no tables" if is_book else f"{path} is one table"
        raise UsageError(words, hint="say --sheet" if is_book else "leave --table out")
    if sheet is not None and not is_book:
        raise UsageError(f"{path} has no sheets", hint="leave --sheet out")
    read = read_sheet(path, locale, encoding, sheet)
    if sheet is None and read.others:
        _tell_others(path, read.name, read.others)
    if read.above:
        told = (
            f"{read.above} row(s) above the one that names the columns ({', '.join(read.columns[:3])} ...) are a title"
        )
        click.echo(f"warning: {path.name}: {told}", err=True)
    return read


def _tell_others(path: Path, read: str, others: "tuple[str, ...]") -> None:
    told = f"only its first sheet `{read}` is read, not {', '.join(others)} (--sheet chooses)"
    click.echo(f"warning: {path.name}: {told}", err=True)


def _only(path: Path) -> Path:
    """The path; of an archive that holds one file, that of it."""
    from crm_migrate.connecting.lying import expanded
    from crm_migrate.errors import InputError

    there = expanded(path)
    if len(there) == 1:
        return there[0]
    listed = ", ".join(each.relative_to(path).as_posix() for each in there[:10]) or "none"
    raise InputError(f"{path} holds {len(there):,} files: {listed}", hint=f"name one of them: {path}/FILE")


def _first(path: Path, parts: "tuple[Part, ...]") -> "Part":
    """The only table of a file; of several sheets the first, as of every workbook, and the others are told."""
    from crm_migrate.errors import InputError

    if len(parts) > 1 and parts[0].sheet is None:
        names = ", ".join(each.title for each in parts[:10])
        hint = f"name one: --table {parts[0].table}; a project reads them all: crm-migrate init FOLDER"
        raise InputError(f"{path} holds {len(parts):,} tables: {names}", hint=hint)
    if len(parts) > 1:
        _tell_others(path, parts[0].title, tuple(each.title for each in parts[1:]))
    return parts[0]


def beside(path: Path) -> Path:
    """Where the clean table of a file goes: a format that is only read becomes CSV, beside the file or its archive."""
    from crm_migrate.connecting.lying import source_file

    suffix = path.suffix if is_own(path) else ".csv"
    return source_file(path).path.with_name(f"{path.stem}.clean{suffix}")
