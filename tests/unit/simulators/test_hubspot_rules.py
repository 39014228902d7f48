"""The rules of the simulated HubSpot that no recording shows: batches, values, links, merges, consents, limits."""

from typing import Any

import pytest
from hubspots import KEY, START, Portal, ids

from crm_migrate_simulators.wire import Reply


def said(reply: Reply) -> str:
    return str(reply.body.get("message"))


def values(portal: Portal, id: str, *names: str, of: str = "contacts") -> list[Any]:
    reply = portal.ask("GET", f"/crm/objects/2026-09/{of}/{id}?properties={','.join(names)}")
    return [reply.body["properties"][name] for name in names]


# ---------------------------------------------------------------------------------------------------- batches


def test_one_refused_input_refuses_all_without_trace_ids_and_itself_with_them() -> None:
    portal = Portal()
    portal.key()
    good, bad = {"properties": {KEY: "a"}}, {"properties": {KEY: "b", "hs_lead_status": "NONSENSE"}}
    whole = portal.batch("create", [good, bad])
    assert whole.status == 400 and "INVALID_OPTION" in said(whole)
    assert portal.engine.log.creations == []
    part = portal.batch("create", [{**good, "objectWriteTraceId": "t1"}, {**bad, "objectWriteTraceId": "t2"}])
    assert (part.status, len(ids(part))) == (207, 1)
    assert part.body["errors"][0]["context"]["objectWriteTraceId"] == ["t2"]


def test_the_same_unique_value_twice_in_a_batch() -> None:
    portal = Portal()
    portal.key()
    two = [{"properties": {KEY: "a"}, "objectWriteTraceId": each} for each in ("t1", "t2")]
    reply = portal.batch("create", two)
    assert (reply.status, len(ids(reply))) == (207, 1)
    assert "CONFLICTING_UNIQUE_VALUE" in reply.body["errors"][0]["message"]
    assert portal.engine.log.doubled() == {}
    upsert = [{"idProperty": KEY, "id": each, "properties": {}} for each in ("x", "X")]
    assert portal.batch("upsert", upsert).status == 400


def test_an_upsert_that_meets_another_address_refuses_all() -> None:
    portal = Portal()
    portal.key()
    portal.make(email="taken@firma.example")
    inputs = [
        {"idProperty": KEY, "id": f"k{n}", "properties": {"email": mail}, "objectWriteTraceId": f"{n}"}
        for n, mail in enumerate(("free@firma.example", "TAKEN@firma.example"))
    ]
    reply = portal.batch("upsert", inputs)
    assert (reply.status, reply.body["category"]) == (409, "CONFLICT")
    assert len(portal.engine.log.creations) == 1


def test_two_keys_by_e_mail_land_in_one_contact() -> None:
    portal = Portal()
    one = portal.make(email="first@firma.example")
    portal.engine.store.put("additional_emails", "second@firma.example", one)
    inputs = [
        {"idProperty": "email", "id": f"{word}@firma.example", "properties": {"lastname": word}}
        for word in ("first", "second")
    ]
    assert ids(portal.batch("upsert", inputs)) == [one, one]
    assert values(portal, one, "email", "hs_additional_emails") == ["first@firma.example", "second@firma.example"]


@pytest.mark.parametrize("verb", ["create", "update", "upsert", "archive", "read"])
def test_a_batch_has_at_most_a_hundred(verb: str) -> None:
    portal = Portal()
    portal.key()
    inputs = [{"id": str(n), "idProperty": KEY, "properties": {}} for n in range(101)]
    reply = portal.batch(verb, inputs)
    assert reply.status == 400 and "100" in said(reply)


def test_update_by_what_is_not_unique() -> None:
    portal = Portal()
    for key in ("email", "lastname", "hs_object_id"):
        reply = portal.batch("update", [{"id": "1", "idProperty": key, "properties": {}}])
        assert reply.status == 400 and f"non-unique 0-1 property {key}" in said(reply)


