"""The simulated HubSpot: batches, values, properties and custom objects, as no recording shows them."""

from typing import Any

import pytest
from hubspots import KEY, START, Portal, ids, said, values


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


def test_results_come_in_another_order_than_the_inputs() -> None:
    portal = Portal()
    inputs = [{"properties": {"lastname": f"n{n}"}, "objectWriteTraceId": str(n)} for n in range(10)]
    for given in (inputs, [{"properties": each["properties"]} for each in inputs]):
        names = [each["properties"]["lastname"] for each in portal.batch("create", given).body["results"]]
        assert names != sorted(names) and sorted(names) == [f"n{n}" for n in range(10)]
    still = Portal(shuffled=False).batch("create", inputs).body["results"]
    assert [each["properties"]["lastname"] for each in still] == [f"n{n}" for n in range(10)]


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


def test_history_tells_what_a_property_was() -> None:
    portal = Portal()
    ada = portal.make(lastname="Yılmaz")
    for hour, name in enumerate(("Öz", "Öz", ""), 1):
        portal.engine.clock.set(START + hour * 3600)
        portal.ask("PATCH", f"/crm/v3/objects/contacts/{ada}", {"properties": {"lastname": name, "phone": str(hour)}})
    asked = f"/crm/v3/objects/contacts/{ada}?propertiesWithHistory=lastname,hs_object_id"
    told = portal.ask("GET", asked).body["propertiesWithHistory"]
    assert [(each["value"], each["timestamp"]) for each in told["lastname"]] == [
        ("", "2027-01-15T11:00:00Z"), ("Öz", "2027-01-15T09:00:00Z"), ("Yılmaz", "2027-01-15T08:00:00Z"),
    ]  # fmt: skip
    assert [each["value"] for each in told["hs_object_id"]] == [ada]


def test_what_is_needed() -> None:
    portal = Portal(required="contacts.phone")
    for of, missing in (("notes", "hs_timestamp"), ("tickets", "hs_pipeline_stage")):
        reply = portal.ask("POST", f"/crm/v3/objects/{of}", {"properties": {}})
        assert reply.body["context"] == {"properties": [missing]} and "Some required properties" in said(reply)
    for version, status in (("2026-03", 201), ("2026-09", 400)):
        assert portal.ask("POST", f"/crm/objects/{version}/contacts", {"properties": {}}).status == status


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
