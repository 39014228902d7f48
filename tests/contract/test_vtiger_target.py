"""The vtiger target against the conformance kit, and what its records are in a simulated installation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from vtigers import CONFORMANCE, Installation, schema

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OwnKit, Rows, batch_of, everything, settled
from crm_migrate.connecting.contract import TARGET_ID, Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError

AYSE = "ayse.k@anadolu.example"
FIELDS = schema(Accounts=CONFORMANCE, Contacts={"Email consent": {}})
ACCOUNT = TargetObject("Accounts", (TargetField("accountname", "company_name", required=True),))
CONTACT = TargetObject(
    "Contacts",
    (
        *(TargetField(name, "text") for name in ("firstname", "lastname", "email", "title")),
        TargetField("cf.Email consent", "consent"),
        TargetField("account_id", "reference", reference="Accounts"),
        TargetField("assigned_user_id", "owner"),
    ),
)
TASK = TargetObject(
    "Calendar",
    (
        *(TargetField(name, "text") for name in ("subject", "taskstatus")),
        *(TargetField(name, "date") for name in ("date_start", "due_date")),
        TargetField("parent_id.Accounts", "reference", reference="Accounts"),
        TargetField("parent_id.Potentials", "reference", reference="Potentials"),
        TargetField("contact_id", "reference", reference="Contacts"),
    ),
)
Open = Callable[..., Installation]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens installations, and ends them."""
    there: list[Installation] = []

    def open(*sellers: str, **how: Any) -> Installation:
        there.append(Installation(*sellers, **{"fields": FIELDS, **how}))
        return there[-1]

    yield open
    for each in there:
        each.stop()


def target_of(there: Installation, **options: str) -> Target:
    return connector("vtiger").target({**there.options, **options})


@pytest.mark.parametrize("check", [*TARGET_CHECKS, *REMOVE_CHECKS], ids=lambda check: check.__name__)
def test_conformance(check: Callable[..., None], opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, OwnKit)
    check(lambda: target_of(there), target.kit("a"))


def test_a_contact_with_owner_consent_and_account(opened: Open) -> None:
    there = opened(AYSE)
    target = target_of(there)
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "accountname": "Firma"},)).loaded["a1"]
    row: dict[str, str | None] = {"__entity": "c1", "firstname": "Kim", "lastname": "Öz", "email": "kim@posta.example"}
    row |= {"cf.Email consent": "withdrawn", "account_id": account, "assigned_user_id": AYSE, "title": None}
    assert settled(target, CONTACT, "c", (row,)).loaded.keys() == {"c1"}
    (read,) = everything(target, CONTACT)
    assert {name: read[name] for name in row} == row
    (record,) = there.rows("Contacts")
    assert (record["emailoptout"], record["crm_migrate_id"], record["Email consent"]) == ("1", "c1", "withdrawn")


def test_a_task_is_about_a_record_of_one_of_several_modules(opened: Open) -> None:
    target = target_of(opened())
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "accountname": "Firma"},)).loaded["a1"]
    day = {"date_start": "2026-12-01", "due_date": "2026-12-02", "taskstatus": "Planned"}
    rows: Rows = ({"__entity": "t1", "subject": "Ring", "parent_id.Accounts": account, **day},)
    assert settled(target, TASK, "t", rows).loaded.keys() == {"t1"}
    (read,) = everything(target, TASK)
    assert (read["parent_id.Accounts"], read["parent_id.Potentials"]) == (account, None)


def test_what_is_cut_off_or_kept_without_a_word_is_told(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    rows: Rows = [
        {"__entity": "c1", "lastname": "Long", "title": "x" * 101},
        {"__entity": "c2", "lastname": "Nobody", "account_id": "11x999"},
        {"__entity": "c3", "lastname": "Wrong", "account_id": "13x999"},
        {"__entity": "c4", "firstname": "None"},
    ]
    answer = settled(target, CONTACT, "c", rows)
    codes = {key: why.code for key, why in answer.refused.items()}
    assert codes == {"c1": "DROPPED", "c2": "DROPPED", "c3": "REFERENCE_INVALID", "c4": "MANDATORY_FIELDS_MISSING"}
    assert there.rows("Contacts") == []
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "accountname": "Firma"},)).loaded["a1"]
    settled(target, CONTACT, "k", ({"__entity": "k1", "lastname": "Kim", "account_id": account},))
    emptied = settled(target, CONTACT, "u", ({"__entity": "k1", "lastname": "Kim", "account_id": None},), "update")
    assert emptied.refused["k1"].code == "DROPPED", "vtiger does not empty a link"


def test_a_session_that_is_over_is_opened_again(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    settled(target, ACCOUNT, "a", ({"__entity": "a1", "accountname": "Firma"},))
    there.server.engine.crm.forget_tokens()
    assert settled(target, ACCOUNT, "b", ({"__entity": "a2", "accountname": "Beta"},)).loaded.keys() == {"a2"}
    assert [row["__entity"] for row in everything(target, ACCOUNT)] == ["a1", "a2"]


def test_an_organisation_with_deals_stays(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, Remove)
    id = settled(target, ACCOUNT, "a", ({"__entity": "a1", "accountname": "Firma"},)).loaded["a1"]
    there.make("Potentials", potentialname="Theirs", closingdate="2026-12-31", sales_stage="Prospecting", related_to=id)
    batch = replace(batch_of(ACCOUNT, "r", ({"__entity": "a1", TARGET_ID: id},), "update"), action="remove")
    assert target.remove(batch).refused["a1"].words == "Potentials.related_to refers to it"
    assert len(there.rows("Potentials")) == 1


def test_what_only_an_administrator_makes_is_named_with_the_way_there(opened: Open) -> None:
    target = target_of(opened(fields={"objects": {}}))
    wanted = replace(ACCOUNT, fields=(*ACCOUNT.fields, TargetField("cf.Tax number", "tax_id")))
    named = target.prepare((wanted,), apply=False)
    assert [each.split(" of ")[0] for each in named] == [
        "by hand: the field cf.crm_migrate_id",
        "by hand: the field cf.Tax number",
    ]
    assert "Settings > Module Layouts & Fields > Accounts: Text with the label Tax number" in named[1]
    with pytest.raises(TargetError, match="vtiger lacks what people make there"):
        target.prepare((wanted,), apply=True)


def test_whoever_is_no_administrator_loads_nothing(opened: Open) -> None:
    with pytest.raises(TargetError, match="no administrator"):
        target_of(opened(administrator="no")).identity()
    with pytest.raises(AuthExpired, match="INVALID_USER_CREDENTIALS"):
        target_of(opened(), token="another").identity()
