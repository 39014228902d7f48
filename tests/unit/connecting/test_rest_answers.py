"""Answers of the REST CRM and their mutations: whatever comes, nobody is named who was not, and nobody is mistaken."""

import copy
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import InDoubt, Retryable, TargetError
from crm_migrate_rest.answers import LOCK_PAUSE, Written, about, described, found, written
from crm_migrate_rest.auth import quota_until

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
KEY = "crm_migrate_id"
ROWS = [{ENTITY: f"c{n}", "name": f"Gülşen {n}", TARGET_ID: None} for n in range(4)]
CHANGES = [{**row, TARGET_ID: str(1000 + n)} for n, row in enumerate(ROWS)]
MADE = [{"id": str(1000 + n), "key": f"c{n}", "status": "created"} for n in range(4)]
TRUTH = {f"c{n}": str(1000 + n) for n in range(4)}


def answer(body: Any, status: int = 200, *, writes: bool = True) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(Request("POST", "/x", writes=writes), status, {}, data)


def of(results: Any, status: int = 200, action: str = "create") -> Written:
    rows = ROWS if action == "create" else CHANGES
    return written(answer({"results": results}, status), rows, KEY, action, NOW)


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


def refusal(key: str, code: str, field: str = "", message: str = "no", **more: Any) -> dict[str, Any]:
    return {"key": key, "status": "refused", **error(code, message, field=field, **more)}


def test_every_record_is_named_by_its_key_in_any_order() -> None:
    for seed in range(5):
        shuffled = random.Random(seed).sample(MADE, 4)
        assert of(shuffled).outcome.loaded == TRUTH
    assert of([{**each, "status": status} for each, status in zip(MADE, ["updated", "unchanged"] * 2, strict=True)],
              action="update").outcome.loaded == TRUTH  # fmt: skip


RETYPED: list[Any] = [7, None, [], {}, True, ""]
MUTATIONS: dict[str, Callable[[list[dict[str, Any]], random.Random], object]] = {
    "dropped": lambda results, dice: results.pop(dice.randrange(len(results))),
    "doubled": lambda results, dice: results.append(dict(dice.choice(results))),
    "shuffled": lambda results, dice: dice.shuffle(results),
    "emptied": lambda results, dice: results.clear(),
    "emptied one": lambda results, dice: dice.choice(results).clear(),
    "unknown word": lambda results, dice: dice.choice(results).update(trace="0"),
    "lost word": lambda results, dice: results[0].pop(dice.choice(list(results[0]))),
    "retyped": lambda results, dice: results[0].update({dice.choice(list(results[0])): dice.choice(RETYPED)}),
    "other word": lambda results, dice: dice.choice(results).update(status=dice.choice(["updated", "OK"])),
    "contradiction": lambda results, dice: results.append({**dice.choice(results), "id": "77"}),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_answer_names_nobody_falsely(name: str, seed: int) -> None:
    results = copy.deepcopy(MADE)
    MUTATIONS[name](results, random.Random(seed))
    said = of(results)
    assert said.outcome.loaded.items() <= TRUTH.items()
    assert said.nameless <= TRUTH.keys()
    places = [*said.outcome.loaded, *said.outcome.refused, *said.outcome.in_doubt, *said.outcome.later, *said.nameless]
    assert len(set(places)) == len(places)
    if name in ("shuffled", "doubled", "unknown word"):
        assert said.outcome.loaded == TRUTH


def test_a_stranger_is_told_so_that_the_loader_stops() -> None:
    assert of([*MADE, {"id": "9", "key": "who", "status": "created"}]).outcome.loaded == {**TRUTH, "who": "9"}


def test_contradictions_are_doubt() -> None:
    said = of([*MADE, {**MADE[2], "id": "77"}]).outcome
    assert said.in_doubt == {"c2"}
    assert of([{**MADE[0], "id": "4711", "status": "updated"}], action="update").outcome.in_doubt == {"c0"}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (refusal("c0", "STRING_TOO_LONG", "name", "name: Gülşen 0 is too long"),
         Refusal("name: ... is too long", "STRING_TOO_LONG", "name")),
        (refusal("c0", "", message=""), Refusal("the CRM gives no reason")),
        ({"key": "c0", "status": "refused", "error": 5}, Refusal("the CRM gives no reason")),
        (refusal("c0", "DUPLICATE_VALUE", "email", existing="7"), Refusal("no", "DUPLICATE_VALUE", "email")),
    ],
)  # fmt: skip
def test_a_refusal_has_the_words_of_the_crm_without_values(result: dict[str, Any], expected: Refusal) -> None:
    assert of([result, *MADE[1:]], 207).outcome.refused == {"c0": expected}


