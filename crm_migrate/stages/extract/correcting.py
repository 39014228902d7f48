"""Corrections by people put into the records as they are read: the export stays as it is, every run puts them in again.

A cell that says neither what it said when it was corrected nor what it should say is left as it is, and told.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import polars as pl
import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import CorrectionPlan
from crm_migrate.stages.map.keys import source_keys
from crm_migrate.workspace.tables import CORRECTED


class Correcting:
    """Corrects batch after batch; `findings` and `corrected` speak after the last one.

    `paths` are the files of the source in their order, relative to the project. What else is known of a record follows
    its corrected cells: `then` says it anew.
    """

    def __init__(
        self,
        source: str,
        key: tuple[str, ...],
        corrections: Sequence[CorrectionPlan],
        paths: Sequence[str],
        then: Callable[[pa.Table], pa.Table] = lambda records: records,
    ) -> None:
        self._source, self._key, self._then = source, key, then
        self._by_key: dict[str, list[CorrectionPlan]] = {}
        self._by_line: dict[tuple[int, int], list[CorrectionPlan]] = {}
        self._all = tuple(corrections)
        for each in corrections:
            if each.key is not None:
                self._by_key.setdefault(each.key, []).append(each)
            elif each.file in paths:
                self._by_line.setdefault((paths.index(each.file), each.line), []).append(each)
        self._done: list[dict[str, object]] = []
        self._met: Counter[str] = Counter()
        self._stale: set[str] = set()  # names of corrections
        self._same: set[str] = set()

    def read(self, records: pa.Table) -> pa.Table:
        """The records with their corrections; the same table where it has none of their rows."""
        if not self._all or not records.num_rows:
            return records
        frame = pl.DataFrame(records)
        cells: dict[str, dict[int, str | None]] = {}
        for at, each in self._rows(frame):
            self._met[each.name] += 1
            found = frame[each.column][at] or ""
            if found == each.was:
                cells.setdefault(each.column, {})[at] = each.now or None
                self._done.append(self._line(frame, at, each))
            elif found == each.now:
                self._same.add(each.name)
            else:
                self._stale.add(each.name)
        for column, changed in cells.items():
            texts = records.column(column).to_pylist()
            for at, text in changed.items():
                texts[at] = text
            place = records.schema.get_field_index(column)
            records = records.set_column(place, records.schema.field(place), pa.array(texts, pa.string()))
        return self._then(records) if cells else records

    def _rows(self, frame: pl.DataFrame) -> Iterator[tuple[int, CorrectionPlan]]:
        """Places in a batch, and what is corrected there."""
        if self._by_key:
            keys = source_keys(frame, self._key)
            for at in keys.is_in(list(self._by_key)).fill_null(False).arg_true().to_list():
                yield from ((at, each) for each in self._by_key[keys[at]])
        for (file, line), corrections in self._by_line.items():
            there = ((frame[FILE] == file) & (frame[LINE] == line)).arg_true().to_list()
            yield from ((at, each) for at in there for each in corrections)

    def _line(self, frame: pl.DataFrame, at: int, each: CorrectionPlan) -> dict[str, object]:
        told = {"name": each.column, "was": each.was, "now": each.now, "correction": each.name, "who": each.by}
        return {ROW: frame[ROW][at], **told}

    def corrected(self) -> pa.Table:
        """What was changed, cell by cell, in the order of the rows."""
        lines = sorted(self._done, key=lambda line: (line[ROW], line["name"]))
        return pa.Table.from_pylist(lines, schema=CORRECTED.schema)

    def findings(self) -> Iterator[Finding]:
        """Corrections that were put in, that nobody needs any more, that are about nobody, and that doubt is about."""
        if self._done:
            words = f"{len(self._done):,} cell(s) were corrected by people before anything else"
            yield self._told("correction_made", words, "", Severity.NOTE, len(self._done))
        for each in self._all:
            if self._met[each.name] > 1:
                words = f"{each.name} is about {self._met[each.name]:,} rows with one key"
                hint = "name the row by `file:line`"
                yield self._told("correction_doubtful", words, each.column, Severity.ERROR, hint=hint)
            elif each.name in self._stale:
                words = f"{each.name} is not put in: the cell says something else than when it was corrected"
                hint = "look at the row, then correct it anew or take the correction back"
                yield self._told("correction_stale", words, each.column, Severity.WARNING, hint=hint)
            elif each.name in self._same or not self._met[each.name]:
                right = f"{each.name} changes nothing: the export is right by now"
                words = right if each.name in self._same else f"{each.name} changes nothing: its row is not there now"
                hint = "take the correction back"
                yield self._told("correction_unused", words, each.column, Severity.NOTE, hint=hint)

    def _told(self, code: str, words: str, column: str, severity: Severity, count: int = 1, hint: str = "") -> Finding:
        return Finding(code, words, severity, Place(source=self._source, field=column), hint, count)
