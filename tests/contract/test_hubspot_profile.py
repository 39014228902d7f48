"""The shipped profile for HubSpot: every field has a place in a fresh portal, and comes back as it went."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import profiled
import pytest
from portals import TOKEN, Portal

from crm_migrate.connecting.conformance_targets import batch_of, everything, settled
from crm_migrate.connecting.conformance_uploading import BYTES, content
from crm_migrate.connecting.contract import TargetField, Upload
from crm_migrate.connecting.discovery import connector
from crm_migrate.crm.types import TYPES

AYSE = "ayse.k@anadolu.example"
PROFILE: Any = profiled.profile_of("hubspot")
object_of = partial(profiled.object_of, PROFILE)
ORDER = PROFILE.load_order
BY_STORAGE = {"decimal": "12.5", "integer": "3", "date": "2024-02-29", "instant": "2024-02-29T23:59:59Z",
              "boolean": "true", "list": '["a","b c"]'}  # fmt: skip
BY_TYPE = {"email": "{}@posta.example", "owner": AYSE, "consent": "withdrawn", "url": "https://www.firma.example/a",
           "domain": "firma.example", "phone": "+902120000001", "country": "TR", "currency": "EUR"}  # fmt: skip
STAGES = {
    "label": "Adviser",
    "pipeline": "Sales Pipeline",
    "dealstage": "Closed Won",
    "hs_pipeline_stage": "Waiting on us",
}


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal(AYSE)
    made.ask("POST", "/crm/v3/properties/deals", {  # as a portal with several currencies has it
        "name": "deal_currency_code", "label": "Currency", "type": "string", "fieldType": "text",
        "groupName": "dealinformation",
    })  # fmt: skip
    for one, other in (("contacts", "companies"), ("contacts", "contacts"), ("deals", "contacts")):
        label = {"name": "adviser", "label": "Adviser", "inverseLabel": "Advised"}
        made.ask("POST", f"/crm/v4/associations/{one}/{other}/labels", label)
    yield made
    made.stop()


def cell(name: str, field: TargetField, choices: tuple[str, ...], ids: dict[str, str]) -> str | None:
    """A value of the field's type that the portal takes; of a reference the first record of its object."""
    if field.reference:
        return ids.get(field.reference)
    if field.name in STAGES or choices:
        return STAGES.get(field.name) or choices[0]
    by_type = BY_TYPE.get(field.type, "").format(name)
    return by_type or BY_STORAGE.get(TYPES[field.type].storage, f"a {field.name}")


def test_every_field_of_the_profile_has_a_place_and_comes_back(portal: Portal) -> None:
    options = {"url": portal.url, "token": TOKEN, "settle_seconds": "0", "longest_seconds": "5"}
    target = connector("hubspot").target(options)
    objects = {name: object_of(name) for name in ORDER}
    assert set(ORDER) == set(PROFILE.objects)
    target.prepare(tuple(objects.values()), apply=True)
    assert target.prepare(tuple(objects.values()), apply=False) == ()
    ids: dict[str, str] = {}
    for name, object in objects.items():
        (described,) = target.describe((object.name,)).objects
        row: dict[str, str | None] = {"__entity": name}
        for field in object.fields:
            there = described.field(field.name) or field
            assert not there.read_only, f"{name}.{field.name}"
            row[field.name] = cell(name, field, there.choices, ids)
        if name == "relationships":
            row["to"] = portal.make("contacts", firstname="Somebody else")
        if name == "campaign_members":
            row["from.Lead"] = None  # the lead: `test_hubspot_lists.py`
        if isinstance(target, Upload) and target.takes_bytes(object):
            row |= {"file.size": str(len(BYTES)), "file.md5": content(BYTES).md5}
            answer = target.upload(batch_of(object, name, [row]), content(BYTES))
        else:
            answer = settled(target, object, name, [row])
        assert not answer.refused, (name, answer.refused)
        ids[object.name] = answer.loaded[name]
        (read,) = (each for each in everything(target, object) if each["__entity"] == name)
        expected = {field: value for field, value in row.items() if value is not None}
        assert {field: read[field] for field in expected} == expected, name
    target.close()
