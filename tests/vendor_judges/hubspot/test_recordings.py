"""Each recorded exchange of the real HubSpot is asked of the simulated one: the same status, the same shape."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hubspots import Portal

from vendor_judges.hubspot import recorded
from vendor_judges.hubspot.recorded import Json, exchanges, further, linked, seed, told_records

# Those that cannot be asked, and why.
ELSEWHERE = {
    **dict.fromkeys(
        [name for name in exchanges() if name.startswith("legacy_")],
        "a path of v1, which HubSpot ends in 2027 and nobody builds on; kept for its words about the same behaviour",
    ),
    **dict.fromkeys(
        ("list_campaigns_page_1", "list_campaigns_page_2_last", "batch_read_campaigns_partial_207"),
        "marketing campaigns, which no migration writes",
    ),
    "event_deal_closed": "an event occurrence, no part of the CRM routes",
}
# Statuses of test doubles that recordings of the same kind contradict (see the README of the recordings).
DOUBLES = {
    "assoc_batch_read_partial_no_associations": 207,
    "assoc_create_two_2026": 201,
    "batch_create_two_success": 201,
}
# What differs, with the reason, as it is told by `differences`.
KNOWN: dict[str, set[str]] = {
    # Pipelines of tasks are not simulated.
    "patch_task_completed": {
        f".properties.{name} was recorded and is not simulated" for name in ("hs_pipeline", "hs_pipeline_stage")
    },
    # A schema that its authors have cut down: no properties, three of the associations.
    "schema_contact_associations_2026": {
        ".properties: 0 were recorded, 355 were simulated",
        ".associations[2].toObjectTypeId: '0-3' was recorded, '0-1' was simulated",
    },
}
# Properties that the authors of a hand-trimmed answer took out, or asked for in another request than the one told.
TRIMMED = re.compile(r"\.properties\.\w+ (was recorded and is not simulated|is simulated and was not recorded)$")
HABITS: dict[str, Json] = {
    "company_properties_no_permission_403": {"denied": "properties/companies"},
    "properties_no_permission_403": {"denied": "properties/contacts"},
    "read_contact_missing_scopes_403": {"denied": "objects/contacts"},
    "schema_missing_scope_403": {"denied": "schemas"},
}
Prepare = Callable[[Portal, Json], None]
PREPARE: dict[str, Prepare] = {}


def prepares(*names: str) -> Callable[[Prepare], Prepare]:
    def entered(act: Prepare) -> Prepare:
        PREPARE.update(dict.fromkeys(names, act))
        return act

    return entered


def test_what_cannot_be_asked_is_named_and_counted() -> None:
    assert len(exchanges()) == 114
    assert set(ELSEWHERE) | set(DOUBLES) | set(KNOWN) | set(HABITS) | set(PREPARE) <= set(exchanges())
    assert len(ELSEWHERE) == 9


@pytest.mark.parametrize("name", [name for name in exchanges() if name not in ELSEWHERE])
def test_the_answer_has_the_recorded_status_and_shape(name: str) -> None:
    exchange = exchanges()[name]
    expected = exchange["response"]
    urls = '"url"' in str(expected["body"]).replace("'", '"') or "2026-03" in exchange["request"]["path"]
    portal = Portal(requests=100, daily=250_000, urls=urls, **HABITS.get(name, {}))
    PREPARE.get(name, prepared)(portal, exchange)
    reply = recorded.sent(portal, exchange)
    assert reply.status == DOUBLES.get(name, expected["status"]), reply.body
    if exchange["kind"] == "recording":
        assert recorded.limits_told(reply.headers) == recorded.limits_told(expected["headers"])
    if expected["headers"].get("Content-Type", "").startswith("text/html"):
        assert reply.headers["Content-Type"] == expected["headers"]["Content-Type"]
        assert reply.payload().decode() == expected["body"]
        return
    said, body = expected["body"], reply.body
    if name.startswith("schema_") and "results" in body:
        said, body = recorded.sampled(said, body)
    found = set(recorded.differences(said, body))
    if exchange["kind"] != "recording":
        found = {words for words in found if not TRIMMED.search(words)}
    assert found == KNOWN.get(name, set())


def prepared(portal: Portal, exchange: Json) -> None:
    """The records of the answer are there before a read or a change; a page has another one behind it."""
    request, body = exchange["request"], exchange["response"]["body"]
    made = (request["method"] == "POST" and exchange["response"]["status"] in (201, 409)) or "/batch/create" in request[
        "path"
    ]
    of, records = told_records(exchange)
    if made or not of:
        return
    for each in records:
        seed(portal, of, each)
    if isinstance(body, dict) and "paging" in body:
        limit = int((request["query"] or {}).get("limit", 0)) or 200
        further(portal, of, records, limit + 1 - len(records) if limit >= len(records) else 1)


# ---------------------------------------------------------------------------------------------------- associations

_NAMES = {"contact": "contacts", "company": "companies", "deal": "deals", "0-1": "contacts", "0-2": "companies"}


def _ends(exchange: Json) -> tuple[str, str]:
    parts = exchange["request"]["path"].lower().split("/")
    left, right = (part for part in parts if _NAMES.get(part, part) in recorded.OBJECTS)
    return _NAMES.get(left, left), _NAMES.get(right, right)


@prepares(
    "assoc_create_two_2026",
    "assoc_v4_batch_create_201_order_reversed",
    "assoc_v4_create_labels_primary",
    "assoc_v4_deal_company_primary",
    "assoc_v4_deal_contact",
    "assoc_create_207_invalid_and_self",
    "assoc_v4_create_unknown_target_207",
)
def _both_ends(portal: Portal, exchange: Json) -> None:
    left, right = _ends(exchange)
    for each in exchange["request"]["body"]["inputs"]:
        seed(portal, left, {"id": each["from"]["id"]})
        if str(each["to"]["id"]) not in ("1234", "unknown_id_123456798"):
            seed(portal, right, {"id": each["to"]["id"]})


@prepares("assoc_v4_archive_204", "assoc_v4_archive_unknown_id_204")
def _linked_pairs(portal: Portal, exchange: Json) -> None:
    for each in exchange["request"]["body"]["inputs"]:
        for target in each["to"]:
            if target["id"] != 1234:
                linked(portal, ("deals", str(each["from"]["id"])), ("companies", str(target["id"])), 341)


@prepares("assoc_v4_list_company_deals", "assoc_v4_list_contact_deals", "assoc_v4_list_two")
def _listed(portal: Portal, exchange: Json) -> None:
    left, right = _ends(exchange)
    id = exchange["request"]["path"].split("/")[5]
    for each in exchange["response"]["body"]["results"]:
        linked(portal, (left, id), (right, str(each["toObjectId"])), each["associationTypes"][0]["typeId"])


@prepares("assoc_batch_read_partial_no_associations")
def _one_linked(portal: Portal, exchange: Json) -> None:
    linked(portal, ("contacts", "501"), ("companies", "29022297485"), 1)
    seed(portal, "contacts", {"id": "103107104018"})


@prepares("assoc_v3_put_meeting_contact")
def _meeting(portal: Portal, exchange: Json) -> None:
    seed(portal, "meetings", exchange["response"]["body"])
    seed(portal, "contacts", {"id": "24503"})


# ---------------------------------------------------------------------------------------------------- records


@prepares("batch_create_conflict_409_whole_batch", "batch_create_partial_207_conflict_trace_id")
def _taken_address(portal: Portal, exchange: Json) -> None:
    seed(portal, "contacts", {"id": "171591000198", "properties": {"email": "person36@example.com"}})


@prepares("batch_update_two_success", "batch_update_partial_207_unknown_id", "batch_update_duplicate_ids_400")
def _to_update(portal: Portal, exchange: Json) -> None:
    for each in exchange["response"]["body"].get("results", []):
        before = {"firstname": "Before", "lastname": "Before", "lifecyclestage": "lead"}
        seed(portal, "contacts", {**each, "properties": before})


@prepares("patch_company_200", "patch_contact_3_patch", "patch_task_completed", "patch_ticket_200")
def _to_patch(portal: Portal, exchange: Json) -> None:
    of, [said] = told_records(exchange)
    properties = dict(said["properties"]) | {"firstname": "X"} if of == "contacts" else said["properties"]
    seed(portal, of, {**said, "properties": {n: v for n, v in properties.items() if n != "hs_task_status"}})


@prepares("create_task_with_associations_201", "create_ticket_with_associations_201")
def _targets(portal: Portal, exchange: Json) -> None:
    objects = {230: "tickets", 204: "contacts", 192: "companies", 216: "deals"}
    objects |= {16: "contacts", 339: "companies", 28: "deals"}
    for each in exchange["request"]["body"]["associations"]:
        seed(portal, objects[each["types"][0]["associationTypeId"]], {"id": each["to"]["id"]})


@prepares("create_meeting_201", "create_meeting_invalid_date_400")
def _owner(portal: Portal, exchange: Json) -> None:
    portal.engine.store.put("portal", "furnished", None)
    portal.ask("GET", "/crm/v3/owners")
    told = {"id": "900000004", "email": "o@firma.example", "archived": False, "userIdIncludingInactive": 90000005}
    portal.engine.store.put("owners", "900000004", told)


@prepares("search_meetings_by_contact_offset", "search_meetings_two_filters", "search_tasks_by_ticket")
def _linked_hits(portal: Portal, exchange: Json) -> None:
    of, records = told_records(exchange)
    numbers: dict[str, tuple[tuple[str, str], int]] = {
        "meetings": (("contacts", "1451"), 199),
        "tasks": (("tickets", "16676542642"), 229),
    }
    other, number = numbers[of]
    for each in records:
        seed(portal, of, each)
        linked(portal, other, (of, str(each["id"])), number)
    for at in range(exchange["response"]["body"]["total"] - len(records)):
        seed(portal, of, {**records[0], "id": str(int(records[0]["id"]) + at + 1)})
        linked(portal, other, (of, str(int(records[0]["id"]) + at + 1)), number)


@prepares("search_contacts_contains_token_page", "search_contacts_page_1", "search_contacts_page_2_last")
def _hits(portal: Portal, exchange: Json) -> None:
    _, records = told_records(exchange)
    for number in range(300):
        values = {"firstname": "Johnnie", "lastname": "Yılmaz", "email": f"test{number}@example.org"}
        seed(portal, "contacts", {**records[0], "id": str(1 + number), "properties": values})
    if exchange["request"]["body"].get("after"):
        gone = [{"id": str(number + 1)} for number in range(200, 300)]
        assert portal.batch("archive", gone).status == 204


@prepares("company_4_read_deleted_404_html")
def _deleted(portal: Portal, exchange: Json) -> None:
    id = exchange["request"]["path"].rpartition("/")[2]
    seed(portal, "companies", {"id": id})
    assert portal.ask("DELETE", f"/crm/v3/objects/companies/{id}").status == 204


# ---------------------------------------------------------------------------------------------------- beside records


@prepares("list_owners", "owner_by_id", "owners_by_email")
def _owners(portal: Portal, exchange: Json) -> None:
    body = exchange["response"]["body"]
    for each in body.get("results", [body]):
        portal.engine.store.put("owners", each["id"], each)


@prepares("property_2_batch_create_201", "property_3_read_group")
def _group(portal: Portal, exchange: Json) -> None:
    assert recorded.sent(portal, exchanges()["property_1_create_group_201"]).status == 201


@prepares("property_4_batch_create_207_exists", "property_5_update", "property_6_update_options")
def _made(portal: Portal, exchange: Json) -> None:
    _group(portal, exchange)
    assert recorded.sent(portal, exchanges()["property_2_batch_create_201"]).status == 201


@prepares(
    *(name for name in exchanges() if name.startswith("list_") and "/lists" in exchanges()[name]["request"]["path"])
)
def _lists(portal: Portal, exchange: Json) -> None:
    request, body = exchange["request"], exchange["response"]["body"]
    id = request["path"].split("/")[4] if request["path"].count("/") > 3 else ""
    if id.isdigit():
        _put_list(portal, {"listId": id, "processingType": "MANUAL", "name": "a list"})
    for each in (body or {}).get("lists", []):
        _put_list(portal, each)
    offset = (request["body"] or {}).get("offset", 0) if isinstance(request["body"], dict) else 0
    for number in range(offset):
        _put_list(portal, {"listId": str(number + 1), "processingType": "MANUAL", "name": f"list {number}"})
    for number in range(300, 600 if (body or {}).get("hasMore") else 300):
        _put_list(portal, {"listId": str(number), "processingType": "MANUAL", "name": f"list {number}"})
    members = (
        [str(each) for each in request["body"] if not isinstance(each, dict)]
        if isinstance(request["body"], list)
        else []
    )
    members += [each["recordId"] for each in (body or {}).get("results", [])]
    for each in members:
        if each != "42":
            seed(portal, "contacts", {"id": each})
    if "/remove" in request["path"] or "again" in exchange["what"] or request["method"] == "GET":
        for each in members:
            portal.engine.store.link(f"list:{id}", id, each)
        if (body or {}).get("paging"):
            seed(portal, "contacts", {"id": "999999999999"})
            portal.engine.store.link(f"list:{id}", id, "999999999999")


def _put_list(portal: Portal, said: dict[str, Any]) -> None:
    known = {} if "createdAt" in said else exchanges()["list_1_create_manual"]["response"]["body"]["list"]
    told = {name: value for name, value in {**known, **said}.items() if name != "additionalProperties"}
    portal.engine.store.put("lists", said["listId"], told)
    times = {n: v for n, v in said.get("additionalProperties", {}).items() if n.endswith("_at")}
    portal.engine.store.put("list_times", said["listId"], times)


# ---------------------------------------------------------------------------------------------------- flows

FLOWS = ("contacts_batch", "company_life", "patch_contact", "list_membership", "custom_properties")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_recorded_flow_runs_step_by_step_with_the_ids_of_the_simulator(flow: str) -> None:
    steps = [each for each in exchanges().values() if (each["flow"] or {}).get("name") == flow]
    portal = Portal(requests=100, daily=250_000)
    same: dict[str, str] = {}
    if flow == "list_membership":
        seed(portal, "contacts", {"id": "216909523761"})
    for step in sorted(steps, key=lambda each: each["flow"]["step"]):
        reply = recorded.sent(portal, recorded.with_ids(step, same))
        assert reply.status == step["response"]["status"], (step["what"], reply.body)
        same |= recorded.same_ids(step["response"]["body"], reply.body)
    assert len(steps) > 3
