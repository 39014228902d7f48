"""The kinds of fault act on HubSpot's answers, and those of HubSpot alone do what they say; the witness counts."""

from typing import Any

import pytest
from hubspots import KEY, Portal, ids

from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.hubspot import SIMULATOR

TWO = [{"idProperty": KEY, "id": f"k{n}", "properties": {"lastname": "Yılmaz", "address": "Yol 1"}} for n in range(2)]
REFUSED = {
    "error_before": (500, ""),
    "bad_gateway": (502, ""),
    "unavailable": (503, "SERVICE_UNAVAILABLE"),
    "throttled": (429, "RATE_LIMITS"),
    "throttled_date": (429, "RATE_LIMITS"),
    "throttled_silent": (429, "RATE_LIMITS"),
    "throttled_past": (429, "RATE_LIMITS"),
    "throttled_absurd": (429, "RATE_LIMITS"),
    "throttled_garbage": (429, "RATE_LIMITS"),
    "quota_gone": (429, "RATE_LIMITS"),
    "token_expired": (401, "EXPIRED_AUTHENTICATION"),
    "redirected": (307, ""),
    "duplicate_rule": (409, "CONFLICT"),
    "nothing_written": (200, ""),
    "account_moving": (477, "MIGRATION_IN_PROGRESS"),
    "account_locked": (423, "LOCKED"),
    "secondly": (429, "RATE_LIMITS"),
    "scope_missing": (403, "MISSING_SCOPES"),
}
DONE = {
    "error_after": 500,
    "error_empty": 500,
    "gateway_timeout": 504,
    "empty_body": 200,
    "page_of_html": 200,
    "shuffled": 200,
    "result_missing": 200,
    "result_doubled": 200,
    "result_foreign": 200,
    "one_id_twice": 200,
    "results_null": 200,
    "unknown_words": 200,
    "doubled_member": 200,
    "wrong_content_type": 200,
    "settling": 200,
    "flickering": 200,
    "nothing_said": 207,
    "still_processing": 200,
    "errors_unnamed": 200,
    "cut_answer": 200,
    "reset_after": 0,
    "closed_after": 0,
}


def strike(portal: Portal, faults: str, seed: int = 1) -> None:
    """From now on these faults."""
    portal.engine.schedule = Schedule(read_schedule(faults, SIMULATOR.kinds), seed)
    portal.engine.log.count_anew()


def struck(name: str) -> tuple[Portal, Any]:
    """A portal with our key, and its answer to a batch of two that a fault strikes."""
    portal = Portal()
    portal.key()
    strike(portal, f"{name}@1")
    return portal, portal.batch("upsert", TWO)


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_was_done_and_the_answer_says_so_in_hubspots_words(name: str) -> None:
    portal, reply = struck(name)
    status, category = REFUSED[name]
    assert (reply.status, portal.engine.log.creations) == (status, [])
    if category:
        assert reply.body["category"] == category and reply.body["correlationId"]
        assert reply.headers["Content-Type"] == "application/json;charset=utf-8"
    if name == "quota_gone":
        assert reply.body["policyName"] == "DAILY"
    assert len(ids(portal.batch("upsert", TWO))) == 2


@pytest.mark.parametrize("name", DONE)
def test_all_was_done_whatever_the_answer_says(name: str) -> None:
    portal, reply = struck(name)
    assert DONE[name] in (reply.status, 0)
    assert sorted(str(creation.key) for creation in portal.engine.log.creations) == ["k0", "k1"]
    assert portal.engine.log.doubled() == {}
    if name in ("nothing_said", "still_processing"):
        assert reply.body["results"] == []
    if name == "one_id_twice":
        assert len(set(ids(reply))) == 1
    if name in ("settling", "flickering"):
        found = ids(portal.batch("read", TWO, idProperty=KEY))
        assert len(found) == (0 if name == "settling" else 2)
        portal.engine.clock.advance(10)
        assert len(ids(portal.batch("read", TWO, idProperty=KEY))) == 2


def test_a_part_of_a_batch_is_done_with_trace_ids_and_nothing_of_it_without() -> None:
    for traced, done in ((True, 1), (False, 0)):
        portal = Portal("partial_batch@1")
        given = [{**each, "objectWriteTraceId": each["id"]} if traced else each for each in TWO]
        inputs = [{name: v for name, v in each.items() if name not in ("id", "idProperty")} for each in given]
        assert portal.batch("create", inputs).status == 500
        assert len(portal.engine.log.creations) == done


def test_automation_adds_a_task_gives_to_another_and_rewrites() -> None:
    portal, _ = struck("adding_tasks")
    assert portal.engine.log.summary()["created"] == {"contacts": 2, "tasks": 2}
    portal, reply = struck("reassigning")
    path = f"/crm/v3/objects/contacts/{ids(reply)[0]}?properties=hubspot_owner_id,address"
    assert portal.ask("GET", path).body["properties"]["hubspot_owner_id"] == "71002"
    portal, reply = struck("rewriting")
    assert portal.ask("GET", path).body["properties"]["address"] == "YOL 1"


def test_a_user_merges_and_both_old_ids_lead_to_the_new_record() -> None:
    portal, _ = struck("error_before")
    first, second = ids(portal.batch("upsert", TWO))
    strike(portal, "merged_by_user@1", 3)
    found = portal.ask("GET", f"/crm/v3/objects/contacts/{first}").body["id"]
    assert found not in (first, second)
    assert portal.ask("GET", f"/crm/v3/objects/contacts/{second}?properties=hs_merged_object_ids").body["id"] == found
    assert portal.engine.log.doubled() == {}


def test_an_unknown_choice_and_a_long_text_without_a_word() -> None:
    portal = Portal("defaulting@1")
    lead = portal.make(hs_lead_status="NO_SUCH_STATUS")
    assert portal.ask("GET", f"/crm/v3/objects/contacts/{lead}?properties=hs_lead_status").body["properties"][
        "hs_lead_status"
    ] == ("NEW")
    portal = Portal("truncating@1")
    long = portal.make(address="x" * 70_000)
    shown = portal.ask("GET", f"/crm/v3/objects/contacts/{long}?properties=address").body["properties"]["address"]
    assert len(shown) == 65_536


def test_errors_that_do_not_say_whom_they_are_about() -> None:
    portal = Portal()
    portal.make(email="a@firma.example")
    strike(portal, "errors_unnamed@1")
    inputs = [{"properties": {"email": f"{w}@firma.example"}, "objectWriteTraceId": w} for w in "ab"]
    reply = portal.batch("create", inputs)
    assert (reply.status, len(ids(reply))) == (207, 1) and "context" not in reply.body["errors"][0]
