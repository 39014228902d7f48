"""Fields that the sources and users of the target both changed: their three values for people, and what they say."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from crm_migrate.correcting.sheets import Facts, Who, cut, facts_of, head, hide, styled
from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding, Place
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.quoting import literal
from crm_migrate.reports.workbook import timeless
from crm_migrate.reviewing import opening
from crm_migrate.reviewing.reading import shown
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.settlements import SIDES, Settlement, write_settlements
from crm_migrate.workspace.state import look_at
from crm_migrate.workspace.tables import CLUSTERS, CONFLICTS, NODES, PLANNED

KIND = SHEET = "conflicts"
AGAIN = "write the workbook anew: crm-migrate conflicts PROJECT"
HEADS = ("keep", "object", "record", "field", "we sent", "ours now", "theirs now", "our key")
KEEP, KEY = 0, HEADS.index("our key")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field of a record with its three values; `record` names its first row, `evidence` is of ours and theirs."""

    object: str
    entity: str
    record: str
    field: str
    sent: str
    ours: str
    theirs: str
    evidence: str


@dataclass(slots=True)
class Settled:
    """What became of a workbook: what people said, fields that nobody spoke of, what is wrong."""

    settled: list[Settlement] = field(default_factory=list)
    open: int = 0
    findings: list[Finding] = field(default_factory=list)


def conflicts(plan: Plan, run: Run) -> list[Conflict]:
    """The conflicts of a run whose load is planned, in the order of objects and records."""
    with relations(run, "load", partial=True) as tables:
        return [each for object_plan in plan.objects for each in _of_object(tables, object_plan.name)]


def _of_object(tables: Relations, name: str) -> list[Conflict]:
    found, planned = tables.scan(CONFLICTS, name), tables.scan(PLANNED, name)
    clusters, nodes = tables.scan(CLUSTERS, name), tables.scan(NODES, name)
    first = f"""(SELECT p.__entity, min(n.__source || ':' || n.__key) AS record FROM {planned} p
      JOIN {clusters} k USING (__cluster) JOIN {nodes} n USING (__node) GROUP BY p.__entity)"""
    rows = tables.rows(
        f"""SELECT {literal(name)}, c.__entity, coalesce(f.record, ''), c.field, coalesce(c.sent, ''),
          coalesce(c.ours, ''), coalesce(c.theirs, ''), c.evidence
        FROM {found} c LEFT JOIN {first} f USING (__entity) ORDER BY f.record, c.__entity, c.field"""
    )
    return [Conflict(*map(str, row)) for row in rows]


def render(found: Sequence[Conflict], run: str) -> bytes:
    """The bytes of the workbook: a line per field, and a yellow cell for whose value stays."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    page.freeze_panes = "B2"
    for number, width in enumerate((10, 14, 24, 18, 30, 30, 30, 34), 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.append(head(page, HEADS))
    for each in found:
        told = (each.object, each.record, each.field, each.sent, each.ours, each.theirs, each.entity)
        page.append([styled(page, "", open_=True), *(styled(page, cut(text)) for text in told)])
    offer = DataValidation("list", formula1=f'"{",".join(SIDES)}"', allow_blank=True)
    offer.add(f"A2:A{len(found) + 1}")
    page.data_validations.append(offer)
    hide(book, Facts(KIND, run))
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


def take(project: Project, path: Path, who: Who, *, dry_run: bool = False) -> Settled:
    """Read the workbook and write down what people said; the next run asks again where a value has changed since.

    InputError where it cannot be read, UsageError where it is none of ours, MappingError where what is on file cannot
    be read: then nothing is written.
    """
    book = opening.open_workbook(opening.read_bytes(path), path.name)
    run = look_at(project, facts_of(book, path.name, KIND).run, "plan")
    found = {(each.object, each.entity, each.field): each for each in conflicts(read_plan(run), run)}
    taken = Settled()
    if SHEET in book.sheetnames:
        _read(taken, book[SHEET], found, who)
    taken.open += len(found)
    if taken.settled and not dry_run:
        against = write_settlements(project.decisions, taken.settled)
        if against:
            raise MappingError("what is on file must be mended first; nothing was written", against)
    return taken


def _read(taken: Settled, page: Any, found: dict[tuple[str, str, str], Conflict], who: Who) -> None:
    """Answers taken off the page; those that are met are taken out of `found`."""
    page.reset_dimensions()
    rows = page.iter_rows(max_col=len(HEADS) + 1, values_only=True)
    named = tuple(shown(value) for value in next(rows, ()))
    if named[: len(HEADS)] != HEADS or any(named[len(HEADS) :]):
        _wrong(taken, "rejects_columns", f"{SHEET}!A1", "the columns are not those that were written; nothing is taken")
        return
    for number, values in enumerate(rows, 2):
        cells = tuple(shown(value) for value in values)
        if not any(cells):
            continue
        keep, about = cells[KEEP].strip().lower(), (cells[1], cells[KEY], cells[3])
        if about not in found:
            _wrong(taken, "rejects_row", f"{SHEET}!A{number}", "this row was put in, changed, or is there twice")
        elif keep and keep not in SIDES:
            _wrong(taken, "conflict_word", f"{SHEET}!A{number}", f"`{keep}` is neither {' nor '.join(SIDES)}")
        elif keep:
            each = found.pop(about)
            taken.settled.append(Settlement(*about, keep, each.evidence, who.name, who.when, who.why))


def _wrong(taken: Settled, code: str, place: str, words: str) -> None:
    taken.findings.append(Finding(code, words, place=Place(file=place), hint=AGAIN))
