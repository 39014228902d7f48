"""Exactly once behind an API that loses answers, answers late or half: counted by the CRM, never by our own ledger."""

import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from unsteady import COMPANIES, ENDS, FAULTS, LONGEST, PEOPLE, RENAMED, Killed, Loading

from crm_migrate.connecting.contract import ENTITY, Limits, WriteBatch
from crm_migrate.errors import InternalError, Interrupted, TargetConflict, TargetError
from crm_migrate.workspace.ledger import Ledger

KINDS = ("company/create", "person/create", "company/update")


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    return Loading(tmp_path)


def suffer(loading: Loading, *faults: str, only: str) -> None:
    """The first requests of batches whose name has `only` in it suffer these faults, one each."""
    left = list(faults)
    loading.script = lambda number, batch: left.pop(0) if left and only in batch.batch else None


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_doubles_or_loses_a_record(loading: Loading, fault: str) -> None:
    left = {kind: [fault, fault] for kind in KINDS}

    def script(number: int, batch: WriteBatch) -> str | None:
        mine = left[batch.batch.rsplit("/", 1)[0]]
        return mine.pop() if mine else None

    loading.script = script
    loading.go()
    loading.check()
    assert not any(left.values()), "a fault that did not happen"


@pytest.mark.parametrize(("end", "before"), list(zip(ENDS * 3, FAULTS, strict=True)))
def test_whatever_ends_a_run_the_next_one_goes_on(loading: Loading, end: str, before: str) -> None:
    for kind in KINDS:
        suffer(loading, before, end, before, end, only=kind)
        assert loading.until_done() >= 1
    loading.check()
    assert len(loading.targets) > len(KINDS), "nothing has ended a run"


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("seed", range(6))
def test_any_mixture_of_faults_and_ends(tmp_path: Path, seed: int, parallel: int) -> None:
    dice = random.Random(seed)
    rate, rows, bytes = dice.choice((0.1, 0.3, 0.5)), dice.choice((1, 3, 7)), dice.choice((None, 90))
    loading = Loading(
        tmp_path,
        Limits(rows, bytes, parallel, longest_seconds=LONGEST, settle_seconds=2, misses=2, apart_seconds=1),
    )
    loading.script = lambda number, batch: dice.choice(FAULTS * 3 + ENDS) if dice.random() < rate else None
    loading.until_done()
    loading.check()


def test_several_requests_go_out_at_a_time(tmp_path: Path) -> None:
    """The target itself refuses two requests about one record, or about children of one parent, at once."""
    loading = Loading(tmp_path, Limits(rows=2, parallel=3, longest_seconds=LONGEST))
    patience = time.monotonic() + 20

    def script(number: int, batch: WriteBatch) -> None:
        while loading.targets[-1].most_flying < 3 and time.monotonic() < patience:
            time.sleep(0.01)

    loading.script = script
    loading.go()
    loading.check()
    assert loading.targets[-1].most_flying == 3


def test_what_goes_out_together_is_intended_together(tmp_path: Path) -> None:
    """One transaction of the ledger for the requests that may go out at once, and each of them in it before it goes."""
    loading = Loading(tmp_path, Limits(rows=2, parallel=3, longest_seconds=LONGEST))
    seen: list[tuple[int, int]] = []

    def script(number: int, batch: WriteBatch) -> None:
        with Ledger(loading.path) as ledger:
            intended = {line.intent.name for line in ledger.batches("r1")}
        assert batch.batch in intended
        seen.append((number, len(intended)))
        time.sleep(0.2)

    loading.script = script
    loading.go()
    loading.check()
    assert [count for _, count in sorted(seen)[:3]] == [3, 3, 3]


def test_children_of_one_parent_are_never_in_two_requests_at_once(tmp_path: Path) -> None:
    """Four requests may be under way, and there are two parents: two are; the CRM itself looks."""
    loading = Loading(tmp_path, Limits(rows=1, parallel=4, longest_seconds=LONGEST))
    loading.people = [
        {ENTITY: f"c{n:02d}", "last_name": f"Person {n}", "company": f"company-of-a{n // 4 % 2:02d}"} for n in range(16)
    ]
    most: list[int] = []

    def script(number: int, batch: WriteBatch) -> None:
        if batch.object.name == "person":
            time.sleep(0.03)  # as long as it takes for another to begin
            most.append(len(loading.targets[-1].flying))

    loading.script = script
    loading.go()
    loading.check()
    assert max(most) == 2


