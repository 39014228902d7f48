"""The EspoCRM target against the conformance kit, and what its records are in a simulated installation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from espos import CONFORMANCE, KEY, Espo, schema

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    OwnKit,
    Rows,
    batch_of,
    everything,
    settled,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError

AYSE = "ayse.k@anadolu.example"
FIELDS = schema(
    Case=CONFORMANCE,
    Contact={"cEmailConsent": {"type": "enum", "options": ["granted", "withdrawn", "bounced", "unknown"]}},
)
ACCOUNT = TargetObject("Account", (TargetField("name", "company_name", required=True), TargetField("website", "url")))
CONTACT = TargetObject(
    "Contact",
    (
        *(TargetField(name, "text") for name in ("firstName", "lastName", "emailAddress", "phoneNumber", "title")),
        TargetField("description", "long_text"),
        TargetField("doNotCall", "boolean"),
        TargetField("cEmailConsent", "consent"),
        TargetField("accountId", "reference", reference="Account"),
        TargetField("assignedUserId", "owner"),
    ),
)
DEAL = TargetObject(
    "Opportunity",
    (
        TargetField("name", "text", required=True),
        TargetField("amount", "money"),
        TargetField("amountCurrency", "currency"),
        TargetField("stage", "choice"),
        TargetField("closeDate", "date"),
        TargetField("contactId", "reference", reference="Contact"),
    ),
)
TASK = TargetObject(
    "Task",
    (
        TargetField("name", "text", required=True),
        TargetField("dateEnd", "instant"),
        TargetField("parent.Contact", "reference", reference="Contact"),
        TargetField("parent.Opportunity", "reference", reference="Opportunity"),
    ),
)
Open = Callable[..., Espo]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens installations, and ends them."""
    there: list[Espo] = []

    def open(*sellers: str, **how: Any) -> Espo:
        there.append(Espo(*sellers, **{"fields": FIELDS, **how}))
        return there[-1]

    yield open
    for each in there:
        each.stop()


def target_of(espo: Espo, **options: str) -> Target:
    return connector("espocrm").target({**espo.options, **options})


@pytest.mark.parametrize("check", [*TARGET_CHECKS, *REMOVE_CHECKS], ids=lambda check: check.__name__)
def test_conformance(check: Callable[..., None], opened: Open) -> None:
    espo = opened()
    target = target_of(espo)
    assert isinstance(target, OwnKit)
    check(lambda: target_of(espo), target.kit("a"))


@pytest.mark.parametrize("counts", ["yes", "no"])
def test_more_than_a_page_is_read_whole_whether_records_are_counted_or_not(opened: Open, counts: str) -> None:
    espo = opened(page="200", counts=counts)
    for number in range(401):
        espo.ask("POST", "/Account", {"name": f"Firma {number}"})
    found = everything(target_of(espo), ACCOUNT)
    assert sorted(str(row["name"]) for row in found) == sorted(f"Firma {number}" for number in range(401))


