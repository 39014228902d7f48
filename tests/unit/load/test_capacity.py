"""What `plan` says of room, contracts and the time in which nobody works, by what was bought of the target."""

import re
from collections.abc import Iterable
from math import ceil
from pathlib import Path

import pytest
from bench import Bench
from company import Record, make_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from test_costs import Counting, people

from crm_migrate.connecting.contract import Allowance, Limits
from crm_migrate.connecting.memory import Store
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.plan_environment import EnvironmentPlan, FreezePlan, LicencePlan
from crm_migrate.stages.load.forecast import Forecast
from crm_migrate.stages.load.forecast.freeze import freeze_forecast
from crm_migrate.stages.load.forecast.history import History

LICENCE = LicencePlan(edition="small", users=3, verified="2026-11-29", size=2_000)
WEEKEND = FreezePlan(starts="2026-12-12T18:00+03:00", ends="2026-12-14T06:00+03:00", reserve_hours=2)


def planned(
    folder: Path,
    rows: list[Record],
    licence: LicencePlan | None = None,
    freeze: FreezePlan | None = None,
    allowed: Allowance | None = None,
    editions: tuple[str, ...] = (),
) -> Forecast:
    """The forecast of contacts into a CRM of which the first two are there already."""
    environment = EnvironmentPlan(name="mock", connector="sql", licence=licence, freeze=freeze, editions=editions)
    plan: Plan = make_plan().model_copy(update={"environment": environment})
    target = Counting(Store(), Limits(rows=10, requests=1), allowed or Allowance(page=100))
    bench = Bench(folder / "project", {}, plan)
    bench.open = lambda: target  # type: ignore[method-assign]
    bench.plan(contacts=people(2))
    bench.execute()
    told = bench.plan(contacts=rows).forecast
    assert told is not None
    return told


def text(told: Forecast) -> str:
    return "\n".join(told.lines())


def test_the_target_s_own_word_of_its_room_comes_first(tmp_path: Path) -> None:
    licence = LICENCE.model_copy(update={"storage": 5_000_000})
    told = planned(tmp_path, people(12), licence, allowed=Allowance(storage=19_999, page=100))
    assert told.capacity is not None and told.capacity.storage is not None
    assert (told.capacity.storage.needed, told.capacity.storage.left) == (20_000, 19_999)
    assert "10 new record(s) take about 20.0 kB; the target has room for 20.0 kB: IT DOES NOT SUFFICE" in text(told)


def test_room_by_the_edition_is_less_what_is_there(tmp_path: Path) -> None:
    told = planned(tmp_path, people(12), LICENCE.model_copy(update={"storage": 24_000}))
    assert told.capacity is not None and told.capacity.storage is not None
    assert (told.capacity.storage.needed, told.capacity.storage.left) == (20_000, 20_000)
    said = text(told)
    assert (
        "edition small with 3 user(s) (as of 2026-11-29) has room for 20.0 kB beside these objects: it suffices" in said
    )
    assert "what else stands there is not known" in said


def test_an_object_whose_size_is_not_known_is_not_guessed(tmp_path: Path) -> None:
    licence = LICENCE.model_copy(update={"size": None, "sizes": {"contacts": 2_000}, "storage": 24_000})
    told = planned(tmp_path, people(12), licence)
    assert told.capacity is not None and told.capacity.storage is None
    assert "storage" not in text(told)


@pytest.mark.parametrize(("most", "verdict"), [(12, "it suffices"), (11, "1 ARE TOO MANY"), (2, "10 ARE TOO MANY")])
def test_a_contract_counts_what_is_there_and_what_comes(tmp_path: Path, most: int, verdict: str) -> None:
    licence = LICENCE.model_copy(update={"records": {"contacts": most}, "said": {"contacts": "only some count"}})
    said = text(planned(tmp_path, people(12), licence))
    assert f"contract  12 contacts in the end, {most} are included: {verdict}\n          only some count" in said


def test_requests_of_a_day_by_the_licence_where_the_target_says_nothing(tmp_path: Path) -> None:
    licence = LICENCE.model_copy(update={"requests": 4})
    told = planned(tmp_path, people(62), licence)
    assert (told.requests, told.reads, told.per_day, told.left, told.days) == ((6, 6), 2, 4, None, 2)
    assert "4 requests a day by the licence, if nobody else asks: IT DOES NOT SUFFICE" in text(told)
    own = planned(tmp_path / "own", people(62), licence, allowed=Allowance(per_day=100, left=50, page=100))
    assert (own.per_day, own.days, own.bought) == (100, 1, False)


def test_an_hour_s_requests_slow_a_load(tmp_path: Path) -> None:
    told = planned(tmp_path, people(62), LICENCE.model_copy(update={"hourly": 2}))
    assert told.seconds is not None and told.seconds[0] == 2 * 3600, "four of six requests wait for another hour"


NOBODY = "licence   nobody says what was bought, so what an edition takes (requests, room, records) is not checked"
NEXT = "write `licence: {edition: ..., users: ...}` into environment `mock`; editions: small, large"


