"""A corrected workbook read back: a changed cell becomes a correction, everything else that was changed is named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from crm_migrate.correcting.rejects import Line, Returned, returned
from crm_migrate.correcting.sheets import Who, cut, facts_of
from crm_migrate.correcting.workbook import KIND, OURS, heads, titles
from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding, Place
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.reviewing import opening
from crm_migrate.reviewing.reading import shown as text_of
from crm_migrate.workspace.corrections import Correction, write_corrections
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.state import look_at
from crm_migrate.workspace.tables import CORRECTED

MOST_ROWS = 1_048_576
_AGAIN = "write the workbook anew: crm-migrate rejects PROJECT"


@dataclass(slots=True)
class Taken:
    """What became of a corrected workbook: corrections, rows that nobody changed, rows that are not in it any more."""

    run: str
    corrections: list[Correction] = field(default_factory=list)
    rows: int = 0
    untouched: int = 0
    gone: int = 0
    findings: list[Finding] = field(default_factory=list)


def take(project: Project, path: Path, who: Who, *, dry_run: bool = False) -> Taken:
    """Read a workbook of rejected rows, compare it with the run that it is of, and write the corrections.

    InputError where it cannot be read, UsageError where it is none of ours, MappingError where the corrections on file
    cannot be read or contradict these: then nothing is written.
    """
    book = opening.open_workbook(opening.read_bytes(path), path.name)
    facts = facts_of(book, path.name, KIND)
    run = look_at(project, facts.run, "reconcile")
    plan = read_plan(run)
    taken = Taken(run.id)
    found = returned(plan, run, facts.asked)
    for title, each in zip(titles(found), found, strict=True):
        if title in book.sheetnames:
            _take_sheet(taken, book[title], title, each, _originals(plan, run, each.source), who)
        else:
            taken.gone += len(each.lines)
    if taken.corrections and not dry_run:
        against = write_corrections(project.decisions, taken.corrections)
        if against:
            raise MappingError("the corrections on file must be mended first; nothing was written", against)
    return taken


def _originals(plan: Plan, run: Run, source: str) -> dict[tuple[int, str], str]:
    """What stood in the export in cells that this run had corrected already."""
    if not plan.corrections.get(source):
        return {}
    with relations(run, "reconcile", partial=True) as tables:
        rows = tables.rows(f"SELECT __row, name, was FROM {tables.scan(CORRECTED, source)}")
    return {(int(row), str(column)): str(was or "") for row, column, was in rows}


def _take_sheet(
    taken: Taken, page: Any, title: str, each: Returned, before: Mapping[tuple[int, str], str], who: Who
) -> None:
    page.reset_dimensions()
    rows = page.iter_rows(max_row=MOST_ROWS, max_col=len(heads(each)) + 1, values_only=True)
    head = tuple(text_of(value) for value in next(rows, ()))
    if head[: len(heads(each))] != heads(each) or any(head[len(heads(each)) :]):
        _wrong(taken, "rejects_columns", f"{title}!A1", "the columns are not those that were written; no row is taken")
        return
    lines = {(line.name or line.place): line for line in each.lines}
    met: set[str] = set()
    for number, values in enumerate(rows, 2):
        if not any(value not in (None, "") for value in values):
            continue
        name = text_of(values[0])
        if name not in lines or name in met:
            words = "this row was put in, or its name was changed" if name not in met else "this row is there twice"
            _wrong(taken, "rejects_row", f"{title}!A{number}", f"{words}; it is not taken")
            continue
        met.add(name)
        taken.rows += 1
        changed = list(_changed(taken, title, number, lines[name], values[len(OURS) :]))
        taken.untouched += not changed
        taken.corrections += (_correction(each, lines[name], at, now, before, who) for at, now in changed)
    taken.gone += len(lines) - len(met)


def _changed(taken: Taken, title: str, number: int, line: Line, values: tuple[Any, ...]) -> Iterator[tuple[int, str]]:
    """The columns of a row that say something else now, and what."""
    for at, was in enumerate(line.cells):
        value = values[at] if at < len(values) else None
        now, place = text_of(value), f"{title}!{get_column_letter(len(OURS) + at + 1)}{number}"
        if now == cut(was):
            continue
        if isinstance(value, datetime | date | bool | float):
            words = f"this cell holds a {type(value).__name__} now and no text; it is not taken"
            _wrong(taken, "rejects_cell", place, words, "format the cell as text and write it again")
        elif cut(was) != was:
            _wrong(taken, "rejects_cell", place, "this cell was too long to be shown whole; it is not taken")
        elif not line.name:
            _wrong(taken, "rejects_cell", place, "this row has no key and no line to be found by; it is not taken")
        else:
            yield at, now


def _correction(
    each: Returned, line: Line, at: int, now: str, before: Mapping[tuple[int, str], str], who: Who
) -> Correction:
    column = each.columns[at]
    was = before.get((line.row, column), line.cells[at])
    return Correction(line.name, column, was, now, who.name, who.when, who.why)


def _wrong(taken: Taken, code: str, place: str, words: str, hint: str = "mend it in the export, or: " + _AGAIN) -> None:
    taken.findings.append(Finding(code, words, place=Place(file=place), hint=hint))
