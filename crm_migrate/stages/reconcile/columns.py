"""What became of every column of the sources: a value that nobody has spoken of is lost in silence.

A column that only a key, a condition, a join or the evidence of another reads is no cell of a record: it is not in the
target either, but the mapping speaks of it.
"""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crm_migrate.connecting.joins import parse_take
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import CellPlan, FieldPlan, JoinPlan, Plan, SourcePlan
from crm_migrate.mapping.text import normal_name
from crm_migrate.quoting import quoted
from crm_migrate.workspace.coverage_figures import ColumnFate, ColumnFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXTRACTED

_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_MAY_BE_NOTHING = "9, 10, 13, 32, 160, 91"  # how blanks and `[]` begin
Filled = Mapping[str, int]  # column -> cells that hold something


Fate = tuple[ColumnFate, tuple[str, ...]]  # and what the column goes into, or why
Said = dict[ColumnFate, dict[str, list[str]]]
_BEFORE: tuple[ColumnFate, ...] = ("mapped", "dropped", "key", "decides", "joined", "helps", "proves", "archived")


def filled_cells(tables: Relations, source: str, columns: Sequence[str]) -> tuple[int, Filled]:
    """The rows of a source, and of every column the cells that hold more than blanks (a list: an entry)."""
    raw = tables.whole(EXTRACTED, source)
    there = [name for name in dict.fromkeys(columns) if name in tables.kinds(raw)]
    counts = [f"count(*) FILTER ({_holds(quoted(name))})" for name in there]
    rows, *found = tables.one(f"SELECT {', '.join(['count(*)', *counts])} FROM {raw}")
    return int(rows), dict(zip(there, map(int, found), strict=True))


def _holds(cell: str) -> str:
    """SQL: whether a cell holds something. Most are known by their first character, for to trim all is a slow thing."""
    return f"""CASE WHEN {cell} IN ('', '[]') THEN FALSE WHEN ascii({cell}) NOT IN ({_MAY_BE_NOTHING}) THEN TRUE
      ELSE trim({cell}, {_BLANKS}) NOT IN ('', '[]') END"""


def column_figures(
    plan: Plan, source: SourcePlan, columns: Sequence[str], rows: int, filled: Filled
) -> Iterator[ColumnFigure]:
    """The fate of each column that was read, in the order of the source.

    What is not spoken of and came from another source by a join is a column of that source, and counted there.
    """
    fates = _Fates(plan, source)
    for column in dict.fromkeys(columns):
        count = filled.get(column, 0)
        known = fates.of(column)
        if known is None and column.startswith(source.brought):
            continue
        fate, words = known or (("unspoken" if count else "empty"), ())
        into, why = ((), " ".join(words)) if fate in ("dropped", "archived") else (words, "")
        yield ColumnFigure(source=source.name, column=column, fate=fate, rows=rows, filled=count, into=into, why=why)


class _Fates:
    """What the mapping says of the columns of a source; of one that is joined with others, what it says of it there."""

    def __init__(self, plan: Plan, source: SourcePlan) -> None:
        self._source = source
        self._said = _said(plan, source)
        self._elsewhere = [
            (f"{join.alias}.", _Fates(plan, owner))
            for owner in plan.sources
            for join in owner.joins
            if join.source is not None and join.source.name == source.name
        ]

    def of(self, column: str) -> Fate | None:
        """The fate of a column; None where nothing is said of it."""
        if self._source.stays_behind is not None:
            return "dropped", (self._source.stays_behind,)
        for fate in _BEFORE:
            if (words := self._said.get(fate, {}).get(column)) is not None:
                return fate, tuple(words)
        if any(fnmatch.fnmatchcase(column, normal_name(pattern)) for pattern in self._source.archive):
            return "archived", ()
        there = (fates.of(f"{prefix}{column}") for prefix, fates in self._elsewhere)
        return next((fate for fate in there if fate is not None), None)


def _said(plan: Plan, source: SourcePlan) -> Said:
    """Everything that the mapping says of columns of one source by name."""
    said: Said = {}
    for column, decision in source.drop.items():
        _say(said, "dropped", (column,), decision)
    _say(said, "key", source.key)
    _say(said, "decides", [name for name in (source.changed, source.tag) if name])
    for skip in source.skip:
        _say(said, "decides", names_in(skip.expression))
    if source.manifest is not None:
        _say(said, "mapped", (source.manifest.path,))
    for alias, own, theirs in _joined(plan, source):
        _say(said, "joined", (*own, *(f"{alias}.{name}" for name in theirs)), alias)
    for each in plan.objects:
        for feed in (feed for feed in each.feeds if feed.source == source.name):
            split = (feed.split.column, *feed.split.companions) if feed.split else ()
            _say(said, "decides", (*names_in(feed.where), *split), each.name)
        for one in each.fields:
            place = f"{each.name}.{one.name}"
            proofs = (text.partition(".") for text in one.evidence)
            _say(said, "proves", [column for origin, _, column in proofs if origin == source.name], place)
            if (cell := one.cells.get(source.name)) is not None:
                _say(said, *_taken_by(one, tuple(columns_of(cell)), place))
    return said


def _say(said: Said, fate: ColumnFate, columns: Iterable[str], word: str = "") -> None:
    """Columns have a fate; of several words of one column each stands once."""
    for column in columns:
        words = said.setdefault(fate, {}).setdefault(column, [])
        if word and word not in words:
            words.append(word)


def _taken_by(one: FieldPlan, columns: tuple[str, ...], place: str) -> tuple[ColumnFate, tuple[str, ...], str]:
    if one.action != "migrate":
        return "archived" if one.action == "archive" else "dropped", columns, one.because or ""
    return "mapped" if one.target is not None else "helps", columns, place


def _joined(plan: Plan, source: SourcePlan) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Alias, own columns and the partner's by which partners are found; of a source that is one, its own by owner."""
    for join in source.joins:
        yield join.alias, tuple(join.by), _of_partner(join)
    for owner in plan.sources:
        for join in owner.joins:
            if join.source is not None and join.source.name == source.name:
                yield owner.name, _of_partner(join), ()


def _of_partner(join: JoinPlan) -> tuple[str, ...]:
    return (*join.by.values(), *(term.column for term in (parse_take(join.take) if join.take else ())))


def columns_of(cell: CellPlan) -> Iterator[str]:
    """The columns that a cell reads, its own first."""
    if cell.column is not None:
        yield cell.column
    yield from cell.beside
    yield from names_in(cell.expression)


def names_in(expression: str | None) -> Iterator[str]:
    """The columns that an expression names."""
    if expression is not None:
        yield from (name.name for name in parse(expression).names())
