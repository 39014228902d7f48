"""`mapping export` and `mapping import`: the mapping as a workbook for those who know the customers, and back."""

import json
from pathlib import Path

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option
from crm_migrate.cli.speaking import asked_language
from crm_migrate.reports.visible import visible
from crm_migrate.words.language import Language, language

WORKBOOK = "mapping.xlsx"


@click.command("export")
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PROJECT | FILE.yaml]")
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path, dir_okay=False), help=f"Workbook to write; {WORKBOOK}."
)
@click.option("--lang", metavar="CODE", help="Language of the workbook (en, de, tr); the project's by default.")
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
    words = _language(lang, found.plan.locale)
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
    read = f"let people fill it in, then: crm-migrate mapping import {next_step.quoted(file)} PROJECT"
    click.echo("\n".join(next_step.lines(read)), err=True)


def _language(lang: str | None, locale: str) -> Language:
    return asked_language(lang, "book") if lang else language(locale, "book")
