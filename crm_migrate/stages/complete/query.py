"""A query that is built in layers, its bound values in the order of its question marks."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate.quoting import quoted


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and its bound values."""

    text: str
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One way to stop: where `when` holds, the record gets this state. `message` is SQL."""

    when: Sql
    state: str
    code: str
    rule: str
    field: str
    message: str


def composed(template: str, *parts: Sql) -> Sql:
    """`template` with `{}` filled by the parts; what they bind follows in their order, so that none can get lost."""
    return Sql(template.format(*(part.text for part in parts)), tuple(v for part in parts for v in part.bound))


@dataclass(frozen=True, slots=True)
class Query:
    """`SELECT ...` with a fixed list of columns."""

    text: str
    columns: tuple[str, ...]
    bound: tuple[str, ...] = ()

    def with_columns(self, cells: Mapping[str, Sql], joins: str = "") -> "Query":
        """The same rows as `q`, with columns added or replaced; `joins` may follow `q` and must not multiply rows."""
        names = tuple(dict.fromkeys((*self.columns, *cells)))
        pieces = [cells.get(name, Sql(f"q.{quoted(name)}")) for name in names]
        listed = ", ".join(f"{piece.text} AS {quoted(name)}" for piece, name in zip(pieces, names, strict=True))
        bound = tuple(value for piece in pieces for value in piece.bound)
        return Query(f"SELECT {listed} FROM ({self.text}) q{joins}", names, bound + self.bound)
