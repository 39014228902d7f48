"""Files of rows that are sent and answered as CSV."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure

DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}


@dataclass(slots=True)
class Table:
    """An answer of rows; a fault may still change `rows`. `quoted_heads`: how many heads stand in quotes."""

    heads: list[str]
    rows: list[dict[str, Any]]
    delimiter: str = ","
    end: str = "\n"
    quoted_heads: int | None = None

    def render(self) -> bytes:
        """The file; every value is quoted."""
        heads = [
            _quoted(head) if self.quoted_heads is None or at < self.quoted_heads else head
            for at, head in enumerate(self.heads)
        ]
        lines = [self.delimiter.join(heads)]
        lines += [self.delimiter.join(_quoted(row.get(head)) for head in self.heads) for row in self.rows]
        return (self.end.join(lines) + self.end).encode()


def _quoted(value: Any) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"'


def read(body: bytes, delimiter: str = ",") -> tuple[list[str], list[dict[str, str]]]:
    """Heads and rows of a file. Raises Failure where it cannot be read."""
    try:
        text = body.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure("InvalidBatch", f"Failed to parse CSV: {error}") from None
    lines = [line for line in lines if line]
    if not lines:
        return [], []
    heads = lines[0]
    if len({head.casefold() for head in heads}) != len(heads):
        twice = next(head for head in heads if [h.casefold() for h in heads].count(head.casefold()) > 1)
        raise Failure("InvalidBatch", f"Duplicate field name found : {twice}")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(heads):
            words = f"Found {len(line)} columns in row {number}, expected {len(heads)}"
            raise Failure("InvalidBatch", words)
    return heads, [dict(zip(heads, line, strict=True)) for line in lines[1:]]
