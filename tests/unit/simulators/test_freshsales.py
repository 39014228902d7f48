"""The simulated Freshsales: its rules, the witness, its limits, and answers of its own to words that make no sense."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from freshsales_accounts import API, KEY, TOKEN, Account, schema

from crm_migrate_simulators.freshsales import SIMULATOR
from crm_migrate_simulators.freshsales.furniture import PIPELINE
from crm_migrate_simulators.freshsales.routes import ROUTES
from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.wire import Request

Open = Callable[..., Account]
FIELDS = schema(
    contacts={"cf_born": {"type": "date"}, "cf_vip": {"type": "boolean"}, "cf_level": {"choices": ["gold", "silver"]}},
    sales_accounts={"cf_visits": {"type": "integer"}, "cf_note": {"more": {"kind": "textarea"}}},
)


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens accounts, and ends them."""
    accounts: list[Account] = []

    def open(*sellers: str, **how: Any) -> Account:
        accounts.append(Account(*sellers, **{"fields": FIELDS, **how}))
        return accounts[-1]

    yield open
    for each in accounts:
        each.stop()


def words(said: tuple[int, Any]) -> tuple[int, str]:
    status, body = said
    return status, "; ".join(body["errors"]["message"])


def test_a_contact_is_told_as_it_was_sent(opened: Open) -> None:
    account = opened("ayse@anadolu.example")
    firm = account.make("sales_accounts", name="Firma", custom_field={"cf_visits": 3, "cf_note": "a\nb"})
    sent = {"last_name": "Yılmaz", "emails": "A@b.example", "owner_id": 7001, "tags": ["x, y"], "no_such": 1}
    more = {"custom_field": {KEY: "k1", "cf_born": "1970-01-02", "cf_vip": False, "cf_level": "gold", "cf_no": 1}}
    id = account.make("contacts", **sent, **more, sales_accounts=[{"id": firm, "is_primary": True}])
    told = account.ask("GET", f"/contacts/{id}?include=owner,sales_accounts,lifecycle_stage")
    contact = told["contact"]
    assert contact["custom_field"] == {name: cell for name, cell in more["custom_field"].items() if name != "cf_no"}
    assert "no_such" not in contact
    assert (contact["email"], contact["emails"][0]["value"], contact["tags"]) == (
        "A@b.example",
        "A@b.example",
        ["x, y"],
    )
    assert (contact["owner_id"], told["users"][0]["email"]) == (7001, "ayse@anadolu.example")
    assert [(each["id"], each["is_primary"]) for each in contact["sales_accounts"]] == [(firm, True)]
    assert contact["lifecycle_stage_id"] == 73201
    plain = account.ask("GET", f"/contacts/{id}")["contact"]
    assert not {"owner_id", "sales_accounts", "lifecycle_stage_id"} & plain.keys()


def test_a_contact_moves_to_another_primary_account_and_leaves_one(opened: Open) -> None:
    account = opened()
    one, other = (account.make("sales_accounts", name=name) for name in ("One", "Other"))
    id = account.make("contacts", last_name="X", sales_accounts=[{"id": one, "is_primary": True}])

    def members() -> dict[int, bool]:
        said = account.ask("GET", f"/contacts/{id}?include=sales_accounts")["contact"]["sales_accounts"]
        return {each["id"]: each["is_primary"] for each in said}

    account.ask("PUT", f"/contacts/{id}", {"contact": {"sales_accounts": [{"id": other, "is_primary": True}]}})
    assert members() == {one: False, other: True}
    account.ask("PUT", f"/contacts/{id}", {"contact": {"sales_accounts": [{"id": other, "_destroy": True}]}})
    assert members() == {one: True}