def test_our_key_that_is_taken_is_an_earlier_try_of_ours() -> None:
    taken = refusal("c0", "DUPLICATE_VALUE", KEY, existing="1000")
    assert of([taken, *MADE[1:]], 207).outcome.loaded == TRUTH
    del taken["error"]["existing"]
    assert of([taken], 207).nameless == {"c0"}
    changing = of([{**taken, "id": "1000"}], 207, "update")
    assert set(changing.outcome.refused) == {"c0"}, "a change that is refused was not made"


def test_a_locked_record_waits() -> None:
    assert of([refusal("c0", "UNABLE_TO_LOCK")], 207).outcome.later == {"c0": NOW + LOCK_PAUSE}
    said = written(answer(error("BATCH_REFUSED", "UNABLE_TO_LOCK: held"), 422), ROWS, KEY, "create", NOW).outcome
    assert said.later == dict.fromkeys(TRUTH, NOW + LOCK_PAUSE)


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (422, error("BATCH_REFUSED", "STRING_TOO_LONG: Gülşen 3 is too long"), "STRING_TOO_LONG", "... is too long"),
        (413, error("TOO_LARGE", "at most 2"), "TOO_LARGE", "at most 2"),
        (400, error("TWICE_IN_BATCH", "twice"), "TWICE_IN_BATCH", "twice"),
    ],
)
def test_a_refusal_of_the_whole_is_halved_by_the_loader(status: int, body: Any, code: str, words: str) -> None:
    said = written(answer(body, status), ROWS, KEY, "create", NOW)
    assert said.outcome.refused_whole == Refusal(words, code)
    assert not said.outcome.loaded and not said.nameless


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"results": [], "results": null}', {"results": None}, {"results": {}}, {"results": [1]}, [], 5],
)
def test_a_success_that_cannot_be_read_is_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        written(answer(body), ROWS, KEY, "create", NOW)
    with pytest.raises(Retryable):
        found(answer(body, writes=False), KEY)


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_request_that_is_wrong_is_final(status: int) -> None:
    body = error("MALFORMED", "the request cannot be read")
    with pytest.raises(TargetError, match=str(status)) as raised:
        written(answer(body, status), ROWS, KEY, "create", NOW)
    assert not isinstance(raised.value, InDoubt | Retryable)


# ---------------------------------------------------------------------------------------------------- looking

TWO = [{"id": str(n), "key": f"c{n}", "fields": {KEY: f"c{n}", "name": "x"}} for n in (1, 2)]


@pytest.mark.parametrize(
    "results",
    [
        [*TWO, TWO[0]],
        [*TWO, {**TWO[0], "id": "9"}],  # one key, two ids
        [*TWO, {**TWO[0], "id": "9", "key": "9"}],
        [*TWO, {"id": "3", "key": "c3", "fields": {KEY: "c3"}}],
        [{**TWO[0], "id": 1}],
        [{**TWO[0], "fields": None}],
        [{"id": "1"}],
    ],
)
def test_a_reading_with_somebody_twice_or_too_many_is_asked_again(results: Any) -> None:
    with pytest.raises(Retryable):
        found(answer({"results": results}, writes=False), KEY, "key", {"c1", "c2"})


def test_a_reading_gives_records_and_the_next_page() -> None:
    page = found(answer({"results": TWO, "after": "2"}, writes=False), KEY)
    assert [id for id, _ in page.records] == ["1", "2"]
    assert page.after == "2"
    with pytest.raises(Retryable):
        found(answer({"results": TWO, "after": 2}, writes=False), KEY)


def test_an_object_that_is_not_there_and_a_page_that_is_not_there_are_two() -> None:
    assert described(answer(error("UNKNOWN_OBJECT", "no"), 404, writes=False), "x") is None
    with pytest.raises(TargetError):
        described(answer(b"<html>", 404, writes=False), "x")
    with pytest.raises(Retryable):
        described(answer({"name": "y", "fields": []}, writes=False), "x")


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"batch": "100"}, {"page": True}, {"organisation": ""}])
def test_limits_that_are_none_are_not_believed(wrong: dict[str, Any]) -> None:
    good = {"organisation": "Muster", "batch": 100, "page": 50}
    assert about(answer(good)).batch == 100
    with pytest.raises(Retryable):
        about(answer({**good, **wrong}, writes=False))


def test_the_end_of_a_quota_is_read_where_it_is_one() -> None:
    until = NOW + timedelta(hours=12)
    assert quota_until(answer(error("QUOTA_GONE", "enough", until=until.timestamp()), 403)) == until
    for said in (error("FORBIDDEN", "no", until=1.0), error("QUOTA_GONE", "x"), error("QUOTA_GONE", "x", until=1e30),
                 error("QUOTA_GONE", "x", until=True), b"<html>"):  # fmt: skip
        assert quota_until(answer(said, 403)) is None
    assert quota_until(answer(error("QUOTA_GONE", "x", until=1.0), 200)) is None
