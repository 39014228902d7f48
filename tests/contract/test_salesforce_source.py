"""Salesforce as a source: page by page and by query jobs it tells the same, and what is not whole is an error."""

import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from misbehaving import NoTime
from salesforce_orgs import WHO, started

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import FileFact, Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InputError, UsageError
from crm_migrate_salesforce import query_jobs
from crm_migrate_salesforce.settings import read_settings
from crm_migrate_salesforce.source import SalesforceSource
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.wire import Reply, Request

TYPES = {
    "Text__c": {"type": "string", "length": 255},
    "Long__c": {"type": "textarea", "length": 240_000},
    "Number__c": {"type": "double", "precision": 18, "scale": 4},
    "Money__c": {"type": "currency", "precision": 18, "scale": 2},
    "Share__c": {"type": "percent", "precision": 18, "scale": 2},
    "Whole__c": {"type": "int"},
    "Truth__c": {"type": "boolean"},
    "Day__c": {"type": "date"},
    "Instant__c": {"type": "datetime"},
    "Hour__c": {"type": "time"},
    "Several__c": {"type": "multipicklist"},
}
ORG = {"objects": {"Account": {"fields": TYPES}}}
PAGES, JOB = str(10**9), "1"


@contextmanager
def organisation(**how: Any) -> Iterator[Server]:
    server = started(ORG, **how)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def org() -> Iterator[Server]:
    """With 60 companies, three of them in the recycle bin, and a task of each of the others, one of them in the bin."""
    with organisation() as server:
        furnish(server)
        yield server


def furnish(server: Server) -> None:
    store, now = server.engine.store, server.engine.clock.now()
    firms = [
        store.create("Account", {"Name": f'Firm "{n}", Işık', "Text__c": f"a\r\n{n}", "Money__c": n * 10.0**6}, now).id
        for n in range(60)
    ]
    for id in firms[:3]:
        store.delete("Account", id, now)
    for n, id in enumerate(firms[3:]):
        task = store.create("Task", {"Subject": f"Call {n}", "WhatId": id, "ActivityDate": "2015-03-04"}, now)
    store.delete("Task", task.id, now)


def source(server: Server, table: str, job_from: str) -> SalesforceSource:
    options = {**WHO, "url": server.url, "job_from": job_from}
    return SalesforceSource(SourceSpec("old", table=table), read_settings(options, "source `old`"), NoTime())


def read(source: Source) -> tuple[pa.Table, FileFact]:
    table = pa.concat_tables([batch.records for batch in source.read(1000)] or [pa.table({})])
    return table, source.facts()[0][0]


@contextmanager
def bent(server: Server, monkeypatch: pytest.MonkeyPatch, change: Any, where: str = "/jobs/query") -> Iterator[None]:
    """Answers (of query jobs) are changed on their way: `change(request, reply)`."""
    answer = server.engine.answer

    def answered(request: Request) -> Reply:
        reply = answer(request)
        return change(request, reply) if where in request.path else reply

    with monkeypatch.context() as patch:
        patch.setattr(server.engine, "answer", answered)
        yield


def asked(server: Server, method: str) -> int:
    """How many requests about query jobs there were."""
    return sum(each.method == method and "jobs/" in each.route for each in server.engine.log.requests)


TEXTS = some.text(some.sampled_from(string.ascii_letters + "\"',;\n\r\t #/\\\u2028\x85ığ🦊"), min_size=1, max_size=12)
RECORDS = some.fixed_dictionaries(
    {"Name": TEXTS.map(lambda text: f"n{text}")},
    optional={
        "Text__c": TEXTS | some.sampled_from(["#N/A", "null", "NULL", '"', "\r\n", "-", "=1+1"]),
        "Long__c": TEXTS.map(lambda text: text * 40),
        "Number__c": some.decimals(-(10**13), 10**13, places=4).map(float),
        "Money__c": some.integers(-(10**15), 10**15).map(lambda cents: cents / 100),
        "Share__c": some.sampled_from([0.0, -0.0, 0.0001, 0.07, 1e7, 9_999_999.0, 123_456_789.5]),
        "Whole__c": some.integers(-(2**31), 2**31 - 1),
        "Truth__c": some.booleans(),
        "Day__c": some.dates().map(str),
        "Instant__c": some.datetimes().map(lambda at: f"{at.isoformat(timespec='milliseconds')}+0000"),
        "Hour__c": some.times().map(lambda at: f"{at.isoformat(timespec='milliseconds')}Z"),
        "Several__c": some.lists(some.sampled_from(["a", "b, c", 'd"', "e f"]), min_size=1, unique=True).map(";".join),
    },
)


