"""`mapping export` and `mapping import`: the mapping as a workbook for those who know the customers, and back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option
from crm_migrate.cli.speaking import asked_language
from crm_migrate.reports.visible import visible
from crm_migrate.words.language import Language, language

if TYPE_CHECKING:
    from crm_migrate.agreeing.importing import Imported

WORKBOOK = "mapping.xlsx"


@click.command("export")
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PROJECT | FILE.yaml]")
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path, dir_okay=False), help=f"Workbook to write; {WORKBOOK}."
)
@click.option("--lang", metavar="CODE", help="Language of the workbook (de, en, tr); the project's by default.")
@env_option
@json_option
def export_command(path: Path, out: Path | None, lang: str | None, environment: str | None, as_json: bool) -> None:
    """Write the mapping as a workbook: a row per field, its rule in words, a value before and after.

    \b
      crm-migrate mapping export demo -o mapping.xlsx
      crm-migrate mapping export demo --lang de
      crm-migrate mapping import mapping.xlsx demo       what the edits would change

    Columns of plain fields, translations, status, owner, day and decision may be changed. Values of people are masked.
    """
    from crm_migrate.agreeing.exporting import export
    from crm_migrate.agreeing.workbook import render
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.mapping.resolving import draft
    from crm_migrate.mapping.resolving_sources import as_far_as_read
    from crm_migrate.workspace.files import write_file

    project = project_of(path)
    sources = OpenSources(project)
    found = draft(project, environment=environment, columns=as_far_as_read(sources.columns))
    words = asked_or_own(lang, found.plan.locale)
    book, unread = export(project, found, sources, words)
    file = out or Path(WORKBOOK)
    write_file(file, render(book, words))
    rows = {sheet.title: len([line for line in sheet.lines if line.key]) for sheet in book.sheets}
    if as_json:
        told = {"file": str(file), "mapping": book.mapping, "digest": book.digest, "rows": rows, "unread": unread}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(str(file))
    click.echo(f"{sum(rows.values()):,} row(s) on {len(rows)} sheet(s); made of {book.mapping} {book.digest[:12]}")
    for source, reason in unread.items():
        message = f"without the data of `{source}`: its examples and counts are empty ({reason})"
        click.echo(f"warning: {visible(message)}", err=True)
    click.echo("values of people are masked; words of value maps stand in it as they are", err=True)
    if found.plan.erase is not None:
        click.echo("note: people who asked to be erased are not left out of it; a run leaves them out", err=True)
    read = f"let people fill it in, then: crm-migrate mapping import {next_step.quoted(file)} PROJECT"
    click.echo("\n".join(next_step.lines(read)), err=True)


def asked_or_own(lang: str | None, locale: str) -> Language:
    """The language that is asked for, or that of the project, as far as the workbook has words for it."""
    return asked_language(lang, "book") if lang else language(locale, "book")


@click.command("import")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.xlsx")
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PROJECT | FILE.yaml]")
@click.option("--write", "to_file", is_flag=True, help="Change the mapping; by default the change is shown.")
@env_option
@json_option
def import_command(workbook: Path, path: Path, to_file: bool, environment: str | None, as_json: bool) -> None:
    """Put the edits of a workbook into the mapping: comments and every line that nobody changed stay as they are.

    \b
      crm-migrate mapping import mapping.xlsx demo             what would change, as a diff
      crm-migrate mapping import mapping.xlsx demo --write

    All or nothing: where one cell does not fit, nothing is written and every such cell is named (exit code 1). The
    mapping may have changed since the export; only a cell that was changed on both sides is refused.
    """
    from crm_migrate.agreeing.importing import take
    from crm_migrate.cli import frames
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.mapping.resolving_sources import as_far_as_read
    from crm_migrate.suggesting.patching import difference
    from crm_migrate.workspace.files import SHARED, write_file

    project = project_of(path)
    taken, text = take(project, workbook, as_far_as_read(OpenSources(project).columns), environment)
    writes = to_file and taken.new != taken.old and not taken.findings
    if writes:
        write_file(project.mapping, text.encoded(taken.new), SHARED)
    diff = difference(taken.old, taken.new, project.mapping.name)
    if as_json:
        click.echo(json.dumps(_told(taken, diff, written=writes), ensure_ascii=False))
    else:
        click.echo(diff, nl=False)
        click.echo(frames.render(taken.findings), err=True, nl=False)
        for line in _sentences(taken, str(project.mapping), workbook, written=writes):
            click.echo(line, err=True)
    if taken.findings:
        raise SystemExit(1)


def _sentences(taken: "Imported", mapping: str, workbook: Path, *, written: bool) -> Iterator[str]:
    if taken.since:
        yield "note: the mapping has changed since the workbook was made; only cells that both changed would be refused"
    for source in taken.unchecked:
        yield f"warning: `{visible(source)}` could not be read: whether it has the column that was put in is not known"
    if taken.already:
        yield f"{taken.already:,} changed cell(s) say what the mapping says already"
    if taken.findings:
        yield f"nothing is written: {len(taken.findings):,} cell(s) or rows do not fit"
    elif taken.new == taken.old:
        yield "the workbook changes nothing"
    elif written:
        yield f"{taken.changed:,} changed cell(s) are in {mapping}"
        yield from next_step.lines("crm-migrate mapping check")
    else:
        yield f"{taken.changed:,} changed cell(s); nothing is written"
        yield from next_step.lines(f"crm-migrate mapping import {next_step.quoted(workbook)} PROJECT --write")


def _told(taken: "Imported", diff: str, *, written: bool) -> dict[str, object]:
    findings = [{"code": f.code, "place": str(f.place), "message": f.message, "hint": f.hint} for f in taken.findings]
    counts = {
        "unchecked": list(taken.unchecked),
        "changed": taken.changed,
        "already": taken.already,
        "changed_since": taken.since,
        "written": written,
    }
    return {**counts, "diff": diff, "findings": findings}
