"""Queries in Salesforce's own language, as text. Pure."""

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote

# A query stands in the address, of which 16,384 bytes are taken with all headers; the rest of it needs the other half.
LONGEST = 8_000
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"'}
)


def literal(text: str) -> str:
    """A text as it stands in a query."""
    return f"'{text.translate(_ESCAPES)}'"


def select(fields: Sequence[str], object: str, where: Collection[str] = (), limit: int | None = None) -> str:
    """A query for fields, each once, in the order of the ids."""
    end = f" LIMIT {limit}" if limit else ""
    return f"{select_all(fields, object, where)} ORDER BY Id{end}"


def select_all(fields: Sequence[str], object: str, where: Collection[str] = ()) -> str:
    """A query for fields, each once, in whatever order Salesforce likes."""
    names = dict.fromkeys(("Id", *fields))
    return f"SELECT {', '.join(names)} FROM {object}{_conditions(where)}"


def count(object: str, where: Collection[str] = ()) -> str:
    """A query that counts."""
    return f"SELECT COUNT() FROM {object}{_conditions(where)}"


def _conditions(where: Collection[str]) -> str:
    return f" WHERE {' AND '.join(where)}" if where else ""


def among(field: str, values: Sequence[str]) -> str:
    """A condition that a field is one of these."""
    return f"{field} IN ({', '.join(map(literal, values))})"


def parted(values: Collection[str], most: int) -> Iterator[list[str]]:
    """The values, each once, in parts of at most `most` that fit into an address."""
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        long = len(quote(literal(value) + ", ", safe=""))
        if part and (len(part) == most or length + long > LONGEST):
            yield part
            part, length = [], 0
        part.append(value)
        length += long
    if part:
        yield part


def is_id(text: str) -> bool:
    """Whether a text can be an id at all: Salesforce refuses a whole query for one that cannot."""
    return len(text) in (15, 18) and text.isascii() and text.isalnum()
