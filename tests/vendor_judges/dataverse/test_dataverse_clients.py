"""Clients that are not ours drive the simulated Dataverse: what they believe is what its own store holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import Environment

from vendor_judges.clients import by_node, by_python

DRIVERS = Path(__file__).parent / "drivers"


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment()
    yield made
    made.stop()


def named(environment: Environment, table: str, column: str) -> dict[str, str]:
    """Name -> id of the records that are there."""
    return {str(each.values[column]): each.id for each in environment.server.engine.store.all(table)}


def test_what_microsofts_client_believes_is_what_is_there(environment: Environment) -> None:
    told = by_python(DRIVERS / "dataverse_client.py", environment.url)
    accounts = named(environment, "account", "name")
    kept = {name: id for name, id in told["accounts"].items() if name != "Many 4"}
    assert kept.items() < accounts.items() and accounts.keys() - kept == {"In a batch", "In a change set"}
    assert told["listed"] == sorted(told["accounts"]) and told["gone"] is None
    assert told["retrieved"] == ["One", "555-0101"]
    people = environment.server.engine.store.all("contact")
    above = {each.values["lastname"]: each.values["parentcustomerid"] for each in people}
    assert above == {"Öz": accounts["One"], "Ay": accounts["In a change set"]}
    assert told["contact"] in {each.id for each in people}
    assert (told["table"], told["keys"]) == (["new_place", "new_places"], [["new_CodeKey", "Active"]])
    places = environment.server.engine.store.all("new_place")
    assert {each.values["new_code"]: each.values["new_size"] for each in places} == {"P0": 9, "P1": 1, "P2": 2}
    assert (told["batch"], told["refused"]) == ([3, 1, [400]], [400, "0x80048d19"])


def test_what_a_client_of_npm_believes_is_what_is_there(environment: Environment) -> None:
    told = by_node(DRIVERS / "web_api.cjs", environment.url)
    accounts = named(environment, "account", "name")
    assert told["accounts"].items() < accounts.items() and set(accounts) == {"One", "O'Two", "In a batch"}
    assert (told["retrieved"], told["found"], told["listed"]) == (["One", "555-0101"], ["O'Two"], ["O'Two", "One"])
    assert told["options"] == ["Hot", "Warm", "Cold"] and told["state"] == 1
    (person,) = environment.server.engine.store.all("contact")
    assert (person.values["lastname"], person.values["parentcustomerid"]) == ("Ay", accounts["In a batch"])
    assert told["user"] in {each.id for each in environment.server.engine.store.all("systemuser")}
    assert (told["batch"], told["refused"], told["gone"]) == (2, [400, "0x80044331"], 404)
