"""What is odd about extracted records as records: suspected total rows, empty keys, missing key columns."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import FileFact
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.quality.damage.cuts import cut_rows
from crm_migrate.quality.damage.totals import LABEL
from crm_migrate.stages.map.batch import skipped

QUOTE_SAMPLE = 2_000
_PAIRS = (r"\"[^\"]*\"", "'[^']*'", "“[^”]*”", "„[^“]*“", "«[^»]*»", "‘[^’]*’", "`[^`]*`")
_QUOTED = rf"^[\s\x{{a0}}]*({'|'.join(_PAIRS)})[\s\x{{a0}}]*$"


def _in_quotes(records: pa.Table, columns: Sequence[str]) -> dict[str, int]:
    """Columns of which every cell that is filled, two or more, stands in quotes of one kind or another."""
    found = {}
    for name in columns:
        cells = records.column(name)
        filled = pc.sum(pc.not_equal(pc.fill_null(cells, ""), "")).as_py() or 0
        quoted = pc.sum(pc.match_substring_regex(cells, _QUOTED)).as_py() or 0
        if filled == quoted >= 2:
            found[name] = quoted
    return found


class Observer:
    """Looks at every batch once; `findings` speaks after the last one."""

    def __init__(self, plan: SourcePlan, columns: Sequence[str]) -> None:
        self._plan, self._columns = plan, tuple(columns)
        self._key = [name for name in plan.key if name in self._columns]
        self._totals: list[int] = []
        self._blank_keys = 0
        self._quoted: dict[str, int] | None = None

    def see(self, records: pa.Table) -> None:
        """One batch of records."""
        if self._quoted is None:
            self._quoted = _in_quotes(records.slice(0, QUOTE_SAMPLE), self._columns)
        if self._columns and not self._skips_totals():
            hits = pc.match_substring_regex(records.column(self._columns[0]), LABEL)
            self._totals += records.filter(pc.fill_null(hits, False)).column("__line").to_pylist()
        if self._key:
            blank = [pc.equal(pc.utf8_trim_whitespace(pc.fill_null(records.column(k), "")), "") for k in self._key]
            every = blank[0]
            for more in blank[1:]:
                every = pc.and_(every, more)
            keyless = records.filter(pc.fill_null(every, True))
            if len(keyless):
                left = pl.DataFrame(keyless)
                self._blank_keys += len(left) - int(skipped(self._plan, left).sum())

    def _skips_totals(self) -> bool:
        """True where a skip rule of the mapping names such a word: the consultant has seen it."""
        words = re.compile(r"(?i)toplam|total|sum|gesamt|jumlah")
        return any(rule.expression and words.search(rule.expression) for rule in self._plan.skip)

    def findings(self) -> Iterator[Finding]:
        """Warnings and errors about the records as a whole."""
        yield from self._missing_keys()
        yield from self._quoted_columns()
        place = Place(source=self._plan.name)
        if self._totals:
            lines = ", ".join(f"{line:,}" for line in self._totals[:5])
            column = self._columns[0]
            message = f"{len(self._totals)} rows look like a total and no record (line {lines})"
            hint = f"skip them: skip: [\"{column} = 'TOPLAM'\"]"
            yield Finding("total_row_suspect", message, Severity.WARNING, place, hint, len(self._totals))
        if self._blank_keys:
            message = f"{self._blank_keys:,} records have no key ({', '.join(self._key)})"
            hint = "they are held; fill the key column, or leave them out with a `skip:` rule"
            yield Finding("key_missing", message, Severity.WARNING, place, hint, self._blank_keys)

    def _quoted_columns(self) -> Iterator[Finding]:
        for name, count in (self._quoted or {}).items():
            message = f"all cells of `{name}` ({count:,} looked at) stand in quotes, which are read as part of them"
            hint = "export it again with plain double quotes, and nothing between them and the delimiter"
            place = Place(source=self._plan.name, field=name)
            yield Finding("cells_quoted", message, Severity.WARNING, place, hint, count)

    def _missing_keys(self) -> Iterator[Finding]:
        for name in self._plan.key:
            if name not in self._columns:
                message = f"the key column `{name}` is not in the source"
                hint = f"its columns are: {', '.join(self._columns[:12])}"
                place = Place(source=self._plan.name, field=name)
                yield Finding("column_missing", message, Severity.ERROR, place, hint)


def cut_files(source: str, files: Sequence[FileFact]) -> Iterator[Finding]:
    """A warning for each file with as many rows as a spreadsheet takes: what came after them may be missing."""
    for fact in files:
        damage = cut_rows(fact.records + fact.quarantined)
        if damage is not None:
            name, limit = Path(fact.path).name, damage.facts["limit"]
            message = f"{name} ends at {limit:,} rows, where spreadsheets end: rows may be missing behind them"
            hint = "count the records in the program that exported them, and export again without a spreadsheet"
            yield Finding("rows_cut_suspect", message, Severity.WARNING, Place(source=source), hint)
