"""A client of vtiger that others wrote drives the simulated installation: what it believes is what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from vtigers import KEY, USER, Installation

from vendor_judges.clients import by_python

DRIVER = Path(__file__).parent / "drivers" / "vtigerpy_client.py"


@pytest.fixture
def vtiger() -> Iterator[Installation]:
    made = Installation()
    yield made
    made.stop()


def test_what_a_client_believes_is_what_is_there(vtiger: Installation) -> None:
    told = by_python(DRIVER, vtiger.url, USER, KEY)
    there = {each["crm_migrate_id"]: each for each in vtiger.rows("Accounts")}
    assert {key: each["id"] for key, each in there.items()} == told["firms"]
    assert {"Accounts", "Contacts"} <= set(told["modules"])
    assert told["found"] == [there["Işık"]["id"]]
    assert there["Işık"]["phone"] == told["phone"] == "555-0101"
    assert vtiger.rows("Contacts") == []
    assert (told["gone"], told["wrong"]) == ("RECORD_NOT_FOUND", "INVALID_USER_CREDENTIALS")
