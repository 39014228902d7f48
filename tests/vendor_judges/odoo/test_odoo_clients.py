"""Clients of Odoo that others wrote drive the simulated one: what they believe is what the witness saw."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from odoo_databases import DATABASE, LOGIN, PASSWORD, Database

from vendor_judges.clients import by_python

DRIVERS = Path(__file__).parent / "drivers"


@pytest.fixture
def odoo() -> Iterator[Database]:
    made = Database()
    yield made
    made.stop()


def test_odoorpc_believes_what_the_witness_saw(odoo: Database) -> None:
    at = urlsplit(odoo.url)
    said = by_python(DRIVERS / "odoo_rpc.py", str(at.hostname), str(at.port), DATABASE, LOGIN, PASSWORD)
    _agrees(odoo, [*said["firms"], *said["people"]], said["gone"])
    assert [int(each.id) for each in odoo.server.engine.store.all("crm.lead")] == said["leads"]


def test_odooly_believes_what_the_witness_saw(odoo: Database) -> None:
    said = by_python(DRIVERS / "odooly_client.py", odoo.url, DATABASE, LOGIN, PASSWORD)
    _agrees(odoo, [*said["firms"], *said["people"]], [])


def _agrees(odoo: Database, there: list[int], gone: list[int]) -> None:
    log, store = odoo.server.engine.log, odoo.server.engine.store
    assert log.doubled() == {}
    assert sorted(int(each.id) for each in store.all("res.partner")) == sorted(there)
    made = {
        int(each.id) for each in log.creations if each.object == "res.partner" and store.get("res.partner", each.id)
    }
    assert made == {*there, *gone}