@pytest.mark.parametrize(
    ("module", "body", "status", "said"),
    [
        ("sales_accounts", {"name": "taken"}, 400, "Name is not unique"),
        ("sales_accounts", {}, 400, "Name can't be blank"),
        ("sales_accounts", {"name": "x" * 256}, 400, "Name is too long (maximum is 255 characters)"),
        ("sales_accounts", {"name": "N", "parent_sales_account_id": 9}, 400, "Parent account is invalid"),
        ("sales_accounts", {"name": "N", "custom_field": {"cf_visits": "two"}}, 400, "Visits is not a valid number"),
        ("contacts", {"last_name": "N", "emails": "TAKEN@b.example"}, 400, "Email is not unique"),
        ("contacts", {"job_title": "N"}, 400, "can't be blank"),
        ("contacts", {"last_name": "N", "owner_id": 71003}, 400, "Sales owner is invalid"),
        ("contacts", {"last_name": "N", "custom_field": {"cf_level": "tin"}}, 400, "Level is not included in the list"),
        ("contacts", {"last_name": "N", "custom_field": {"cf_vip": "yes"}}, 400, "Vip is not a valid checkbox"),
        ("deals", {"name": "D"}, 400, "Deal value can't be blank"),
        ("deals", {"name": "D", "amount": 1, "deal_stage_id": 1}, 400, "Deal stage is invalid"),
        ("deals", {"name": "D", "amount": 1, "contacts_added_list": [9]}, 404, "does not exist"),
        ("sales_activities", {"title": "A", "start_date": "2025-01-01T00:00:00Z"}, 400, "Type can't be blank"),
        ("tasks", {"title": "T", "targetable_id": 9, "targetable_type": "Contact"}, 400, "Related to is invalid"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_leaves_nothing(
    opened: Open, module: str, body: Any, status: int, said: str
) -> None:
    account = opened()
    account.make("sales_accounts", name="Taken")
    account.make("contacts", last_name="T", emails="taken@B.example")
    before = account.summary()["created"]
    code, told = words(account.say("POST", f"/{module}", body))
    assert (code, said in told) == (status, True), told
    assert account.summary()["created"] == before
    assert len(account.rows("sales_accounts")) == 1 and len(account.rows("contacts")) == 1


def test_a_deal_gets_what_nobody_said(opened: Open) -> None:
    account = opened()
    contact = account.make("contacts", last_name="X")
    id = account.make("deals", name="D", amount="5600", contacts_added_list=[contact])
    deal = account.ask("GET", f"/deals/{id}?include=contacts,currency,owner,sales_account")["deal"]
    assert (deal["amount"], deal["probability"], deal["deal_pipeline_id"]) == ("5600.0", 100, PIPELINE)
    assert (deal["contact_ids"], deal["owner_id"], deal["currency_id"]) == ([contact], None, 74001)
    account.ask("PUT", f"/deals/{id}", {"deal": {"contacts_removed_list": [contact]}})
    assert account.ask("GET", f"/deals/{id}?include=contacts")["deal"]["contact_ids"] == []


def test_upsert_finds_by_what_is_there_once(opened: Open) -> None:
    account = opened()
    body = {"unique_identifier": {"external_id": "k1"}, "contact": {"last_name": "X"}}
    status, first = account.say("POST", "/contacts/upsert", body)
    again = account.say("POST", "/contacts/upsert", {**body, "contact": {"last_name": "Y"}})
    assert (status, again[0]) == (201, 200) and first["contact"]["id"] == again[1]["contact"]["id"]
    assert again[1]["contact"]["last_name"] == "Y"
    assert account.say("POST", "/contacts/upsert", {"unique_identifier": {"city": "X"}, "contact": {}})[0] == 400


def test_views_tell_pages_of_what_was_there_a_moment_ago(opened: Open) -> None:
    account = opened(index_seconds="60")
    view = {each["name"]: each["id"] for each in account.ask("GET", "/contacts/filters")["filters"]}["All Contacts"]
    ids = [account.make("contacts", last_name=f"P{n}") for n in range(7)]
    page = f"/contacts/view/{view}?per_page=3&sort=created_at&sort_type=asc&page="
    assert account.ask("GET", f"{page}1") == {"contacts": [], "meta": {"total_pages": 0, "total": 0}}
    account._sent("PUT", "/_simulator/clock", {"advance": 61})
    account.ask("PUT", f"/contacts/{ids[0]}", {"contact": {"last_name": "New"}})
    account.ask("DELETE", f"/contacts/{ids[6]}")
    found = [account.ask("GET", f"{page}{n}") for n in (1, 2, 3)]
    assert [each["id"] for said in found for each in said["contacts"]] == ids
    assert found[0]["contacts"][0]["last_name"] == "P0" and found[0]["meta"] == {"total_pages": 3, "total": 7}
    assert account.say("GET", f"/contacts/{ids[6]}")[0] == 404


def test_deals_are_in_the_view_of_their_stage(opened: Open) -> None:
    account = opened()
    there = {name: account.make("deals", name=name, amount=1, deal_stage_id=id)
             for name, id in (("Open", 72101), ("Won", 72106), ("Lost", 72107))}  # fmt: skip
    for view in account.ask("GET", "/deals/filters")["filters"]:
        told = account.ask("GET", f"/deals/view/{view['id']}")["deals"]
        assert [each["id"] for each in told] == [there[n] for n in there if view["name"] == f"{n} Deals"]


def test_a_key_is_wanted_and_limits_end(opened: Open) -> None:
    account = opened(per_hour="3")
    account.token = "wrong"
    assert account.say("GET", "/selector/owners")[0] == 401
    account.token = TOKEN
    account.ask("GET", "/selector/owners")
    request = Request("GET", f"{API}/selector/owners", {}, {"authorization": f"Token token={TOKEN}"}, b"")
    reply = account.server.engine.answer(request)
    assert reply.status == 429 and 3500 < int(reply.headers["Retry-After"]) <= 3600
    account._sent("PUT", "/_simulator/clock", {"advance": 3601})
    assert account.say("GET", "/selector/owners")[0] == 200
    busy = opened(per_minute="2")
    assert [busy.say("GET", "/selector/owners")[0] for _ in range(2)] == [200, 429]


def test_settings_and_selectors_tell_what_a_loader_needs(opened: Open) -> None:
    account = opened()
    told = {each["name"]: each for each in account.ask("GET", "/settings/contacts/fields")["fields"]}
    assert {name: told[name]["type"] for name in ("cf_born", "cf_vip", "cf_level", KEY, "emails", "owner_id")} == {
        "cf_born": "date", "cf_vip": "checkbox", "cf_level": "dropdown", KEY: "text", "emails": "group_field",
        "owner_id": "dropdown",
    }  # fmt: skip
    assert [each["value"] for each in told["cf_level"]["choices"]] == ["gold", "silver"]
    stages = account.ask("GET", "/selector/deal_pipelines")["deal_pipelines"][0]["deal_stages"]
    assert [each["name"] for each in stages][-2:] == ["Won", "Lost"]


def test_the_witness_knows_our_key_and_a_user_merges(opened: Open) -> None:
    account = opened()
    one, other = (account.make("contacts", last_name=n, custom_field={KEY: n}) for n in ("a", "b"))
    deal = account.make("deals", name="D", amount=1, contacts_added_list=[other])
    account._sent(
        "POST", "/_simulator/user", {"do": "merge", "object": "contacts", "id": str(one), "loser": str(other)}
    )
    assert account.ask("GET", f"/deals/{deal}?include=contacts")["deal"]["contact_ids"] == [one]
    assert {each.key for each in account.server.engine.log.creations} == {"a", "b", None}


@pytest.mark.parametrize(
    "said",
    [
        {"objects": {"tasks": {"fields": {"cf_x": {}}}}},
        {"objects": {"contacts": {"fields": {"born": {}}}}},
        {"objects": {"contacts": {"fields": {"cf_x": {"type": "reference"}}}}},
    ],
)
def test_a_schema_adds_custom_fields_only(said: Any) -> None:
    with pytest.raises(SchemaError):
        SIMULATOR.start(said)


def test_a_time_zone_has_to_be_one() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        SIMULATOR.start(None, habits={"time_zone": "Mars"})


def test_it_outlives_its_process(tmp_path: Path) -> None:
    for life in range(2):
        server = SIMULATOR.start(schema(), store=tmp_path / "kept.jsonl")
        request = Request(
            "POST", f"{API}/contacts", {}, {"authorization": f"Token token={TOKEN}"}, b'{"last_name": "X"}'
        )
        assert server.engine.answer(request).status == 201
        assert len(server.engine.store.all("contacts")) == life + 1
        server.stop()


WORDS = ("contacts", "deals", "sales_accounts", "notes", "x", "-1", "1001", "1002", "0", "75001", "owners", "contact")
QUERIES: tuple[dict[str, str], ...] = (
    {}, {"page": "x"}, {"page": "-1", "per_page": "0"}, {"include": "owner,x"}, {"filter": "open"}, {"sort": "x"},
    {"q": "a", "f": "email", "entities": "contact"}, {"filter": "past"},
)  # fmt: skip
BODIES = (
    b"", b"[", b"[]", b"{}", b'"x"', b'{"contact": []}', b'{"contact": {"emails": [1]}}', b'{"name": {"a": 1}}',
    b'{"sales_accounts": [{"id": true}]}', b'{"custom_field": []}', b'{"filter_rule": [{}]}', b'{"amount": "NaN"}',
    b'{"unique_identifier": {"name": null}, "deal": {"amount": "1e5"}}', b'{"tags": "x", "title": 1}',
    b'{"title": "x", "from_date": "now", "targetable_id": "1001"}', b'{"contacts_added_list": {"a": 1}}',
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_asked_is_answered(seed: int, opened: Open) -> None:
    dice = random.Random(seed)
    account = opened()
    account.make("contacts", last_name="X")
    account.make("sales_accounts", name="Y")
    for route in ROUTES * 8:
        path = re.sub(r"\{\w+\}", lambda _: dice.choice(WORDS), route.template)
        headers = {"authorization": f"Token token={TOKEN}"}
        request = Request(route.method, f"{API}{path}", dice.choice(QUERIES), headers, dice.choice(BODIES))
        reply = account.server.engine.answer(request)
        assert 200 <= reply.status < 500, (route.method, path, request.body, reply.body)
        assert reply.status < 400 or reply.body["errors"]["message"]
