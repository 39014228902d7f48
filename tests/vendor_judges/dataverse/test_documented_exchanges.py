"""Each recorded exchange of the vendor's documentation is asked of the simulator: the same status, code and shape."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from environments import DATA, Environment
from recordings import VENDOR

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.dynamics.crm import Dynamics
from crm_migrate_simulators.quotas import TooMany

Json = dict[str, Any]
EXCHANGES: dict[str, Json] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((VENDOR / "dataverse").glob("*.json"))
}
# Those that cannot be asked, and why.
ELSEWHERE = {
    "create_duplicate_detected_0x80040333": "duplicate detection rules are not simulated",
    "update_duplicate_detected_0x80040333": "duplicate detection rules are not simulated",
    "create_with_bind_and_expand_201": "$expand is not simulated",
    "query_page_2_next_link": "asked by the link of the first page",
}
# Statuses of test doubles that are believed to be others.
DOUBLES = {"error_unknown_entity_set_400": 404}
SCHEMA = {"tables": {
    "sample_example": {"columns": {}},
    "example_record": {"columns": {"example_key1": {"type": "Integer"}, "example_key2": {"type": "Integer"}}},
}}  # fmt: skip
RECORD = re.compile(r"(accounts|contacts|emails|leads|opportunities|tasks)\(([0-9a-f]{8}-[0-9a-f-]{27})\)")
PRIMARY = {"accounts": "accountid", "contacts": "contactid", "emails": "activityid", "leads": "leadid",
           "opportunities": "opportunityid", "tasks": "activityid"}  # fmt: skip
ABSENT = {"upsert_prevent_create_404"}
FAULTS = {
    "error_with_annotations_400": "plugin_fails:1",
    "throttle_execution_time_429": "execution_time:1",
    "throttle_requests_429": "throttled:1",
}
Prepare = Callable[[Environment], object]


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    name = request.node.callspec.params["name"]
    made = Environment(SCHEMA, faults=FAULTS.get(name, ""))
    yield made
    made.stop()


def _keyed(environment: Environment, *values: int) -> None:
    of = f"{DATA}EntityDefinitions(LogicalName='example_record')/Keys"
    said = {"SchemaName": "example_key", "KeyAttributes": ["example_key1", "example_key2"]}
    assert environment.ask("POST", of, said)[0] == 204
    for value in values:
        environment.make("example_records", example_name="there", example_key1=value, example_key2=value)


def _examples(environment: Environment) -> None:
    for target in EXCHANGES["update_multiple_204"]["request"]["body"]["Targets"]:
        environment.make("sample_examples", sample_name="before", sample_exampleid=target["sample_exampleid"])


def _people(environment: Environment) -> None:
    for name in ("Yvonne", "Susanna", "Third"):
        environment.make("contacts", firstname=name, lastname="Sample", emailaddress1="p@example.com",
                         fax="614-555-0122", familystatuscode=1)  # fmt: skip


PREPARE: dict[str, Prepare] = {
    "upsert_alternate_key_created_204": _keyed,
    "upsert_return_representation_created_201": _keyed,
    "upsert_alternate_key_updated_204_identical": lambda environment: _keyed(environment, 2),
    "upsert_return_representation_updated_200": lambda environment: _keyed(environment, 3),
    "update_multiple_204": _examples,
    "disassociate_collection_204": lambda environment: environment.make(
        "opportunities", name="Sample", opportunityid="00000000-0000-0000-0000-000000000001"
    ),
    "query_page_1_next_link": _people,
    "query_contacts_formatted_values_next_link": _people,
}


def _seeded(environment: Environment, asked: Json) -> None:
    """Records with the ids that a request names."""
    text = json.dumps(asked["body"]) + asked["path"]
    for set, id in dict.fromkeys(RECORD.findall(text)):
        name = {"contacts": "lastname", "leads": "lastname", "emails": "subject", "tasks": "subject"}.get(set, "name")
        environment.make(set, **{PRIMARY[set]: id, name: "Sample"})


def _asked(environment: Environment, name: str) -> tuple[int, dict[str, str], Any]:
    asked = EXCHANGES[name]["request"] or {
        "method": "GET",
        "path": f"{DATA}accounts",
        "query": None,
        "headers": {},
        "body": None,
    }
    if name not in ABSENT:
        _seeded(environment, asked)
    PREPARE.get(name, lambda environment: None)(environment)
    headers = {each: said for each, said in asked["headers"].items() if each != "Content-Type"}
    if name == "query_contacts_formatted_values_next_link":
        headers["Prefer"] += ", odata.maxpagesize=2"
    if name == "conditional_get_304":
        headers["If-None-Match"] = environment.ask("GET", asked["path"])[2]["@odata.etag"]
    body = asked["body"]
    if isinstance(body, str):
        headers["Content-Type"], body = asked["headers"]["Content-Type"], body.encode()
    query = f"?{urlencode(asked['query'], safe='$@')}" if asked["query"] else ""
    return environment.ask(asked["method"], asked["path"] + query, body, **headers)


def test_what_cannot_be_asked_is_named_and_counted() -> None:
    assert len(EXCHANGES) == 48
    named = {*ELSEWHERE, *DOUBLES, *ABSENT, *FAULTS, *PREPARE}
    assert named <= set(EXCHANGES) and len(ELSEWHERE) == 4


@pytest.mark.parametrize("name", [name for name in EXCHANGES if name not in (*ELSEWHERE, "throttle_concurrent_429")])
def test_the_answer_has_the_recorded_status_and_shape(environment: Environment, name: str) -> None:
    expected = EXCHANGES[name]["response"]
    status, headers, body = _asked(environment, name)
    assert status == DOUBLES.get(name, expected["status"]), body
    assert _shape(body) >= _shape(expected["body"])
    assert _statuses(body) == _statuses(expected["body"])
    recorded = {each.lower() for each in expected["headers"]} - {"content-type"}
    assert recorded <= set(headers) | {"odata-version"}
    if isinstance(body, dict) and isinstance(expected["body"], dict) and "error" in body:
        assert body["error"]["code"] == expected["body"]["error"]["code"]


def test_too_many_at_once_are_answered_as_recorded() -> None:
    said = EXCHANGES["throttle_concurrent_429"]["response"]["body"]["error"]
    reply = Dynamics(Clock(0.0)).limited(TooMany("concurrent", 1.0), 0.0)
    assert reply.status == 429 and reply.headers["Retry-After"] == "1" and reply.body["error"]["code"] == said["code"]


def _shape(body: Any, at: str = "") -> set[str]:
    """The names of members, of lists those of their first; without what comes only with annotations."""
    if isinstance(body, list):
        return _shape(body[0], f"{at}[]") if body else set()
    if not isinstance(body, dict):
        return set()
    kept = {name: said for name, said in body.items() if not name.startswith("@Microsoft.") and name not in METADATA}
    return {f"{at}.{name}" for name in kept} | {
        each for name, said in kept.items() for each in _shape(said, f"{at}.{name}")
    }


METADATA = {  # what metadata says besides, and nobody here asks for
    "Color", "IsManaged", "ExternalValue", "ParentValues", "Tag", "IsHidden", "MetadataId", "HasChanged", "Description",
    "@odata.type", "DefaultStatus", "InvariantName", "TransitionData", "IsValidODataAttribute", "Format", "Targets",
}  # fmt: skip


def _statuses(body: Any) -> list[str]:
    return re.findall(r"HTTP/1.1 (\d+)", body) if isinstance(body, str) else []
