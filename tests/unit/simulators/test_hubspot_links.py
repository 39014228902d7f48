"""The simulated HubSpot: associations, merges, deletions, consents, pipelines and lists, as no recording shows them."""

import pytest
from hubspots import KEY, Portal, ids, kinds, link, said, values


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


def test_notes_are_not_merged() -> None:
    portal = Portal()
    first, second = (portal.make("notes", hs_timestamp="1") for _ in range(2))
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    assert portal.ask("POST", "/crm/v3/objects/notes/merge", body).status == 400


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
    read = portal.ask("POST", "/crm/v3/objects/contacts/batch/read?archived=true", {"inputs": [{"id": ada}]})
    assert [(each["id"], each["archived"]) for each in read.body["results"]] == [(ada, True)]
    assert portal.make(email="ada@firma.example") != ada
    assert portal.batch("update", [{"id": ada, "properties": {"phone": "1"}}]).status == 207


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
    ada = portal.make(email="Ada@firma.example")
    assert values(portal, ada, "hs_email_optout", "hs_email_optout_81001") == ["true", "true"]
    states = portal.ask("GET", f"{path}?channel=EMAIL").body["results"]
    assert {each["status"] for each in states} == {"UNSUBSCRIBED"}


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