def test_what_was_late_is_waited_out_before_anything_is_sent_again(loading: Loading) -> None:
    suffer(loading, "late", only="company/create")
    loading.go()
    sent = [at for at, batch, _ in loading.requests if batch == "company/create/00000"]
    assert len(sent) == 1, "it came late, and was not sent again"
    assert loading.clock.now() >= sent[0] + timedelta(seconds=LONGEST)


def test_who_is_not_found_is_looked_for_again_when_reads_have_settled(loading: Loading) -> None:
    suffer(loading, "unseen", "unseen", only="company/update")
    loading.go()
    loading.check()
    updates = [request for request in loading.requests if request[1].startswith("company/update")]
    first, second = (next(at for at, _, entities in updates[n:] if entities == updates[0][2]) for n in (0, 1))
    assert second - first >= timedelta(seconds=loading.limits.settle_seconds)


def test_who_is_not_found_by_settled_reads_is_not_there(loading: Loading) -> None:
    loading.script = lambda number, batch: "unseen" if batch.action == "update" else None
    loading.go()
    with Ledger(loading.path) as ledger:
        refused = [entity for line in ledger.lines("r1").values() for entity in line.rejected]
    assert sorted(refused) == [row[ENTITY] for row in RENAMED]


def test_doubt_lets_others_go_first(loading: Loading) -> None:
    suffer(loading, "lost before", only="company/create/00000")
    loading.go()
    names = [batch[-1] for _, batch, _ in loading.requests if batch.startswith("company/create")]
    again = names.index("0", 1)
    assert set(names[1:again]) == {"1", "2"}
    assert set(names[again:]) == {"0"}


def test_nothing_is_sent_before_the_instant_that_the_target_names(loading: Loading) -> None:
    suffer(loading, "throttled", only="company/create")
    loading.go()
    first, second = (at for at, _, _ in loading.requests[:2])
    assert second - first >= timedelta(seconds=20)


def test_a_quota_ends_the_day_in_good_order_and_the_deadline_outlives_the_process(loading: Loading) -> None:
    suffer(loading, "quota", only="person/create/00002")
    with pytest.raises(Interrupted, match=r"no more requests before .*nothing is in doubt"):
        loading.go()
    sent = len(loading.requests)
    with pytest.raises(Interrupted):
        loading.go()
    assert len(loading.requests) == sent, "the next process keeps the deadline too"
    loading.identity = "crm-2"
    loading.go()
    assert len(loading.requests) > sent, "what one target says binds no other"
    loading.clock.wait(loading.clock.now() + timedelta(hours=17), lambda: False)
    loading.go()
    loading.check()


def test_records_that_spoil_their_batch_are_found_by_halving_and_are_the_only_ones_refused(loading: Loading) -> None:
    spoilt = {"c03", "c17"}
    loading.script = lambda number, batch: "spoilt" if spoilt & set(batch.rows[ENTITY].to_pylist()) else None
    loading.go()
    with Ledger(loading.path) as ledger:
        lines = ledger.lines("r1")
    assert {entity for line in lines.values() for entity in line.rejected} == spoilt
    assert all(line.settled for line in lines.values())
    people = {record[ENTITY] for record in loading.store.records["person"].values()}
    assert people == {row[ENTITY] for row in PEOPLE} - spoilt
    assert [len(keys) for _, batch, keys in loading.requests if batch == "person/create/00000"] == [5, 2, 3, 1, 2, 1, 1]


def test_silence_makes_requests_smaller_and_answers_larger_again(tmp_path: Path) -> None:
    loading = Loading(tmp_path, Limits(rows=8, longest_seconds=LONGEST))
    suffer(loading, "lost before", "lost before", only="person/create")
    loading.go()
    sizes = [len(keys) for _, batch, keys in loading.requests if batch.startswith("person")]
    assert sizes[:2] == [8, 4]
    assert max(sizes[2:]) > min(sizes[2:])
    loading.check()


