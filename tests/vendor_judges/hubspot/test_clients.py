"""HubSpot's own clients drive the simulated portal: what they believe is what the witness saw."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_migrate_simulators.hubspot import SIMULATOR
from crm_migrate_simulators.server import Server
from vendor_judges.clients import by_node, by_python

DRIVERS = Path(__file__).parent / "drivers"
CASES = {"api_client.py": (by_python, 100, 3), "sdk.py": (by_python, 20, 1), "node.cjs": (by_node, 20, 1)}


@pytest.fixture
def portal() -> Iterator[Server]:
    server = SIMULATOR.start(None, habits={"requests": "0", "searches": "0"})
    yield server
    server.stop()


@pytest.mark.parametrize("driver", CASES)
def test_what_a_client_believes_is_what_the_witness_saw(driver: str, portal: Server) -> None:
    run, people, firms = CASES[driver]
    ran: Callable[..., Any] = run
    believed = ran(DRIVERS / driver, portal.url)
    log, store = portal.engine.log, portal.engine.store
    assert believed["linked"] == people
    assert log.doubled() == {}
    assert {creation.object for creation in log.creations if not creation.key} <= {"notes", "deals"}
    created = {(creation.object, creation.key, creation.id) for creation in log.creations if creation.key}
    for name, count in (("contacts", people), ("companies", firms)):
        told = {(name, key, id) for key, id in believed[name].items()}
        assert told == {each for each in created if each[0] == name and each[1] != "k9"}
        live = {record.id for record in store.all(name)}
        ends = {(store.get(name, id).merged_into or id) for id in believed[name].values()}
        assert live == ends and sum(each[0] == name for each in created) == count
