"""Recorded requests, spoilt in many ways: the simulated portal always answers in HubSpot's shapes, and what it refuses
it has not done."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hubspots import Portal

from vendor_judges.hubspot import recorded
from vendor_judges.hubspot.recorded import exchanges
from vendor_judges.hubspot.test_recordings import ELSEWHERE, PREPARE, prepared

SPOILT: tuple[Any, ...] = (None, "", "x", -1, 10**30, 1.5, True, [], {}, [None], {"id": None}, "😀" * 3)
WRITES = [
    name
    for name, each in exchanges().items()
    if name not in ELSEWHERE and each["request"]["method"] != "GET" and each["request"]["body"] is not None
]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something can be spoilt."""
    yield at
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*at, key))


def spoilt(body: Any, dice: random.Random) -> Any:
    """A body with one place replaced, taken away or doubled."""
    body = copy.deepcopy(body)
    at = dice.choice(list(places(body)))
    if not at:
        return dice.choice(SPOILT)
    inside = body
    for key in at[:-1]:
        inside = inside[key]
    way = dice.random()
    if way < 0.2:
        del inside[at[-1]]
    elif way < 0.35 and isinstance(inside, list):
        inside.append(copy.deepcopy(inside[at[-1]]))
    elif way < 0.5 and isinstance(inside, dict):
        inside[f"{at[-1]}_2"] = inside.pop(at[-1])
    else:
        inside[at[-1]] = dice.choice(SPOILT)
    return body


@pytest.mark.parametrize("name", WRITES)
def test_a_spoilt_request_is_answered_and_what_is_refused_is_not_done(name: str) -> None:
    exchange = exchanges()[name]
    portal = Portal()
    PREPARE.get(name, prepared)(portal, exchange)
    dice = random.Random(name)
    for _ in range(25):
        request = {**exchange["request"], "body": spoilt(exchange["request"]["body"], dice)}
        before = _state(portal)
        reply = recorded.sent(portal, {**exchange, "request": request})
        words = f"{request['method']} {request['path']} {json.dumps(request['body'])[:500]} -> {reply.body}"
        assert 200 <= reply.status < 500, words
        if reply.status >= 400:
            assert _state(portal) == before, words
        if isinstance(reply.body, dict) and reply.status >= 400:
            assert reply.body["status"] == "error" and reply.body["message"], words


def _state(portal: Portal) -> Any:
    store = portal.engine.store
    records = {each.id: each for name in store.schema.objects for each in store.all(name)}
    links = {kind: store.links(kind) for kind in store.kinds_of_links() if store.links(kind)}
    return records, links, {kind: store.settings(kind) for kind in ("lists", "properties:contacts", "groups:contacts")}
