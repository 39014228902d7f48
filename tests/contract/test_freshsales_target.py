"""The Freshsales target against the conformance kit, on a simulated account behind a real socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from freshsales_accounts import KEY, TOKEN, Account, schema

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OpenTarget, OwnKit, Rows, everything, settled
from crm_migrate.connecting.contract import TARGET_ID, Remove, Target, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError
from crm_migrate_freshsales.kit import FIELDS
from crm_migrate_simulators.freshsales.telling import told
from crm_migrate_simulators.freshsales.visit import Visit
from crm_migrate_simulators.store import Record

Start = Callable[..., Account]
KINDS: dict[str, dict[str, Any]] = {
    "text": {}, "textarea": {"more": {"kind": "textarea"}}, "number": {"type": "integer"},
    "checkbox": {"type": "boolean"}, "date": {"type": "date"},
}  # fmt: skip
OURS = schema(
    sales_accounts={name: KINDS[type] for name, type in FIELDS.items()},
    contacts={"cf_crm_migrate_kind": {}, "cf_more": KINDS["textarea"], "cf_level": {"choices": ["gold", "tin"]}},
    deals={"cf_lost": {}, "cf_share": {"type": "decimal"}},
    sales_activities={"cf_outcome": {}},
)


@pytest.fixture
def start() -> Iterator[Start]:
    """Opens accounts, and ends them."""
    accounts: list[Account] = []

    def started(*sellers: str, **how: Any) -> Account:
        accounts.append(Account(*sellers, **{"fields": OURS, **how}))
        return accounts[-1]

    yield started
    for each in accounts:
        each.stop()


def target_of(account: Account, **options: Any) -> Target:
    quick = {"longest_seconds": "5", "settle_seconds": "0"}
    return connector("freshsales").target({"url": account.url, "token": TOKEN, **quick, **options})


def opener(account: Account, **options: Any) -> OpenTarget:
    return lambda: target_of(account, **options)


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    account = start(index_seconds="0.1")
    target = target_of(account)
    assert isinstance(target, OwnKit)
    check(opener(account, settle_seconds="0.15"), target.kit("a"))


# ---------------------------------------------------------------------------------------------------- records

AYSE = "ayse.k@anadolu.example"
COMPANY = TargetObject(
    "sales_accounts",
    (TargetField("name", "company_name", required=True), TargetField("industry_type_id", "choice"),
     TargetField("owner_id", "owner"), TargetField("annual_revenue", "money")),
    KEY,
)  # fmt: skip
PERSON = TargetObject(
    "contacts",
    (TargetField("last_name", "family_name"), TargetField("email", "email"),
     TargetField("subscription_status", "consent"), TargetField("lifecycle_stage_id", "choice"),
     TargetField("tags", "tags"), TargetField("cf_level", "choice"), TargetField("cf_more", "list"),
     TargetField("sales_accounts", "reference", reference="sales_accounts"), TargetField("owner_id", "owner")),
    KEY,
)  # fmt: skip
DEAL = TargetObject(
    "deals",
    (TargetField("name", "text", required=True), TargetField("amount", "money", required=True),
     TargetField("currency_id", "currency"), TargetField("deal_pipeline_id", "choice"),
     TargetField("deal_stage_id", "choice"), TargetField("probability", "integer"),
     TargetField("expected_close", "date"), TargetField("cf_share", "number"),
     TargetField("sales_account_id", "reference", reference="sales_accounts"),
     TargetField("contacts", "reference", reference="contacts"), TargetField("owner_id", "owner")),
    KEY,
)  # fmt: skip
CALL = TargetObject(
    "sales_activities:Phone",
    (TargetField("title", "text", required=True), TargetField("start_date", "instant", required=True),
     TargetField("notes", "long_text"), TargetField("cf_outcome", "text"),
     TargetField("about.contacts", "reference", reference="contacts"),
     TargetField("about.deals", "reference", reference="deals"), TargetField("owner_id", "owner")),
    KEY,
)  # fmt: skip
Cells = dict[str, str | None]


def made(target: Target, object: TargetObject, *rows: Cells, action: str = "create") -> Any:
    return settled(target, object, f"{action} {object.name}", rows, action)


def of(target: Target, object: TargetObject) -> dict[str, Cells]:
    """Key -> the fields that have a value."""
    return {
        str(row["__entity"]): {
            name: cell for name, cell in row.items() if name not in ("target_id", "__entity") and cell
        }
        for row in everything(target, object)
        if row["__entity"]
    }


def test_a_company_with_its_people_deals_and_calls_is_read_as_it_was_sent(start: Start) -> None:
    account = start(AYSE)
    account.put("currencies", "74012", {"id": 74012, "is_active": True, "currency_code": "TRY"})
    target = target_of(account)
    firm = {"name": "Işık", "industry_type_id": "Machinery", "owner_id": AYSE, "annual_revenue": "1250000.5"}
    firms = made(target, COMPANY, {"__entity": "f1", **firm}).loaded
    person: Cells = {
        "last_name": "Yılmaz", "email": "a@b.example", "subscription_status": "withdrawn", "tags": '["x, y", "z"]',
        "lifecycle_stage_id": "Customer", "cf_level": "gold", "cf_more": '["c@d.example"]', "owner_id": AYSE,
        "sales_accounts": firms["f1"],
    }  # fmt: skip
    people = made(target, PERSON, {"__entity": "p1", **person}).loaded
    deal: Cells = {
        "name": "Pres hattı", "amount": "1250000.50", "currency_id": "TRY", "deal_pipeline_id": "Default Pipeline",
        "deal_stage_id": "Won", "probability": "100", "expected_close": "2025-03-05", "cf_share": "0.25",
        "sales_account_id": firms["f1"], "contacts": people["p1"], "owner_id": AYSE,
    }  # fmt: skip
    deals = made(target, DEAL, {"__entity": "d1", **deal}).loaded
    call: Cells = {"title": "Call", "start_date": "2025-03-05T10:00:00Z", "notes": "a\nb", "about.deals": deals["d1"],
                   "cf_outcome": "none", "owner_id": AYSE}  # fmt: skip
    made(target, CALL, {"__entity": "c1", **call})
    assert of(target, COMPANY) == {"f1": firm} and of(target, PERSON) == {"p1": person}
    assert of(target, DEAL) == {"d1": deal | {"amount": "1250000.5"}} and of(target, CALL) == {"c1": call}
    (contact,) = account.rows("contacts", "owner,sales_accounts")
    assert (contact["subscription_status"], contact["owner_id"], contact["external_id"]) == (0, 7001, "p1")
    assert not list(target.read(TargetObject("sales_activities:Meeting", (), KEY)))


def test_people_move_and_lose_what_they_had(start: Start) -> None:
    account = start(AYSE)
    target = target_of(account)
    firms = made(target, COMPANY, {"__entity": "f1", "name": "One"}, {"__entity": "f2", "name": "Two"}).loaded
    full = {"last_name": "X", "email": "a@b.example", "sales_accounts": firms["f1"], "owner_id": AYSE, "tags": '["x"]'}
    made(target, PERSON, {"__entity": "p1", **full})
    moved = {
        "last_name": "X",
        "email": "new@b.example",
        "sales_accounts": firms["f2"],
        "owner_id": AYSE,
        "tags": '["x"]',
    }
    assert set(made(target, PERSON, {"__entity": "p1", **moved}, action="update").loaded) == {"p1"}
    default = {"lifecycle_stage_id": "Lead", "subscription_status": "unknown"}
    assert of(target, PERSON) == {"p1": moved | default}
    (contact,) = account.rows("contacts", "sales_accounts")
    assert [each["name"] for each in contact["sales_accounts"]] == ["Two"]
    empty: Cells = dict.fromkeys(("email", "sales_accounts", "owner_id", "tags", "subscription_status"))
    made(target, PERSON, {"__entity": "p1", **empty}, action="update")
    assert of(target, PERSON) == {"p1": {"last_name": "X", **default}}


def test_a_deal_changes_its_people_and_an_activity_what_it_is_about(start: Start) -> None:
    target = target_of(start())
    people = made(target, PERSON, *({"__entity": f"p{n}", "last_name": "X"} for n in range(2))).loaded
    deals = made(target, DEAL, {"__entity": "d1", "name": "D", "amount": "1", "contacts": people["p0"]}).loaded
    made(target, DEAL, {"__entity": "d1", "contacts": people["p1"], "deal_stage_id": "Lost"}, action="update")
    assert of(target, DEAL)["d1"]["contacts"] == people["p1"]
    assert of(target, DEAL)["d1"]["deal_stage_id"] == "Lost"
    made(target, DEAL, {"__entity": "d1", "contacts": None}, action="update")
    assert "contacts" not in of(target, DEAL)["d1"]
    made(
        target, CALL, {"__entity": "c1", "title": "C", "start_date": "2025-01-01T00:00:00Z", "about.deals": deals["d1"]}
    )
    about = {"about.deals": None, "about.contacts": people["p0"]}
    made(target, CALL, {"__entity": "c1", **about}, action="update")
    assert {name: of(target, CALL)["c1"].get(name) for name in about} == about


@pytest.mark.parametrize(
    ("object", "cells", "code", "field"),
    [
        (COMPANY, {"name": "N", "owner_id": "gone@simulated.example"}, "UNKNOWN", "owner_id"),
        (COMPANY, {"name": "N", "industry_type_id": "Magic"}, "UNKNOWN", "industry_type_id"),
        (COMPANY, {"name": "N", "annual_revenue": "much"}, "TYPE", "annual_revenue"),
        (COMPANY, {"name": "TAKEN"}, "INVALID", ""),
        (PERSON, {"last_name": "N", "cf_level": "lead"}, "UNKNOWN", "cf_level"),
        (PERSON, {"last_name": "N", "tags": "x"}, "TYPE", "tags"),
        (PERSON, {"last_name": "N", "subscription_status": "maybe"}, "UNKNOWN", "subscription_status"),
        (PERSON, {"last_name": "N", "sales_accounts": "x"}, "TYPE", "sales_accounts"),
        (PERSON, {"last_name": "N\0"}, "SHAPE", "last_name"),
        (DEAL, {"name": "N", "amount": "1", "deal_stage_id": "Sold"}, "UNKNOWN", "deal_stage_id"),
        (DEAL, {"name": "N", "amount": "1", "probability": "101"}, "TYPE", "probability"),
        (DEAL, {"name": "N", "amount": "1", "currency_id": "XAU"}, "UNKNOWN", "currency_id"),
        (DEAL, {"name": "N", "amount": "1", "expected_close": "soon"}, "TYPE", "expected_close"),
        (DEAL, {"name": "N", "amount": "1", "cf_share": "0.12345678901234567"}, "TYPE", "cf_share"),
        (DEAL, {"name": "N", "amount": None}, "INVALID", ""),
        (CALL, {"title": "N", "start_date": "2025-01-01T00:00:00"}, "TYPE", "start_date"),
        (CALL, {"title": "N", "start_date": "2025-01-01T00:00:00Z", "about.deals": "1", "about.contacts": "2"}, "SHAPE",
         "about.deals"),
    ],
)  # fmt: skip
def test_what_would_be_lost_or_changed_is_refused(
    object: TargetObject, cells: Cells, code: str, field: str, start: Start
) -> None:
    account = start()
    account.make("sales_accounts", name="Taken")
    target = target_of(account)
    refused = made(target, object, {"__entity": "x", **cells}).refused["x"]
    assert (refused.code, refused.field) == (code, field)
    assert not any(cell in refused.words for cell in cells.values() if cell and len(cell) > 3)
    assert not of(target, object)


def test_a_stage_without_its_pipeline_has_to_be_the_only_one(start: Start) -> None:
    account = start()
    account.put("deal_pipelines", "8", {"id": 8, "name": "Second", "position": 2})
    for id, name in ((81, "Won"), (82, "Pilot")):
        account.put("deal_stages", str(id), {"id": id, "name": name, "position": id, "forecast_type": "Open",
                                             "deal_pipeline_id": 8, "probability": 5})  # fmt: skip
    target = target_of(account)
    deal = {"name": "D", "amount": "1"}
    said = made(target, DEAL, {"__entity": "a", **deal, "deal_stage_id": "Won"},
                {"__entity": "b", **deal, "deal_stage_id": "Pilot"},
                {"__entity": "c", **deal, "deal_stage_id": "Won", "deal_pipeline_id": "Second"})  # fmt: skip
    assert (set(said.refused), said.refused["a"].code) == ({"a"}, "UNKNOWN")
    told = {key: (row["deal_pipeline_id"], row["deal_stage_id"]) for key, row in of(target, DEAL).items()}
    assert told == {"b": ("Second", "Pilot"), "c": ("Second", "Won")}


def test_a_value_that_is_dropped_is_told_and_the_record_taken_back(start: Start) -> None:
    account = start(faults="truncating:1")
    target = target_of(account)
    long = {"__entity": "f1", "name": "x" * 300}
    assert made(target, COMPANY, long).refused["f1"].code == "DROPPED"
    assert account.rows("sales_accounts") == []
    account._sent("PUT", "/_simulator/faults", {"faults": ""})
    made(target, COMPANY, {"__entity": "f1", "name": "Short"})
    account._sent("PUT", "/_simulator/faults", {"faults": "truncating:1"})
    assert made(target, COMPANY, {**long}, action="update").refused["f1"].code == "DROPPED"
    (row,) = account.rows("sales_accounts")
    assert (row["name"], row["custom_field"][KEY]) == ("Short", "f1")


def test_an_answer_about_another_record_is_no_word_about_ours(start: Start) -> None:
    account = start()
    target = target_of(account)
    other = made(target, COMPANY, {"__entity": "f1", "name": "Other"}).loaded["f1"]
    with pytest.MonkeyPatch.context() as patch:

        def mixed_up(visit: Visit, record: Record) -> dict[str, Any]:
            del record
            return told(visit, visit.record("sales_accounts", other))

        patch.setattr("crm_migrate_simulators.freshsales.records.told", mixed_up)
        table = pa.table({"__entity": ["f2"], "name": ["Ours"]})
        said = target.write(WriteBatch("p", "r", "b", COMPANY, "create", table, "0"))
    assert (said.in_doubt, said.loaded, said.refused) == ({"f2"}, {}, {})
    assert {row["name"] for row in account.rows("sales_accounts")} == {"Other", "Ours"}


def test_a_contact_that_lists_do_not_show_yet_is_not_made_twice(start: Start) -> None:
    account = start(index_seconds="60")
    for _ in range(2):  # two processes
        target = target_of(account)
        assert set(made(target, PERSON, {"__entity": "p1", "last_name": "X"}).loaded) == {"p1"}
    assert account.summary()["created"] == {"contacts": 1}


# ---------------------------------------------------------------------------------------------------- the account


def test_what_people_have_to_make_is_named(start: Start) -> None:
    target = target_of(start(fields={"objects": {"deals": {"fields": {"cf_share": {"more": {"kind": "formula"}}}}}}))
    odd = TargetObject("deals", (TargetField("cf_share", "number"), TargetField("nowhere", "text")), KEY)
    missing = target.prepare((odd, TargetObject("contacts:Lead", (), KEY), TargetObject("notes", (), KEY),
                              TargetObject("sales_activities:Smoke", (), KEY)), apply=False)  # fmt: skip
    assert [each.removeprefix("by hand: ").partition(" (")[0].partition(":")[0] for each in missing] == [
        "the custom field cf_crm_migrate_id", "the custom field cf_share", "the place nowhere of deals",
        "the custom field cf_crm_migrate_id", "the custom field cf_crm_migrate_kind", "the object notes",
        "a type of sales activities Smoke", "the custom field cf_crm_migrate_id",
    ]  # fmt: skip
    with pytest.raises(TargetError, match="the custom field cf_crm_migrate_id"):
        target.prepare((odd,), apply=True)
    with pytest.raises(TargetError, match="no custom field cf_share"):
        made(target, odd, {"__entity": "d", "cf_share": "1"})
    with pytest.raises(TargetError, match="our key cannot live in external_id"):
        target.prepare((TargetObject("contacts", (), "external_id"),), apply=False)


def test_a_key_that_is_not_taken_is_told(start: Start) -> None:
    with pytest.raises(AuthExpired, match="does not accept our key"):
        target_of(start(), token="wrong").identity()


def test_deals_need_views_that_hold_all_of_them(start: Start) -> None:
    account = start()
    module = "crm_migrate_simulators.freshsales.listing._views"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, lambda of: {1: "Open Deals", 2: "Won Deals"})
        with pytest.raises(TargetError, match="no view of all deals") as caught:
            everything(target_of(account), DEAL)
    assert "All Deals" in str(caught.value.hint)


@pytest.mark.parametrize("what", ["notes", "tasks", "appointments", "deals"])
def test_what_people_have_hung_on_a_record_keeps_it(what: str, start: Start) -> None:
    account = start()
    target = target_of(account)
    ids = made(target, PERSON, {"__entity": "p1", "last_name": "X"}, {"__entity": "p2", "last_name": "Y"}).loaded
    about = {"targetable_id": int(ids["p1"]), "targetable_type": "Contact"}
    bodies: dict[str, dict[str, Any]] = {
        "notes": {"description": "N", **about}, "tasks": {"title": "T", **about},
        "appointments": {"title": "A", "from_date": "2025-01-01T00:00:00Z", **about},
        "deals": {"name": "D", "amount": 1, "contacts_added_list": [int(ids["p1"])]},
    }  # fmt: skip
    account.make(what, **bodies[what])
    rows: Rows = [{"__entity": key, TARGET_ID: id} for key, id in ids.items()]
    table = pa.table({name: [row[name] for row in rows] for name in ("__entity", TARGET_ID)})
    assert isinstance(target, Remove)
    said = target.remove(WriteBatch("p", "r", "b", PERSON, "remove", table, "0"))
    assert (set(said.refused), set(said.loaded)) == ({"p1"}, {"p2"}) and said.refused["p1"].code == "REFERRED"
    assert [each["id"] for each in account.rows("contacts")] == [int(ids["p1"])]