@pytest.fixture(scope="module")
def wide() -> Iterator[Server]:
    with organisation() as server:
        yield server


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=some.lists(RECORDS, min_size=1, max_size=12))
def test_both_doors_tell_the_same(wide: Server, records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for name, value in {"FIRST": 3, "LEAST": 2, "MOST": 7}.items():
            patch.setattr(query_jobs, name, value)
        store, now = wide.engine.store, wide.engine.clock.now()
        made = [store.create("Account", record, now).id for record in records]
        by_pages, by_job = (read(source(wide, "Account", door))[0] for door in (PAGES, JOB))
        assert by_job.equals(by_pages)
        assert by_job["Id"].to_pylist() == sorted(made)
        for id in made:
            store.delete("Account", id, now)


@pytest.mark.parametrize("table", ["Account", "Task", "Contact", "User", "Opportunity"])
def test_whatever_is_read(org: Server, table: str) -> None:
    """Deleted records, compounds, polymorphic references, objects that hold nothing."""
    (pages, paged), (job, jobbed) = (read(source(org, table, door)) for door in (PAGES, JOB))
    assert job.equals(pages)
    assert (jobbed.records, jobbed.counted) == (paged.records, paged.counted)
    assert "by a query job" in jobbed.evidence[0] or not job.num_rows
    assert "page by page" in paged.evidence[0]


def test_a_job_sees_the_archive_of_activities_and_not_the_recycle_bin(
    org: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []

    def noted(request: Request, reply: Reply) -> Reply:
        if request.method == "POST":
            said.append(json.loads(request.body))
        return reply

    with bent(org, monkeypatch, noted):
        tasks, _ = read(source(org, "Task", JOB))
        read(source(org, "Account", JOB))
    assert [each["operation"] for each in said] == ["queryAll", "query"]
    assert said[0]["query"].endswith("FROM Task WHERE IsDeleted = false")
    assert tasks.num_rows == 56  # one lies in the recycle bin


def test_it_keeps_the_contract(org: Server) -> None:
    assert check_source(lambda: source(org, "Account", JOB)) == []


def test_a_long_text_comes_whole(org: Server) -> None:
    org.engine.store.create("Account", {"Name": "Long", "Long__c": 'x"\n' * 70_000}, org.engine.clock.now())
    table, _ = read(source(org, "Account", JOB))
    assert 'x"\n' * 70_000 in table["Long__c"].to_pylist()


def test_a_type_that_nobody_knows_is_read(org: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """`long` came with version 66 of the API: a column that is not named anywhere here is no column that is lost."""

    def newer(request: Request, reply: Reply) -> Reply:
        fields = [{**f, "type": "long"} if f["name"] == "Whole__c" else f for f in reply.body["fields"]]
        return Reply(reply.status, {**reply.body, "fields": fields}, reply.headers)

    org.engine.store.create("Account", {"Name": "n", "Whole__c": 12}, org.engine.clock.now())
    with bent(org, monkeypatch, newer, "/describe"):
        pages, job = (read(source(org, "Account", door))[0] for door in (PAGES, JOB))
    assert job.equals(pages)
    assert "12" in job["Whole__c"].to_pylist()
    assert "BillingAddress" not in job.column_names
    assert "BillingCity" in job.column_names


def test_the_number_of_records_says_which_door(org: Server) -> None:
    for job_from, jobs in (("58", 0), ("57", 1)):
        before = asked(org, "POST")
        read(source(org, "Account", job_from))
        assert asked(org, "POST") - before == jobs
    with pytest.raises(UsageError, match="job_from"):
        connector("salesforce").source(
            SourceSpec("old", url=org.url, table="Account", options={**WHO, "job_from": "x"})
        )


def test_who_comes_while_it_is_read_is_counted(org: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def someone(request: Request, reply: Reply) -> Reply:
        if request.path.endswith("/results"):
            org.engine.store.create("Account", {"Name": "New"}, org.engine.clock.now())
        return reply

    with bent(org, monkeypatch, someone):
        _, fact = read(source(org, "Account", JOB))
    assert fact.counted is not None and fact.counted > fact.records == 57


def test_a_job_that_takes_long_is_waited_for() -> None:
    with organisation(habits={"job_seconds": "0.4"}) as org:
        furnish(org)
        looked = read(source(org, "Account", JOB))[0]
        assert looked.num_rows == 57
        assert asked(org, "GET") > 3


def locator(said: str) -> Any:
    def change(request: Request, reply: Reply) -> Reply:
        if request.path.endswith("/results"):
            reply.headers["Sforce-Locator"] = said
        return reply

    return change


def without(header: str) -> Any:
    def change(request: Request, reply: Reply) -> Reply:
        if request.path.endswith("/results"):
            reply.headers.pop(header)
        return reply

    return change


def fewer(request: Request, reply: Reply) -> Reply:
    """A row is lost, and the part counts without it."""
    if request.path.endswith("/results"):
        reply.body.rows = reply.body.rows[1:]
        reply.headers["Sforce-NumberOfRecords"] = str(len(reply.body.rows))
    return reply


def shorter(request: Request, reply: Reply) -> Reply:
    """A row is lost on the way."""
    if request.path.endswith("/results"):
        reply.body.rows = reply.body.rows[1:]
    return reply


def narrower(request: Request, reply: Reply) -> Reply:
    if request.path.endswith("/results"):
        reply.body.heads = reply.body.heads[:-1]
    return reply


def untrue(request: Request, reply: Reply) -> Reply:
    if request.path.endswith("/results"):
        reply.body.rows = [{**row, "Truth__c": "maybe"} for row in reply.body.rows]
    return reply


def state(said: str, **more: Any) -> Any:
    def change(request: Request, reply: Reply) -> Reply:
        if request.method == "GET" and not request.path.endswith("/results"):
            reply.body |= {"state": said, **more}
        return reply

    return change


def refused(request: Request, reply: Reply) -> Reply:
    words = "Entity 'AccountHistory' is not supported by the Bulk API."
    return Reply(400, [{"errorCode": "INVALIDENTITY", "message": words}]) if request.method == "POST" else reply


def gone(request: Request, reply: Reply) -> Reply:
    return reply if request.method == "POST" else Reply(404, [{"errorCode": "NOT_FOUND", "message": "no such job"}])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(locator("MT5Q"), "twice|leads back", id="a locator that repeats"),
        pytest.param(locator("null"), "57 records, and gave", id="an answer that ends too early"),
        pytest.param(without("Sforce-Locator"), "how it goes on", id="no word how it goes on"),
        pytest.param(without("Sforce-NumberOfRecords"), "how much it is", id="no count"),
        pytest.param(fewer, "57 records, and gave", id="a row lost there"),
        pytest.param(shorter, "other records than it counts", id="a row lost on the way"),
        pytest.param(narrower, "without the columns", id="a column lost"),
        pytest.param(untrue, "Truth__c that is no boolean", id="another type"),
        pytest.param(state("Failed", errorMessage="QUERY_TIMEOUT: x"), "Failed: QUERY_TIMEOUT", id="failed"),
        pytest.param(state("Aborted"), "Aborted", id="aborted"),
        pytest.param(state("Strange"), "Strange", id="a state that nobody knows"),
        pytest.param(state("InProgress"), "InProgress after 0.5 hours", id="never done"),
        pytest.param(state("JobComplete", numberRecordsProcessed=None), "does not say how many", id="no total"),
        pytest.param(refused, "INVALIDENTITY", id="an object that no job reads"),
        pytest.param(gone, "gone", id="a job that is not known any more"),
    ],
)
def test_nothing_is_cut_off_without_a_word(
    org: Server, monkeypatch: pytest.MonkeyPatch, change: Any, words: str
) -> None:
    for name, value in {"FIRST": 5, "LEAST": 2, "MOST": 20, "LONGEST": timedelta(minutes=30)}.items():
        monkeypatch.setattr(query_jobs, name, value)
    with bent(org, monkeypatch, change), pytest.raises(InputError, match=words):
        read(source(org, "Account", JOB))
