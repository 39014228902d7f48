"""Recorded exchanges of the real HubSpot, the state that their answers presuppose, and what has to be the same."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hubspots import Portal

from crm_migrate_simulators.hubspot.object_types import STANDARD, object_type
from crm_migrate_simulators.hubspot.problems import Answered
from crm_migrate_simulators.hubspot.properties import definition, read_only
from crm_migrate_simulators.hubspot.routes import find
from crm_migrate_simulators.wire import Reply

FOLDER = Path(__file__).resolve().parents[2] / "vendor" / "hubspot"
Json = dict[str, Any]
# Values that have to be the same; of all others the JSON type has to be.
EXACT = frozenset(
    {"status", "category", "subCategory", "error", "code", "type", "typeId", "fieldType", "processingType", "archived",
     "hasUniqueValue", "hasMore", "fromObjectTypeId", "toObjectTypeId", "objectTypeId", "labels", "isValid"}
)  # fmt: skip
# What HubSpot fills since the recordings were made (the newer of them show these, the older do not).
LATER = frozenset(
    {"hs_full_name_or_email", "hs_associated_target_accounts", "hs_prospecting_agent_actively_enrolled_count",
     "hs_prospecting_agent_total_enrolled_count", "hs_sequences_actively_enrolled_count", "num_notes",
     "hs_currently_enrolled_in_prospecting_agent", "hs_is_contact", "hs_updated_by_user_id", "hs_object_source",
     "hs_object_source_id", "hs_object_source_label"}
)  # fmt: skip

# Members that the editor of properties shows and that no reader of values needs.
EDITOR = frozenset(
    {"description", "readOnlyOptions", "calculationFormula", "showCurrencySymbol", "updatedAt", "createdAt"}
)


@cache
def exchanges() -> dict[str, Json]:
    """The recorded exchanges by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def sent(portal: Portal, exchange: Json) -> Reply:
    """The answer of the simulator to a recorded request."""
    request = exchange["request"]
    query = f"?{urlencode(request['query'])}" if request["query"] else ""
    return portal.ask(request["method"], f"{request['path']}{query}", request["body"])


# ---------------------------------------------------------------------------------------------------- state


def seed(portal: Portal, of: str, said: Json) -> None:
    """A record with the id, the times and the values of an answer."""
    store = portal.engine.store
    for _, owner in _all(said, "hubspot_owner_id"):
        if owner:
            told = {"id": str(owner), "email": f"o{owner}@firma.example", "archived": False}
            store.put("owners", str(owner), {**told, "userIdIncludingInactive": 9000002})
    values = {
        name: value
        for name, value in said.get("properties", {}).items()
        if value is not None and (known := definition(store, of, name)) and (of == "users" or not read_only(known))
    }
    created, changed = (_seconds(said.get(name)) for name in ("createdAt", "updatedAt"))
    record = {"object": of, "id": str(said["id"]), "values": values, "created": created, "changed": changed}
    store.restore("record", {"record": {**record, "version": 2, "hidden": []}})


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 1_700_000_000.0


