"""What a query says, as a tree."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps of a parent: `Account.Owner.Name`. `at` is where it stands in the text."""

    names: tuple[str, ...]
    alias: str | None = None
    at: int = 0

    @property
    def text(self) -> str:
        """As it was written."""
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, COUNT_DISTINCT, SUM, AVG, MIN or MAX of a field; COUNT of nothing counts rows."""

    function: str
    path: Path | None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: str


@dataclass(frozen=True, slots=True)
class TypeOf:
    """TYPEOF Who WHEN Contact THEN LastName ELSE Id END."""

    relationship: str
    cases: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; `kind`: text, number, boolean, null, date, datetime or word (TODAY, LAST_N_DAYS:3)."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Test:
    """A field compared: = != < <= > >= like in notin includes excludes."""

    path: Path
    operator: str
    values: "tuple[Literal, ...] | Query"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """All (`and`) or one (`or`) of several."""

    word: str
    parts: "tuple[Condition, ...]"


Condition = Test | Not | Both


@dataclass(frozen=True, slots=True)
class Order:
    """A key of the order."""

    path: "Path | Aggregate"
    down: bool
    nulls_last: bool


Item = "Path | Aggregate | Fields | TypeOf | Query"


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query, or one in brackets. `source_at` is where the object's name stands in the text."""

    items: tuple[Any, ...]
    source: str
    source_at: int
    alias: str | None = None
    where: Condition | None = None
    groups: tuple[Path, ...] = ()
    having: Any = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
    looked_at: bool = False  # FOR VIEW, FOR REFERENCE
