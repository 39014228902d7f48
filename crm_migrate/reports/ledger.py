"""The lines of the ledger that need eyes: every row that did not simply arrive, read from the Parquet of a run."""

from collections.abc import Iterator, Set
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_migrate.reports.hiding import About, known_privacy, message
from crm_migrate.reports.naming import Names
from crm_migrate.reports.tables import Column, Row, Table
from crm_migrate.reports.totals import ARRIVED
from crm_migrate.words.language import Language
from crm_migrate.words.messages import spoken
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.parts import MANIFEST, paths
from crm_migrate.workspace.row_keys import separated

_COLUMNS = (
    "__source",
    "__row",
    "__split",
    "__key",
    "state",
    "code",
    "rule",
    "field",
    "message",
    "target_id",
    "survivor",
)
_SHOWN = ("object", "source", "row", "key", "state", "code", "rule", "field", "message", "target_id", "survivor")
_QUIET = frozenset({*ARRIVED, "absent"})  # rows that are where they belong


def exception_lines(ledger: Path, figures: Figures, words: Language, *, limit: int, reveal: bool) -> Table | None:
    """At most `limit` lines, the rest counted; None where the run left no dispositions."""
    folders = [folder for folder in sorted(ledger.glob("*/dispositions")) if (folder / MANIFEST).is_file()]
    if not folders:
        return None
    names = Names(known_privacy(figures))
    lines = (line for folder in folders for line in _lines(folder))
    first = tuple(_told(_separated(line if reveal else _masked(line, names)), words) for line in islice(lines, limit))
    kinds = {"state": "word", "code": "code"}
    whole = sum(map(_count, folders))
    named = tuple(Column(name, kinds.get(name, "text")) for name in _SHOWN)
    return Table("exception_lines", named, first, more=whole - len(first))


def said_of_records(
    ledger: Path, wanted: Set[tuple[str, str, str]], figures: Figures, words: Language, *, reveal: bool
) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(object, `source:key`, code) of those wanted -> row of the source and what a stage said, masked unless `reveal`.

    There may be millions of others: they are neither kept nor put into words.
    """
    names = Names(known_privacy(figures))
    at = [_SHOWN.index(name) for name in ("object", "source", "key", "code", "row", "message")]
    said: dict[tuple[str, str, str], tuple[str, str]] = {}
    for folder in sorted(ledger.glob("*/dispositions")):
        for line in _lines(folder) if (folder / MANIFEST).is_file() else ():
            object_name, source, key, code = (str(line[i] or "") for i in at[:4])
            if (record := (object_name, f"{source}:{key}", code)) in wanted:
                shown = _told(line if reveal else _masked(line, names), words)
                said[record] = (str(shown[at[4]] or ""), str(shown[at[5]] or ""))
    return said


def every_line(ledger: Path | None, figures: Figures, *, reveal: bool) -> Iterator[Row]:
    """Every line of the ledger, the heads first; masked as in reports unless `reveal`. Without a folder the heads."""
    names = Names(known_privacy(figures))
    yield _SHOWN
    for folder in sorted(ledger.glob("*/dispositions")) if ledger else ():
        for line in _lines(folder, whole=True) if (folder / MANIFEST).is_file() else ():
            yield _separated(line if reveal else _masked(line, names))


def _loud(states: pa.Array) -> pa.Array:
    """Which rows need eyes."""
    return pc.invert(pc.is_in(states, value_set=pa.array(sorted(_QUIET))))


def _count(folder: Path) -> int:
    """How many there are, read from one column: there may be millions."""
    states = (pq.read_table(path, columns=["state"])["state"] for path in paths(folder))
    return sum(pc.sum(_loud(column)).as_py() or 0 for column in states)


def _lines(folder: Path, *, whole: bool = False) -> Iterator[Row]:
    """Lines of one object, batch by batch: those that need eyes, or all."""
    for path in paths(folder):
        for batch in pq.ParquetFile(path).iter_batches(columns=list(_COLUMNS)):
            loud = batch if whole else batch.filter(_loud(batch.column("state")))
            for values in zip(*(loud.column(name).to_pylist() for name in _COLUMNS), strict=True):
                yield _row(folder.parent.name, dict(zip(_COLUMNS, values, strict=True)))


def _row(object_name: str, line: dict[str, str | int | None]) -> Row:
    split = f"{line['__row']}" if not line["__split"] else f"{line['__row']}.{line['__split']}"
    return (object_name, line["__source"], split, *(line[name] for name in _COLUMNS[3:]))


def _told(row: Row, words: Language) -> Row:
    """What a stage said of the line, in the language of the reader."""
    at = _SHOWN.index("message")
    return (*row[:at], spoken(str(row[at] or ""), words), *row[at + 1 :])


def _separated(row: Row) -> Row:
    return tuple(separated(value) if isinstance(value, str) else value for value in row)


def _masked(row: Row, names: Names) -> Row:
    """Keys, survivors and messages without personal values."""
    line = dict(zip(_SHOWN, row, strict=True))
    source, key, field = (str(line[name] or "") for name in ("source", "key", "field"))
    about = About(
        names.type_of(str(line["object"]), field), names.raw_type_of(str(line["object"]), field), f"{source}:{key}"
    )
    if key:
        line["key"] = names.key(source, key)
    if line["message"]:
        line["message"] = message(str(line["message"]), names, about)
    if line["survivor"]:
        line["survivor"] = names.record(str(line["survivor"]))
    return tuple(line.values())
