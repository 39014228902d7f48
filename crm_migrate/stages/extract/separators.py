"""Characters that part values inside a cell and that no cleaner knows: read as line breaks, and told once per column.

FileMaker writes a line break in a field as VT and parts repeated values with GS; others use FS, RS, US or a form feed,
Hive 0x02 and 0x03.
Every kind of the cleanser parts several values at line breaks; a control character it would drop, and two telephone
numbers would become one. One that is all of a cell parts nothing: it is a bit of a database (0x01 is yes).
"""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.finding import Finding, Place, Severity

_NAMES = {1: "SOH", 2: "STX", 3: "ETX", 0x0B: "VT", 0x0C: "form feed", 0x1C: "FS", 0x1D: "GS", 0x1E: "RS", 0x1F: "US"}
_ANY = "[\x01-\x03\x0b\x0c\x1c-\x1f]"


class Separators:
    """Reads batch after batch; `findings` speaks after the last one."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._cells: dict[str, Counter[str]] = {}

    def read(self, records: pa.Table) -> pa.Table:
        """The records with line breaks where cells held such characters; the same table where none did."""
        for at, name in enumerate(records.column_names):
            column = records.column(at)
            if pa.types.is_string(column.type) and _holds(column):
                alone = pc.fill_null(pc.equal(pc.utf8_length(column), 1), False)
                self._count(name, column.filter(pc.invert(alone)))
                parted = pc.replace_substring_regex(column, _ANY, "\n")
                records = records.set_column(at, name, pc.if_else(alone, column, parted))
        return records

    def _count(self, name: str, column: pa.ChunkedArray) -> None:
        counts = self._cells.setdefault(name, Counter())
        for code, word in _NAMES.items():
            counts[f"{word} (0x{code:02X})"] += pc.sum(pc.match_substring(column, chr(code))).as_py() or 0

    def findings(self) -> Iterator[Finding]:
        """One for every column that held such characters."""
        for name, counts in self._cells.items():
            if not max(counts.values()):
                continue
            words = ", ".join(f"{word} in {count:,}" for word, count in counts.items() if count)
            message = f"cells of `{name}` hold control characters, read as line breaks: {words}"
            hint = "where they part several values and not lines, map the column with a step that takes a list"
            place = Place(source=self._source, field=name)
            yield Finding("cell_separators", message, Severity.WARNING, place, hint, max(counts.values()))


def _holds(column: pa.ChunkedArray) -> bool:
    """True where the bytes of a column hold such a character: they are searched as a whole, no cell is made."""
    texts = (chunk.buffers()[2] for chunk in column.chunks if len(chunk))
    return any(_holds_one(text.to_pybytes()) for text in texts if text is not None)


def _holds_one(data: bytes) -> bool:
    return any(code in data for code in _NAMES)
