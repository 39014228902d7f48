"""Rows of the hotel's exports and the fate that was planned for each: the truth is written down with the dirt."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

LOADED, FOLDED, ADDS = "loaded", "folded", "adds"
EXCLUDED, HELD, REJECTED, UNREADABLE = "excluded", "held", "rejected", "quarantined"


@dataclass
class Row:
    """One line of one file, or one record of one table, and what must become of it.

    `state` is `loaded` for every row of something that arrives, `folded` for the same row again, `adds` for one that
    only adds to others. `entity` is the true thing behind it. `raw` replaces the written line where the line is the
    dirt. A number of `line` is given when the file is written; records of the database have none.
    """

    source: str
    key: str
    cells: dict[str, object]
    object: str
    entity: str
    state: str = LOADED
    reason: str = ""
    raw: bytes | None = None
    line: int = 0

    def is_now(self, state: str, reason: str = "") -> None:
        """Plant another fate."""
        self.state, self.reason = state, reason


@dataclass(frozen=True)
class End:
    """What a row points to, and what the hotel wants where that is not there or stays behind."""

    source: str
    key: str
    missing: str = "hold"  # or clear
    excluded: str = "exclude"  # or clear


@dataclass(frozen=True)
class Money:
    """What a stay says about money and days, exactly."""

    currency: str
    amount: Decimal | None
    arrival: date
    nights: int
    status: str


@dataclass
class House:
    """Everything that was exported, and what is true about it."""

    random: Random
    rows: list[Row] = field(default_factory=list)
    by_key: dict[tuple[str, str], Row] = field(default_factory=dict)  # (source, key) -> its first row
    links: dict[tuple[str, str], str] = field(default_factory=dict)  # (object.field, child entity) -> parent entity
    expected: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # (object, entity) -> clean values
    stays: dict[int, Money] = field(default_factory=dict)  # id(row) -> Money
    pairs: list[tuple[str, str, str]] = field(default_factory=list)  # kind, two true guests that look alike
    secrets: list[tuple[str, str]] = field(default_factory=list)  # why, text that must not be anywhere in the target
    partners: dict[str, list[dict[str, object]]] = field(default_factory=dict)  # tables that are joined to others
    unused: dict[str, int] = field(default_factory=dict)  # joined table -> its rows that belong to nobody
    next_key: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row) -> Row:
        """Put a row at the end of its file."""
        self.rows.append(row)
        self.by_key.setdefault((row.source, row.key), row)
        return row

    def number(self, source: str, first: int = 1) -> str:
        """The next free number of a table."""
        self.next_key[source] = self.next_key.get(source, first - 1) + 1
        return str(self.next_key[source])

    def of(self, source: str) -> list[Row]:
        """The rows of one source, in the order of the file."""
        return [row for row in self.rows if row.source == source]

    def follow(self, row: Row, *ends: tuple[str, End]) -> Row:
        """What a row's parents mean for it, by the hotel's rules; `ends` are fields with what they point to."""
        for name, end in ends:
            parent = self.by_key.get((end.source, end.key))
            if parent is not None and parent.state in (LOADED, FOLDED):
                self.links[f"{row.object}.{name}", row.entity] = parent.entity
            elif row.state == LOADED:
                self._without(row, parent, end)
        return row

    @staticmethod
    def _without(row: Row, parent: Row | None, end: End) -> None:
        if parent is None:
            if end.missing == "hold":
                row.is_now(HELD, "parent missing")
        elif parent.state == EXCLUDED:
            if end.excluded == "exclude":
                row.is_now(EXCLUDED, "parent excluded")
        elif parent.state == REJECTED:
            row.is_now(HELD, "parent rejected")
        else:
            row.is_now(HELD, "parent held")

    def values(self, row: Row, **values: str) -> None:
        """Clean values of a record that has nothing odd about it."""
        self.expected.setdefault((row.object, row.entity), {}).update(values)

    def loaded(self, object_name: str) -> set[str]:
        """True things of that kind which the target must hold."""
        return {row.entity for row in self.rows if row.object == object_name and row.state == LOADED}