# ---------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("of", "name", "value", "kept"),
    [
        ("deals", "closedate", "1651568400000", "2022-05-03T09:00:00Z"),
        ("deals", "closedate", "2022-05-03T11:00:00.5+02:00", "2022-05-03T09:00:00.500Z"),
        ("deals", "closedate", "2022-05-03", "2022-05-03T00:00:00Z"),
        ("deals", "amount", 12.5, "12.5"),
        ("contacts", "hs_lead_status", "NEW", "NEW"),
        ("companies", "domain", "https://www.Firma.example/impressum", "firma.example"),
        ("companies", "is_public", True, "true"),
        ("tickets", "hs_ticket_category", "BILLING_ISSUE;PRODUCT_ISSUE", "BILLING_ISSUE;PRODUCT_ISSUE"),
        ("contacts", "email", " Ada@Firma.Example ", "ada@firma.example"),
    ],
)
def test_a_value_is_kept_as_hubspot_keeps_it(of: str, name: str, value: Any, kept: str) -> None:
    portal = Portal()
    more = {"hs_pipeline_stage": "1"} if of == "tickets" else {}
    assert values(portal, portal.make(of, **more, **{name: value}), name, of=of) == [kept]


@pytest.mark.parametrize(
    ("of", "name", "value", "code"),
    [
        ("deals", "closedate", "2022-05-03T09:00:00", "INVALID_LONG"),
        ("deals", "amount", "1,000", "INVALID_NUMBER"),
        ("deals", "amount", "NaN", "INVALID_NUMBER"),
        ("deals", "dealstage", "nowhere", "INVALID_OPTION"),
        ("contacts", "hs_object_id", "5", "READ_ONLY_VALUE"),
        ("contacts", "createdate", "2020-01-01", "READ_ONLY_VALUE"),
        ("contacts", "hubspot_owner_id", "1", "INVALID_OWNER_ID"),
        ("contacts", "email", "ada@firma", "INVALID_EMAIL"),
        ("contacts", "email", "ada..b@@firma.example", "INVALID_EMAIL"),
        ("contacts", "address", "x" * 65_537, "VALUE_TOO_LONG"),
        ("companies", "is_public", "yes", "INVALID_OPTION"),
        ("contacts", "nonsense", "x", "PROPERTY_DOESNT_EXIST"),
    ],
)
def test_a_value_that_is_not_taken_is_named(of: str, name: str, value: str, code: str) -> None:
    portal = Portal()
    reply = portal.ask("POST", f"/crm/v3/objects/{of}", {"properties": {name: value}})
    assert (reply.status, reply.body["category"]) == (400, "VALIDATION_ERROR")
    assert f'"error":"{code}","name":"{name}"' in said(reply)
    assert portal.engine.log.creations == []


def test_a_day_is_a_midnight_in_utc() -> None:
    portal = Portal()
    made = {"name": "born", "label": "Born", "type": "date", "fieldType": "date", "groupName": "contactinformation"}
    assert portal.ask("POST", "/crm/properties/2026-09/contacts", made).status == 201
    assert values(portal, portal.make(born="1651536000000"), "born") == ["2022-05-03"]
    late = portal.ask("POST", "/crm/v3/objects/contacts", {"properties": {"born": "1651568400000"}})
    assert "1651568400000 is at 9:0:0.0 UTC, not midnight!" in said(late)


def test_a_lifecycle_stage_goes_forward_alone_and_nobody_says_so() -> None:
    portal = Portal()
    one = portal.make(lifecyclestage="customer")
    for given, kept in (("lead", "customer"), ("evangelist", "evangelist"), ("", ""), ("lead", "lead")):
        reply = portal.ask("PATCH", f"/crm/v3/objects/contacts/{one}", {"properties": {"lifecyclestage": given}})
        assert (reply.status, values(portal, one, "lifecyclestage")) == (200, [kept])


