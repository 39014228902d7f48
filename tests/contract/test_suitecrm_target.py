"""The SuiteCRM target against the conformance kit, and what its records are in a simulated installation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from suites import CONFORMANCE, Suite, schema

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OwnKit, Rows, batch_of, everything, settled
from crm_migrate.connecting.contract import TARGET_ID, Answer, Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError

AYSE = "ayse.k@anadolu.example"
MAIL = "kim@posta.example"
FIELDS = schema(
    Accounts=CONFORMANCE,
    Contacts={
        "email_consent_c": {},
        "account_id_c": {"type": "id", "to": "Accounts"},
        "skills_c": {"type": "multienum"},
    },
)
ACCOUNT = TargetObject("Accounts", (TargetField("name", "company_name", required=True), TargetField("email1", "email")))
CONTACT = TargetObject(
    "Contacts",
    (
        *(TargetField(name, "text") for name in ("first_name", "last_name", "email1", "title")),
        TargetField("email_consent_c", "consent"),
        TargetField("skills_c", "list"),
        TargetField("account_id", "reference", reference="Accounts"),
        TargetField("account_id_c", "reference", reference="Accounts"),
        TargetField("assigned_user_id", "owner"),
    ),
)
TASK = TargetObject(
    "Tasks",
    (
        *(TargetField(name, "text") for name in ("name", "status", "priority")),
        TargetField("date_due", "instant"),
        TargetField("parent_id.Accounts", "reference", reference="Accounts"),
        TargetField("parent_id.Opportunities", "reference", reference="Opportunities"),
        TargetField("contact_id", "reference", reference="Contacts"),
    ),
)
Open = Callable[..., Suite]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens installations, and ends them."""
    there: list[Suite] = []

    def open(*sellers: str, **how: Any) -> Suite:
        there.append(Suite(*sellers, **{"fields": FIELDS, **how}))
        return there[-1]

    yield open
    for each in there:
        each.stop()


def target_of(there: Suite, **options: str) -> Target:
    return connector("suitecrm").target({**there.options, **options})


def codes(answer: Answer) -> dict[str, tuple[str, str]]:
    return {key: (why.code, why.field) for key, why in answer.refused.items()}


@pytest.mark.parametrize("check", [*TARGET_CHECKS, *REMOVE_CHECKS], ids=lambda check: check.__name__)
def test_conformance(check: Callable[..., None], opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, OwnKit)
    check(lambda: target_of(there), target.kit("a"))


def test_a_contact_with_owner_consent_account_and_signs_of_html(opened: Open) -> None:
    there = opened(AYSE)
    target = target_of(there)
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},)).loaded["a1"]
    row: dict[str, str | None] = {"__entity": "c1", "first_name": "Kim", "last_name": 'O\'Öz "K" <3 & Söhne'}
    row |= {"email1": MAIL, "email_consent_c": "bounced", "account_id": account, "account_id_c": account}
    row |= {"assigned_user_id": AYSE, "title": None, "skills_c": '["a, b", "ç"]'}
    assert settled(target, CONTACT, "c", (row,)).loaded.keys() == {"c1"}
    (read,) = everything(target, CONTACT)
    assert {name: read[name] for name in row} == row
    (record,) = there.rows("Contacts")
    assert (record["email_opt_out"], record["invalid_email"], record["email_consent_c"]) == ("1", "1", "bounced")
    emptied = settled(target, CONTACT, "u", ({"__entity": "c1", "skills_c": None, "account_id": None},), "update")
    assert emptied.loaded.keys() == {"c1"}
    assert [(row["skills_c"], row["account_id"]) for row in everything(target, CONTACT)] == [(None, None)]


def test_an_opt_out_of_a_mailbox_outlives_whoever_comes_with_the_same_one(opened: Open) -> None:
    there = opened()
    theirs = there.make("Contacts", last_name="Theirs", email1=MAIL, email_opt_out="1")
    there.make("Contacts", last_name="Other", email1="free@posta.example")
    target = target_of(there)
    row: Rows = ({"__entity": "c1", "last_name": "Ours", "email1": MAIL, "email_consent_c": "granted"},)
    assert settled(target, CONTACT, "c", row).loaded.keys() == {"c1"}
    marks = {each["last_name"]: each["email_opt_out"] for each in there.rows("Contacts")}
    assert marks == {"Theirs": "1", "Ours": "1", "Other": "0"}
    assert [row["email_consent_c"] for row in everything(target, CONTACT) if row["__entity"]] == ["withdrawn"]
    firm = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma", "email1": MAIL.upper()},))
    assert codes(firm) == {"a1": ("OPTED_OUT", "email1")}, "an account has no mark that could be sent"
    assert there.ask("GET", f"/module/Contacts/{theirs}")["data"]["attributes"]["email_opt_out"] == "1"


