"""`preview`: rows before and after the mapping, side by side; nothing is written, not even a run."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option, project_argument
from crm_migrate.errors import UsageError
from crm_migrate.reports.masking import scrub
from crm_migrate.reports.terminal import text_width, wrapped
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.row_keys import separated

if TYPE_CHECKING:
    from crm_migrate.inspecting.previewing import CellView, Preview, RecordView

NARROW = 70  # columns below which before and after stand below each other
_CUT = 200  # characters of a cell


@click.command("preview")
@project_argument
@click.argument("object_name", metavar="OBJECT")
@click.option("--first", type=click.IntRange(1, 1000), default=20, show_default=True, help="Rows of each source.")
@click.option("--record", metavar="SOURCE:KEY", help="The rows of one key instead, kisi:5001.")
@env_option
@click.option("--reveal", is_flag=True, help="Show personal values as they are; by default they are masked.")
@json_option
def preview_command(
    folder: Path, object_name: str, first: int, record: str | None, environment: str | None, reveal: bool, as_json: bool
) -> None:
    """Show rows before and after the mapping, side by side: what changes, what is held or rejected, and why.

    \b
    Nothing is written, no run is made, and no target is asked. `~` marks what changed, `!` what is told about a cell.
    Links, duplicates and required fields are looked at by a run; see `plan`.
      crm-migrate preview demo contacts
      crm-migrate preview demo deals --first 5 --reveal
      crm-migrate preview demo contacts --record kisi:5001
    """
    from crm_migrate.inspecting.hiding import masked
    from crm_migrate.inspecting.previewing import preview
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.mapping.resolving import resolve
    from crm_migrate.workspace.evidence import read_evidence

    project = project_of(folder)
    sources = OpenSources(project)
    plan, _ = resolve(project, environment=environment, columns=sources.columns)
    if reveal and plan.erase is not None:
        message = "the mapping erases people, and who they are only a run finds out: values are not revealed here"
        raise UsageError(message, hint="look at them without --reveal, or at a record of a run: crm-migrate explain")
    locked = read_evidence(project.evidence)
    found = preview(plan, project, sources, object_name, first=first, record=record, locked=locked)
    shown = found if reveal else masked(found, plan)
    if as_json:
        click.echo(json.dumps(asdict(shown), ensure_ascii=False, indent=1, default=str))
        return
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in rendered(shown, console.width):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    for sentence in _told(shown, masked=not reveal):
        click.echo(sentence, err=True)
    if plan.erase is not None:
        click.echo("note: people who asked to be erased are not left out here; a run leaves them out", err=True)


def _told(found: "Preview", *, masked: bool) -> Iterator[str]:
    ends = sum(record.state != "mapped" for record in found.records)
    yield f"{len(found.records):,} looked at, {ends:,} of them would not go on; nothing was written"
    if found.later:
        yield f"set when the record is complete: {', '.join(found.later)}"
    for source in found.sampled:
        yield f"note: the first rows of `{visible(source)}` decided how its dates and numbers are read; a run asks all"
    for finding in found.findings:
        yield f"warning: {visible(scrub(finding.message) if masked else finding.message)}"


# --------------------------------------------------------------------------------------------------------- rendering


def rendered(found: "Preview", width: int) -> Iterator[Text]:
    """A head for every row, and its cells below: side by side, or one below the other where there is no room."""
    for record in found.records:
        yield from (Text(line, style="bold") for line in wrapped(_head(record), width))
        if record.state != "mapped":
            style = "yellow" if record.state in ("absent", "excluded") else "red"
            yield from (Text(line, style=style) for line in wrapped(f"  {_reason(record)}", width, indent=4))
        cells = [cell for cell in record.cells if cell.before or cell.after]
        yield from _beside(cells, width) if width >= NARROW else _below(cells, width)
        yield Text("")


def _head(record: "RecordView") -> str:
    part = f" part {record.part + 1}" if record.part else ""
    place = f"  {record.file}:{record.line}" if record.file else ""
    return visible(f"{record.source}:{separated(record.key) or '?'}{part}{place}")


def _reason(record: "RecordView") -> str:
    from crm_migrate.codes import CODES

    meaning = CODES[record.code].title if record.code in CODES else ""
    parts = (f"{record.state}: {record.code}", f"({meaning})" if meaning else "", record.field, record.message)
    return visible(" ".join(filter(None, parts)))


def _beside(cells: "list[CellView]", width: int) -> Iterator[Text]:
    """Field, before, after, and what is told, in columns that share the width; long texts go on in the next line."""
    name = min(max((text_width(c.field) for c in cells), default=5), 20)
    room = max((width - name - 8) // 2, 10)
    for cell in cells:
        left, right = _pieces(_shown(cell.before), room), _pieces(_shown(cell.after), room)
        for at in range(max(len(left), len(right))):
            first = visible(cell.field, name) if at == 0 else ""
            begin, end = (side[at] if at < len(side) else "" for side in (left, right))
            line = f"{_mark(cell) if at == 0 else ' '} {_pad(first, name)}  {_pad(begin, room)}  {end}"
            yield Text(line.rstrip(), style=_style(cell))
        if cell.code:
            yield from (Text(line, style="red") for line in wrapped(f"    {_about(cell)}", width, indent=6))


def _below(cells: "list[CellView]", width: int) -> Iterator[Text]:
    for cell in cells:
        yield Text(f"{_mark(cell)} {visible(cell.field)}", style=_style(cell))
        for sign, text in (("-", cell.before), ("+", cell.after)) if cell.changed else ((" ", cell.after),):
            yield from (Text(f"  {sign} {piece}", style=_style(cell)) for piece in _pieces(_shown(text), width - 4))
        if cell.code:
            yield from (Text(line, style="red") for line in wrapped(f"    {_about(cell)}", width, indent=6))


def _about(cell: "CellView") -> str:
    return visible(" ".join(filter(None, (cell.code, cell.message))), 300)


def _mark(cell: "CellView") -> str:
    return "!" if cell.code else "~" if cell.changed else " "


def _style(cell: "CellView") -> str:
    return "red" if cell.code else "green" if cell.changed else ""


def _shown(text: str | None) -> str:
    return "(empty)" if text is None else visible(text, _CUT)


def _pieces(text: str, room: int) -> list[str]:
    """The text in pieces of at most so many columns of a terminal."""
    pieces, line = [], ""
    for char in text:
        if line and text_width(line + char) > room:
            pieces.append(line)
            line = ""
        line += char
    return [*pieces, line]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