def test_what_is_needed() -> None:
    portal = Portal(required="contacts.phone")
    for of, missing in (("notes", "hs_timestamp"), ("tickets", "hs_pipeline_stage")):
        reply = portal.ask("POST", f"/crm/v3/objects/{of}", {"properties": {}})
        assert reply.body["context"] == {"properties": [missing]} and "Some required properties" in said(reply)
    for version, status in (("2026-03", 201), ("2026-09", 400)):
        assert portal.ask("POST", f"/crm/objects/{version}/contacts", {"properties": {}}).status == status


# ---------------------------------------------------------------------------------------------------- properties


def test_at_most_ten_properties_have_unique_values_and_that_never_changes() -> None:
    portal = Portal()
    told = {"label": "x", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    replies = [
        portal.ask("POST", "/crm/v3/properties/contacts", {**told, "name": f"k{n}", "hasUniqueValue": True})
        for n in range(11)
    ]
    assert [reply.status for reply in replies] == [201] * 10 + [400]
    assert portal.ask("PATCH", "/crm/v3/properties/contacts/k1", {"hasUniqueValue": False}).status == 400
    assert portal.ask("PATCH", "/crm/v3/properties/contacts/email", {"label": "Mail"}).status == 400
    wrong = portal.ask("POST", "/crm/v3/properties/contacts", {**told, "name": "n", "fieldType": "checkbox"})
    assert wrong.status == 400
    assert portal.ask("DELETE", "/crm/v3/properties/contacts/k1").status == 204
    assert portal.ask("GET", "/crm/v3/properties/contacts/k1").status == 404


def test_a_custom_object_has_properties_links_and_records() -> None:
    portal = Portal()
    named = {"name": "plate", "label": "Plate", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    schema = {
        "name": "car",
        "labels": {"singular": "Car", "plural": "Cars"},
        "primaryDisplayProperty": "plate",
        "requiredProperties": ["plate"],
        "properties": [named],
        "associatedObjects": ["CONTACT"],
    }
    made = portal.ask("POST", "/crm-object-schemas/2026-03/schemas", schema)
    assert (made.status, made.body["objectTypeId"]) == (201, "2-1")
    car = portal.make("p12345678_car", plate="34 ABC 1")
    ada = portal.make()
    [spec] = [each for each in made.body["associations"] if each["toObjectTypeId"] == "0-1"]
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": int(spec["id"])}]
    assert portal.ask("PUT", f"/crm/v4/objects/2-1/{car}/associations/contacts/{ada}", types).status == 201
    found = portal.ask("GET", f"/crm/v4/objects/contacts/{ada}/associations/car").body["results"]
    assert [each["toObjectId"] for each in found] == [int(car)]
    assert portal.engine.log.creations[0].key == "34 ABC 1"
    assert portal.ask("POST", "/crm/v3/objects/car", {"properties": {}}).status == 400


# ---------------------------------------------------------------------------------------------------- associations


def link(portal: Portal, one: str, other: str, number: int | None, pair: str = "contacts/companies") -> Reply:
    types = [] if number is None else [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    inputs = [{"from": {"id": one}, "to": {"id": other}, "types": types}]
    return portal.ask("POST", f"/crm/associations/2026-09/{pair}/batch/create", {"inputs": inputs})


def kinds(portal: Portal, one: str) -> dict[int, list[int]]:
    found = portal.ask("GET", f"/crm/objects/2026-09/contacts/{one}/associations/companies").body["results"]
    return {each["toObjectId"]: [type["typeId"] for type in each["associationTypes"]] for each in found}


@pytest.mark.parametrize("number", [None, 280])
def test_without_kinds_or_the_other_way_round_nothing_is_linked_and_nobody_says_so(number: int | None) -> None:
    portal = Portal()
    ada, firm = portal.make(), portal.make("companies", name="X")
    reply = link(portal, ada, firm, number)
    assert (reply.status, reply.body["status"], reply.body["results"]) == (201, "COMPLETE", [])
    assert "errors" not in reply.body and kinds(portal, ada) == {}
    assert link(portal, ada, firm, 99_999).status == 400


def test_there_is_one_primary_company() -> None:
    portal = Portal()
    ada, one, two = portal.make(), portal.make("companies", name="1"), portal.make("companies", name="2")
    assert link(portal, ada, one, 1).body["results"][0]["labels"] == ["Primary"]
    link(portal, ada, two, 1)
    assert kinds(portal, ada) == {int(one): [279], int(two): [1, 279]}
    pair = {"inputs": [{"from": {"id": ada}, "to": [{"id": two}]}]}
    assert portal.ask("POST", "/crm/v4/associations/contacts/companies/batch/archive", pair).status == 204
    assert kinds(portal, ada) == {int(one): [279]}
    portal.ask("DELETE", f"/crm/v3/objects/companies/{one}")
    assert kinds(portal, ada) == {}


def test_a_label_of_the_users_is_a_kind_in_both_directions() -> None:
    portal = Portal()
    label = {"label": "Dealer", "inverseLabel": "Customer", "name": "dealer"}
    told = portal.ask("POST", "/crm/v4/associations/contacts/companies/labels", label).body["results"]
    ada, firm = portal.make(), portal.make("companies", name="X")
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": told[0]["typeId"]}]
    made = portal.ask("PUT", f"/crm/v4/objects/contacts/{ada}/associations/companies/{firm}", types)
    assert made.body["labels"] == ["Dealer"]
    back = portal.ask("GET", f"/crm/v4/objects/companies/{firm}/associations/contacts").body["results"]
    assert back[0]["associationTypes"][0]["label"] == "Customer"


def test_a_new_record_whose_link_cannot_be_made_is_not_there() -> None:
    portal = Portal()
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]
    body = {"properties": {"hs_timestamp": "1"}, "associations": [{"to": {"id": "424242"}, "types": spec}]}
    reply = portal.ask("POST", "/crm/v3/objects/notes", body)
    assert (reply.status, portal.engine.log.creations) == (400, [])


# ---------------------------------------------------------------------------------------------------- merges and ends


def test_a_merge_makes_a_new_record_and_both_old_ids_and_addresses_lead_to_it() -> None:
    portal = Portal()
    portal.key()
    ada = portal.make(email="ada@firma.example", lastname="Yılmaz", crm_migrate_id="a")
    eda = portal.make(email="eda@firma.example", phone="1", crm_migrate_id="b")
    firm = portal.make("companies", name="X")
    link(portal, eda, firm, 1)
    body = {"primaryObjectId": ada, "objectIdToMerge": eda}
    new = portal.ask("POST", "/crm/v3/objects/contacts/merge", body).body["id"]
    assert new not in (ada, eda)
    for path in (ada, eda, "ada@firma.example?idProperty=email", "EDA@firma.example?idProperty=email"):
        assert portal.ask("GET", f"/crm/v3/objects/contacts/{path}").body["id"] == new
    assert values(portal, new, "lastname", "phone", KEY, "hs_additional_emails", "hs_merged_object_ids") == [
        "Yılmaz", "1", "a", "eda@firma.example", f"{eda};{ada}",
    ]  # fmt: skip
    assert kinds(portal, new) == {int(firm): [1, 279]}
    assert ids(portal.ask("GET", "/crm/v3/objects/contacts")) == [new]
    assert ids(portal.ask("GET", "/crm/v3/objects/contacts?archived=true")) == []
    assert len(portal.engine.log.creations) == 3 and portal.engine.log.doubled() == {}
    assert portal.ask("POST", "/crm/v3/objects/contacts/merge", {**body, "objectIdToMerge": ada}).status == 400


def test_who_is_erased_is_told_nowhere_and_the_address_makes_no_new_contact() -> None:
    portal = Portal()
    ada = portal.make(email="ada@firma.example")
    assert portal.ask("POST", "/crm/v3/objects/contacts/gdpr-delete", {"objectId": ada}).status == 204
    assert portal.ask("GET", f"/crm/v3/objects/contacts/{ada}?archived=true").status == 404
    assert "ada@" not in str(portal.engine.store.get("contacts", ada))
    again = portal.ask("POST", "/crm/v3/objects/contacts", {"properties": {"email": "Ada@firma.example"}})
    assert again.status == 400 and "GDPR" in said(again)


def test_a_deleted_record_is_listed_as_archived_and_its_values_are_free() -> None:
    portal = Portal()
    ada = portal.make(email="ada@firma.example")
    assert portal.batch("archive", [{"id": ada}, {"id": "424242"}]).status == 204
    gone = portal.ask("GET", "/crm/v3/objects/contacts?archived=true").body["results"]
    assert [(each["id"], each["archived"], "archivedAt" in each) for each in gone] == [(ada, True, True)]
    assert portal.make(email="ada@firma.example") != ada
    assert portal.batch("update", [{"id": ada, "properties": {"phone": "1"}}]).status == 207


# ---------------------------------------------------------------------------------------------------- consents


def test_v3_brings_nobody_back_who_has_opted_out_and_v4_does() -> None:
    portal = Portal()
    asked = {"emailAddress": "ada@firma.example", "subscriptionId": "81001"}
    room = "/communication-preferences"
    assert portal.ask("POST", f"{room}/v3/subscribe", asked).status == 200
    assert portal.ask("POST", f"{room}/v3/subscribe", asked).status == 400
    assert portal.ask("POST", f"{room}/v3/unsubscribe", asked).status == 200
    assert portal.ask("POST", f"{room}/v3/subscribe", asked).status == 400
    state = {"subscriptionId": 81001, "statusState": "SUBSCRIBED", "channel": "EMAIL", "legalBasis": "NON_GDPR"}
    path = f"{room}/2026-03/statuses/ada%40firma.example"
    assert portal.ask("POST", path, state).status == 400  # without an explanation
    told = portal.ask("POST", path, {**state, "legalBasisExplanation": "asked again"}).body["results"]
    assert [(each["status"], each["setStatusSuccessReason"]) for each in told] == [
        ("SUBSCRIBED", "RESUBSCRIBE_OCCURRED")
    ]
    assert portal.ask("POST", f"{path}/unsubscribe-all?channel=EMAIL").status == 200
    states = portal.ask("GET", f"{path}?channel=EMAIL").body["results"]
    assert {each["status"] for each in states} == {"UNSUBSCRIBED"}


# ---------------------------------------------------------------------------------------------------- limits and search


def test_limits_are_told_and_kept() -> None:
    portal = Portal(requests=3, daily=5)
    replies = [portal.ask("GET", "/crm/v3/owners") for _ in range(4)]
    left = [reply.headers.get("X-HubSpot-RateLimit-Remaining") for reply in replies]
    assert left[:3] == ["2", "1", "0"] and replies[3].body["policyName"] == "TEN_SECONDLY_ROLLING"
    portal.engine.clock.advance(11)
    assert [portal.ask("GET", "/crm/v3/owners").status for _ in range(3)] == [200, 200, 429]
    assert portal.ask("GET", "/crm/v3/owners").body["policyName"] == "DAILY"


def test_a_search_has_a_limit_of_its_own_and_ends_at_ten_thousand() -> None:
    portal = Portal(searches=2, daily=1000)
    replies = [portal.ask("POST", "/crm/v3/objects/contacts/search", {}) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429] and replies[2].body["policyName"] == "SECONDLY"
    assert set(replies[0].headers) == {
        "X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining", "Content-Type",
    }  # fmt: skip
    portal.engine.clock.advance(1)
    assert portal.ask("POST", "/crm/v3/objects/contacts/search", {"after": "9990", "limit": 20}).status == 400


def test_a_search_finds_what_is_new_late_and_loses_it_in_between() -> None:
    portal = Portal(index_seconds=6)
    portal.make(email="ada@firma.example")
    found = []
    for second in (0, 2, 4, 6):
        portal.engine.clock.set(START + second)
        found.append(portal.ask("POST", "/crm/v3/objects/contacts/search", {}).body["total"])
    assert found == [0, 1, 0, 1]
    assert portal.batch("read", [{"id": "ada@firma.example"}], idProperty="email").status == 200


@pytest.mark.parametrize(
    ("filter", "hits"),
    [
        ({"operator": "EQ", "value": "yılmaz"}, 1),
        ({"operator": "NEQ", "value": "Yılmaz"}, 2),
        ({"operator": "IN", "values": ["Yılmaz", "Öz"]}, 2),
        ({"operator": "NOT_IN", "values": ["Yılmaz"]}, 2),
        ({"operator": "HAS_PROPERTY"}, 2),
        ({"operator": "NOT_HAS_PROPERTY"}, 1),
        ({"operator": "CONTAINS_TOKEN", "value": "Yıl*"}, 1),
        ({"operator": "BETWEEN", "value": "o", "highValue": "z"}, 1),
    ],
)
def test_filters(filter: dict[str, Any], hits: int) -> None:
    portal = Portal()
    for name in ("Yılmaz", "Öz", ""):
        portal.make(lastname=name)
    body = {"filterGroups": [{"filters": [{"propertyName": "lastname", **filter}]}]}
    assert portal.ask("POST", "/crm/objects/2026-09/contacts/search", body).body["total"] == hits


# ---------------------------------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/crm/v3/objects/contacts", 200),
        ("/crm/objects/v3/contacts", 200),
        ("/crm/objects/2026-09/0-1", 200),
        ("/crm/objects/2031-01/contacts", 404),
        ("/crm/v4/objects/contacts", 404),
        ("/crm/v3/objects/butterflies", 400),
        ("/crm/v3/objects/Contact", 200),
        ("/crm/owners/2026-03", 200),
        ("/crm/pipelines/2026-09/tickets", 200),
        ("/crm/v4/associations/contacts/companies/labels", 200),
        ("/crm/associations/2026-09/contacts/companies/labels", 200),
        ("/account-info/v3/details", 200),
        ("/contacts/v1/lists/all/contacts/all", 404),
    ],
)
def test_paths_of_all_styles(path: str, status: int) -> None:
    assert Portal().ask("GET", path).status == status


