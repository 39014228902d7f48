"""The Salesforce target against the conformance kit, on a simulated org behind a real socket, and what else it does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from salesforce_orgs import opened, started

from crm_migrate.connecting.conformance_jobs import JOB_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS
from crm_migrate_salesforce.kit import kit
from crm_migrate_simulators.server import Server

Start = Callable[..., Server]
KIT = kit("ab12")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated orgs, and ends them."""
    servers: list[Server] = []

    def begun(schema: Any = None, **how: Any) -> Server:
        servers.append(started(schema, **how))
        return servers[-1]

    yield begun
    for server in servers:
        server.stop()


CHECKS = (*TARGET_CHECKS, *REMOVE_CHECKS, *JOB_CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    server = start()
    check(lambda: opened(server, job_from="20"), KIT)
