"""A refused atomic batch is halved until the poison rows are alone: k bad records reject exactly k."""

import re
from collections.abc import Callable

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY

NO_RECORD = "no record with this key in the target, or it carries another key"  # of those that were to be changed
SHORTEST_MASKED = 4  # shorter values occur in any sentence


class Refused(Exception):
    """The database refused rows because of what is in them. Carries its own words."""


def isolate(rows: pa.Table, attempt: Callable[[pa.Table], None]) -> dict[str, str]:
    """Send rows by `attempt`, which takes all of them or raises Refused and takes none; who was refused, and why.

    A key that comes twice in the batch is refused at its second row, like any other doubled value.
    """
    refused: dict[str, str] = {}
    waiting = [rows]
    while waiting:
        part = waiting.pop()
        if part.num_rows == 0:
            continue
        try:
            attempt(part)
        except Refused as answer:
            if part.num_rows == 1:
                refused[part[ENTITY][0].as_py()] = masked(str(answer), part)
            else:
                half = part.num_rows // 2
                waiting += [part.slice(half), part.slice(0, half)]
    return refused


def masked(message: str, row: pa.Table) -> str:
    """The database's words without the row's values; the name of a column or constraint stays."""
    values = {str(v) for v in row.to_pylist()[0].values() if v is not None and len(str(v)) >= SHORTEST_MASKED}
    for value in sorted(values, key=len, reverse=True):
        message = message.replace(value, "***")
    return re.sub(r"\s+", " ", message).strip()[:500]
