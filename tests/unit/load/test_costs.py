"""The cost of a load by the limits of a target: pieces of large batches, its pace, its days."""

from pathlib import Path

import pytest
from bench import Bench
from company import Record, make_plan

from crm_migrate.connecting.contract import Allowance, Answer, Limits, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.stages.load.forecast import Forecast


class Counting(MemoryTarget):
    """A CRM in memory that counts what it is written, and tells an allowance."""

    def __init__(self, store: Store, limits: Limits, allowed: Allowance) -> None:
        super().__init__(store, limits)
        self._allowed, self.writes = allowed, 0

    def allowance(self) -> Allowance:
        return self._allowed

    def write(self, batch: WriteBatch) -> Answer:
        self.writes += 1
        return super().write(batch)


def opened(tmp_path: Path, target: Counting) -> Bench:
    bench = Bench(tmp_path / "project", {}, make_plan())
    bench.open = lambda: target  # type: ignore[method-assign]
    return bench


def people(count: int, name: str = "Yılmaz") -> list[Record]:
    return [{"id": str(n), "last_name": f"{name} {n}" + "-" * (n % 7) * 5} for n in range(count)]


def forecast(bench: Bench, rows: list[Record]) -> Forecast:
    told = bench.plan(contacts=rows).forecast
    assert told is not None
    return told


@pytest.mark.cases(2)
@pytest.mark.parametrize("most", [None, 120, 400, 4_000])
def test_batches_of_many_bytes_are_sent_in_pieces_as_many_as_was_said(tmp_path: Path, most: int | None) -> None:
    target = Counting(Store(), Limits(rows=10, bytes=most, requests=1), Allowance())
    bench = opened(tmp_path, target)
    told = forecast(bench, people(43))
    bench.execute()
    low, high = told.requests or (0, 0)
    assert low <= target.writes <= high
    assert low == 5
    assert most is not None or low == high == target.writes


def test_nothing_is_faster_than_the_target_lets_anybody_ask(tmp_path: Path) -> None:
    target = Counting(Store(), Limits(rows=2, requests=1), Allowance(per_window=5, window_seconds=10))
    bench = opened(tmp_path, target)
    first = forecast(bench, people(40))
    assert (first.seconds, first.measured) == ((30, 40), ""), "20 requests of .3 to 2 seconds, if nothing was measured"
    slow = "          no more than 5 requests in 10 seconds are taken: 20 need 0.5 minutes at least"
    assert slow in first.lines(), "whoever reckons with .3 to 2 seconds finds why it takes longer"
    bench.execute()
    told = forecast(bench, people(40, "Öz"))
    assert told.requests == (20, 20)
    assert told.seconds is not None and told.seconds[0] >= 30, "three times ten seconds for the 15 behind the first 5"


@pytest.mark.cases(2)
@pytest.mark.parametrize(("left", "days"), [(400, 1), (7, 1), (6, 2), (2, 3), (1, 3), (0, 4), (None, None)])
def test_the_day_on_which_a_load_ends(tmp_path: Path, left: int | None, days: int | None) -> None:
    allowed = Allowance(per_day=3, left=left, page=100)
    target = Counting(Store(), Limits(rows=10, requests=1), allowed)
    told = forecast(opened(tmp_path, target), people(43))
    assert (told.requests, told.reads) == ((5, 5), 2)
    assert told.days == days
    assert any("daily quota" in line for line in told.lines()) == (left is not None)


def test_the_hash_of_a_plan_is_not_bound_to_the_hour(tmp_path: Path) -> None:
    target = Counting(Store(), Limits(rows=10, requests=1), Allowance(per_day=100, left=50, page=100))
    bench = opened(tmp_path, target)
    first = bench.plan(contacts=people(3))
    target._allowed = Allowance(per_day=100, left=20, page=100)
    again = bench.plan(contacts=people(3))
    assert first.forecast != again.forecast
    assert first.hash == again.hash
