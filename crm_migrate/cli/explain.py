"""`explain`: where a record came from, step by step, on the terminal or as JSON."""

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.inspecting.stories import CellStory, Explanation, RecordStory, RowStory


@click.command("explain")
@click.argument("subject")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=True, exists=True), default=".", metavar="[PROJECT]"
)
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest that was reconciled by default.")
@json_option
def explain_command(subject: str, folder: Path, run_id: str | None, as_json: bool) -> None:
    """Tell the whole story of one record: file and line, raw cells, every step, merges, load and target.

    \b
    It shows the values as they are: mind who reads along. SUBJECT is a target id, a source key, or a file and line:
      crm-migrate explain contacts:17 demo
      crm-migrate explain kisi:4711 demo
      crm-migrate explain kisi.csv:1042 demo
    """
    from crm_migrate.inspecting.explaining import explain
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.workspace.state import look_at

    project = project_of(folder)
    run = look_at(project, run_id, "reconcile")
    found = explain(read_plan(run), project, run, subject)
    if as_json:
        click.echo(json.dumps(found.as_data(), indent=1, ensure_ascii=False))
        return
    Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(*rendered(found), sep="\n")
    whole = next_step.with_project(f"crm-migrate explain {shlex.quote(subject)} PROJECT --json")
    click.echo(f"help:  every step of every row\nnext:  {whole}", err=True)


def rendered(found: "Explanation") -> Iterator[Tree | Table]:
    """What the terminal shows: a tree of the rows and a table of the cells for every record."""
    for record in found.records:
        yield _tree(record)
        if record.cells:
            yield _table(record.cells)


def _text(*parts: str | None, style: str = "") -> Text:
    """Text that shows what it holds: control characters made visible, markup never read."""
    return Text(" ".join(visible(part) for part in parts if part), style=style)


def _tree(record: "RecordStory") -> Tree:
    place = f"{record.object}:{record.target_id}" if record.target_id else f"{record.object} (not in the target)"
    tree = Tree(_text(place, f"our key {record.entity}" if record.entity else "", style="bold"))
    for row in record.rows:
        _add_row(tree, row)
    for left, right, rule, outcome, why in record.merges:
        tree.add(_text(f"{outcome}: {left} + {right}", f"[{rule}]" if rule else "", why))
    if record.action:
        batch = f"batch {record.batch}" if record.batch else ""
        tree.add(_text(f"load: {record.action} {record.outcome}", batch, record.message))
    if record.undone:
        tree.add(_text(f"undo: {record.undone}"))
    return tree


def _add_row(tree: Tree, row: "RowStory") -> None:
    where = f"{row.file}:{row.line}" if row.file else f"row {row.row}"
    part = f"part {row.split + 1}" if row.split else ""
    survivor = f"-> {row.survivor}" if row.survivor else ""
    reason = " ".join(filter(None, (row.code, row.rule, row.message)))
    branch = tree.add(_text(f"{row.source}:{row.key or '?'}", where, part, f"is {row.state}", survivor, reason))
    for column, was, who, name in row.corrected:
        branch.add(_text(f"[{column}] was {_cell(was or None)} in the export; corrected by {who} ({name})"))
    for trace in row.fields:
        if not (trace.raw or "").strip() and trace.value is None:
            continue
        told = list(_told(trace.raw, trace.steps)) or _trimmed(trace.raw, trace.value)
        steps = "".join(f" -{name}-> {_cell(value)}{_flag(flag, note)}" for name, value, flag, note in told)
        branch.add(_text(f"{trace.field} <- {trace.origin}: {_cell(trace.raw)}{steps}"))


def _told(
    raw: str | None, steps: tuple[tuple[str, str | None, str | None, str | None], ...]
) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    """The steps that changed the value or found something."""
    before = (raw or "").strip() or None
    for name, value, flag, note in steps:
        if value != before or flag:
            yield name, value, flag, note
        before = value


def _trimmed(raw: str | None, value: str | None) -> list[tuple[str, str | None, str | None, str | None]]:
    """Blanks around a cell go before the first step; nothing to tell where there were none."""
    return [] if raw == value or not (raw or "").strip() else [("trim", value, None, None)]


def _cell(value: str | None) -> str:
    return "(empty)" if value is None else repr(value)


def _flag(flag: str | None, note: str | None) -> str:
    return f" [{flag}{': ' + note if note else ''}]" if flag else ""


def _table(cells: "tuple[CellStory, ...]") -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("field", "expected", "won by", "in the target", ""):
        table.add_column(name, overflow="fold")
    for cell in cells:
        winner = " ".join(filter(None, (cell.winner, f"({cell.rule})" if cell.rule else "")))
        table.add_row(*(_text(part) for part in (cell.field, cell.expected, winner, cell.actual, cell.difference)))
    return table