def test_imports_are_refused_clearly() -> None:
    reply = Portal().ask("POST", "/crm/v3/imports", {})
    assert (reply.status, reply.body["category"]) == (403, "MISSING_SCOPES")
    assert reply.body["context"]["requiredGranularScopes"] == ["crm.import"]


def test_administrators_limit_how_many_are_linked() -> None:
    portal = Portal()
    limit = {"inputs": [{"category": "HUBSPOT_DEFINED", "typeId": 279, "maxToObjectIds": 1}]}
    path = "/crm/associations/2026-09/definitions/configurations/contacts/companies"
    assert portal.ask("POST", f"{path}/batch/create", limit).status == 200
    assert portal.ask("GET", path).body["results"][0]["userEnforcedMaxToObjectIds"] == 1
    ada, one, two = portal.make(), portal.make("companies", name="1"), portal.make("companies", name="2")
    assert [link(portal, ada, firm, 279).status for firm in (one, one, two)] == [201, 201, 207]
    assert kinds(portal, ada) == {int(one): [279]}
    back = portal.ask("PUT", f"/crm/v4/objects/companies/{two}/associations/contacts/{ada}", [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 280}
    ])  # fmt: skip
    assert back.status == 400 and kinds(portal, ada) == {int(one): [279]}


def test_the_company_that_a_contact_names_is_its_primary_one() -> None:
    portal = Portal()
    firm = portal.make("companies", name="X")
    ada = portal.make(associatedcompanyid=firm)
    assert kinds(portal, ada) == {int(firm): [1, 279]}
    assert values(portal, ada, "associatedcompanyid") == [firm]
    assert values(portal, firm, "num_associated_contacts", of="companies") == ["1"]
    wrong = portal.ask("POST", "/crm/v3/objects/contacts", {"properties": {"associatedcompanyid": "424242"}})
    assert wrong.status == 400 and len(portal.engine.log.creations) == 2


