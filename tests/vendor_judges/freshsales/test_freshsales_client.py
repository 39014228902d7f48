"""A client of Freshsales that others wrote drives the simulated account: what it believes is what the witness saw."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from freshsales_accounts import TOKEN, Account

from vendor_judges.clients import by_python

DRIVER = Path(__file__).parent / "drivers" / "client.py"


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    yield made
    made.stop()


def test_what_a_client_believes_is_what_the_witness_saw(account: Account) -> None:
    believed = by_python(DRIVER, account.url, TOKEN)
    log, store = account.server.engine.log, account.server.engine.store
    assert log.doubled() == {}
    created = {(each.object, each.key, int(each.id)) for each in log.creations if each.key}
    gone = believed.pop("gone")
    told = {(name, key, id) for name, records in believed.items() for key, id in records.items()}
    assert created == told | {("contacts", "k11", gone["k11"])}
    assert {int(each.id) for each in store.all("contacts")} == set(believed["contacts"].values())
