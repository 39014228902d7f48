"""The story of a subject as data: its records, the rows that they were made of, and the cells that survived."""

from dataclasses import asdict, dataclass, field
from typing import Any

from crm_migrate.stages.transform import FieldTrace


@dataclass(frozen=True, slots=True)
class RowStory:
    """One source row of the record: where it stands, its raw cells, every step, and what became of it.

    `raw` has cells that a person corrected as they are now.
    """

    source: str
    file: str
    line: int
    row: int
    split: int
    key: str
    state: str
    code: str
    rule: str
    message: str
    survivor: str
    raw: dict[str, str | None]
    corrected: tuple[tuple[str, str, str, str], ...]  # column, cell as exported, who corrected it, id of the correction
    fields: tuple[FieldTrace, ...]
    findings: tuple[tuple[str, str, str], ...]  # field, code, cell as it was


@dataclass(frozen=True, slots=True)
class CellStory:
    """One cell of the surviving record: value as expected, who won it by which rule, and the value in the target."""

    field: str
    expected: str | None
    winner: str
    rule: str
    losers: int
    actual: str | None
    difference: str


@dataclass(frozen=True, slots=True)
class RecordStory:
    """What the rows became as one object: merge decisions, the load, the target as read back, and the run's undo."""

    object: str
    cluster: int | None
    entity: str
    target_id: str
    action: str
    batch: str
    outcome: str
    message: str
    rows: tuple[RowStory, ...]
    merges: tuple[tuple[str, str, str, str, str], ...]  # left, right, rule, outcome, why
    cells: tuple[CellStory, ...]
    undone: str = ""  # what the undo of this run did with it, or why it stays; nothing where the run was not undone


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole lineage of a subject: one record for every object that its row, or its entity, became."""

    subject: str
    run: str
    records: tuple[RecordStory, ...] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)
