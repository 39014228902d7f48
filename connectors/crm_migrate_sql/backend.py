"""How one kind of database is read, for whoever opens a snapshot of it."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

Portion = tuple[list[str], list[int], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Backend:
    """How one kind of database is read: a connection that only reads, the beginning of its snapshot, a statement's
    names, type codes and rows (so many at a time; once with no rows where there are none), giving up, the errors of
    its driver, and a column of a declared type as the text that people mean by it."""

    engine: Callable[[URL, str], sa.Engine]
    begin: Callable[[Any], None]
    stream: Callable[[Any, str, int], Iterator[Portion]]
    failures: tuple[type[Exception], ...]
    leave: Callable[[sa.Connection, Any], None] = lambda _connection, _driver: None
    selected: Callable[[str, Any], str] = lambda column, _kind: column


def fetched(cursor: Any, statement: str, rows: int, *, coded: bool = False) -> Generator[Portion, None, None]:
    """What `Backend.stream` gives, by a cursor of the driver, which is closed at the end or where somebody gives up.
    `coded`: the type codes say how to read the cells; without it they are 0, as the cells need no more reading."""
    try:
        cursor.execute(statement)
        names = [column[0] for column in cursor.description]
        codes = [column[1] or 0 if coded else 0 for column in cursor.description]
        batch = cursor.fetchmany(rows)
        yield names, codes, batch
        while batch:
            batch = cursor.fetchmany(rows)
            if batch:
                yield names, codes, batch
    finally:
        cursor.close()
