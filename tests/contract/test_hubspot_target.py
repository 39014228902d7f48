"""The HubSpot target against the conformance kit, on a simulated portal behind a real socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, Kit, OpenTarget, OwnKit
from crm_migrate.connecting.contract import Target
from crm_migrate.connecting.discovery import connector
from crm_migrate_simulators.hubspot import SIMULATOR
from crm_migrate_simulators.server import Server

TOKEN = "pat-na1-simulated"
Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated portals, and ends them."""
    servers: list[Server] = []

    def started(**how: Any) -> Server:
        habits = {"requests": "0", **how.pop("habits", {})}
        servers.append(SIMULATOR.start(None, habits=habits, **how))
        return servers[-1]

    yield started
    for server in servers:
        server.stop()


def target_of(server: Server, **options: Any) -> Target:
    quick = {"longest_seconds": "5", "settle_seconds": "0"}
    return connector("hubspot").target({"url": server.url, "token": TOKEN, **quick, **options})


def opener(server: Server, **options: Any) -> OpenTarget:
    return lambda: target_of(server, **options)


def kit_of(server: Server) -> Kit:
    target = target_of(server)
    assert isinstance(target, OwnKit)
    return target.kit("a")


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    server = start()
    check(opener(server), kit_of(server))
