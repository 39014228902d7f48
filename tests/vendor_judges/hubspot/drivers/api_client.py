"""HubSpot's `hubspot-api-client` (v3 objects, v4 associations) moves a small company into a portal. Argument: its URL.

Every answer goes through the models of that client: one that they do not take ends this program with an error. It
prints, as JSON, what it believes to have made.
"""

import json
import sys
from typing import Any

from hubspot import Client
from hubspot import communication_preferences as consents
from hubspot.crm import associations, companies, contacts, deals, lists, pipelines, properties, schemas
from hubspot.crm import objects as all_objects

URL = sys.argv[1]
KEY = "crm_migrate_id"
client = Client.create(access_token="pat-na1-simulated")


def at(api: Any) -> Any:
    """An interface of the client, pointed at the simulator."""
    api.api_client.configuration.host = URL
    return api


def refused(status: int, error: type[Exception], act: Any, *arguments: Any, **more: Any) -> Any:
    """The body of a refusal."""
    try:
        act(*arguments, **more)
    except error as refusal:
        assert refusal.status == status, (refusal.status, refusal.body)
        return refusal.body
    raise AssertionError(f"{status} was expected")


def prepare() -> None:
    groups, core = at(client.crm.properties.groups_api), at(client.crm.properties.core_api)
    for of in ("contacts", "companies"):
        groups.create(of, properties.PropertyGroupCreate(name="migration", label="Migration", display_order=-1))
        made = core.create(
            of,
            properties.PropertyCreate(
                name=KEY, label="Key", type="string", field_type="text", group_name="migration", has_unique_value=True
            ),
        )
        assert made.has_unique_value
    again = properties.PropertyCreate(name=KEY, label="Key", type="string", field_type="text", group_name="migration")
    assert "OBJECT_ALREADY_EXISTS" in refused(409, properties.ApiException, core.create, "contacts", again)
    assert len(core.get_all("contacts").results) > 350


def load_contacts() -> dict[str, str]:
    batch = at(client.crm.contacts.batch_api)
    inputs = [
        contacts.SimplePublicObjectBatchInputUpsert(
            id=f"k{n}", id_property=KEY, properties={"lastname": f"Yılmaz {n}", "email": f"Y{n}@Firma.example"}
        )
        for n in range(100)
    ]
    body = contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)
    first, again = batch.upsert(body), batch.upsert(body)
    assert all(each.new for each in first.results) and not any(each.new for each in again.results)
    asked = [contacts.SimplePublicObjectId(id=f"k{n}") for n in range(100)]
    read = batch.read(
        contacts.BatchReadInputSimplePublicObjectId(
            inputs=asked, id_property=KEY, properties=[KEY, "email"], properties_with_history=[]
        )
    )
    assert {each.properties["email"] for each in read.results} == {f"y{n}@firma.example" for n in range(100)}
    return {each.properties[KEY]: each.id for each in read.results}


def load_companies() -> dict[str, str]:
    batch = at(client.crm.companies.batch_api)
    inputs = [
        companies.SimplePublicObjectBatchInputForCreate(
            properties={KEY: f"f{n}", "name": f"Firma {n}"}, associations=[], object_write_trace_id=f"t{n}"
        )
        for n in range(3)
    ]
    made = batch.create(companies.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    return {each.properties[KEY]: each.id for each in made.results}


def link(people: dict[str, str], firms: dict[str, str]) -> int:
    batch, basic = at(client.crm.associations.v4.batch_api), at(client.crm.associations.v4.basic_api)
    v4 = associations.v4
    specs = [v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)]
    inputs = [
        v4.PublicAssociationMultiPost(types=specs, _from=v4.PublicObjectId(id=id), to=v4.PublicObjectId(id=firms["f0"]))
        for id in people.values()
    ]
    made = batch.create("contacts", "companies", v4.BatchInputPublicAssociationMultiPost(inputs=inputs))
    assert len(made.results) == len(inputs)
    page = basic.get_page("contacts", people["k0"], "companies")
    assert [each.type_id for each in page.results[0].association_types] == [1, 279]
    asked = [v4.PublicFetchAssociationsBatchRequest(id=id) for id in people.values()]
    read = batch.get_page("contacts", "companies", v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=asked))
    return len(read.results)


def look_around(people: dict[str, str]) -> None:
    basic = at(client.crm.contacts.basic_api)
    found, page = [], basic.get_page(limit=30)
    while page.paging is not None:
        found, page = found + page.results, basic.get_page(limit=30, after=page.paging.next.after)
    assert {each.id for each in found + page.results} == set(people.values())
    assert "Existing ID" in refused(
        409,
        contacts.ApiException,
        basic.create,
        contacts.SimplePublicObjectInputForCreate(properties={"email": "y1@FIRMA.example"}),
    )
    refused(404, contacts.ApiException, basic.get_by_id, "424242")
    patched = basic.update(people["k1"], contacts.SimplePublicObjectInput(properties={"lastname": "Öztürk"}))
    assert patched.properties["lastname"] == "Öztürk" and "email" not in patched.properties
    search = at(client.crm.contacts.search_api)
    filter = contacts.Filter(property_name="lastname", operator="EQ", value="Öztürk")
    hits = search.do_search(
        contacts.PublicObjectSearchRequest(filter_groups=[contacts.FilterGroup(filters=[filter])], limit=10)
    )
    assert [each.id for each in hits.results] == [people["k1"]]
    assert len(at(client.crm.owners.owners_api).get_page(archived=True).results) == 1
    stages = at(client.crm.pipelines.pipelines_api).get_all("deals").results[0].stages
    assert stages[0].id == "appointmentscheduled"


