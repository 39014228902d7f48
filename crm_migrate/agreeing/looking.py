"""What the data say beside a mapping: a value before and after, values of lists with their counts, columns in use.

Everything is masked by the rule of `preview`. Without data nothing of it is there, and that is told.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.errors import CrmMigrateError
from crm_migrate.inspecting.hiding import masked, names_of, raw_type
from crm_migrate.inspecting.previewing import CellView, batches, preview
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import MAP_JOINER, FieldPlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.mapping.steps import ENGINE
from crm_migrate.reports.masking import hidden
from crm_migrate.stages.map.batch import arriving
from crm_migrate.stages.transform import blank_to_null, context_of, run_step
from crm_migrate.stages.transform.translating import OWNER_UNKNOWN
from crm_migrate.workspace.evidence import read_evidence
from crm_migrate.workspace.layout import Project

_FIRST = 200  # rows of each source in which a telling sample is looked for
MOST_VALUES = 500  # different values of a list that are shown
_COUNT = "__count"


@dataclass(frozen=True, slots=True)
class Use:
    """How a column that nothing reads is used: filled cells of all rows, and one of them, masked."""

    rows: int = 0
    filled: int = 0
    sample: str = ""


@dataclass(slots=True)
class Looked:
    """What the data say. `samples` are (before, after) by object and field, `values` counts by list and words.

    `hidden` are words of lists that people may not see, `owners` logins that no line of the owners file has, and
    `unread` the sources that could not be read, with the reason.
    """

    samples: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    owners: Counter[str] = field(default_factory=Counter)
    columns: dict[tuple[str, str], Use] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def seen(self, name: str) -> Counter[str]:
        """How often each word of a list is there."""
        return self.values.get(name, Counter())


def look(
    plan: Plan, project: Project, sources: OpenSources, *, samples: bool, columns: Mapping[str, Sequence[str]]
) -> Looked:
    """Read every source once for its values and how full these `columns` of it are, and its first rows for samples."""
    found = Looked()
    for source in plan.sources:
        try:
            _count(found, plan, project, source, sources, columns.get(source.name, ()))
        except CrmMigrateError as error:
            found.unread[source.name] = error.message
    if samples:
        for one in plan.objects:
            _sample(found, plan, project, sources, one)
    return found


# -------------------------------------------------------------------------------------------------------- samples


def _sample(found: Looked, plan: Plan, project: Project, sources: OpenSources, one: ObjectPlan) -> None:
    if not one.sources or set(one.sources) & found.unread.keys():
        return
    locked = read_evidence(project.evidence)
    try:
        seen = masked(preview(plan, project, sources, one.name, first=_FIRST, record=None, locked=locked), plan)
    except CrmMigrateError as error:
        found.unread |= dict.fromkeys(one.sources, error.message)
        return
    best: dict[str, tuple[int, CellView]] = {}
    for record in seen.records:
        for cell in record.cells:
            weight = _weight(cell, mapped=record.state == "mapped")
            if weight > best.get(cell.field, (0, cell))[0]:
                best[cell.field] = weight, cell
    for name, (_, cell) in best.items():
        found.samples[one.identity, name] = cell.before or "", cell.after or ""


def _weight(cell: CellView, *, mapped: bool) -> int:
    """How much a cell tells: one that goes on, without a finding, and that the mapping changes."""
    return (1 + 4 * mapped + 2 * (not cell.code) + cell.changed) if cell.before and cell.after else 0


# --------------------------------------------------------------------------------------------------------- counting


@dataclass(frozen=True, slots=True)
class _Asked:
    """A cell whose values a value map, or the list of owners, translates."""

    object: ObjectPlan
    field: FieldPlan


def _count(
    found: Looked, plan: Plan, project: Project, source: SourcePlan, sources: OpenSources, columns: Sequence[str]
) -> None:
    asked = list(_asked(plan, source))
    counts: dict[tuple[str, str], list[pl.DataFrame]] = {}
    rows, filled = 0, Counter[str]()
    samples: dict[str, str] = {}
    for batch in batches(source, plan, project, sources):
        rows += len(batch)
        for column in (name for name in columns if name in batch.columns):
            values = blank_to_null(batch[column].cast(pl.String)).drop_nulls()
            filled[column] += len(values)
            if len(values):
                samples.setdefault(column, str(values[0]))
        frames: dict[str, pl.DataFrame] = {}
        for each in asked:
            name = each.object.name
            frame = frames.setdefault(name, arriving(each.object, source, batch))
            counts.setdefault((name, each.field.name), []).append(_grouped(each.field, source, frame))
    for column, n in filled.items():
        found.columns[source.name, column] = Use(rows, n, hidden(samples.get(column), "") or "")
    for each in asked:
        parts = counts.get((each.object.name, each.field.name))
        if parts:
            _add(found, plan, source, each, pl.concat(parts))


def _asked(plan: Plan, source: SourcePlan) -> Iterator[_Asked]:
    for one in plan.objects:
        for each in one.fields:
            cell = each.cells.get(source.name)
            if cell is not None and any(step.name in ENGINE for step in cell.steps):
                yield _Asked(one, each)


def _grouped(asked: FieldPlan, source: SourcePlan, frame: pl.DataFrame) -> pl.DataFrame:
    """The different cells, with those beside them, and how often each is there."""
    cell = asked.cells[source.name]
    column = cell.column if cell.column is not None else f"__cell_{asked.name}"
    wanted = frame.select(
        pl.col(column).cast(pl.String).alias("__cell"), *(pl.col(name).cast(pl.String) for name in cell.beside)
    )
    return wanted.group_by(wanted.columns).len(_COUNT)


def _add(found: Looked, plan: Plan, source: SourcePlan, asked: _Asked, counted: pl.DataFrame) -> None:
    """Add what the list is asked with: the cells as the steps before it leave them."""
    cell = asked.field.cells[source.name]
    values = blank_to_null(counted["__cell"])
    context = context_of(plan, source, cell.column)
    names = names_of(plan)
    for step in cell.steps:
        if step.name == "map":
            parts = [*(blank_to_null(counted[column]) for column in step.beside), values]
            kind = raw_type(names, asked.object.name, asked.field.name)
            _tally(found, step.args[0], parts, counted[_COUNT], kind)
        made = run_step(step, values, context, plan, counted.get_column)
        if step.name == "owner":
            _strangers(found, values, made, counted[_COUNT])
        values = made["value"]


def _strangers(found: Looked, values: pl.Series, made: pl.DataFrame, counts: pl.Series) -> None:
    """Logins that the owners file does not have."""
    for login, flag, count in zip(values, made["flag"], counts, strict=True):
        if flag == OWNER_UNKNOWN:
            found.owners[login] += int(count)


def _tally(found: Looked, name: str, parts: list[pl.Series], counts: pl.Series, kind: str) -> None:
    seen = found.values.setdefault(name, Counter())
    for at, count in enumerate(counts):
        said = [part[at] or "" for part in parts]
        words = MAP_JOINER.join(said)
        seen[words] += int(count)
        if any(hidden(text, kind) != text for text in said):
            found.hidden.setdefault(name, set()).add(words)
