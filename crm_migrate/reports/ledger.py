"""The lines of the ledger that need eyes: every row that did not simply arrive, read from the Parquet of a run."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from crm_migrate.reports.masking import is_personal, scrub
from crm_migrate.reports.tables import Column, Row, Table
from crm_migrate.reports.totals import ARRIVED
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.parts import MANIFEST, paths

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
_QUIET = frozenset({*ARRIVED, "absent"})  # rows that are where they belong


def exception_lines(ledger: Path, figures: Figures, *, limit: int, reveal: bool) -> Table | None:
    """At most `limit` lines, the rest counted; None where the run left no dispositions."""
    folders = [folder for folder in sorted(ledger.glob("*/dispositions")) if (folder / MANIFEST).is_file()]
    if not folders:
        return None
    types = {(field.object, field.field): field.type for field in figures.fields}
    lines = (line for folder in folders for line in _lines(folder))
    first = tuple(line if reveal else _masked(line, types) for line in islice(lines, limit))
    columns = ("object", "source", "row", "key", "state", "code", "rule", "field", "message", "target_id", "survivor")
    kinds = {"state": "word", "code": "code"}
    table = Table("exception_lines", tuple(Column(name, kinds.get(name, "text")) for name in columns), first)
    return Table(table.name, table.columns, first, more=sum(1 for _ in lines))


def _lines(folder: Path) -> Iterator[Row]:
    """Lines of one object, batch by batch."""
    for path in paths(folder):
        for batch in pq.ParquetFile(path).iter_batches(columns=list(_COLUMNS)):
            for values in zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True):
                line = dict(zip(_COLUMNS, values, strict=True))
                if line["state"] not in _QUIET:
                    yield _row(folder.parent.name, line)


def _row(object_name: str, line: dict[str, str | int | None]) -> Row:
    split = f"{line['__row']}" if not line["__split"] else f"{line['__row']}.{line['__split']}"
    return (object_name, line["__source"], split, *(line[name] for name in _COLUMNS[3:]))


def _masked(row: Row, types: dict[tuple[str, str], str]) -> Row:
    """Keys and survivors lose addresses and numbers, messages also what they quote of a personal field."""
    field = str(row[7] or "")
    quoted = not field or is_personal(types.get((str(row[0]), field), ""))
    hidden = {3: False, 8: quoted, 10: False}
    return tuple(
        scrub(value, quoted=hidden[i]) if i in hidden and isinstance(value, str) else value
        for i, value in enumerate(row)
    )