def test_no_request_is_larger_than_the_target_takes(tmp_path: Path) -> None:
    loading = Loading(tmp_path, Limits(rows=8, bytes=120))
    loading.go()
    loading.check()
    assert max(len(keys) for _, _, keys in loading.requests) < 8


def test_a_stop_waits_for_the_answers_of_what_is_under_way(tmp_path: Path) -> None:
    loading = Loading(tmp_path, Limits(rows=2, parallel=3, longest_seconds=LONGEST))
    loading.script = lambda number, batch: time.sleep(0.02)
    loading.stop = lambda: len(loading.requests) >= 4
    with pytest.raises(Interrupted, match="nothing is in doubt"):
        loading.go()
    with Ledger(loading.path) as ledger:
        assert all(line.settled for line in ledger.lines("r1").values())
    loading.stop = lambda: False
    loading.go()
    loading.check()


def test_a_target_that_is_never_clear_stops_the_run(loading: Loading) -> None:
    loading.script = lambda number, batch: "nobody" if batch.action == "update" else None
    with pytest.raises(TargetError, match="in doubt"):
        loading.go()


def test_a_target_that_cannot_be_reached_stops_the_run_and_nothing_is_in_doubt(loading: Loading) -> None:
    loading.script = lambda number, batch: "refused connection"
    with pytest.raises(TargetError, match="nobody listens"):
        loading.go()
    loading.script = lambda number, batch: None
    loading.go()
    loading.check()
    assert len(loading.store.made) == len(COMPANIES) + len(PEOPLE)


@pytest.mark.parametrize(("always", "words"), [("busy", "put off by the target"), ("throttled until now", "too many")])
def test_a_target_that_puts_off_for_ever_stops_the_run(loading: Loading, always: str, words: str) -> None:
    loading.script = lambda number, batch: always
    with pytest.raises(TargetError, match=words):
        loading.go()
    assert len(loading.requests) < 40
    loading.script = lambda number, batch: None
    loading.go()
    loading.check()


def test_who_says_until_when_may_say_it_often(loading: Loading) -> None:
    suffer(loading, *["throttled"] * 20, only="company/create/00001")
    loading.go()
    loading.check()


def test_an_answer_about_somebody_else_stops_the_run(loading: Loading) -> None:
    suffer(loading, "stranger", only="person/create/00001")
    with pytest.raises(TargetConflict, match="were not sent"):
        loading.go()


def test_every_intent_is_on_disk_before_its_request(loading: Loading) -> None:
    def script(number: int, batch: WriteBatch) -> str | None:
        sent = batch.rows[ENTITY].to_pylist()
        with Ledger(loading.path) as ledger:
            attempt = ledger.lines("r1")[batch.batch].attempts[-1]
        assert not attempt.outcomes
        assert list(attempt.intent.entities or sent) == sent
        return "half" if number % 3 == 0 else None

    loading.script = script
    loading.go()
    loading.check()


def test_a_kill_while_others_are_under_way_loses_no_answer(tmp_path: Path) -> None:
    loading = Loading(tmp_path, Limits(rows=2, parallel=3, longest_seconds=LONGEST))
    loading.script = lambda number, batch: "kill after" if number == 4 else None
    with pytest.raises(Killed):
        loading.go()
    loading.script = lambda number, batch: None
    loading.go()
    loading.check()


@pytest.mark.parametrize("keys", [["a1", "a1"], ["a1", ""]])
def test_a_key_that_is_empty_or_doubled_never_leaves_the_house(
    loading: Loading, monkeypatch: pytest.MonkeyPatch, keys: list[str]
) -> None:
    monkeypatch.setattr("unsteady.COMPANIES", [{ENTITY: key, "name": "Acme"} for key in keys])
    with pytest.raises(InternalError, match="without our key, or twice"):
        loading.go()
    assert loading.requests == []
