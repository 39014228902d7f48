"""A client of SuiteCRM that others wrote drives the simulated installation: what it believes is what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from suites import CLIENT, SECRET, Suite

from vendor_judges.clients import by_python

DRIVER = Path(__file__).parent / "drivers" / "pysuitecrm_client.py"


@pytest.fixture
def suite() -> Iterator[Suite]:
    made = Suite()
    yield made
    made.stop()


def test_what_a_client_believes_is_what_is_there(suite: Suite) -> None:
    told = by_python(DRIVER, suite.url, CLIENT, SECRET)
    there = {each["name"]: each for each in suite.rows("Accounts")}
    light = there["Işık"]
    assert {name: each["id"] for name, each in there.items()} == {
        "Işık": told["firms"]["Işık"],
        "O&#039;Hara & Co": told["firms"]["O'Hara & Co"],
    }
    assert (told["account"], told["found"]) == (light["id"], [light["id"]])
    assert told["told"] == {"name": "Işık", "phone_office": ""}
    assert light["phone_office"] == told["phone"] == "555-0101"
    assert told["behind"] == ["O&#039;Hara & Co"]
    assert set(told["fields"]) == set(light) - {"id"}
    assert (told["gone"], suite.rows("Contacts")) == ([], [])
    assert told["wrong"].startswith("401")
