"""Column evidence: what the whole column proves (date order, separators, region), decided once and kept in a file.

Batches never decide by themselves. `evidence.lock` is under version control: a later export that contradicts it is a
finding, not a new guess.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from crm_migrate.cleansing import STEPS, Context, evidence
from crm_migrate.cleansing.steps import Step
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import CellPlan, Plan, SourcePlan, StepPlan
from crm_migrate.workspace.evidence import Facts
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths

DISTINCT = 200_000  # so many distinct values decide a column; more would not change a verdict

_DAYS, _ORDER = "days_since_1970_because", "date_order_doubt_because"  # about this export, no decisions for the next
_DOUBTS = (_DAYS, _ORDER)
_ANSWERS = {"locale": "decimal", "percent": "percent"}  # parameter of a step -> the facts that it makes idle
_SENTENCES = ("_because", "_undecided")  # behind what a column decides; other facts tell counts, which grow


def decide(
    plan: Plan, run: Run, locked: Facts, days_from: Mapping[str, set[int]] | None = None
) -> tuple[Facts, list[Finding]]:
    """The facts of every column whose steps need one; locked facts win, and what contradicts them is a finding.

    `days_from` has the years that the workbooks of a source count their day numbers from.
    A column that can be read in two ways, where neither its cells nor the locale decide, is asked about: an error.
    """
    return decide_on(plan, partial(_distinct, run), locked, days_from)


def decide_on(
    plan: Plan,
    distinct: Callable[[SourcePlan, str], pl.Series],
    locked: Facts,
    days_from: Mapping[str, set[int]] | None = None,
) -> tuple[Facts, list[Finding]]:
    """`decide`, with the different values of a column of a source as `distinct` gives them, sorted."""
    facts: Facts = {}
    findings = []
    for source in plan.sources:
        for column, step in sorted(_steps(plan, source).items()):
            values = distinct(source, column)
            context = Context(source.locale, source.time_zone, plan.as_of)
            found = step.left_open(evidence(values, step.family, context))
            if "serials" in found:
                found |= _day_numbers((days_from or {}).get(source.name, set()))
            kept = {n: fact for n, fact in locked.get(source.name, {}).get(column, {}).items() if n not in _DOUBTS}
            if "date_order" in kept:
                found.pop(_ORDER, None)
            findings += [
                _contradiction(source.name, column, fact, kept[fact], value)
                for fact, value in sorted(found.items())
                if fact in kept and kept[fact] != value and any(fact + end in found for end in _SENTENCES)
            ]
            if found or kept:
                facts.setdefault(source.name, {})[column] = {**found, **kept}
            findings += _asked(source.name, column, step, values, replace(context, evidence={**found, **kept}))
    return facts, findings


def _day_numbers(years: set[int]) -> dict[str, str]:
    """How the day numbers of a column are counted: as the dates of the same workbook are."""
    if years == {1904}:
        return {"excel_1904": "true", "excel_1904_because": "the workbook counts days from 1904"}
    if 1904 in years:
        return {"excel_1904_undecided": "some workbooks of this source count days from 1904 and some from 1900"}
    return {}


@dataclass(frozen=True, slots=True)
class _Reader:
    """The step that reads a column, and what the mapping told it."""

    step: Step
    told: StepPlan

    @property
    def family(self) -> str:
        """What the column is read as."""
        return self.step.family

    def left_open(self, facts: dict[str, str]) -> dict[str, str]:
        """The facts that the step still needs: of `number(tr)` what a share is, and not which mark is the decimal."""
        told = {*self.step.parameters[: len(self.told.args)], *self.told.options}
        said = tuple(fact for parameter, fact in _ANSWERS.items() if parameter in told)
        return {name: fact for name, fact in facts.items() if not name.startswith(said)}

    def flags(self, values: pl.Series, context: Context) -> pl.Series:
        """What it says of each value."""
        return self.step.function(values, context, *self.told.args, **self.told.options)["flag"]


def _steps(plan: Plan, source: SourcePlan) -> dict[str, _Reader]:
    """Column -> the step that reads it without being told all that it could be told."""
    cells = [f.cells[source.name] for o in plan.objects for f in o.fields if source.name in f.cells]
    return {cell.column: reader for cell in cells if cell.column is not None and (reader := _undeclared(cell))}


def _undeclared(cell: CellPlan) -> _Reader | None:
    """The cell's first step that takes parameters and was given none, or not both that a number has."""
    for step in cell.steps:
        known = STEPS.get(step.name)
        told = len(step.args) + len(step.options)
        most = len(known.parameters) if known is not None and known.name == "number" else 1
        if known is not None and known.parameters and told < most:
            return _Reader(known, step)
    return None


def _asked(source: str, column: str, step: _Reader, values: pl.Series, context: Context) -> list[Finding]:
    """A finding where the column decides nothing and the step that reads it cannot decide either."""
    undecided = [text for fact, text in sorted(context.evidence.items()) if fact.endswith("_undecided")]
    if not undecided:
        return []
    flags = step.flags(values, context)
    doubtful = values.filter((flags == "ambiguous").fill_null(False))
    if doubtful.is_empty():
        return []
    shown = ", ".join(doubtful.head(3))
    return [
        Finding(
            "evidence_undecided",
            f"column {column} of {source}: {len(doubtful)} values ({shown}) can be read in two ways; {undecided[0]}",
            Severity.ERROR,
            Place(source=source, field=column),
            _how(context),
            len(doubtful),
        )
    ]


def doubts(facts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[Finding]:
    """Warnings about columns that were read in the likelier of two ways: day numbers, and dates as the locale says."""
    for source, columns in sorted(facts.items()):
        for column, found in sorted(columns.items()):
            place = Place(source=source, field=column)
            if _DAYS in found:
                message = f"column {column} of {source} was read as day numbers of a spreadsheet: {found[_DAYS]}"
                hint = "look at a record that you know; where they count from 1970, export the column as dates"
                yield Finding("days_doubtful", message, Severity.WARNING, place, hint)
            if _ORDER in found:
                message = f"dates of {column} of {source} were read as the locale says: {found[_ORDER]}"
                hint = "look at the dates that do not fit; say the order in the mapping: `date(DD/MM/YYYY)`"
                yield Finding("order_doubtful", message, Severity.WARNING, place, hint)


def _how(context: Context) -> str:
    """How the mapping answers what a column leaves open."""
    if "exchanged" in context.evidence:
        return (
            "export the column as text; or say it: `date(YYYY-DD-MM, DD/MM/YYYY)` puts them back, YYYY-MM-DD keeps them"
        )
    if "percent_undecided" in context.evidence:
        return "say what 50% is in the mapping: `number(percent=whole)` for 50, `number(percent=fraction)` for 0.5"
    return "say it in the mapping, `date(DD/MM/YYYY)` or `number(tr)`, or give the source a `locale:`"


def _distinct(run: Run, source: SourcePlan, column: str) -> pl.Series:
    files = paths(run.table("extract", source.name, "records"))
    lazy = pl.scan_parquet(files).select(pl.col(column).cast(pl.String).str.strip_chars()).drop_nulls().unique()
    return lazy.sort(column).head(DISTINCT).collect(engine="streaming")[column]


def _contradiction(source: str, column: str, fact: str, kept: str, found: str) -> Finding:
    return Finding(
        "evidence_contradicted",
        f"column {column} of {source} was read with {fact} = {kept}; this export says {found}",
        Severity.ERROR,
        Place(source=source, field=column),
        "look at the column; when the new reading is right, delete the line from evidence.lock",
    )
