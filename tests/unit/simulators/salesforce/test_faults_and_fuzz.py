"""Every fault kind acts on the answers of Salesforce; whatever is sent, the answer is one of Salesforce's."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from salesforces import KEY, Salesforce, engine, row

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.salesforce.simulator import SIMULATOR

ROWS = [row("Account", Name=f"A{n}", Description="plain", **{KEY: f"a{n}"}) for n in range(6)]
PATH = f"/Account/{KEY}"


def struck(faults: str, asked: Engine | None = None) -> Salesforce:
    """A client whose next write is struck."""
    asked = asked or engine(clock=Clock())
    client = Salesforce(asked)
    client.sign_in()
    asked.kinds = SIMULATOR.kinds
    asked.schedule = Schedule(read_schedule(f"{faults}@1", SIMULATOR.kinds))
    return client


@pytest.mark.parametrize("name", SIMULATOR.kinds)
def test_a_fault_never_makes_a_record_twice_and_then_lets_go(name: str) -> None:
    kind = SIMULATOR.kinds[name]
    client = struck(f"{name}({min(kind.figure, 0.01) or 0})")
    client.write("PATCH", ROWS, PATH)
    client.ask("GET", "query", q="SELECT Id FROM Account")
    client.engine.schedule = Schedule()
    client.engine.clock.advance(10)
    client.sign_in()
    if name != "late_commit":
        assert all(result["success"] for result in client.write("PATCH", ROWS, PATH))
        found = {each[KEY] for each in client.query(f"SELECT {KEY} FROM Account")}
        assert found == {f"a{n}" for n in range(6)}
    assert client.engine.log.doubled() == {}
    client.engine.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("result_missing", lambda body: len(body) == 5),
        ("result_doubled", lambda body: len(body) == 7),
        ("result_foreign", lambda body: body[-1]["id"] not in {each["id"] for each in body[:-1]}),
        ("one_id_twice", lambda body: body[0]["id"] == body[-1]["id"]),
        ("nothing_written", lambda body: body == []),
        ("duplicate_rule", lambda body: {each["errors"][0]["statusCode"] for each in body} == {"DUPLICATES_DETECTED"}),
        ("rows_locked", lambda body: {each["success"] for each in body} == {True, False}),
        ("trigger_fails", lambda body: not any(each["success"] for each in body)),
        ("quota_gone", lambda body: body[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"),
        ("token_expired", lambda body: body[0]["errorCode"] == "INVALID_SESSION_ID"),
    ],
)
def test_what_a_fault_does_to_a_collection(name: str, words: Any) -> None:
    client = struck(name)
    assert words(client.write("PATCH", ROWS, PATH))


def test_a_job_that_breaks_leaves_rows_unprocessed_and_tells_which() -> None:
    client = struck("job_fails(0.5)")
    client.engine.schedule = Schedule(read_schedule("job_fails(0.5)@3", SIMULATOR.kinds))  # the closing
    lines = "".join(f"k{n},Kaya\n" for n in range(1000))
    job = client.job(f"{KEY},LastName\n{lines}", "Contact", "upsert", KEY)
    assert job["state"] == "Failed" and job["errorMessage"]
    good, left = client.rows(job, "successfulResults"), client.rows(job, "unprocessedrecords")
    assert 0 < len(good) < 1000 and len(good) + len(left) == 1000
    assert {each[KEY] for each in good} | {each[KEY] for each in left} == {f"k{n}" for n in range(1000)}
    assert len(client.query("SELECT Id FROM Contact LIMIT 2000")) == len(good)


def test_a_job_goes_on_with_the_clock() -> None:
    client = Salesforce(engine(job_seconds=60.0))
    lines = "".join(f"k{n},Kaya\n" for n in range(1000))
    states = [client.job(f"{KEY},LastName\n{lines}", "Contact", "insert")]
    for _ in range(4):
        client.engine.clock.advance(20)
        client.sign_in()
        states.append(client.ask("GET", f"jobs/ingest/{states[0]['id']}").body)
    told = [(each["state"], each["numberRecordsProcessed"]) for each in states]
    assert told[0] == ("UploadComplete", 0) and told[1] == ("InProgress", 0)
    assert told[2][0] == "InProgress" and 0 < told[2][1] < 1000
    assert told[3] == told[4] == ("JobComplete", 1000)


def test_automation_writes_tasks_and_takes_owners() -> None:
    client = struck("adding_tasks")
    client.write("PATCH", ROWS[:2], PATH)
    assert len(client.query("SELECT Id FROM Task")) == 2
    other = struck("reassigning")
    other.write("PATCH", ROWS[:1], PATH)
    assert other.query("SELECT Owner.Name FROM Account")[0]["Owner"]["Name"] == "Sales Colleague"


NAMES = ["Name", "attributes", "type", "records", "Id", "Owner", KEY]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["Account", "001", "2020-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
PATHS = ["sobjects/Account", "composite/sobjects", f"composite/sobjects/Account/{KEY}", "composite", "composite/batch",
         "composite/tree/Account", "jobs/ingest", "jobs/query", "tooling/sobjects/CustomField",
         f"sobjects/Account/{KEY}/x"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]), JSON)
@example(f"sobjects/Account/{KEY}/x", "PATCH", {"Owner": {"attributes": True}})
@example("composite/tree/Account", "POST", {"records": [None]})
@example("composite/tree/Account", "POST", {"records": [{"attributes": "text"}]})
def test_whatever_is_sent_the_answer_is_one_of_salesforces(path: str, method: str, body: Any) -> None:
    reply = SHARED.ask(method, path, body)
    told = json.loads(reply.payload()) if reply.payload() else None
    assert reply.status < 500
    if reply.status >= 400 and not (isinstance(told, dict) and "hasErrors" in told):
        assert {"errorCode", "message"} <= set(told[0])


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="SELCTFROMWHE Idname,()='%0129<>!.\\", max_size=60)
    | st.sampled_from(["SELECT", "SELECT Id FROM Account WHERE Name = '"])
)
def test_whatever_is_asked_a_query_is_refused_with_its_place(text: str) -> None:
    reply = SHARED.ask("GET", "query", q=text)
    assert reply.status in (200, 400)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["insert", "update", "delete"]))
def test_whatever_is_in_a_file_the_job_ends(data: bytes, operation: str) -> None:
    job = SHARED.ask("POST", "jobs/ingest", {"object": "Account", "operation": operation, "lineEnding": "LF"}).body
    text = data.decode("utf-8", "replace")
    SHARED.ask("PUT", f"/{job['contentUrl']}", text, {"Content-Type": "text/csv"})
    SHARED.ask("PATCH", f"jobs/ingest/{job['id']}", {"state": "UploadComplete"})
    assert SHARED.ask("GET", f"jobs/ingest/{job['id']}").body["state"] in ("JobComplete", "Failed")


SHARED = Salesforce(engine())
