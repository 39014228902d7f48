"""Requests by themselves: what the ledger leaves open of a batch, and where an answer puts every record sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_migrate.connecting.contract import ENTITY, Answer, Limits, Refusal, TargetObject
from crm_migrate.errors import DamagedFile, InternalError, TargetConflict
from crm_migrate.stages.load.sending.answers import Said, files, record
from crm_migrate.stages.load.sending.batches import Batch, cut
from crm_migrate.stages.load.sending.requests import Request, accounted, halves, settled_at, standing, words_of
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import Attempt, BatchLine, Intent, Ledger, Settled

LIMITS = Limits(9, longest_seconds=60, settle_seconds=5)
SENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NO = Refusal("no such value", "choice", "stage")


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    table = pa.table({ENTITY: list("abcd"), "name": list("ABCD")})
    (one,) = cut(
        Run(tmp_path / "p" / ".crm-migrate" / "runs" / "r1", "r1"), "contacts", TargetObject("contacts", ()), "create",
        lambda: iter([table]),
    )  # fmt: skip
    return one


def said(attempt: int, *outcomes: Settled, entities: str = "") -> Attempt:
    intent = Intent("r1", "contacts", "contacts/create/00000", "create", "x", 4, "d", attempt, tuple(entities))
    return Attempt(intent, (SENT + timedelta(hours=attempt)).isoformat(), outcomes)


def outcome(entities: str = "", in_doubt: str = "", later: str = "") -> Settled:
    return Settled("r1", "contacts", "x", 0, {}, tuple(in_doubt), tuple(later), entities=tuple(entities))


@pytest.mark.parametrize(
    ("attempts", "left"),
    [
        # Nobody answered: all of it, or what was asked for, is in doubt; what was never intended is planned.
        ([said(1)], ["in_doubt 1 "]),
        ([said(1, entities="ab")], ["in_doubt 1 ab", "planned 0 cd"]),
        ([said(1, entities="ab"), said(2, entities="c")], ["in_doubt 1 ab", "in_doubt 2 c", "planned 0 d"]),
        # Answered: nothing is left, but for what the answer says.
        ([said(1, outcome())], []),
        ([said(1, outcome(in_doubt="ca"))], ["in_doubt 1 ac"]),
        ([said(1, outcome(later="db"))], ["planned 0 bd"]),
        ([said(1, outcome(in_doubt="a", later="b"))], ["in_doubt 1 a", "planned 0 b"]),
        ([said(1, outcome(later="abcd"))], ["planned 0 "]),
        # Doubt that was asked about since: of some, of all, and again unknown.
        ([said(1, outcome(in_doubt="ab"), outcome("a"))], ["in_doubt 1 b"]),
        ([said(1, outcome(in_doubt="ab"), outcome("ab"))], []),
        ([said(1, outcome(in_doubt="ab"), outcome("ab", in_doubt="b"))], ["in_doubt 1 b"]),
        ([said(1, outcome(in_doubt="ab"), outcome("ab", later="a"))], ["planned 0 a"]),
        # Sent again: what was put off is not planned any more.
        ([said(1, outcome(later="ab")), said(2, outcome(), entities="ab")], []),
        ([said(1, outcome(later="ab")), said(2, entities="a")], ["in_doubt 2 a", "planned 0 b"]),
    ],
)
def test_what_the_ledger_leaves_open(batch: Batch, attempts: list[Attempt], left: list[str]) -> None:
    requests = standing(batch, BatchLine(tuple(attempts)), LIMITS)

    assert [f"{r.state} {r.attempt} {''.join(r.entities)}" for r in requests] == left
    assert all(r.batch is batch and r.tries == 0 for r in requests)
    for request in requests:
        sent = SENT + timedelta(hours=request.attempt, seconds=65)
        assert request.ready == (sent if request.state == "in_doubt" else datetime(1970, 1, 1, tzinfo=UTC))


def test_a_batch_that_the_ledger_does_not_know_is_planned_as_a_whole(batch: Batch) -> None:
    (request,) = standing(batch, None, LIMITS)
    assert request == Request(batch)
    assert (request.listed(), request.rows()["name"].to_pylist()) == (list("abcd"), list("ABCD"))
    some = replace(request, entities=("b", "d"))
    assert (some.listed(), some.rows()["name"].to_pylist()) == (["b", "d"], ["B", "D"])
    assert settled_at(SENT, LIMITS) == SENT + timedelta(seconds=65)


def test_a_request_that_is_refused_as_a_whole_goes_on_in_two(batch: Batch) -> None:
    sent = Request(batch, "sent", attempt=2, tries=1)
    assert [half.entities for half in halves(sent, ["a", "b", "c"])] == [("a",), ("b", "c")]
    one, other = halves(sent, ["a", "b", "c", "d"])
    assert (one.entities, other.entities) == (("a", "b"), ("c", "d"))
    assert (one.state, other.state, one.attempt, other.tries) == ("planned", "planned", 2, 1)
    with pytest.raises(InternalError):
        halves(Request(batch), ["a", "b"])


ACCOUNTED: list[tuple[str, Answer, Answer]] = [
    ("ab", Answer({"a": "1", "b": "2"}), Answer({"a": "1", "b": "2"})),
    ("ab", Answer({"a": "1", "b": "2"}, replayed=True), Answer({"a": "1", "b": "2"}, replayed=True)),
    ("abc", Answer({"a": "1"}, {"b": NO}, later={"c": SENT}), Answer({"a": "1"}, {"b": NO}, later={"c": SENT})),
    ("ab", Answer({"a": "1"}, in_doubt=frozenset("b")), Answer({"a": "1"}, in_doubt=frozenset("b"))),
    ("abc", Answer({"a": "1"}), Answer({"a": "1"}, in_doubt=frozenset("bc"))),  # not named
    ("ab", Answer(), Answer(in_doubt=frozenset("ab"))),
    # Named twice, in any two places.
    ("ab", Answer({"a": "1", "b": "2"}, {"a": NO}), Answer({"b": "2"}, in_doubt=frozenset("a"))),
    ("ab", Answer({"a": "1", "b": "2"}, later={"a": SENT}), Answer({"b": "2"}, in_doubt=frozenset("a"))),
    ("ab", Answer({"a": "1", "b": "2"}, in_doubt=frozenset("a")), Answer({"b": "2"}, in_doubt=frozenset("a"))),
    ("ab", Answer({"b": "2"}, {"a": NO}, later={"a": SENT}), Answer({"b": "2"}, in_doubt=frozenset("a"))),
    # One id for two records: neither of them is known.
    ("ab", Answer({"a": "1", "b": "1"}), Answer(in_doubt=frozenset("ab"))),
    ("abc", Answer({"a": "1", "b": "1", "c": "3"}), Answer({"c": "3"}, in_doubt=frozenset("ab"))),
    # A refusal of the whole is about the record only where there is one.
    ("ab", Answer(refused_whole=NO), Answer(refused_whole=NO)),
    ("a", Answer(refused_whole=NO), Answer(refused={"a": NO})),
]


@pytest.mark.parametrize(("sent", "answer", "known"), ACCOUNTED)
def test_every_record_that_was_sent_is_in_one_place(sent: str, answer: Answer, known: Answer) -> None:
    assert accounted(list(sent), answer) == known


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"a": "1", "y": "2", "x": "3"}), Answer({"a": "1"}, {"x": NO}), Answer({"a": "1"}, later={"x": SENT}),
        Answer({"a": "1"}, in_doubt=frozenset("x")),
    ],
)  # fmt: skip
def test_an_answer_about_somebody_else_is_no_answer(answer: Answer) -> None:
    with pytest.raises(TargetConflict, match=r"[12] record\(s\) that were not sent \(first: x\)") as told:
        accounted(["a"], answer)
    assert told.value.hint == "what became of the request is in doubt: crm-migrate resume asks the target by our key"


def test_a_refusal_is_told_as_one_line() -> None:
    assert words_of(NO) == "choice: stage: no such value"
    assert words_of(Refusal("no")) == "no"


def test_who_is_known_is_kept_and_named_in_the_ledger(batch: Batch, tmp_path: Path) -> None:
    run = batch.run
    with Ledger(tmp_path / "l.db") as ledger:
        request = Request(batch, "sent", tuple("abcd"), attempt=2)
        ledger.intend(Intent("r1", "contacts", batch.name, "create", batch.place, 4, batch.part.sha256, 2))
        record(ledger, Said(request, Answer({"b": "2", "a": "1"}, {"c": NO}, frozenset("d"), gone=frozenset("b")), 0))
        asked = replace(request, state="asked", entities=("d",))
        record(ledger, Said(asked, Answer(later={"d": SENT}, replayed=True), 1))
        line = ledger.lines("r1")[batch.name]
        first, second = line.outcomes
        (known,) = files(run, {batch.name: line}, "contacts", ["create"])
        assert not [*files(run, {batch.name: line}, "contacts", ["update"])]
        assert not [*files(run, {batch.name: line}, "accounts", ["create"])]
    assert first == replace(
        first, loaded=2, rejected={"c": words_of(NO)}, in_doubt=("d",), later=(), replayed=False, entities=(),
        answers="load/contacts/answers/create/00000-2-0.parquet", attempt=2,
    )  # fmt: skip
    assert second == Settled("r1", "contacts", batch.name, 0, {}, (), ("d",), replayed=True, attempt=2, entities=("d",))
    assert known == run.folder / first.answers
    assert pq.read_table(known).to_pylist() == [
        {"batch": batch.name, ENTITY: "b", "outcome": "loaded", "target_id": "2", "message": "gone"},
        {"batch": batch.name, ENTITY: "a", "outcome": "loaded", "target_id": "1", "message": ""},
        {"batch": batch.name, ENTITY: "c", "outcome": "rejected", "target_id": None, "message": words_of(NO)},
    ]
    known.write_bytes(known.read_bytes() + b"x")
    with pytest.raises(DamagedFile):
        list(files(run, {batch.name: line}, "contacts", ["create"]))


@pytest.mark.parametrize("answer", [Answer({"a": "1"}), Answer(refused={"a": NO})])
def test_who_was_only_loaded_or_only_refused_is_kept_as_well(batch: Batch, tmp_path: Path, answer: Answer) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.intend(Intent("r1", "contacts", batch.name, "create", batch.place, 4, batch.part.sha256))
        record(ledger, Said(Request(batch, "sent", attempt=1), answer, 0))
        (known,) = files(batch.run, ledger.lines("r1"), "contacts", ["create"])
    table = pq.read_table(known)
    assert table[ENTITY].to_pylist() == ["a"]
    assert set(table.schema.types) == {pa.string()}, "also where nobody has a target id"
