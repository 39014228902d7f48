"""HubSpot's `hubspot-sdk` (paths of 2026-03) moves a small company into a portal. Argument: its URL.

Each answer is held against the models of that client, member by member: one that does not fit ends this program.
"""

import json
import sys

from hubspot_sdk import APIStatusError, HubSpot

KEY = "crm_migrate_id"
client = HubSpot(
    base_url=sys.argv[1], access_token="pat-na1-simulated", max_retries=0, _strict_response_validation=True
)
crm = client.crm
# Where recordings contradict the models of this client (numbers for texts, members left out) it is asked without them.
loose = HubSpot(base_url=sys.argv[1], access_token="pat-na1-simulated", max_retries=0).crm


def prepare() -> None:
    assert client.account.get().portal_id == 12345678
    used = client.account.get_daily_private_apps_usage().results[0]
    assert used.usage_limit > 0 and used.current_usage >= 0
    assert client.settings.users.list().results[0].email
    for of in ("contacts", "companies"):
        crm.properties.groups.create(of, name="migration", label="Migration", display_order=-1)
        made = crm.properties.create(
            of, name=KEY, label="Key", type="string", field_type="text", group_name="migration", has_unique_value=True
        )
        assert made.has_unique_value
    assert any(each.name == KEY for each in crm.properties.list("contacts").results)


def load() -> tuple[dict[str, str], dict[str, str]]:
    inputs = [
        {
            "id": f"k{n}",
            "id_property": KEY,
            "properties": {"email": f"y{n}@firma.example", "firstname": "Ada", "lastname": "Y"},
            "object_write_trace_id": f"{n}",
        }
        for n in range(20)
    ]
    first = crm.objects.contacts.batch.upsert(inputs=inputs)
    again = crm.objects.contacts.batch.upsert(inputs=inputs)
    assert all(each.new for each in first.results) and not any(each.new for each in again.results)
    read = crm.objects.contacts.batch.get(
        inputs=[{"id": f"k{n}"} for n in range(20)], id_property=KEY, properties=[KEY], properties_with_history=[]
    )
    firms = crm.objects.companies.batch.create(
        inputs=[{"properties": {KEY: "f0", "name": "Firma"}, "associations": [], "object_write_trace_id": "0"}]
    )
    people = {each.properties[KEY]: each.id for each in read.results}
    return people, {each.properties[KEY]: each.id for each in firms.results}


def link(people: dict[str, str], firms: dict[str, str]) -> int:
    pairs = [{"from": {"id": id}, "to": {"id": firms["f0"]}} for id in people.values()]
    made = crm.associations.batch.create_default(to_object_type="companies", from_object_type="contacts", inputs=pairs)
    assert len(made.results) == 2 * len(pairs)
    asked = [{"id": id} for id in people.values()]
    read = loose.associations.batch.get(to_object_type="companies", from_object_type="contacts", inputs=asked)
    return len(read.results)


def look_around(people: dict[str, str]) -> None:
    pages = list(crm.objects.contacts.list(limit=7))
    assert {each.id for each in pages} == set(people.values())
    for status, body in ((409, {"email": "Y1@firma.example"}), (400, {"nosuchproperty": "x"})):
        try:
            crm.objects.contacts.create(properties=body, associations=[])
        except APIStatusError as refusal:
            assert refusal.status_code == status
        else:
            raise AssertionError(f"{status} was expected")
    assert crm.owners.list().results[0].email
    assert crm.pipelines.list("tickets").results[0].stages[0].id == "1"


def one_by_one(people: dict[str, str], firms: dict[str, str]) -> None:
    contacts = crm.objects.contacts
    read = contacts.get(
        people["k0"], properties=["email"], associations=["companies"], properties_with_history=["email"]
    )
    assert read.properties["email"] == "y0@firma.example" and read.associations
    assert contacts.update(people["k0"], properties={"phone": "1"}).properties["phone"] == "1"
    filter = {"property_name": "email", "operator": "EQ", "value": "y1@firma.example"}
    group = [{"filters": [filter]}]
    found = contacts.search(filter_groups=group, limit=5, after="0", properties=["email"], sorts=[])
    assert [each.id for each in found.results] == [people["k1"]]
    traced = [
        {"properties": {"email": m}, "associations": [], "object_write_trace_id": m} for m in ("y1@firma.example", "x")
    ]
    partly = contacts.batch.create(inputs=traced)
    assert partly.to_dict()["numErrors"] == 2 and not partly.results
    unknown = contacts.batch.update(inputs=[{"id": "424242", "properties": {"phone": "1"}}])
    assert unknown.to_dict()["numErrors"] == 1


