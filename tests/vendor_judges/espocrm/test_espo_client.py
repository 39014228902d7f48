"""A client of EspoCRM that others wrote drives the simulated installation: what it believes is what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from espos import KEY, TOKEN, Espo

from vendor_judges.clients import by_python

DRIVER = Path(__file__).parent / "drivers" / "espo_client.py"


@pytest.fixture
def espo() -> Iterator[Espo]:
    made = Espo()
    yield made
    made.stop()


def test_what_a_client_believes_is_what_is_there(espo: Espo) -> None:
    told = by_python(DRIVER, espo.url, TOKEN)
    there = {each[KEY]: each for each in espo.rows("Account")}
    assert {key: each["id"] for key, each in there.items()} == told["firms"]
    assert there["Firma 3"]["name"] == told["changed"] == "Firma III"
    assert told["found"] == [there["O'Hara & Co"]["id"]]
    assert (told["several"], told["page"]) == (["Firma 3", "Işık"], ["Işık"])
    assert told["gone"] is True and told["left"] == [] == espo.rows("Contact")
    assert [told[name][0] for name in ("missing", "empty", "stranger")] == [404, 400, 401]
