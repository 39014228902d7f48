"""Which columns of a table hold every value once, and how they compare: as written, or blind to case."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migrate.connecting.contract import CaseBlind

_FOLDED = re.compile(r"\(*(?:lower|upper)\s*\(\(*\"?([^\"()]+?)\"?\)*(?:::text)?\)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """Column -> how its values are compared. `unforeseen`: what unique indexes ask that is not of one column."""

    columns: dict[str, CaseBlind]
    unforeseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """A unique index: its columns (None: an expression), whether it is of some rows only, how it compares text."""

    name: str
    columns: tuple[str | None, ...]
    expression: str = ""
    partial: bool = False
    fold: CaseBlind = ""


def uniqueness(inspector: sa.Inspector, connection: sa.Connection, schema: str | None, name: str) -> Uniqueness:
    """What the unique constraints and indexes of a table ask; those of its primary key are the database's own."""
    lite = connection.dialect.name == "sqlite"
    indexes = list(_of_sqlite(connection, name) if lite else _of_others(inspector, schema, name))
    fold: CaseBlind = "ascii" if lite else "letters"
    columns: dict[str, CaseBlind] = {}
    unforeseen = []
    for index in indexes:
        found = _FOLDED.fullmatch(index.expression.strip()) if index.columns == (None,) else None
        column = found[1] if found else index.columns[0] if len(index.columns) == 1 else None
        if column is None or index.partial:
            unforeseen.append(f"unique index {index.name}")
        else:
            columns[column] = fold if found else columns.get(column) or index.fold
    return Uniqueness(columns, tuple(dict.fromkeys(unforeseen)))


def _of_others(inspector: sa.Inspector, schema: str | None, name: str) -> Iterator[_Index]:
    for constraint in inspector.get_unique_constraints(name, schema=schema):
        yield _Index(str(constraint["name"]), tuple(map(str, constraint["column_names"])))
    for index in inspector.get_indexes(name, schema=schema):
        if index["unique"] and not index.get("duplicates_constraint"):
            options: dict[str, Any] = dict(index.get("dialect_options", {}))
            expressions: Sequence[str] = index.get("expressions", [])
            partial = bool(options.get("postgresql_where"))
            yield _Index(str(index["name"]), tuple(index["column_names"]), " ".join(expressions), partial)


def _of_sqlite(connection: sa.Connection, name: str) -> Iterator[_Index]:
    """SQLAlchemy leaves out indexes of expressions and says nothing of collations."""
    listed = sa.text("""SELECT l.name, l.partial, m.sql, x.name, x.coll FROM pragma_index_list(:name) l
        JOIN pragma_index_xinfo(l.name) x LEFT JOIN sqlite_master m ON m.name = l.name
        WHERE l."unique" AND l.origin <> 'pk' AND x.key ORDER BY l.seq, x.seqno""")
    found: dict[str, list[Any]] = {}
    for row in connection.execute(listed, {"name": name}):
        found.setdefault(row[0], []).append(row)
    for index, rows in found.items():
        _, partial, sql, _, collation = rows[0]
        expression = str(sql or "").partition("(")[2].rpartition(")")[0]
        fold: CaseBlind = "ascii" if str(collation).upper() == "NOCASE" else ""
        yield _Index(index, tuple(row[3] for row in rows), expression, bool(partial), fold)
