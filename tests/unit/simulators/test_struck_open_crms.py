"""Faults of every CRM in a simulated SuiteCRM and vtiger: a strike that changes nothing would prove nothing."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from suites import Suite
from vtigers import Installation

from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server


@pytest.fixture
def suite() -> Iterator[Suite]:
    there = Suite()
    yield there
    there.stop()


def strike(server: Server, kind: str) -> None:
    """Every request from now on."""
    server.engine.schedule = Schedule(read_schedule(f"{kind}:1", server.engine.kinds))


def test_what_a_user_edits_in_suitecrm_is_a_text_that_people_write(suite: Suite) -> None:
    account = suite.make("Accounts", name="Demir", crm_migrate_id_c="a1")
    strike(suite.server, "edited_by_user")
    suite.ask("GET", f"/module/Accounts/{account}")
    strike(suite.server, "rewriting")
    suite.make("Contacts", last_name="Kaya", email1="kaya@posta.example", account_id=account)
    suite.server.engine.schedule = Schedule()
    assert [row["name"] for row in suite.rows("Accounts")] == ["Demir (edited)"]
    (person,) = suite.rows("Contacts")
    assert (person["last_name"], person["account_id"], person["email1"]) == ("KAYA", account, "kaya@posta.example")


def test_what_an_automation_rewrites_in_vtiger_is_no_owner() -> None:
    there = Installation()
    strike(there.server, "rewriting")
    there.make("Contacts", lastname="Kaya")
    there.server.engine.schedule = Schedule()
    (person,) = there.rows("Contacts")
    there.stop()
    assert (person["lastname"], person["assigned_user_id"]) == ("KAYA", "19x1")


@pytest.mark.parametrize(("kind", "until"), [("throttled", "1"), ("throttled_silent", None)])
def test_a_limit_before_suitecrm_is_no_word_of_suitecrm(suite: Suite, kind: str, until: str | None) -> None:
    strike(suite.server, kind)
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{suite.url}/Api/V8/current-user")
    assert (refused.value.code, refused.value.read(), refused.value.headers["Retry-After"]) == (429, b"", until)


@pytest.mark.parametrize(
    ("kind", "told"),
    [("result_missing", None), ("results_null", None), ("result_foreign", "ffffffff-ffff-4fff-8fff-ffffffffffff")],
)
def test_an_answer_about_one_record_is_struck_as_a_list_is(suite: Suite, kind: str, told: str | None) -> None:
    strike(suite.server, kind)
    account = {"type": "Accounts", "attributes": {"name": "Demir"}}
    said = suite.ask("POST", "/module", {"data": account})["data"]
    assert said == told or said["id"] == told
    suite.server.engine.schedule = Schedule()
    (made,) = suite.rows("Accounts")
    assert made["name"] == "Demir" and made["id"] != told


@pytest.mark.parametrize(("kind", "told"), [("result_missing", None), ("result_foreign", "12x999999999")])
def test_so_is_one_of_vtiger(kind: str, told: str | None) -> None:
    there = Installation()
    strike(there.server, kind)
    element = '{"assigned_user_id": "19x1", "lastname": "Kaya"}'
    said = there.ask("create", True, elementType="Contacts", element=element)
    there.stop()
    assert said == told or said["id"] == told