def test_pipelines_stages_groups_and_lists_are_changed_and_taken_away() -> None:
    portal = Portal()
    stage = {"label": "Open", "displayOrder": 0, "metadata": {"probability": "0.5"}}
    made = portal.ask("POST", "/crm/pipelines/2026-09/deals", {"label": "Shop", "displayOrder": 1, "stages": [stage]})
    pipeline, first = made.body["id"], made.body["stages"][0]["id"]
    deal = portal.make("deals", dealname="A", pipeline=pipeline, dealstage=first)
    path = f"/crm/v3/pipelines/deals/{pipeline}"
    assert portal.ask("PATCH", path, {"label": "Web shop"}).body["label"] == "Web shop"
    assert portal.ask("PATCH", f"{path}/stages/{first}", {"label": "Offen"}).body["label"] == "Offen"
    assert [portal.ask("DELETE", f"{path}{more}").status for more in ("", f"/stages/{first}")] == [400, 400]
    other = portal.ask("POST", "/crm/v3/objects/deals", {"properties": {"pipeline": "default", "dealstage": first}})
    assert other.status == 400 and "is no stage of pipeline default" in said(other)
    portal.ask("DELETE", f"/crm/v3/objects/deals/{deal}")
    assert portal.ask("DELETE", path).status == 204 and portal.ask("GET", path).status == 404
    portal.ask("POST", "/crm/v3/properties/contacts/groups", {"name": "g", "label": "G"})
    assert portal.ask("PATCH", "/crm/v3/properties/contacts/groups/g", {"label": "H"}).body["label"] == "H"
    assert portal.ask("DELETE", "/crm/v3/properties/contacts/groups/g").status == 204
    asked = {"name": "Load", "objectTypeId": "0-1", "processingType": "MANUAL"}
    assert portal.ask("POST", "/crm/lists/2026-09", asked).status == 200
    assert portal.ask("POST", "/crm/lists/2026-09", asked).status == 400
    found = portal.ask("GET", "/crm/lists/2026-09/object-type-id/0-1/name/Load").body["list"]["listId"]
    ada = portal.make()
    moved = {"recordIdsToAdd": [ada, "5"], "recordIdsToRemove": []}
    assert portal.ask("PUT", f"/crm/lists/2026-09/{found}/memberships/add-and-remove", moved).body == {
        "recordsIdsAdded": [ada], "recordIdsMissing": ["5"],
    }  # fmt: skip
    assert portal.ask("GET", f"/crm/lists/2026-09/records/0-1/{ada}/memberships").body["total"] == 1


