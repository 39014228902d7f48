"""Which request a fault strikes; quotas by day, window and at once; a clock that stands until it is told."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import START, Direct, contact, engine

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.faults import KINDS, Schedule, ScheduleError, read_schedule
from crm_migrate_simulators.quotas import Quotas, next_midnight


def names(text: str, seed: int, requests: int = 2000) -> list[str]:
    schedule = Schedule(read_schedule(text), seed)
    drawn = [schedule.draw(n, "write", {"write": n, "any": n}) for n in range(1, requests + 1)]
    return [found[0].name if found else "" for found in drawn]


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_faults(seed: int) -> None:
    assert names("all:0.3", seed, 50) == names("all:0.3", seed, 50)


def test_another_seed_gives_other_faults() -> None:
    assert names("all:0.3", 1) != names("all:0.3", 2)


def test_a_probability_is_kept() -> None:
    assert 0.12 < sum(map(bool, names("all:0.15", 4))) / 2000 < 0.18


def test_a_family_strikes_with_each_of_its_kinds() -> None:
    family = {kind.name for kind in KINDS.values() if kind.family == "doubt"}
    assert set(names("doubt:1", 1)) == family


def test_the_nth_of_its_scope() -> None:
    schedule = Schedule(read_schedule("reset_after@3, read_short@1, nothing_written@2"), 0)
    assert schedule.draw(9, "write", {"write": 2, "any": 9}) == (KINDS["nothing_written"], 0)
    assert schedule.draw(9, "write", {"write": 7, "any": 3}) == (KINDS["reset_after"], 0)
    assert schedule.draw(9, "read", {"read": 1, "any": 9}) == (KINDS["read_short"], 0)
    assert schedule.draw(9, "auth", {"auth": 1, "any": 3}) is None


def test_a_figure_of_its_own() -> None:
    drawn = Schedule(read_schedule("throttled(12.5):1")).draw(1, "read", {"read": 1, "any": 1})
    assert drawn == (KINDS["throttled"], 12.5)


@pytest.mark.parametrize(
    "text", ["reset_after", "resett_after:0.1", "reset_after:1.5", "reset_after:", "reset_after@x"]
)
def test_what_cannot_be_understood_is_named(text: str) -> None:
    with pytest.raises(ScheduleError, match=text.split(":")[0].split("@")[0]):
        read_schedule(text)


def test_a_day_ends_at_midnight_utc() -> None:
    clock = Clock(START)
    crm = Direct(engine(clock=clock, quotas=Quotas(per_day=3), token_seconds=1e6))
    replies = [crm.write("create", [contact(n)]) for n in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 403, 403]
    until = replies[3].body["error"]["until"]
    assert until == next_midnight(START)
    clock.set(until)
    assert crm.write("create", [contact(9)]).status == 200
    assert [asked.refused for asked in crm.engine.log.requests if asked.refused] == ["day", "day"]


def test_a_window_slides() -> None:
    clock = Clock(START)
    crm = Direct(engine(clock=clock, quotas=Quotas(per_window=2, window=10)))
    assert crm.write("create", [contact(1)]).status == 200
    clock.advance(4)
    assert crm.write("create", [contact(2)]).status == 200
    refused = crm.write("create", [contact(3)])
    assert (refused.status, refused.headers["Retry-After"]) == (429, "6")
    clock.advance(6)
    assert crm.write("create", [contact(3)]).status == 200


def test_so_many_at_once() -> None:
    crm = Direct(engine("slow(30)@2", quotas=Quotas(concurrent=1), clock=Clock(START)))
    crm.ask("GET", "/v1/about")
    first = threading.Thread(target=crm.write, args=("create", [contact(1)]))
    first.start()
    while not crm.engine.log.creations:
        time.sleep(0.01)
    assert crm.write("create", [contact(2)]).status == 429
    crm.engine.clock.advance(30)
    first.join()
    assert crm.write("create", [contact(2)]).status == 200


def test_a_clock_that_stands_moves_when_told_and_a_real_one_can_be_shifted() -> None:
    standing, real = Clock(START), Clock()
    before = real.now()
    standing.advance(5)
    real.advance(86_400)
    assert standing.now() == START + 5
    assert 86_400 <= real.now() - before < 86_460


def test_nobody_waits_for_a_closed_clock() -> None:
    clock = Clock(START)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(clock.wait(1e9)))
    waiting.start()
    clock.close()
    waiting.join(5)
    assert answers == [False]
