"""A simulated HubSpot portal for tests, asked without a socket, by a client that knows nothing of ours."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.hubspot import SIMULATOR, HubSpot, furnished
from crm_migrate_simulators.hubspot.habits import Habits, limits
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.schema import read_schema
from crm_migrate_simulators.wire import Reply, Request

START = 1_800_000_000.0  # 2027-01-15 08:00 UTC
TOKEN = "pat-na1-simulated"
KEY = "crm_migrate_id"


class Portal:
    """A fresh portal; its clock stands, and it has no limits unless they are said."""

    def __init__(self, faults: str = "", *, keep: Keep | None = None, seed: int = 0, **habits: Any) -> None:
        ways = Habits(**{"requests": 0, "daily": 0, "searches": 0, **habits})
        clock = Clock(START)
        schedule = Schedule(read_schedule(faults, SIMULATOR.kinds), seed)
        schema = read_schema(furnished({"objects": {}}))
        self.engine = Engine(
            HubSpot(clock, ways), schema, schedule=schedule, clock=clock, quotas=limits(ways), keep=keep,
            kinds=SIMULATOR.kinds, store=SIMULATOR.stored,
        )  # fmt: skip

    def ask(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> Reply:
        """The reply to a request; the query stands in the path."""
        url = urlsplit(path)
        pairs = tuple(parse_qsl(url.query, keep_blank_values=True))
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {token}"}
        return self.engine.answer(Request(method, url.path, dict(pairs), headers, data, pairs))

    def key(self, of: str = "contacts") -> None:
        """Make our key, as a connector does."""
        self.ask("POST", f"/crm/v3/properties/{of}/groups", {"name": "migration", "label": "Migration"})
        made = {"name": KEY, "label": "Key", "type": "string", "fieldType": "text", "groupName": "migration"}
        reply = self.ask("POST", f"/crm/v3/properties/{of}", {**made, "hasUniqueValue": True})
        assert reply.status == 201, reply.body

    def make(self, of: str = "contacts", **properties: Any) -> str:
        """The id of a new record."""
        reply = self.ask("POST", f"/crm/v3/objects/{of}", {"properties": properties})
        assert reply.status == 201, reply.body
        return str(reply.body["id"])

    def batch(self, verb: str, inputs: list[Any], of: str = "contacts", **more: Any) -> Reply:
        """A batch of a dated version."""
        return self.ask("POST", f"/crm/objects/2026-03/{of}/batch/{verb}", {"inputs": inputs, **more})


def ids(reply: Reply) -> list[str]:
    """The ids of its results."""
    return [result["id"] for result in reply.body["results"]]


def said(reply: Reply) -> str:
    """Its message."""
    return str(reply.body.get("message"))


def values(portal: Portal, id: str, *names: str, of: str = "contacts") -> list[Any]:
    """What a read tells of these properties."""
    reply = portal.ask("GET", f"/crm/objects/2026-09/{of}/{id}?properties={','.join(names)}")
    return [reply.body["properties"][name] for name in names]


def link(portal: Portal, one: str, other: str, number: int | None, pair: str = "contacts/companies") -> Reply:
    """The answer to a batch that links two records; without a number by no kind at all."""
    types = [] if number is None else [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    inputs = [{"from": {"id": one}, "to": {"id": other}, "types": types}]
    return portal.ask("POST", f"/crm/associations/2026-09/{pair}/batch/create", {"inputs": inputs})


def kinds(portal: Portal, one: str) -> dict[int, list[int]]:
    """The companies of a contact, and the kinds of each link."""
    found = portal.ask("GET", f"/crm/objects/2026-09/contacts/{one}/associations/companies").body["results"]
    return {each["toObjectId"]: [type["typeId"] for type in each["associationTypes"]] for each in found}
