"""`subject`: where a person occurs in a project, for whoever asks what is kept of them."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.inspecting.subjects import Answer

_SHOWN = 3  # places of a file that the terminal names


@click.command("subject")
@click.argument("folder", type=click.Path(path_type=Path, exists=True), metavar="PROJECT")
@click.option("--email", "emails", multiple=True, metavar="MAILBOX", help="A mailbox of the person; repeatable.")
@click.option("--phone", "phones", multiple=True, metavar="NUMBER", help="A number, with its country code; repeatable.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="The whole name; repeatable.")
@click.option("--key", "keys", multiple=True, metavar="SOURCE:KEY", help="A row of a source; repeatable.")
@click.option("--reveal", is_flag=True, help="Show the values as they are; mind who reads along.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to a .json or .csv file."
)
@click.option("--gone", is_flag=True, help="Expect nothing: exit code 1 where the person occurs, or a file is unread.")
@json_option
def subject_command(
    folder: Path, emails: tuple[str, ...], phones: tuple[str, ...], names: tuple[str, ...], keys: tuple[str, ...],
    reveal: bool, out: Path | None, gone: bool, as_json: bool,
) -> None:  # fmt: skip
    """Tell everywhere a person occurs: sources, staging of all runs, decisions, reports, crosswalk, ids in the target.

    \b
    The rows that runs made one record with are looked for as well. Nothing is changed.
      crm-migrate subject demo --email ayse@isik.example
      crm-migrate subject demo --key kisi:4711 --reveal --out answer.json
    """
    from crm_migrate.inspecting.subjects import given, search
    from crm_migrate.inspecting.wanted import Asked
    from crm_migrate.workspace.files import write_file

    project = project_of(folder)
    locale, sources = given(project)
    answer = search(project, Asked(emails, phones, names, keys), locale, sources)
    shown = answer if reveal else answer.masked()
    if out is not None:
        write_file(out, (_csv(shown) if out.suffix.lower() == ".csv" else _json(shown)).encode())
    click.echo(_json(shown) if as_json else "\n".join(_told(shown)))
    if out is not None:
        click.echo(f"answer  {out}", err=True)
    if gone and (answer.found or answer.unread):
        raise click.exceptions.Exit(1)


def _json(answer: "Answer") -> str:
    return json.dumps(answer.as_data(), indent=1, ensure_ascii=False)


def _csv(answer: "Answer") -> str:
    """One line per place. A cell that a spreadsheet would take for a formula has a quote before it."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["kind", "file", "place", "column", "found", "text"])
    for each in answer.found:
        cells = (each.kind, each.at.file, each.at.place, each.at.column, each.at.found, each.at.text)
        lines.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells])
    return text.getvalue()


def _told(answer: "Answer") -> Iterator[str]:
    """What the terminal shows: by kind and file how often, and the first places."""
    for kind, of_kind in groupby(answer.found, lambda each: each.kind):
        yield f"{kind}"
        for file, places in groupby(of_kind, lambda each: each.at.file):
            listed = list(places)
            shown = [" ".join(filter(None, (e.at.place, e.at.column and f"[{e.at.column}]"))) for e in listed[:_SHOWN]]
            more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
            yield f"  {visible(file)}: {len(listed):,}  ({visible('; '.join(shown))}{more})"
    if answer.keys:
        yield f"rows of sources: {visible(', '.join(answer.keys))}"
    if answer.records:
        yield f"records in the target: {', '.join(f'{name}:{number}' for name, number in answer.records)}"
    for each in answer.unread:
        yield f"not looked through: {visible(each)}"
    kinds = ", ".join(f"{count:,} in {kind}" for kind, count in answer.kinds().items())
    yield f"{len(answer.found):,} place(s): {kinds}" if answer.found else "nobody is found"
