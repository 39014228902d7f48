"""Expected against actual, cell by cell, for every record: knows nothing of stages, only two relations and a key.

Both sides are relations of one DuckDB with `__entity` and canonical text; `actual` has `target_id` too. Records whose
fields hash equal (128 bits) are equal; only the others are looked at cell by cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crm_migrate.crm.types import TYPES
from crm_migrate.errors import InternalError
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile import causes
from crm_migrate.workspace.relations import Relations

CLASSES = (
    "match", "match_normalised", "both_empty", "filled_by_target", "kept_in_target", "lost", "different",
    "not_comparable", "not_sampled",
)  # fmt: skip
BITS = 60
SPAN = 131_072  # records that are hashed at a time
Kept = Callable[[str], str]  # the name of a table of cells -> a FROM item: `__entity`, `field`, `cause`
NOT_COMPARED = ("both_empty", "kept_in_target", "not_comparable", "not_sampled")


@dataclass(frozen=True, slots=True)
class Compared:
    """One field: its name on both sides and its semantic type; `entity` says that it holds keys of a parent."""

    name: str
    type: str
    entity: bool = False

    @property
    def kind(self) -> str:
        """What decides how two texts of this type are the same value."""
        if self.entity or self.type not in TYPES:
            return "reference" if self.entity else "text"
        return TYPES[self.type].same or TYPES[self.type].storage


@dataclass(slots=True)
class Comparison:
    """Counts per field and class, and the table `cells` of everything that is not simply equal.

    `cells`: `__entity`, `target_id`, `field`, `kind`, `class`, `cause`, `expected`, `actual`. `expected` is the
    relation of the records that were compared.
    """

    records: int
    cells: str
    expected: str
    classes: dict[str, dict[str, int]] = field(default_factory=dict)


def compare(
    tables: Relations, name: str, expected: str, actual: str, fields: Sequence[Compared], kept: Kept | None = None
) -> Comparison:
    """Compare two relations by `__entity`.

    `kept` says of which cells it is known why the target says otherwise; it is asked only where some differ.
    """
    there = set(tables.kinds(actual))
    comparable = [item for item in fields if item.name in there]
    suspects, cells, digests = quoted(f"suspects/{name}"), quoted(f"cells/{name}"), quoted(f"digests/{name}")
    records = _digest(tables, digests, expected, comparable)
    tables.execute(f"CREATE TEMP TABLE {suspects} AS {_suspects(digests, actual, comparable)}")
    ours, theirs = quoted(f"suspects/{name}/expected"), quoted(f"suspects/{name}/actual")
    tables.execute(f"CREATE TEMP TABLE {ours} AS SELECT * FROM {expected} SEMI JOIN {suspects} USING (__entity)")
    tables.execute(f"CREATE TEMP TABLE {theirs} AS SELECT * FROM {actual} SEMI JOIN {suspects} USING (__entity)")
    tables.execute(f"CREATE TEMP TABLE {cells} AS {_cells(ours, theirs, comparable)}")
    if tables.count(cells):  # what names causes costs tens of milliseconds to plan, and most links have nothing to name
        causes.judge(tables, cells)
        if kept:
            causes.excuse(tables, cells, kept(cells))
        causes.judge_together(tables, cells, expected)
    comparison = Comparison(records, cells, expected)
    _count(tables, comparison, digests, comparable)
    for item in fields:
        if item not in comparable:
            comparison.classes[item.name] = dict.fromkeys(CLASSES, 0) | {"not_comparable": comparison.records}
    for table in (suspects, digests, ours, theirs):
        tables.execute(f"DROP TABLE {table}")
    return comparison


def _digest(tables: Relations, digests: str, expected: str, fields: Sequence[Compared]) -> int:
    """Create the table of what the comparison and its counts need of every expected record; how many there are.

    `h1`, `h2`: the hash of the fields; `filled/n`: a bit for each of the fields 60 n and following that has a value.
    The wide records are joined and read once, span by span, so that no join holds more than a span of them.
    """
    records, first, last = tables.one(f"SELECT count(*), min(__position), max(__position) FROM {expected}")
    bits = "".join(
        f", {' + '.join(_bit(item, at) for at, item in enumerate(fields[n : n + BITS]))} AS {quoted(f'filled/{n}')}"
        for n in range(0, len(fields), BITS)
    )
    query = f"SELECT __entity, {_hashes(fields)}{bits} FROM {expected}"
    made = f"CREATE TEMP TABLE {digests} AS"
    for start in range(int(first or 0), int(last or 0) + 1, SPAN):
        tables.execute(f"{made} {query} WHERE __position >= {start} AND __position < {start + SPAN}")
        made = f"INSERT INTO {digests}"
    if tables.count(digests) != records:
        raise InternalError("not every expected record was compared")
    return int(records)


def _bit(item: Compared, at: int) -> str:
    return f"CASE WHEN {_cell(item.name)} IS NULL THEN 0::BIGINT ELSE {1 << at} END"


def _hashes(fields: Sequence[Compared]) -> str:
    hashed = ", ".join(_cell(item.name) for item in fields) or "''"
    return f"hash({hashed}) AS h1, hash('salt', {hashed}) AS h2"


def _suspects(digests: str, actual: str, fields: Sequence[Compared]) -> str:
    """Entities whose record is not there, or whose fields do not hash equal."""
    return f"""SELECT e.__entity FROM {digests} e
    LEFT JOIN (SELECT __entity, {_hashes(fields)} FROM {actual}) a USING (__entity)
    WHERE a.h1 IS DISTINCT FROM e.h1 OR a.h2 IS DISTINCT FROM e.h2"""


def _cell(name: str, alias: str = "") -> str:
    """A cell as text, empty as null."""
    return f"nullif({alias}{quoted(name)}, '')"


def _cells(ours: str, theirs: str, fields: Sequence[Compared]) -> str:
    """Query: every cell whose two texts differ, of records side by side; `class` and `cause` are still to be told."""
    pairs = ", ".join(
        f"({literal(item.name)}, {literal(item.kind)}, {_cell(item.name, 'e.')}, {_cell(item.name, 'a.')})"
        for item in fields
    )
    cell = "STRUCT(field VARCHAR, kind VARCHAR, expected VARCHAR, actual VARCHAR)"
    return f"""SELECT __entity, target_id, cell.field, cell.kind, cell.expected, cell.actual, gone,
      NULL::VARCHAR AS class, NULL::VARCHAR AS cause
    FROM (SELECT e.__entity, a.target_id, a.__entity IS NULL AS gone,
        unnest([{pairs}]::{cell}[]) AS cell
      FROM {ours} e LEFT JOIN {theirs} a USING (__entity))
    WHERE cell.expected IS DISTINCT FROM cell.actual"""


def _count(tables: Relations, comparison: Comparison, digests: str, fields: Sequence[Compared]) -> None:
    """Classes of every field: what is not in `cells` is a match where something was expected, else both empty."""
    found = tables.rows(f"SELECT field, class, count(*), count(expected) FROM {comparison.cells} GROUP BY field, class")
    filled = [
        f"count(*) FILTER (({quoted(f'filled/{at - at % BITS}')} >> {at % BITS}) & 1 = 1)" for at in range(len(fields))
    ]
    counts = tables.one(f"SELECT {', '.join([*filled, 'count(*)'])} FROM {digests}")
    for item, count in zip(fields, counts[:-1], strict=True):
        mine = [row for row in found if row[0] == item.name]
        classes = dict.fromkeys(CLASSES, 0) | {cls: cells for _, cls, cells, _ in mine}
        classes["match"] = count - sum(row[3] for row in mine)
        classes["both_empty"] = comparison.records - count - sum(row[2] - row[3] for row in mine)
        comparison.classes[item.name] = classes
