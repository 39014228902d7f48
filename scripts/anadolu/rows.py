"""Rows of the exports and the fate that was planned for each: the truth is written down while the dirt is planted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

MEMBER = "member"  # becomes created or merged (or updated, unchanged) once all members of its entity are known
TRUST = {
    "accounts": {"books": 1, "firma": 2, "sheet": 3},
    "contacts": {"kisi": 1, "books": 2, "sheet": 3},
    "deals": {"sheet": 1},
}


@dataclass(frozen=True)
class Fate:
    """What becomes of one row (and part of it) for one object. `entity` is the true thing behind it."""

    object: str
    state: str
    code: str = ""
    entity: str = ""
    split: int = 0


@dataclass
class Row:
    """One line of one file. `raw` replaces the written line where the line itself is the dirt."""

    source: str
    file: str
    cells: dict[str, object]
    key: str
    fates: list[Fate] = field(default_factory=list)
    changed: str = ""
    raw: bytes | None = None
    line: int = 0

    def fate(self, object_name: str, split: int = 0) -> Fate:
        """The fate of this row for that object."""
        return next(f for f in self.fates if f.object == object_name and f.split == split)

    def is_now(self, object_name: str, state: str, code: str = "") -> None:
        """Plan another fate for all parts of this row."""
        self.fates = [replace(f, state=state, code=code) if f.object == object_name else f for f in self.fates]


@dataclass(frozen=True)
class Deal:
    """What a sheet line says about money, exactly."""

    entity: str
    currency: str
    amount: Decimal | None
    stage: str
    close: str
    state: str


@dataclass
class Company:
    """Everything that was exported, and what is true about it."""

    rows: list[Row] = field(default_factory=list)
    links: dict[tuple[str, str], str] = field(default_factory=dict)  # (field, child) -> parent
    expected: dict[str, dict[str, str]] = field(default_factory=dict)  # entity -> field -> clean value
    deals: dict[int, Deal] = field(default_factory=dict)  # id(row) -> Deal
    consent: dict[str, str] = field(default_factory=dict)  # e-mail -> final consent of its people
    suppressions: dict[str, str] = field(default_factory=dict)
    reviews: list[tuple[str, str, str]] = field(default_factory=list)  # object, two records to look at
    likely: list[tuple[str, str, str]] = field(default_factory=list)  # object, two entities that a model may ask about
    touched: set[str] = field(default_factory=set)  # entities that the second export changes
    gone: set[str] = field(default_factory=set)  # entities that no row of the second export feeds
    known: set[str] = field(default_factory=set)  # entities that were loaded from the first export

    def of(self, source: str) -> list[Row]:
        """The rows of one source, in the order of the file."""
        return [row for row in self.rows if row.source == source]

    def add(self, row: Row) -> Row:
        """Put a row at the end of its file."""
        self.rows.append(row)
        return row

    def move(self, row: Row, place: int) -> None:
        """Put a row at another place of its file."""
        self.rows.remove(row)
        self.rows.insert(self.rows.index(self.of(row.source)[place]), row)

    def members(self) -> Iterator[tuple[str, str, list[tuple[Row, Fate]]]]:
        """Object, entity and its member rows, the one that leads first."""
        groups: dict[tuple[str, str], list[tuple[Row, Fate]]] = {}
        for row in self.rows:
            for fate in row.fates:
                if fate.state == MEMBER:
                    groups.setdefault((fate.object, fate.entity), []).append((row, fate))
        for (object_name, entity), found in sorted(groups.items()):
            yield object_name, entity, in_order(object_name, found)


def in_order(object_name: str, found: Iterable[tuple[Row, Fate]]) -> list[tuple[Row, Fate]]:
    """Declared trust first, then the newest, then the lowest key: how ties break by the rules of the language."""
    trust = TRUST[object_name]
    by_key = sorted(found, key=lambda pair: (pair[0].key, pair[1].split))
    by_age = sorted(by_key, key=lambda pair: pair[0].changed, reverse=True)
    return sorted(by_age, key=lambda pair: trust[pair[0].source])
