"""Every route of the simulated HubSpot, asked with words that make no sense: an answer of its own, never a failure."""

import random
import re
from typing import Any
from urllib.parse import quote

import pytest
from hubspots import Portal

from crm_migrate_simulators.hubspot.routes import ROUTES

WORDS = (
    "contacts",
    "0-1",
    "companies",
    "x",
    "-1",
    "1001",
    "1002",
    "a@b.example",
    "/",
    "😀",
    "email",
    "1e9",
    "2-1",
    "81001",
)
QUERIES = (
    "", "limit=abc", "limit=0", "limit=99999", "after=x", "after=-1", "archived=zz", "properties=", "associations=x",
    "associations=contacts", "idProperty=email", "idProperty=x", "channel=EMAIL", "email=x",
    "propertiesWithHistory=email&limit=60", "listName=",
)  # fmt: skip
LINK = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
BODIES: tuple[Any, ...] = (
    None, {}, [], [1], "x", {"inputs": []}, {"inputs": [{}]}, {"properties": {}}, {"objectId": "1001"},
    {"inputs": [{"id": "1001", "idProperty": "email", "properties": {"email": "q@b.example", "firstname": None}}]},
    {"inputs": [{"from": {"id": "1001"}, "to": {"id": "1002"}, "types": [LINK]}]},
    {"name": "a", "label": "b", "type": "string", "fieldType": "text", "groupName": "contactinformation"},
    {"filters": [{"propertyName": "createdate", "operator": "BETWEEN", "value": "x"}], "query": "q"},
)  # fmt: skip


def path_of(template: str, version: str, dice: random.Random) -> str:
    plain = re.sub(r"\{\w+\}", lambda _: quote(dice.choice(WORDS), safe=""), template)
    _, room, *rest = plain.split("/")
    behind = "/".join([room, version, *rest])
    outside = room in ("account-info", "communication-preferences", "settings")
    return f"/{behind}" if outside else dice.choice([f"/crm/{version}{plain}", f"/crm/{behind}"])


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_asked_is_answered(seed: int) -> None:
    dice = random.Random(seed)
    portal = Portal()
    portal.make(email="a@b.example")
    portal.make("companies", name="X")
    for route in ROUTES * 3:
        path = path_of(route.template, dice.choice(sorted(route.versions)), dice)
        reply = portal.ask(route.method, f"{path}?{dice.choice(QUERIES)}", dice.choice(BODIES))
        assert 200 <= reply.status < 500, (route.method, path, reply.body)
        if reply.status >= 400 and isinstance(reply.body, dict):
            assert reply.body["status"] == "error" and reply.body["correlationId"]