def _all(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == name:
                yield key, each
            yield from _all(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _all(each, name)


def told_records(exchange: Json) -> tuple[str, list[Json]]:
    """The object that a path names, and the records in the answer."""
    found = find(exchange["request"]["method"], exchange["request"]["path"])
    body = exchange["response"]["body"]
    if found is None or not isinstance(body, dict):
        return "", []
    try:
        of = object_type(Portal().engine.store, found[2].get("object", "")).name
    except Answered:
        return "", []
    records = body.get("results", [body]) if "results" in body or "id" in body else []
    return of, [each for each in records if isinstance(each.get("properties"), dict)]


def further(portal: Portal, of: str, records: list[Json], count: int) -> None:
    """More records behind those of a page."""
    last = max([int(record["id"]) for record in records])
    for at in range(1, count + 1):
        values = {name: v for name, v in records[0]["properties"].items() if name not in ("email", "hs_object_id")}
        seed(portal, of, {**records[0], "id": str(last + at), "properties": values})


def linked(portal: Portal, left: tuple[str, str], right: tuple[str, str], number: int) -> None:
    """Two records that are linked."""
    for of, id in (left, right):
        if portal.engine.store.get(of, id) is None:
            seed(portal, of, {"id": id})
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    path = f"/crm/v4/objects/{left[0]}/{left[1]}/associations/{right[0]}/{right[1]}"
    assert portal.ask("PUT", path, spec).status == 201


# ---------------------------------------------------------------------------------------------------- comparing


def differences(recorded: Any, simulated: Any, at: str = "") -> Iterator[str]:
    """Where the shape of an answer is another one."""
    if type(recorded) is not type(simulated) and not {type(recorded), type(simulated)} <= {int, float}:
        yield f"{at}: {_type(recorded)} was recorded, {_type(simulated)} was simulated"
    elif isinstance(recorded, dict):
        yield from _members(recorded, simulated, at)
    elif isinstance(recorded, list):
        if bool(recorded) != bool(simulated) or (_name(at) == "errors" and len(recorded) > len(simulated)):
            yield f"{at}: {len(recorded)} were recorded, {len(simulated)} were simulated"
        for number, (one, other) in enumerate(zip(recorded, simulated, strict=False)):
            yield from differences(one, other, f"{at}[{number}]")
    elif _name(at) in EXACT and recorded != simulated:
        yield f"{at}: {recorded!r} was recorded, {simulated!r} was simulated"


def _members(recorded: Json, simulated: Json, at: str) -> Iterator[str]:
    more = set(simulated) - set(recorded)
    if _name(at) == "properties":
        more -= LATER
    more -= EDITOR
    for name in sorted(set(recorded) - set(simulated) - EDITOR):
        yield f"{at}.{name} was recorded and is not simulated"
    for name in sorted(more):
        yield f"{at}.{name} is simulated and was not recorded"
    for name in sorted(set(recorded) & set(simulated)):
        if _name(at) != "properties" or (recorded[name] is None) != (simulated[name] is None):
            yield from differences(recorded[name], simulated[name], f"{at}.{name}")


def sampled(recorded: Json, simulated: Json) -> tuple[Json, Json]:
    """What two answers say of HubSpot's own properties that the recorded one, a sample of a long list, has."""
    by_name = {each["name"]: each for each in simulated["results"]}
    own = [each for each in recorded["results"] if each.get("hubspotDefined")]
    return {**recorded, "results": own}, {**simulated, "results": [by_name[each["name"]] for each in own]}


def _name(at: str) -> str:
    return at.rpartition(".")[2].split("[")[0]


def _type(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def limits_told(headers: dict[str, str]) -> set[str]:
    """The names of the headers that tell limits."""
    return {name.lower() for name in headers if name.lower().startswith("x-hubspot-ratelimit")}


OBJECTS = tuple(STANDARD)


def with_ids(exchange: Json, same: dict[str, str]) -> Json:
    """A recorded exchange with the ids of the simulator in its request."""
    text = json.dumps(exchange["request"])
    for recorded_id, id in same.items():
        text = text.replace(recorded_id, id)
    return {**exchange, "request": json.loads(text)}


def same_ids(recorded: Any, simulated: Any) -> dict[str, str]:
    """Which recorded id is which of the simulator: records by e-mail address or name, one by one otherwise."""
    if not isinstance(recorded, dict) or not isinstance(simulated, dict):
        return {}
    if "list" in recorded:
        return {recorded["list"]["listId"]: simulated["list"]["listId"]}
    if "results" not in recorded:
        return {recorded["id"]: simulated["id"]} if "id" in recorded else {}
    by_address = {each["properties"]["email"]: each["id"] for each in simulated["results"] if "properties" in each}
    told = [each for each in recorded["results"] if "properties" in each]
    return {e["id"]: by_address[e["properties"]["email"]] for e in told if e["properties"]["email"] in by_address}
