"""`readiness`: what is still open before a mapping is ready, and who owes what by when."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option
from crm_migrate.cli.screen import Screen
from crm_migrate.reports.terminal import text_width, wrapped
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.agreeing.readiness import Item, Readiness
    from crm_migrate.words.language import Language

SCHEMA = 1
_WHO, _ABOUT = 24, 32  # columns of names, where they are not wider
_ROOM = 36  # columns below which what is open stands under its heading


@click.command("readiness")
@click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PROJECT | FILE.yaml]")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--by", type=click.Choice(["day", "owner"]), default="day", show_default=True, help="What comes together."
)
@click.option("--lang", metavar="CODE", help="Language (de, en, tr); the project's by default.")
@click.option(
    "--fail-on",
    type=click.Choice(["never", "overdue", "open"]),
    default="never",
    show_default=True,
    help="When the exit code is 1: never, where something is overdue, or where anything is open.",
)
@env_option
def readiness_command(path: Path, form: str, by: str, lang: str | None, fail_on: str, environment: str | None) -> None:
    """Say what is still open, and who owes what by when: of the mapping, of the data, of the latest runs.

    \b
      crm-migrate readiness demo
      crm-migrate readiness demo --by owner --format markdown --lang de
      crm-migrate readiness demo --fail-on overdue       for a nightly job

    Open are: required fields that nothing fills, proposed lines, what the register says, words and owners without
    translation, columns nobody has spoken of, doubtful duplicates, rejected and waiting rows, signatures. Nothing is
    written. Exit code 0, or 1 by --fail-on; 2 where the mapping is wrong.
    """
    from crm_migrate.agreeing.readiness import readiness
    from crm_migrate.cli.mapping_book import asked_or_own
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.mapping.resolving import draft
    from crm_migrate.mapping.resolving_sources import as_far_as_read

    project = project_of(path)
    sources = OpenSources(project)
    found = draft(project, environment=environment, columns=as_far_as_read(sources.columns))
    words = asked_or_own(lang, found.plan.locale)
    told = readiness(project, found, sources, words, _today(found.plan.time_zone))
    screen = Screen()
    if form == "json":
        click.echo(json.dumps(_data(told), ensure_ascii=False, indent=1))
    else:
        screen.lines(_markdown(told, words, by) if form == "markdown" else _text(told, words, by, screen.width))
        click.echo("\n".join(next_step.lines(told.items[0].next) if told.items else []), err=True, nl=bool(told.items))
    if (fail_on == "open" and told.items) or (fail_on == "overdue" and told.overdue):
        raise SystemExit(1)


def _today(zone: str) -> date:
    """The day that it is where the project is."""
    return datetime.now(ZoneInfo(zone)).date()


def _data(told: "Readiness") -> dict[str, object]:
    counts = {"open": len(told.items), "overdue": told.overdue, "owed_by_nobody": told.owed_by_nobody}
    items = [asdict(item) | {"next": next_step.with_project(item.next)} for item in told.items]
    return {"schema": SCHEMA, "project": told.project, "today": told.today, **counts, "items": items,
            "not_looked_at": list(told.unseen)}  # fmt: skip


def _head(told: "Readiness", words: "Language") -> str:
    if not told.items:
        return words.word("book.ready.nothing")
    numbers = (words.number(n) for n in (len(told.items), told.overdue, told.owed_by_nobody))
    return words.word("book.ready.head", **dict(zip(("n", "overdue", "nobody"), numbers, strict=True)))


def _groups(told: "Readiness", words: "Language", by: str) -> "list[tuple[str, Sequence[Item]]]":
    if by == "owner":
        return [(name or words.word("book.ready.nobody"), items) for name, items in told.by_owner().items()]
    return [("", told.items)] if told.items else []


def _when(item: "Item", words: "Language") -> str:
    late = f" ({words.word('book.ready.overdue')})" if item.overdue else ""
    return f"{item.due}{late}" if item.due else words.word("book.ready.no_day")


def _text(told: "Readiness", words: "Language", by: str, columns: int) -> Iterator[str]:
    """A line for each thing: by when, who, about what; what is open of it stands below where it is long."""
    yield from wrapped(f"{visible(told.project)}, {told.today}: {_head(told, words)}", columns, indent=2)
    for name, items in _groups(told, words, by):
        yield ""
        if name:
            yield visible(name)
        rows = [(_when(i, words), i.owner or words.word("book.ready.nobody"), i.about, i.told) for i in items]
        widths = [max(text_width(row[at]) for row in rows) for at in range(3)]
        for when, who, about, what in rows:
            cells = [(when, widths[0]), (about, min(widths[2], _ABOUT))]
            cells[1:1] = [] if name else [(who, min(widths[1], _WHO))]
            first = "  ".join(_pad(visible(text), width) for text, width in cells)
            yield from _beside(first, visible(what, 400), columns)
    if told.unseen:
        yield ""
        for sentence in told.unseen:
            yield from wrapped(f"{words.word('book.ready.unseen')}: {visible(sentence)}", columns, indent=2)


def _beside(first: str, what: str, columns: int) -> Iterator[str]:
    """What is open beside its heading, or below it where there is no room."""
    begin = text_width(first) + 4
    if columns - begin >= _ROOM:
        yield from wrapped(f"  {first}  {what}", columns, indent=begin)
        return
    yield from wrapped(f"  {first.rstrip()}", columns, indent=4)
    yield from wrapped(f"    {what}", columns, indent=4)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - text_width(text))


def _markdown(told: "Readiness", words: "Language", by: str) -> Iterator[str]:
    yield f"# {_cell(told.project)}, {told.today}"
    yield ""
    yield _head(told, words)
    for name, items in _groups(told, words, by):
        yield ""
        if name:
            yield from (f"## {_cell(name)}", "")
        heads = [words.word(f"book.ready.col_{each}") for each in ("when", "who", "about", "what")]
        yield f"| {' | '.join(heads)} |"
        yield "|---|---|---|---|"
        for item in items:
            who = item.owner or words.word("book.ready.nobody")
            cells = (_when(item, words), who, f"`{item.about}`", item.told)
            yield f"| {' | '.join(map(_cell, cells))} |"
    if told.unseen:
        yield ""
        yield from (f"* {words.word('book.ready.unseen')}: {_cell(sentence)}" for sentence in told.unseen)


def _cell(text: str) -> str:
    """A text as a cell of a table takes it."""
    return visible(text, 400).replace("|", "\\|")