def notes_and_lists(people: dict[str, str]) -> None:
    notes = at(client.crm.objects.basic_api)
    spec = all_objects.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=202)
    to = all_objects.PublicAssociationsForObject(types=[spec], to=all_objects.PublicObjectId(id=people["k0"]))
    note = all_objects.SimplePublicObjectInputForCreate(
        properties={"hs_note_body": "Called", "hs_timestamp": "2026-01-15T08:00:00Z"}, associations=[to]
    )
    assert notes.create("notes", note).properties["hs_note_body"] == "Called"
    made = at(client.crm.lists.lists_api).create(
        lists.ListCreateRequest(name="Load 1", object_type_id="0-1", processing_type="MANUAL")
    )
    members = at(client.crm.lists.memberships_api)
    id = made.list.list_id
    assert len(members.add(id, list(people.values())).records_ids_added) == len(people)
    assert members.add(id, list(people.values())).records_ids_added is None
    assert [each.list_id for each in members.get_lists("0-1", people["k0"]).results] == [id]
    assert {each.record_id for each in members.get_page(id).results} == set(people.values())
    assert members.remove(id, [people["k0"]]).record_ids_removed == [people["k0"]]
    assert at(client.crm.lists.lists_api).get_by_name("Load 1", "0-1").list.list_id == id
    assert at(client.crm.lists.lists_api).update_name(id, list_name="Load 2").updated_list.name == "Load 2"


def sell(firms: dict[str, str]) -> None:
    stages = [pipelines.PipelineStageInput(label="Open", display_order=0, metadata={"probability": "0.5"})]
    body = pipelines.PipelineInput(label="Shop", display_order=1, stages=stages)
    pipeline = at(client.crm.pipelines.pipelines_api).create("deals", body)
    spec = deals.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=5)
    to = deals.PublicAssociationsForObject(types=[spec], to=deals.PublicObjectId(id=firms["f0"]))
    told = {"dealname": "A", "amount": "12.50", "pipeline": pipeline.id, "dealstage": pipeline.stages[0].id}
    basic = at(client.crm.deals.basic_api)
    deal = basic.create(deals.SimplePublicObjectInputForCreate(properties=told, associations=[to]))
    read = basic.get_by_id(deal.id, associations=["companies"], properties_with_history=["amount"])
    assert {each.id for each in read.associations["companies"].results} == {firms["f0"]}
    assert read.properties_with_history["amount"][0].value == "12.50"
    assert "not one of the allowed options" in refused(
        400, deals.ApiException, basic.update, deal.id, deals.SimplePublicObjectInput(properties={"dealstage": "x"})
    )


def rent() -> None:
    named = schemas.ObjectTypePropertyCreate(
        name="plate", label="Plate", type="string", field_type="text", has_unique_value=True
    )
    egg = schemas.ObjectSchemaEgg(
        name="car",
        labels=schemas.ObjectTypeDefinitionLabels(singular="Car", plural="Cars"),
        primary_display_property="plate",
        required_properties=["plate"],
        properties=[named],
        associated_objects=["CONTACT"],
    )
    core = at(client.crm.schemas.core_api)
    made = core.create(egg)
    assert made.object_type_id == core.get_by_id("car").object_type_id
    assert [each.name for each in core.get_all().results] == ["car"]
    basic = at(client.crm.objects.basic_api)
    car = basic.create(
        made.object_type_id, all_objects.SimplePublicObjectInputForCreate(properties={"plate": "34 A 1"})
    )
    assert basic.get_by_id("car", "34 A 1", id_property="plate").id == car.id
    basic.archive("car", car.id)


def write_to(people: dict[str, str]) -> None:
    types = at(client.communication_preferences.definition_api).get_page().subscription_definitions
    status = at(client.communication_preferences.status_api)
    asked = consents.PublicUpdateSubscriptionStatusRequest(
        email_address="y2@firma.example",
        subscription_id=types[0].id,
        legal_basis="CONSENT_WITH_NOTICE",
        legal_basis_explanation="a form of paper",
    )
    assert status.subscribe(asked).status == "SUBSCRIBED"
    assert status.unsubscribe(asked).status == "NOT_SUBSCRIBED"
    refused(400, consents.ApiException, status.subscribe, asked)
    told = status.get_email_status("y2@firma.example").subscription_statuses
    assert {each.status for each in told} == {"NOT_SUBSCRIBED"} and len(told) == len(types)


def unite(people: dict[str, str]) -> None:
    basic = at(client.crm.contacts.basic_api)
    body = contacts.PublicMergeInput(primary_object_id=people["k3"], object_id_to_merge=people["k4"])
    merged = basic.merge(body)
    assert merged.id not in people.values()
    assert {basic.get_by_id(people[key]).id for key in ("k3", "k4")} == {merged.id}


prepare()
people, firms = load_contacts(), load_companies()
linked = link(people, firms)
look_around(people)
notes_and_lists(people)
sell(firms)
rent()
write_to(people)
unite(people)
gone = at(client.crm.contacts.batch_api)
gone.archive(contacts.BatchInputSimplePublicObjectId(inputs=[contacts.SimplePublicObjectId(id=people.pop("k9"))]))
print(json.dumps({"contacts": people, "companies": firms, "linked": linked}))