def test_what_is_dropped_without_a_word_is_taken_back_and_told(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    gone = "00000000-0000-4000-8000-00000000ffff"
    rows: Rows = [
        {"__entity": "c1", "last_name": "Long", "title": "x" * 101},
        {"__entity": "c2", "last_name": "Tags <b>bold</b>"},
        {"__entity": "c3", "last_name": "A&amp;B"},
        {"__entity": "c4", "last_name": "Nobody", "account_id": gone},
        {"__entity": "c5", "last_name": "Mail", "email1": "no mailbox"},
        {"__entity": "c6", "first_name": "None"},
        {"__entity": "c7", "last_name": "Stranger", "assigned_user_id": AYSE},
    ]
    assert codes(settled(target, CONTACT, "c", rows)) == {
        "c1": ("DROPPED", "title"),
        "c2": ("DROPPED", "last_name"),
        "c3": ("DROPPED", "last_name"),
        "c4": ("DROPPED", "account_id"),
        "c5": ("DROPPED", "email1"),
        "c6": ("REQUIRED", "last_name"),
        "c7": ("UNKNOWN", "assigned_user_id"),
    }
    assert there.rows("Contacts") == []


@pytest.mark.parametrize("changes", ["yes", "no"])
def test_a_mailbox_that_is_not_changed_is_no_success(opened: Open, changes: str) -> None:
    there = opened(mailbox_changes=changes)
    target = target_of(there)
    settled(target, CONTACT, "c", ({"__entity": "c1", "last_name": "Kim", "email1": MAIL, "title": "Buyer"},))
    row: Rows = ({"__entity": "c1", "title": "Boss", "email1": "kim@neu.example"},)
    answer = settled(target, CONTACT, "u", row, "update")
    (record,) = there.rows("Contacts")
    if changes == "yes":
        assert (codes(answer), record["email1"], record["title"]) == ({}, "kim@neu.example", "Boss")
    else:
        assert (codes(answer), record["title"]) == ({"c1": ("DROPPED", "email1")}, "Buyer"), "it was not put back"
    assert codes(settled(target, CONTACT, "e", ({"__entity": "c1", "last_name": None},), "update")) == {
        "c1": ("REQUIRED", "last_name")
    }


def test_a_task_is_about_one_record_and_due_at_a_minute(opened: Open) -> None:
    target = target_of(opened(zone="-05:00"))
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},)).loaded["a1"]
    rows: Rows = [
        {"__entity": "t1", "name": "Ring", "parent_id.Accounts": account, "date_due": "2026-12-01T10:00:00+03:00"},
        {"__entity": "t2", "name": "Seconds", "date_due": "2026-12-01T10:00:30Z"},
    ]
    rows = [{**each, "status": "Not Started", "priority": "High"} for each in rows]
    assert codes(settled(target, TASK, "t", rows)) == {"t2": ("DROPPED", "date_due")}
    (read,) = everything(target, TASK)
    assert (read["parent_id.Accounts"], read["parent_id.Opportunities"]) == (account, None)
    assert read["date_due"] == "2026-12-01T07:00:00Z", "the zone behind a moment is not to be believed"


def test_a_creation_that_comes_twice_makes_one_record_and_an_undone_one_is_made_anew(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, Remove)
    row: Rows = ({"__entity": "a1", "name": "Firma"},)
    first = settled(target, ACCOUNT, "a", row).loaded["a1"]
    late = {"data": {"type": "Accounts", "id": first, "attributes": {"name": "Firma", "crm_migrate_id_c": "a1"}}}
    assert there.say("POST", "/module", late)[0] == 400
    batch = replace(batch_of(ACCOUNT, "r", ({"__entity": "a1", TARGET_ID: first},), "update"), action="remove")
    assert target.remove(batch).loaded == {"a1": first}
    assert there.say("POST", "/module", late)[0] == 400, "a request that takes effect behind the undo"
    second = settled(target, ACCOUNT, "b", row).loaded["a1"]
    assert (second != first, [each["id"] for each in there.rows("Accounts")]) == (True, [second])