@pytest.mark.parametrize(
    ("licence", "editions", "allowed", "said"),
    [
        (None, ("small", "large"), Allowance(page=100), f"{NOBODY}: {NEXT}"),
        (None, ("small", "large"), Allowance(page=100, per_day=9, left=9), f"{NOBODY}: {NEXT}"),
        (None, ("small", "large"), Allowance(page=100, per_day=9, left=9, storage=9), ""),
        (None, (), Allowance(page=100), ""),
        (LICENCE, (), Allowance(page=100), ""),
        (
            LICENCE.model_copy(update={"assumed": True}), (), Allowance(page=100),
            "licence   one user is assumed, and edition small takes more for each:"
            " write `users:` into the `licence` of environment `mock`",
        ),
    ],
)  # fmt: skip
def test_what_nobody_said_of_the_licence_is_told_with_the_next_step(
    tmp_path: Path, licence: LicencePlan | None, editions: tuple[str, ...], allowed: Allowance, said: str
) -> None:
    told = planned(tmp_path, people(12), licence, allowed=allowed, editions=editions)
    assert [line for line in told.lines() if line.startswith("licence")] == ([said] if said else [])


@pytest.mark.parametrize(
    ("allowed", "hourly", "said"),
    [
        (
            Allowance(page=100, per_window=1, window_seconds=3600, assumed=True),
            None,
            "by the smallest edition, which is",
        ),
        (
            Allowance(page=100, per_window=1, window_seconds=3600, assumed=True),
            2,
            "2 requests in 60 minutes are taken by",
        ),
        (Allowance(page=100, per_window=3, window_seconds=3600), 2, "no more than 3 requests in 60 minutes are taken:"),
        (
            Allowance(page=100, per_window=1, window_seconds=1),
            2,
            "2 requests in 60 minutes are taken by the licence: 6",
        ),
    ],
)
def test_of_an_hour_the_environment_s_word_comes_first_and_what_is_assumed_last(
    tmp_path: Path, allowed: Allowance, hourly: int | None, said: str
) -> None:
    licence = LICENCE.model_copy(update={"hourly": hourly}) if hourly else None
    told = text(planned(tmp_path, people(62), licence, allowed=allowed))
    assert said in told and told.count("are taken") == 1


def sums(lines: Iterable[str]) -> list[list[tuple[int, int]]]:
    """The sums among these lines in tenths of an hour, as they are read: their parts, and what they are in all."""
    found: list[list[tuple[int, int]]] = [[]]
    for each in lines:
        if said := re.match(r" {10}([\d,.]+)(?: to ([\d,.]+))? hours  (in all)?", each):
            low, high = (int(re.sub(r"[.,]", "", part)) for part in (said[1], said[2] or said[1]))
            found[-1].append((low, high))
            found += [[]] if said[3] else []
    return found[:-1]


SECONDS = st.floats(0, 4e6)


@settings(deadline=None)
@given(
    took=st.lists(SECONDS, min_size=3, max_size=3), load=SECONDS, slower=SECONDS, reads=SECONDS, over=st.integers(0, 9)
)
def test_the_hours_of_a_freeze_add_up_as_they_are_read(
    took: list[float], load: float, slower: float, reads: float, over: int
) -> None:
    stages = dict(zip(("extract", "map", "reconcile"), took, strict=True))
    history = [History(object="deals", writes=9, over=over), History(object="tasks", writes=4, over=0)]
    told = freeze_forecast(WEEKEND, stages, (load, load + slower), (reads, reads + slower), history)
    assert told is not None and told.needs is not None
    lines = list(told.lines())
    assert len(sums(lines)) == (2 if over else 1)
    for (*parts, whole), needs in zip(sums(lines), filter(None, (told.needs, told.rest)), strict=True):
        assert tuple(sum(each) for each in zip(*parts, strict=True)) == whole
        assert [each * 360 for each in whole] == list(needs.whole)
        written, undone = parts[1], parts[-1]
        assert written == undone
    if over:
        share = (13 - over) / 13
        assert f"then {13 - over} of 13 record(s) are left to write in the freeze" in "\n".join(lines)
        assert [each[1] for each in sums(lines)] == [
            (ceil(load * part / 360), ceil((load + slower) * part / 360)) for part in (1, share)
        ]


def test_what_has_to_fit_into_a_weekend_is_held_against_it(tmp_path: Path) -> None:
    licence = LICENCE.model_copy(update={"hourly": 2})
    told = planned(tmp_path, people(62), licence, WEEKEND)
    assert told.freeze is not None and told.freeze.seconds == 36 * 3600
    (parts,) = sums(told.lines())
    assert parts[1:-1] == [(20, 20), (1, 1), (20, 20), (20, 20)], "four of six requests wait for another hour"
    assert "in all: it suffices" in text(told)


def test_a_load_that_is_too_long_for_a_weekend_is_told(tmp_path: Path) -> None:
    licence = LICENCE.model_copy(update={"hourly": 2})
    assert "in all: IT DOES NOT SUFFICE" in text(planned(tmp_path, people(602), licence, WEEKEND))


def test_without_a_known_load_nobody_says_that_the_time_suffices(tmp_path: Path) -> None:
    environment = EnvironmentPlan(name="mock", connector="sql", freeze=WEEKEND)
    plan = make_plan().model_copy(update={"environment": environment})
    bench = Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path}/crm.db"}, plan)
    told = bench.plan(contacts=people(3)).forecast
    assert told is not None and told.freeze is not None and told.freeze.needs is None
    assert "nobody can say whether that suffices" in text(told)
