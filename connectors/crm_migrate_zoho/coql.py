"""Queries in Zoho's own language, as text. Pure."""

from collections.abc import Collection, Iterator, Sequence

COLUMNS = 50  # of one query
VALUES = 50  # in one condition
PAGE = 2000  # records that one query gives at most
FEW = 200  # records of a query that costs the least
EVERY = "id is not null"  # there is no query without a condition


def literal(text: str) -> str:
    """A text as it stands in a query."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def among(field: str, values: Sequence[str]) -> str:
    """A condition that a field is one of these."""
    return f"{field} in ({', '.join(map(literal, values))})"


def every(conditions: Collection[str]) -> str:
    """All of these conditions; more than two want brackets."""
    left, *others = conditions or (EVERY,)
    for other in others:
        left = f"({left}) and ({other})"
    return left


def select(columns: Sequence[str], module: str, conditions: Collection[str], limit: int = PAGE) -> str:
    """A query for columns, in the order of the ids."""
    return f"select {', '.join(columns)} from {module} where {every(conditions)} order by id asc limit {limit}"


def count(module: str, conditions: Collection[str]) -> str:
    """A query that counts."""
    return f"select COUNT(id) from {module} where {every(conditions)}"


def parted(values: Collection[str], most: int = VALUES) -> Iterator[list[str]]:
    """The values, each once, in parts of at most so many."""
    each = list(dict.fromkeys(values))
    for start in range(0, len(each), most):
        yield each[start : start + most]


def is_id(text: str) -> bool:
    """Whether a text can be an id at all: a query is refused as a whole for one that cannot."""
    return text.isascii() and text.isdigit() and 10 <= len(text) <= 19