def test_who_is_there_and_not_found_is_in_doubt_and_not_made_twice(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    row: Rows = ({"__entity": "a1", "name": "Firma"},)
    id = settled(target, ACCOUNT, "a", row).loaded["a1"]
    now = there.server.engine.clock.now()
    there.server.engine.store.hide("Accounts", id, ((now, now + 600),))
    assert target.write(batch_of(ACCOUNT, "b", row)).in_doubt == {"a1"}
    assert len(there.server.engine.store.all("Accounts")) == 1


def test_what_a_hook_behind_a_record_says_is_no_word_about_the_record(opened: Open) -> None:
    there = opened(hook="yes")
    target = target_of(there)
    row: Rows = ({"__entity": "a1", "name": "Firma"},)
    assert target.write(batch_of(ACCOUNT, "a", row)).in_doubt == {"a1"}
    assert target.write(batch_of(ACCOUNT, "b", row)).loaded.keys() == {"a1"}
    assert len(there.rows("Accounts")) == 1
    changed = target.write(batch_of(ACCOUNT, "c", ({"__entity": "a1", "name": "Neu"},), "update"))
    assert ([*changed.loaded], there.rows("Accounts")[0]["name"]) == (["a1"], "Neu")


def test_a_server_of_smaller_pages_is_read_whole(opened: Open) -> None:
    there = opened(most="30")
    for number in range(70):
        there.make("Accounts", name=f"Firma {number}")
    found = everything(target_of(there), ACCOUNT)
    assert sorted(str(row["name"]) for row in found) == sorted(f"Firma {number}" for number in range(70))


def test_a_token_that_is_over_is_asked_for_again(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},))
    there.server.engine.crm.forget_tokens()
    assert settled(target, ACCOUNT, "b", ({"__entity": "a2", "name": "Beta"},)).loaded.keys() == {"a2"}


def test_an_account_that_a_contact_refers_to_stays(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, Remove)
    id = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},)).loaded["a1"]
    there.make("Contacts", last_name="Theirs", account_id=id)
    batch = replace(batch_of(ACCOUNT, "r", ({"__entity": "a1", TARGET_ID: id},), "update"), action="remove")
    assert target.remove(batch).refused["a1"].words == "Contacts.account_id refers to it"
    (theirs,) = there.rows("Contacts")
    there.ask("DELETE", f"/module/Contacts/{theirs['id']}")
    there.make("Tasks", name="Theirs", parent_type="Accounts", parent_id=id)
    assert target.remove(batch).refused["a1"].words == "Tasks.parent_id.Accounts refers to it"


def test_what_only_an_administrator_makes_is_named_with_the_way_there(opened: Open) -> None:
    target = target_of(opened(fields={"objects": {}}))
    wanted = replace(ACCOUNT, name="Accounts:Household", fields=(*ACCOUNT.fields, TargetField("tax_id_c", "tax_id")))
    named = target.prepare((wanted,), apply=False)
    assert [each.split(" ")[4] for each in named] == ["crm_migrate_id_c", "crm_migrate_kind_c", "tax_id_c"]
    assert "Admin > Studio > Accounts > Fields: TextField tax_id, max size 100 or more" in named[2]
    with pytest.raises(TargetError, match="SuiteCRM lacks what people make there"):
        target.prepare((wanted,), apply=True)


def test_whoever_is_no_administrator_loads_nothing(opened: Open) -> None:
    with pytest.raises(TargetError, match="no administrator"):
        target_of(opened(administrator="no")).identity()
    with pytest.raises(AuthExpired):
        target_of(opened(), client_secret="another").identity()


def test_what_suitecrm_fills_by_itself_is_not_emptied(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    fields = [TargetField(name, "text") for name in ("name", "sales_stage", "date_closed")]
    fields += [TargetField("amount", "money"), TargetField("probability", "integer")]
    deal = TargetObject("Opportunities", tuple(fields))
    row: dict[str, str | None] = {"__entity": "d1", "name": "Roof", "sales_stage": "Prospecting", "probability": None}
    row |= {"date_closed": "2026-12-31", "amount": "1250.5"}
    assert settled(target, deal, "d", (row,)).loaded.keys() == {"d1"}
    assert settled(target, deal, "u", ({**row, "name": "Roofs"},), "update").loaded.keys() == {"d1"}
    (read,) = everything(target, deal)
    assert (read["name"], read["probability"], read["amount"]) == ("Roofs", "10", "1250.5")


def test_a_module_that_is_not_there_is_said_to_be_missing(opened: Open) -> None:
    target = target_of(opened())
    assert target.describe(("Accounts", "Yachts")).objects[0].name == "Accounts"
    assert len(target.describe(("Accounts", "Yachts")).objects) == 1
    (named,) = target.prepare((TargetObject("Yachts", ()),), apply=False)
    assert named.startswith("by hand: the entity Yachts")
