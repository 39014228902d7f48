"""Each kind of fault does what its description says, seen by a client that is not ours and by the witness."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from simulated import KEY, START, Direct, Wire, contact, engine

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.faults import FAMILIES, KINDS
from crm_migrate_simulators.server import Server

Case = Callable[[], None]
CASES: dict[str, Case] = {}
TWO = [contact(1), contact(2)]


def case(act: Case) -> Case:
    CASES[act.__name__.removeprefix("_")] = act
    return act


@pytest.mark.parametrize("name", KINDS)
def test_it_does_what_it_says(name: str) -> None:
    CASES[name]()


def test_at_least_forty_kinds_each_with_words_family_and_evidence() -> None:
    assert len(KINDS) >= 40
    assert set(CASES) == set(KINDS)
    for kind in KINDS.values():
        assert kind.words.endswith(".") and kind.family in FAMILIES, kind.name
        assert kind.evidence.split()[0] in ("recording", "document", "assumed"), kind.name


# ---------------------------------------------------------------------------------------------------- helpers


def struck(faults: str, clock: Clock | None = None, **habits: Any) -> Direct:
    return Direct(engine(faults, clock=clock, **habits))


def created(crm: Direct) -> list[str]:
    return [str(creation.key) for creation in crm.engine.log.creations]


@contextmanager
def on_the_wire(faults: str, timeout: float = 5) -> Iterator[Wire]:
    with Server(engine(faults, clock=Clock())) as server:
        yield Wire(server.url, timeout)


def refuses(name: str, status: int, retry_after: str | None = None) -> Direct:
    """Nothing was done, the answer says so, and the next request is taken."""
    crm = struck(f"{name}@1")
    reply = crm.write("create", TWO)
    assert (reply.status, created(crm)) == (status, [])
    assert retry_after in (None, reply.headers.get("Retry-After"))
    assert crm.write("create", TWO).status == 200
    return crm


def broken(name: str, written: int, error: type[Exception], timeout: float = 5, figure: str = "") -> None:
    """The client sees an error of the connection; so many records were written."""
    with on_the_wire(f"{name}{figure}@1", timeout) as wire:
        with pytest.raises(error):
            wire.write("create", TWO)
        assert len(wire.told("creations")) == written
        assert wire.told("requests")[-1]["status"] == 0


def read_back(crm: Direct, *keys: str) -> dict[str, dict[str, Any]]:
    return {r["key"]: r["fields"] for r in crm.find(list(keys)).body["results"]}


# ---------------------------------------------------------------------------------------------------- refused


@case
def _error_before() -> None:
    refuses("error_before", 500)


@case
def _bad_gateway() -> None:
    refuses("bad_gateway", 502)


@case
def _unavailable() -> None:
    refuses("unavailable", 503, "1")


@case
def _throttled() -> None:
    refuses("throttled(7)", 429, "7")


@case
def _throttled_date() -> None:
    crm = struck("throttled_date(90)@1")
    until = parsedate_to_datetime(crm.write("create", TWO).headers["Retry-After"])
    assert until.timestamp() == START + 90


@case
def _throttled_silent() -> None:
    assert "Retry-After" not in struck("throttled_silent@1").write("create", TWO).headers


@case
def _throttled_past() -> None:
    until = parsedate_to_datetime(struck("throttled_past@1").write("create", TWO).headers["Retry-After"])
    assert until.timestamp() == START - 3600


@case
def _throttled_absurd() -> None:
    refuses("throttled_absurd", 429, "946080000")


@case
def _throttled_garbage() -> None:
    refuses("throttled_garbage", 429, "soon")


@case
def _quota_gone() -> None:
    crm = struck("quota_gone@1")
    reply = crm.write("create", TWO)
    assert (reply.status, reply.body["error"]["until"]) == (403, START + 16 * 3600)


@case
def _token_expired() -> None:
    crm = struck("token_expired@1")
    assert crm.write("create", TWO).status == 401
    assert crm.write("create", TWO).status == 401, "the token stays void"
    assert created(crm) == []


@case
def _redirected() -> None:
    crm = struck("redirected@1")
    reply = crm.write("create", TWO)
    assert (reply.status, created(crm)) == (307, [])
    assert reply.headers["Location"].startswith("https://elsewhere.example/")


@case
def _parent_locked() -> None:
    crm = struck("", clock=Clock())
    parent = crm.write("create", [{"fields": {KEY: "a1", "name": "Müller"}}], of="accounts").body["results"][0]["id"]
    crm.engine.schedule = engine("parent_locked(0.6)@2").schedule
    first = threading.Thread(target=crm.write, args=("create", [contact(1, account=parent)]))
    first.start()
    while not crm.engine.store.locked:
        time.sleep(0.01)
    (second,) = crm.write("create", [contact(2, account=parent)]).body["results"]
    first.join()
    assert second["error"]["code"] == "UNABLE_TO_LOCK"
    assert created(crm) == ["a1", "c1"]
    assert crm.write("create", [contact(2, account=parent)]).status == 200


@case
def _duplicate_rule() -> None:
    crm = struck("duplicate_rule@1")
    assert {r["error"]["code"] for r in crm.write("create", TWO).body["results"]} == {"DUPLICATES_DETECTED"}
    assert created(crm) == []


# ---------------------------------------------------------------------------------------------------- doubt


def answers_though_written(name: str, status: int, body: bytes | None = None) -> None:
    crm = struck(f"{name}@1")
    reply = crm.write("create", TWO)
    assert (reply.status, created(crm)) == (status, ["c1", "c2"])
    assert body in (None, reply.payload())


@case
def _error_after() -> None:
    answers_though_written("error_after", 500)


@case
def _error_empty() -> None:
    answers_though_written("error_empty", 500, b"")


@case
def _gateway_timeout() -> None:
    answers_though_written("gateway_timeout", 504)


@case
def _reset_before() -> None:
    broken("reset_before", 0, ConnectionError)


@case
def _reset_after() -> None:
    broken("reset_after", 2, ConnectionError)


@case
def _closed_before() -> None:
    broken("closed_before", 0, http.client.RemoteDisconnected)


@case
def _closed_after() -> None:
    broken("closed_after", 2, http.client.RemoteDisconnected)


@case
def _hang_before() -> None:
    hangs("hang_before", 0)


@case
def _hang_after() -> None:
    hangs("hang_after", 2)


def hangs(name: str, written: int) -> None:
    with on_the_wire(f"{name}@1", timeout=0.4) as wire:
        with pytest.raises(TimeoutError):
            wire.write("create", TWO)
        assert len(wire.told("creations")) == written


@case
def _late_commit() -> None:
    clock = Clock(START)
    crm = struck("late_commit(30)@1", clock)
    assert crm.write("create", TWO).drop == "reset"
    assert created(crm) == []
    clock.advance(29)
    assert created(crm) == []
    clock.advance(1)
    for _ in range(200):
        if len(created(crm)) == 2:
            break
        time.sleep(0.01)
    assert created(crm) == ["c1", "c2"]
    assert {creation.request for creation in crm.engine.log.creations} == {2}, "it belongs to the request cut off"


@case
def _partial_batch() -> None:
    crm = struck("partial_batch@1")
    assert crm.write("create", TWO).status == 500
    assert created(crm) == ["c1"]
    atomic = struck("partial_batch@1", atomic=True)
    assert atomic.write("create", TWO).status == 500
    assert created(atomic) == []


@case
def _cut_answer() -> None:
    with on_the_wire("cut_answer@1") as wire:
        with pytest.raises(http.client.IncompleteRead):
            wire.write("create", TWO)
        assert len(wire.told("creations")) == 2


@case
def _dripping() -> None:
    with on_the_wire("dripping(0.01)@1") as wire:
        begun = time.monotonic()
        assert wire.write("create", TWO)[0] == 200
        assert time.monotonic() - begun > 0.5


@case
def _empty_body() -> None:
    answers_though_written("empty_body", 200, b"")


@case
def _page_of_html() -> None:
    answers_though_written("page_of_html", 200, b"<html><body>Please sign in</body></html>")


@case
def _nothing_written() -> None:
    crm = struck("nothing_written@1")
    reply = crm.write("create", TWO)
    assert (reply.status, reply.body, created(crm)) == (200, {"results": []}, [])


# ---------------------------------------------------------------------------------------------------- answer


def results(name: str, crowd: int = 2) -> tuple[Direct, list[dict[str, Any]]]:
    crm = struck(f"{name}@1")
    reply = crm.write("create", [contact(n) for n in range(crowd)])
    assert len(created(crm)) == crowd
    return crm, reply.body["results"]


@case
def _slow() -> None:
    with on_the_wire("slow(0.3)@1") as wire:
        begun = time.monotonic()
        assert wire.write("create", TWO)[0] == 200
        assert time.monotonic() - begun >= 0.3


@case
def _shuffled() -> None:
    _, found = results("shuffled", 20)
    assert [r["key"] for r in found] != [f"c{n}" for n in range(20)]
    assert {r["key"] for r in found} == {f"c{n}" for n in range(20)}


@case
def _result_missing() -> None:
    assert len(results("result_missing", 5)[1]) == 4


@case
def _result_doubled() -> None:
    found = results("result_doubled")[1]
    assert len(found) == 3 and found[0] == found[2]


@case
def _result_foreign() -> None:
    assert [r["key"] for r in results("result_foreign")[1]] == ["c0", "c1", "999999999"]


@case
def _one_id_twice() -> None:
    crm, found = results("one_id_twice")
    assert found[0]["id"] == found[1]["id"]
    assert len({creation.id for creation in crm.engine.log.creations}) == 2


@case
def _results_null() -> None:
    crm = struck("results_null@1")
    assert crm.write("create", TWO).body == {"results": None}
    assert created(crm) == ["c1", "c2"]


@case
def _unknown_words() -> None:
    crm = struck("unknown_words@1")
    body = crm.write("create", TWO).body
    assert body["requestId"] and {r["traceparent"] for r in body["results"]} == {"00-simulated"}


@case
def _doubled_member() -> None:
    body = struck("doubled_member@1").write("create", TWO).payload()
    assert body.count(b'"results"') == 2 and json.loads(body) == {"results": None}


@case
def _wrong_content_type() -> None:
    reply = struck("wrong_content_type@1").write("create", TWO)
    assert reply.headers["Content-Type"].startswith("text/html") and len(reply.body["results"]) == 2


@case
def _gzip_bomb() -> None:
    with on_the_wire("gzip_bomb(50)@1") as wire:
        _, body, headers = wire.write("create", TWO)
        assert headers["content-encoding"] == "gzip" and len(body) < 100_000
        assert len(wire.told("creations")) == 2


@case
def _deep_answer() -> None:
    body = struck("deep_answer@1").write("create", TWO).payload()
    with pytest.raises(RecursionError):
        json.loads(body)


# ---------------------------------------------------------------------------------------------------- read


@case
def _settling() -> None:
    clock = Clock(START)
    crm = struck("settling(5)@1", clock)
    crm.write("create", TWO)
    seen = []
    for _ in range(3):
        seen.append(len(read_back(crm, "c1", "c2")))
        clock.advance(3)
    assert seen == [0, 0, 2]


@case
def _flickering() -> None:
    clock = Clock(START)
    crm = struck("flickering(2)@1", clock)
    crm.write("create", TWO)
    seen = []
    for _ in range(5):
        seen.append(len(read_back(crm, "c1", "c2")))
        clock.advance(1)
    assert seen == [2, 2, 0, 0, 2], "found, lost, and found for good"


@case
def _read_short() -> None:
    crm = struck("read_short@1")
    crm.write("create", TWO)
    assert len(read_back(crm, "c1", "c2")) == 1
    assert len(read_back(crm, "c1", "c2")) == 2


# ---------------------------------------------------------------------------------------------------- values


@case
def _truncating() -> None:
    crm = struck("truncating@1")
    long = contact(1, last_name="x" * 30)
    assert crm.write("create", [long]).status == 200
    assert read_back(crm, "c1")["c1"]["last_name"] == "x" * 20
    assert struck("").write("create", [long]).status == 207


@case
def _defaulting() -> None:
    crm = struck("defaulting@1")
    assert crm.write("create", [contact(1, stage="unknown")]).status == 200
    assert read_back(crm, "c1")["c1"]["stage"] == "new"


@case
def _rewriting() -> None:
    crm = struck("rewriting@1")
    crm.write("create", [contact(1, last_name="Weiß")])
    assert read_back(crm, "c1")["c1"]["last_name"] == "WEISS"


# ---------------------------------------------------------------------------------------------------- people


@case
def _adding_tasks() -> None:
    crm = struck("adding_tasks@1")
    crm.write("create", TWO)
    assert [(c.object, c.key, c.request) for c in crm.engine.log.creations][2:] == [("tasks", None, 0)] * 2


@case
def _reassigning() -> None:
    crm = struck("reassigning@1")
    crm.write("create", [contact(1, owner="ayse")])
    assert read_back(crm, "c1")["c1"]["owner"] == "automation"


@case
def _merged_by_user() -> None:
    crm = struck("merged_by_user@2")
    ids = {r["id"] for r in crm.write("create", TWO).body["results"]}
    assert len(read_back(crm, "c1", "c2")) == 1, "the loser's key is gone with it"
    gone = [crm.ask("GET", f"/v1/objects/contacts/records/{id}") for id in ids]
    (lost,) = [reply for reply in gone if reply.status == 410]
    assert lost.body["error"]["merged_into"] in ids


@case
def _deleted_by_user() -> None:
    crm = struck("deleted_by_user@2")
    crm.write("create", TWO)
    assert len(read_back(crm, "c1", "c2")) == 1


@case
def _edited_by_user() -> None:
    crm = struck("edited_by_user@2")
    crm.write("create", [contact(1)])
    assert read_back(crm, "c1")["c1"]["last_name"] == "Yılmaz 1 (edited)"
