"""Recorded requests of Salesforce with one thing changed: a row more or less, another type, another name, nothing.

Whatever comes, the answer is one of Salesforce's: no status of 500, an error with its code, and for a collection a
result for each row, in their order, that says what became of it.
"""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from salesforces import Salesforce

from vendor_judges.salesforce.recorded import World, load, names

ROUNDS = 12
ODD: list[Any] = [None, "", " ", 0, -1, 1.5, True, [], {}, "x" * 300, "001", {"attributes": {}}, [None], "ß‮ı", 10**30]


def bodies() -> list[str]:
    """Recordings whose request has a JSON body."""
    kept = (name for name in names() if not name.startswith(("describe_", "schema_")))
    return [name for name in kept if isinstance(((load(name)["request"] or {}).get("body")), dict)]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a tree."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield (*at, key)
        yield from places(each, (*at, key))


def mutated(body: Any, dice: random.Random) -> Any:
    """The body with one place changed, dropped, doubled or renamed."""
    body = copy.deepcopy(body)
    *way, last = dice.choice(list(places(body)))
    here = body
    for key in way:
        here = here[key]
    do = dice.choice(["change", "drop", "more"])
    if do == "change":
        here[last] = dice.choice(ODD)
    elif do == "drop":
        here.pop(last)
    elif isinstance(here, list):
        here.insert(last, copy.deepcopy(here[last]))
    else:
        here[dice.choice(["Nonsense", "Id", "ownerid", "Account", "type"])] = here.pop(last)
    return body


@pytest.mark.parametrize("name", bodies())
def test_a_changed_request_gets_an_answer_of_salesforces(name: str) -> None:
    recorded, dice = load(name), random.Random(name)
    world = World()
    world.needs(recorded["request"])
    for _ in range(ROUNDS):
        body = mutated(recorded["request"]["body"], dice)
        reply = world.send({**recorded["request"], "body": body})
        said = json.loads(reply.payload()) if reply.payload() else None
        assert reply.status < 500, (body, said)
        if isinstance(said, list) and reply.status >= 400:
            assert all(isinstance(each["errorCode"], str) and isinstance(each["message"], str) for each in said)
        if "composite/sobjects" in recorded["request"]["path"] and reply.status == 200:
            assert len(said) == len(body["records"])
            assert all(each["success"] is (not each["errors"]) for each in said)
            assert all(each["errors"][0]["statusCode"] for each in said if not each["success"])
    assert _consistent(world.asked)


def _consistent(asked: Salesforce) -> bool:
    """What is stored can be told: every record of every object, by query and by id."""
    for object in ("Account", "Contact", "Lead", "Opportunity", "Event"):
        for row in asked.query(f"SELECT FIELDS(ALL) FROM {object} LIMIT 200"):
            assert asked.ask("GET", f"sobjects/{object}/{row['Id']}").status == 200
    return True
