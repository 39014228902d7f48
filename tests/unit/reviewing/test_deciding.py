"""What an answer means as decisions, and that no set of them contradicts itself."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.reviewing.answers import Answer, Said
from crm_migrate.reviewing.comparing import label
from crm_migrate.reviewing.deciding import Decided, agreeing, decisions_of
from crm_migrate.reviewing.questions import Kind, Question, Record
from crm_migrate.workspace.decisions import contradictions


def question(kind: Kind, *joined: int) -> Question:
    """A question of as many records as are named, with the group that each is in today."""
    records = tuple(
        Record(name=f"k:{n}", own={"a": str(n)}, shown={"a": str(n)}, joined=j) for n, j in enumerate(joined)
    )
    return Question(id=f"Q-{len(joined)}", object="c", kind=kind, why="", records=records)


def answered(asked: Question, word: str, *numbers: int) -> Answer:
    together = {label(n): Said(str(number), "") for n, number in enumerate(numbers)}
    return Answer(asked.id, Said(word, "s!B3"), Said("ayse", ""), Said("", ""), together)


def told(asked: Question, word: str, *numbers: int) -> set[tuple[str, tuple[str, ...]]]:
    """Word and members of every decision, members without `k:`."""
    found = decisions_of(asked, answered(asked, word, *numbers), "2025-03-14")
    return {(d.decision, tuple(m.removeprefix("k:") for m in d.members)) for d in found}


def test_groups_are_one_each_and_apart_from_all_others() -> None:
    assert told(question("review", 1, 2, 3, 4), "merge", 1, 1, 2, 3) == {
        ("merge", ("0", "1")), ("apart", ("0", "2")), ("apart", ("1", "2")), ("apart", ("0", "3")),
        ("apart", ("1", "3")), ("apart", ("2", "3")),
    }  # fmt: skip


def test_apart_keeps_what_is_one_today_unless_that_is_the_question() -> None:
    assert told(question("review", 1, 1, 2), "apart") == {("apart", ("0", "2")), ("apart", ("1", "2"))}
    assert told(question("review", 1, 2, 3), "apart") == {("apart", ("0", "1", "2"))}
    assert told(question("merged", 1, 1, 1), "apart") == {("apart", ("0", "1", "2"))}
    assert told(question("held", 1, 2), "merge") == {("merge", ("0", "1"))}


@given(st.lists(st.integers(1, 4), min_size=2, max_size=6), st.sampled_from(["merge", "apart"]))
def test_every_pair_is_decided_once_and_nothing_contradicts(numbers: list[int], word: str) -> None:
    asked = question("held", *range(1, len(numbers) + 1))
    decisions = list(decisions_of(asked, answered(asked, word, *numbers), "2025-03-14"))
    assert contradictions(decisions) == []
    pairs = [pair for d in decisions for pair in d.pairs]
    assert sorted(pairs) == sorted(combinations(sorted(asked.names), 2))
    assert len({d.id for d in decisions}) == len(decisions)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["merge", "apart"])), max_size=12))
def test_what_is_kept_of_any_answers_agrees(lines: list[tuple[int, int, str]]) -> None:
    decided: Decided = {}
    for n, (x, y, word) in enumerate(lines):
        if x != y:
            asked = question("review", 1, 2).model_copy(update={"id": f"Q-{n}"})
            records = (
                Record(name=f"k:{x}", own={}, shown={}, joined=1),
                Record(name=f"k:{y}", own={}, shown={}, joined=2),
            )
            asked = asked.model_copy(update={"records": records})
            decided[asked.id] = tuple(decisions_of(asked, answered(asked, word), "2025-03-14"))
    kept, against = agreeing(decided, dict.fromkeys(decided, "s!B3"), [])
    assert contradictions(d for ds in kept.values() for d in ds) == []
    assert kept.keys() | against.keys() == decided.keys() and not kept.keys() & against.keys()


def test_a_chain_over_three_questions_names_all_of_them() -> None:
    decided: Decided = {}
    for name, x, y, word in (
        ("Q-a", 0, 1, "merge"),
        ("Q-b", 1, 2, "merge"),
        ("Q-c", 0, 2, "apart"),
        ("Q-d", 3, 4, "merge"),
    ):
        records = tuple(Record(name=f"k:{n}", own={}, shown={}, joined=n) for n in (x, y))
        asked = question("review", 1, 2).model_copy(update={"id": name, "records": records})
        decided[name] = tuple(decisions_of(asked, answered(asked, word), "2025-03-14"))
    kept, against = agreeing(decided, {name: f"c!{name}" for name in decided}, [])
    assert set(kept) == {"Q-d"} and set(against) == {"Q-a", "Q-b", "Q-c"}
    (finding,) = against["Q-b"]
    assert finding.message.endswith("k:0 = k:1 = k:2, but k:0 ≠ k:2.") and str(finding.place) == "c!Q-b"


@pytest.mark.parametrize("word", ["merge", "apart"])
def test_a_reason_is_always_there(word: str) -> None:
    asked = question("held", 1, 2)
    (decision,) = decisions_of(asked, answered(asked, word), "2025-03-14")
    assert decision.why == f"decided in review ({asked.id})" and decision.when == "2025-03-14"
