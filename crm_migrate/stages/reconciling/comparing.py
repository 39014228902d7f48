"""Expected against actual, cell by cell, for every record: knows nothing of stages, only two relations and a key.

Both sides are relations of one DuckDB with `__entity` and canonical text; `actual` has `target_id` too. Records whose
fields hash equal (128 bits) are equal; only the others are looked at cell by cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_migrate.crm.types import TYPES
from crm_migrate.stages.reconciling import causes
from crm_migrate.stages.reconciling.database import Tables, literal, quote

CLASSES = (
    "match", "match_normalised", "both_empty", "filled_by_target", "kept_in_target", "lost", "different",
    "not_comparable", "not_sampled",
)  # fmt: skip
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
        if self.type in ("phone", "email", "url", "domain"):
            return self.type
        return TYPES[self.type].storage


@dataclass(slots=True)
class Comparison:
    """Counts per field and class, and the table `cells` of everything that is not simply equal.

    `cells`: `__entity`, `target_id`, `field`, `class`, `cause`, `expected`, `actual`.
    """

    records: int
    cells: str
    classes: dict[str, dict[str, int]] = field(default_factory=dict)


def compare(tables: Tables, name: str, expected: str, actual: str, fields: Sequence[Compared]) -> Comparison:
    """Compare two relations by `__entity`; `expected` may have `__existed` (the target had the record before us)."""
    there = set(tables.columns(actual))
    comparable = [item for item in fields if item.name in there]
    suspects, cells = quote(f"suspects/{name}"), quote(f"cells/{name}")
    tables.execute(f"CREATE TEMP TABLE {suspects} AS {_suspects(expected, actual, comparable)}")
    tables.execute(
        f"""CREATE TEMP TABLE {cells} (__entity VARCHAR, target_id VARCHAR, field VARCHAR, kind VARCHAR,
        expected VARCHAR, actual VARCHAR, existed BOOLEAN, gone BOOLEAN, class VARCHAR, cause VARCHAR)"""
    )
    ours, theirs = quote(f"suspects/{name}/expected"), quote(f"suspects/{name}/actual")
    tables.execute(f"CREATE TEMP TABLE {ours} AS SELECT * FROM {expected} SEMI JOIN {suspects} USING (__entity)")
    tables.execute(f"CREATE TEMP TABLE {theirs} AS SELECT * FROM {actual} SEMI JOIN {suspects} USING (__entity)")
    for item in comparable:
        tables.execute(f"INSERT INTO {cells} {_cells(ours, theirs, item)}")
    causes.classify(tables, cells)
    causes.find_shifted_rows(tables, cells, expected)
    comparison = Comparison(int(tables.one(f"SELECT count(*) FROM {expected}")[0]), cells)
    _count(tables, comparison, expected, comparable)
    for item in fields:
        if item not in comparable:
            comparison.classes[item.name] = dict.fromkeys(CLASSES, 0) | {"not_comparable": comparison.records}
    for table in (suspects, ours, theirs):
        tables.execute(f"DROP TABLE {table}")
    return comparison


def _suspects(expected: str, actual: str, fields: Sequence[Compared]) -> str:
    """Entities whose record is not there, or whose fields do not hash equal."""
    hashed = ", ".join(_cell(item.name) for item in fields) or "''"

    def digest(relation: str) -> str:
        return f"(SELECT __entity, hash({hashed}) AS h1, hash('salt', {hashed}) AS h2 FROM {relation})"

    return f"""SELECT e.__entity FROM {digest(expected)} e LEFT JOIN {digest(actual)} a USING (__entity)
    WHERE a.h1 IS DISTINCT FROM e.h1 OR a.h2 IS DISTINCT FROM e.h2"""


def _cell(name: str, alias: str = "") -> str:
    """A cell as text, empty as null."""
    return f"nullif({alias}{quote(name)}, '')"


def _cells(ours: str, theirs: str, item: Compared) -> str:
    e, a = _cell(item.name, "e."), _cell(item.name, "a.")
    return f"""SELECT e.__entity, a.target_id, {literal(item.name)}, {literal(item.kind)}, {e}, {a},
      e.__existed, a.__entity IS NULL, NULL, NULL
    FROM {ours} e LEFT JOIN {theirs} a USING (__entity) WHERE {e} IS DISTINCT FROM {a}"""


def _count(tables: Tables, comparison: Comparison, expected: str, fields: Sequence[Compared]) -> None:
    """Classes of every field: what is not in `cells` is a match where something was expected, else both empty."""
    found = tables.rows(f"SELECT field, class, count(*), count(expected) FROM {comparison.cells} GROUP BY field, class")
    filled = [f"count({_cell(item.name)})" for item in fields]
    counts = tables.one(f"SELECT {', '.join([*filled, 'count(*)'])} FROM {expected}")
    for item, count in zip(fields, counts[:-1], strict=True):
        mine = [row for row in found if row[0] == item.name]
        classes = dict.fromkeys(CLASSES, 0) | {cls: cells for _, cls, cells, _ in mine}
        classes["match"] = count - sum(row[3] for row in mine)
        classes["both_empty"] = comparison.records - count - sum(row[2] - row[3] for row in mine)
        comparison.classes[item.name] = classes