def test_results_come_in_another_order_than_the_inputs() -> None:
    portal = Portal()
    inputs = [{"properties": {"lastname": f"n{n}"}, "objectWriteTraceId": str(n)} for n in range(10)]
    for given in (inputs, [{"properties": each["properties"]} for each in inputs]):
        names = [each["properties"]["lastname"] for each in portal.batch("create", given).body["results"]]
        assert names != sorted(names) and sorted(names) == [f"n{n}" for n in range(10)]
    still = Portal(shuffled=False).batch("create", inputs).body["results"]
    assert [each["properties"]["lastname"] for each in still] == [f"n{n}" for n in range(10)]


@pytest.mark.parametrize("archived", [False, True])
def test_pages_go_from_the_id_behind_the_last_one_to_the_end(archived: bool) -> None:
    portal = Portal()
    made = [portal.make() for _ in range(7)]
    if archived:
        portal.batch("archive", [{"id": id} for id in made])
    seen: list[str] = []
    after = ""
    while True:
        page = portal.ask("GET", f"/crm/v3/objects/contacts?limit=3&archived={str(archived).lower()}{after}")
        seen += ids(page)
        if "paging" not in page.body:
            break
        assert page.body["paging"]["next"]["after"] == str(int(seen[-1]) + 1)
        after = f"&after={page.body['paging']['next']['after']}"
    assert seen == made
