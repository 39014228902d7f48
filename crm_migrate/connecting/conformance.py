"""The public conformance kit, reading part: give it a source and it proves the contract or says what does not hold.

from crm_migrate.connecting.conformance import check_source
assert check_source(lambda: connector.source(spec)) == []
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, Source, SourceBatch

Opener = Callable[[], Source]
OURS = {ROW: pa.int64(), FILE: pa.int32(), LINE: pa.int64()}


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise of the contract that a connector does not keep."""

    promise: str
    found: str


@dataclass(frozen=True, slots=True)
class _Reading:
    columns: tuple[str, ...]
    batches: list[SourceBatch]
    source: Source

    @property
    def records(self) -> pa.Table:
        return pa.concat_tables([batch.records for batch in self.batches])


def check_source(open_source: Opener) -> list[Breach]:
    """Read a source several times and compare: schema, origin, batches, counts, repeatability. Empty is good.

    The source should hold at least three records, so that batches of two show their seams.
    """
    small, large = _read(open_source(), 2), _read(open_source(), 100_000)
    if not large.batches or large.records.num_rows < 3:
        return [Breach("the kit is given three records or more", f"{sum(b.records.num_rows for b in large.batches)}")]
    return [*_schema(small), *_origin(small), *_batches(small), *_counts(small), *_same(small, large), *_again(small)]


def _read(source: Source, rows: int) -> _Reading:
    return _Reading(source.describe().columns, list(source.read(rows)), source)


def _schema(reading: _Reading) -> Iterator[Breach]:
    wanted = {**OURS, **dict.fromkeys(reading.columns, pa.string())}
    for batch in reading.batches:
        found = {field.name: field.type for field in batch.records.schema}
        if found != wanted or list(found)[3:] != list(reading.columns):
            yield Breach("`__row`, `__file`, `__line` and one text column per described column, in order", str(found))
            return
    if any(name.startswith("__") for name in reading.columns):
        yield Breach("no column of a source begins with two underscores", ", ".join(reading.columns))
    folded = [name.lower() for name in reading.columns]
    if len(set(folded)) != len(folded):
        yield Breach("no two columns differ by case only", ", ".join(reading.columns))


def _origin(reading: _Reading) -> Iterator[Breach]:
    rows = reading.records.column(ROW).to_pylist()
    if rows != list(range(len(rows))):
        yield Breach("`__row` ascends from 0 without gaps", str(rows[:5]))
    places = list(zip(reading.records.column(FILE).to_pylist(), reading.records.column(LINE).to_pylist(), strict=True))
    if places != sorted(set(places)) or any(file < 0 or line < 1 for file, line in places):
        yield Breach("`__file` and `__line` ascend, lines from 1", str(places[:5]))


def _batches(reading: _Reading) -> Iterator[Breach]:
    sizes = [batch.records.num_rows for batch in reading.batches]
    if any(size > 2 for size in sizes):
        yield Breach("no batch is larger than `batch_rows`", str(sizes[:5]))


def _counts(reading: _Reading) -> Iterator[Breach]:
    facts, _ = reading.source.facts()
    records = sum(fact.records for fact in facts)
    aside = sum(fact.quarantined for fact in facts)
    given = sum(len(batch.quarantined) for batch in reading.batches)
    if (records, aside) != (reading.records.num_rows, given):
        yield Breach("facts say what was given", f"{records} + {aside}, given {reading.records.num_rows} + {given}")
    for fact in facts:
        if fact.counted is None and not fact.count_method:
            yield Breach("where there is no independent count, `count_method` says why", fact.path)
        if fact.counted is not None and fact.records + fact.quarantined != fact.counted:
            yield Breach("records and quarantine are what was counted", f"{fact.path}: {fact.counted}")


def _same(small: _Reading, large: _Reading) -> Iterator[Breach]:
    if not small.records.equals(large.records):
        yield Breach("the same records whatever the size of batches", "they differ")


def _again(reading: _Reading) -> Iterator[Breach]:
    """One source object can be read again from the start."""
    again = _read(reading.source, 2)
    if not again.records.equals(reading.records):
        yield Breach("a source can be read again from the start", "the second reading differs")
    facts, _ = reading.source.facts()
    if sum(fact.records for fact in facts) != reading.records.num_rows:
        yield Breach("facts speak of the last reading", f"{sum(fact.records for fact in facts)} records after two")
