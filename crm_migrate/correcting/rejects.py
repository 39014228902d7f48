"""Which rows of a run did not arrive, and why: line by line, with their cells as the run read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from crm_migrate.codes import CODES
from crm_migrate.connecting.contract import FILE, LINE, ROW
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.extract import read_facts
from crm_migrate.stages.map.keys import source_keys
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import DISPOSITIONS, EXTRACTED

REFUSED = ("rejected", "failed")
WAITING = ("rejected", "failed", "held")
MOST = 50_000  # rows of one source: nobody mends more by hand
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Reason:
    """What stopped a row as one object: its state, the code with what to do about it, field and sentence."""

    object: str
    state: str
    code: str
    field: str
    message: str

    @property
    def fix(self) -> str:
        """What a consultant does about it."""
        return CODES[self.code].fix if self.code in CODES else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the run, the name that a correction calls it by (empty where it has none), its place, why
    it did not arrive, and its cells (the empty text is an empty cell)."""

    row: int
    name: str
    place: str
    reasons: tuple[Reason, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The rows of one source. `more` are left out of it, because nobody mends so many by hand."""

    source: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    more: int = 0


def returned(plan: Plan, run: Run, states: Sequence[str] = REFUSED) -> list[Returned]:
    """The rows of every source that ended in one of these states for any object, in the order of the export.

    Call for a run that is reconciled.
    """
    with relations(run, "reconcile", partial=True) as tables:
        found = (_of_source(tables, plan, run, source, states) for source in plan.sources)
        return [each for each in found if each.lines]


def _of_source(tables: Relations, plan: Plan, run: Run, source: SourcePlan, states: Sequence[str]) -> Returned:
    reasons = _reasons(tables, plan, source.name, states)
    rows = list(reasons)[:MOST]
    facts = read_facts(run, source.name)
    columns = tuple(column for column in facts.columns if column != source.tag)
    paths = [fact.path for fact in facts.files]
    twice = _twice(tables, source) if rows else frozenset()
    lines = []
    for batch in _raw(tables, source.name, rows):
        keys = source_keys(batch, source.key)
        for at, cells in enumerate(batch.iter_rows(named=True)):
            place = f"{paths[cells[FILE]]}:{cells[LINE]}" if cells[FILE] < len(paths) else ""
            named = keys[at] is not None and keys[at] not in twice
            name = f"{source.name}:{keys[at]}" if named else place
            told = tuple(cells[column] or "" for column in columns)
            lines.append(Line(cells[ROW], name, place, tuple(reasons[cells[ROW]]), told))
    return Returned(source.name, columns, tuple(lines), len(reasons) - len(rows))


def _reasons(tables: Relations, plan: Plan, source: str, states: Sequence[str]) -> dict[int, list[Reason]]:
    """Row -> why it ended, as each object that it fed; in the order of rows."""
    listed = ", ".join(map(literal, states))
    parts = [
        f"""SELECT __row, {number} AS n, {literal(each.name)} AS object, state, coalesce(code, '') AS code,
          coalesce(field, '') AS field, coalesce(message, '') AS message
        FROM {tables.scan(DISPOSITIONS, each.name)} WHERE __source = {literal(source)} AND state IN ({listed})"""
        for number, each in enumerate(plan.objects)
        if source in each.sources
    ]
    found: dict[int, list[Reason]] = {}
    query = f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) ORDER BY __row, n, code, field, message"
    for row, _, *told in tables.rows(query) if parts else ():
        found.setdefault(int(row), []).append(Reason(*map(str, told)))
    return found


def _twice(tables: Relations, source: SourcePlan) -> frozenset[str]:
    """Keys that more than one row has: they name nobody."""
    listed = ", ".join(map(quoted, source.key))
    keys = source_keys(_frame(tables, f"SELECT {listed} FROM {tables.whole(EXTRACTED, source.name)}"), source.key)
    return frozenset(keys.filter(keys.is_duplicated()).drop_nulls().unique().to_list())


def _raw(tables: Relations, source: str, rows: Sequence[int]) -> Iterator[pl.DataFrame]:
    raw = tables.whole(EXTRACTED, source)
    for start in range(0, len(rows), BATCH):
        wanted = f"(SELECT unnest([{', '.join(map(str, rows[start : start + BATCH]))}]) AS __row)"
        yield _frame(tables, f"SELECT r.* FROM {raw} r SEMI JOIN {wanted} w USING (__row) ORDER BY __row")


def _frame(tables: Relations, query: str) -> pl.DataFrame:
    return pl.DataFrame(tables.connection.sql(query).to_arrow_table())