def test_a_contact_with_owner_consent_and_account(opened: Open) -> None:
    espo = opened(AYSE)
    target = target_of(espo)
    account = write(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma", "website": "firma.example"},)).loaded
    row: dict[str, str | None] = {
        "__entity": "c1",
        "firstName": "Kim",
        "lastName": "Öz",
        "emailAddress": "Kim@posta.example",
        "phoneNumber": "+905320000155",
        "title": "Buyer",
        "description": "x" * 12_000,
        "doNotCall": "true",
        "cEmailConsent": "withdrawn",
        "accountId": account["a1"],
        "assignedUserId": AYSE.upper(),
    }
    assert settled(target, CONTACT, "c", (row,)).loaded.keys() == {"c1"}
    (there,) = espo.rows("Contact")
    assert (there["emailAddressIsOptedOut"], there["emailAddressIsInvalid"]) == (True, False)
    (read,) = everything(target, CONTACT)
    assert {name: read[name] for name in row} == {**row, "assignedUserId": AYSE}, "a long text was cut off, or worse"


def test_nobody_is_opted_in_and_what_users_say_is_read(opened: Open) -> None:
    espo = opened()
    target = target_of(espo)
    rows: Rows = [
        {"__entity": "c1", "lastName": "A", "emailAddress": "a@posta.example", "cEmailConsent": "bounced"},
        {"__entity": "c2", "lastName": "B", "emailAddress": "b@posta.example", "cEmailConsent": "granted"},
    ]
    ids = settled(target, CONTACT, "c", rows).loaded
    assert [(each["emailAddressIsOptedOut"], each["emailAddressIsInvalid"]) for each in espo.rows("Contact")] == [
        (True, True),
        (False, False),
    ]
    espo.ask("PUT", f"/Contact/{ids['c2']}", {"emailAddressIsOptedOut": True})
    again = settled(
        target, CONTACT, "again", ({"__entity": "c2", "cEmailConsent": "granted", "title": None},), "update"
    )
    assert again.loaded == {"c2": ids["c2"]}
    assert [row["cEmailConsent"] for row in everything(target, CONTACT)] == ["bounced", "withdrawn"]


def test_a_task_is_about_one_record(opened: Open) -> None:
    target = target_of(opened())
    contact = settled(target, CONTACT, "c", ({"__entity": "c1", "lastName": "A"},)).loaded["c1"]
    offer: dict[str, str | None] = {"__entity": "d1", "name": "Offer", "amount": "1250000.5", "amountCurrency": "EUR"}
    offer |= {"stage": "Proposal", "closeDate": "2026-12-31", "contactId": contact}
    deal = settled(target, DEAL, "d", (offer,)).loaded["d1"]
    rows: Rows = [
        {"__entity": "t1", "name": "Ring", "parent.Contact": contact, "dateEnd": "2026-12-01T10:00:00+03:00"},
        {"__entity": "t2", "name": "Both", "parent.Contact": contact, "parent.Opportunity": deal},
        {"__entity": "t3", "name": "Offer", "parent.Opportunity": deal},
    ]
    answer = settled(target, TASK, "t", rows)
    assert (set(answer.loaded), answer.refused["t2"].code) == ({"t1", "t3"}, "TWO")
    read = {str(row["__entity"]): row for row in everything(target, TASK)}
    assert (read["t1"]["parent.Contact"], read["t1"]["parent.Opportunity"]) == (contact, None)
    assert (read["t3"]["parent.Contact"], read["t3"]["parent.Opportunity"]) == (None, deal)
    assert read["t1"]["dateEnd"] == "2026-12-01T07:00:00Z"
    (told,) = everything(target, DEAL)
    assert told["amount"] == "1250000.5"


def test_what_is_dropped_without_a_word_is_taken_back_and_told(opened: Open) -> None:
    espo = opened()
    target = target_of(espo)
    rows: Rows = [
        {"__entity": "c1", "lastName": "No account", "title": "Buyer"},
        {"__entity": "c2", "lastName": "Blanks in it", "phoneNumber": "+90 532 000 01 55"},
        {"__entity": "c3", "lastName": "Whole"},
    ]
    answer = settled(target, CONTACT, "c", rows)
    assert {key: (why.code, why.field) for key, why in answer.refused.items()} == {
        "c1": ("DROPPED", "title"),
        "c2": ("DROPPED", "phoneNumber"),
    }
    assert [each["lastName"] for each in espo.rows("Contact")] == ["Whole"]
    changed = settled(target, CONTACT, "u", ({"__entity": "c3", "firstName": "W", "title": "Boss"},), "update")
    assert (changed.refused["c3"].code, espo.rows("Contact")[0]["firstName"]) == ("DROPPED", None)


def test_a_refusal_is_in_the_words_of_espocrm_without_the_value(opened: Open) -> None:
    target = target_of(opened())
    rows: Rows = [
        {"__entity": "c1", "lastName": "A", "emailAddress": "nobody"},
        {"__entity": "c2", "lastName": "B" * 101},
        {"__entity": "c3", "lastName": "C", "accountId": "00000000000000fff"},
        {"__entity": "c4", "lastName": "D", "assignedUserId": "stranger@posta.example"},
        {"__entity": "c5", "lastName": " E"},
    ]
    answer = settled(target, CONTACT, "c", rows)
    assert {key: (why.code, why.field) for key, why in answer.refused.items()} == {
        "c1": ("INVALID", "emailAddress"),
        "c2": ("INVALID", "lastName"),
        "c3": ("FORBIDDEN", ""),
        "c4": ("UNKNOWN", "assignedUserId"),
        "c5": ("SHAPE", "lastName"),
    }


def test_doubles_are_for_the_mapping_to_say(opened: Open) -> None:
    espo = opened()
    espo.ask("POST", "/Account", {"name": "Firma"})
    assert espo.say("POST", "/Account", {"name": "Firma"})[0] == 409
    assert write(target_of(espo), ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},)).loaded.keys() == {"a1"}


def test_who_is_linked_among_many_is_not_removed(opened: Open) -> None:
    espo = opened()
    target = target_of(espo)
    assert isinstance(target, Remove)
    id = settled(target, CONTACT, "c", ({"__entity": "c1", "lastName": "A"},)).loaded["c1"]
    deal = espo.make("Opportunity", name="Theirs", amount=1, closeDate="2026-12-31", contactId=id)
    espo.ask("PUT", f"/Opportunity/{deal}", {"contactId": None})  # the contact stays one of the deal's contacts
    batch = replace(batch_of(CONTACT, "r", ({"__entity": "c1", TARGET_ID: id},), "update"), action="remove")
    assert target.remove(batch).refused["c1"].words == "Opportunity.contacts refers to it"
    espo.ask("DELETE", f"/Opportunity/{deal}")
    assert target.remove(batch).loaded == {"c1": id}


def test_what_only_an_administrator_makes_is_named_with_the_way_there(opened: Open) -> None:
    target = target_of(opened(fields={"objects": {}}))
    wanted = replace(ACCOUNT, name="Account:Household", fields=(*ACCOUNT.fields, TargetField("cTaxId", "tax_id")))
    named = target.prepare((wanted,), apply=False)
    assert [each.split(" ")[4] for each in named] == [KEY, "cCrmMigrateKind", "cTaxId"]
    assert "Administration > Entity Manager > Account > Fields: Varchar crmMigrateId, max length 40" in named[0]
    assert not target.describe((wanted.name,)).prepared
    with pytest.raises(TargetError, match="EspoCRM lacks what people make there"):
        target.prepare((wanted,), apply=True)
    with pytest.raises(TargetError, match="no field cCrmMigrateId"):
        write(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},))


def test_without_the_prefix_of_custom_names_our_key_is_found_too(opened: Open) -> None:
    fields: Any = {"objects": {"Account": {"fields": {"crmMigrateId": {}}}}}
    target = target_of(opened(fields=fields))
    write(target, ACCOUNT, "a", ({"__entity": "a1", "name": "Firma"},))
    assert [row["__entity"] for row in everything(target, ACCOUNT)] == ["a1"]


def test_whoever_does_not_see_everything_loads_nothing(opened: Open) -> None:
    with pytest.raises(TargetError, match=r"lacks rights on Account in EspoCRM: read all"):
        target_of(opened(read="own")).describe(("Account",))
    with pytest.raises(AuthExpired):
        target_of(opened(), token="another").identity()