def kinds_of_links() -> None:
    schema = crm.associations_schema
    made = schema.labels.create_label("companies", from_object_type="contacts", label="Dealer", name="dealer")
    assert made.results[0].label == "Dealer"
    limit = {"category": "HUBSPOT_DEFINED", "type_id": 4, "max_to_object_ids": 3}
    schema.labels.batch_create("deals", from_object_type="contacts", inputs=[limit])
    limits = schema.limits.get_by_object_types("deals", from_object_type="contacts").results
    assert [each.user_enforced_max_to_object_ids for each in limits] == [3]
    told = schema.labels.list_labels("companies", from_object_type="contacts")
    assert {each.type_id for each in told.results} >= {1, 279}


def lists(people: dict[str, str]) -> None:
    made = crm.lists.create(name="Load", object_type_id="0-1", processing_type="MANUAL")
    id = made.list.list_id
    added = loose.lists.add_memberships(id, body=[people["k0"], people["k1"]])
    assert set(added.records_ids_added or ()) == {people["k0"], people["k1"]}
    assert {each.record_id for each in crm.lists.list_memberships(id).results} == {people["k0"], people["k1"]}
    assert (
        crm.lists.list_by_search(query="Load", list_ids=[], offset=0, processing_types=["MANUAL"]).lists[0].list_id
        == id
    )
    asked = [{"object_type_id": "0-1", "record_id": people[each]} for each in ("k0", "k1")]
    held = crm.lists.batch_read_memberships(inputs=asked).results
    assert {(e.record_id, *(of.list_id for of in e.record_list_memberships)) for e in held} == {
        (people["k0"], id), (people["k1"], id),
    }  # fmt: skip
    crm.lists.delete(id)


def files() -> None:
    assets, options = client.files.file_assets, json.dumps({"access": "PRIVATE"})
    made = assets.upload(file=("a.txt", b"hello"), folder_path="/load", file_name="b.txt", options=options)
    assert (made.path, made.size, made.access) == ("/load/b.txt", 5, "PRIVATE")
    assert assets.get(made.id).name == "b"
    assets.delete(made.id)


def stages() -> None:
    stage = {"label": "Open", "display_order": 0, "metadata": {"probability": "0.5"}}
    made = crm.pipelines.create("deals", label="Shop", display_order=1, stages=[stage])
    more = crm.pipelines.create_stage(
        made.id, object_type="deals", label="Won", display_order=1, metadata={"probability": "1.0"}
    )
    assert crm.pipelines.get(made.id, object_type="deals").stages[1].id == more.id


def write_to() -> None:
    preferences = client.communication_preferences
    types = preferences.definitions.list().results
    state = {"subscription_id": int(types[0].id), "status_state": "SUBSCRIBED", "channel": "EMAIL"}
    basis = {"legal_basis": "CONSENT_WITH_NOTICE", "legal_basis_explanation": "a form of paper"}
    batch = preferences.statuses.batch
    told = batch.update_statuses(inputs=[{**state, **basis, "subscriber_id_string": "y1@firma.example"}])
    assert told.results[0].status == "SUBSCRIBED"
    read = batch.read(channel="EMAIL", inputs=["y1@firma.example"])
    assert "SUBSCRIBED" in {each.status for each in read.results[0].statuses}
    batch.unsubscribe_all(channel="EMAIL", inputs=["y1@firma.example"], verbose=True)
    wide = batch.get_unsubscribe_all_statuses(channel="EMAIL", inputs=["y1@firma.example"])
    assert wide.results[0].wide_statuses[0].status == "UNSUBSCRIBED"
    assert preferences.get_statuses("y1@firma.example", channel="EMAIL").results
    back = preferences.update_status("y1@firma.example", **state, **basis)
    assert back.results[0].set_status_success_reason == "RESUBSCRIBE_OCCURRED"


prepare()
people, firms = load()
linked = link(people, firms)
look_around(people)
one_by_one(people, firms)
kinds_of_links()
lists(people)
stages()
files()
write_to()
crm.objects.contacts.batch.delete(inputs=[{"id": people.pop("k9")}])
print(json.dumps({"contacts": people, "companies": firms, "linked": linked}))
