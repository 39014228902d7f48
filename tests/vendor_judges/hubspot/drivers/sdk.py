"""HubSpot's `hubspot-sdk` (paths of 2026-03) moves a small company into a portal. Argument: its URL."""

import json
import sys

from hubspot_sdk import APIStatusError, HubSpot

KEY = "crm_migrate_id"
client = HubSpot(base_url=sys.argv[1], access_token="pat-na1-simulated", max_retries=0)
crm = client.crm


def prepare() -> None:
    assert client.account.get().portal_id == 12345678
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
            "properties": {"email": f"y{n}@firma.example"},
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
    read = crm.associations.batch.get(to_object_type="companies", from_object_type="contacts", inputs=asked)
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


prepare()
people, firms = load()
linked = link(people, firms)
look_around(people)
crm.objects.contacts.batch.delete(inputs=[{"id": people.pop("k9")}])
print(json.dumps({"contacts": people, "companies": firms, "linked": linked}))
