"""Freshsales as a source: every record once, with choices and owners as words; a run, a change, and a run again."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from freshsales_accounts import TOKEN, Account, schema
from moved import left

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InputError, UsageError
from crm_migrate_simulators.call import Call
from crm_migrate_simulators.wire import Reply

AYSE = "ayse.k@anadolu.example"
FIELDS = schema(
    contacts={"cf_born": {"type": "date"}, "cf_level": {"choices": ["gold"]}, "cf_score": {"type": "decimal"}}
)


class Furnished(Account):
    """With the ids of what is there."""

    firms: list[int]
    people: list[int]


@pytest.fixture
def account() -> Iterator[Furnished]:
    """With 130 contacts of 3 accounts, one of them deleted, deals in all stages, and a call."""
    made = Furnished(AYSE, fields=FIELDS)
    made.firms = [
        made.make("sales_accounts", name=f"Firm {n}", owner_id=7001, industry_type_id=73004) for n in range(3)
    ]
    made.people = [
        made.make("contacts", first_name=f"P{n}", emails=f"p{n}@posta.example",
                  sales_accounts=[{"id": made.firms[n % 3], "is_primary": True}])
        for n in range(130)
    ]  # fmt: skip
    more = {"custom_field": {"cf_born": "1970-01-02", "cf_level": "gold", "cf_score": 0.5}, "tags": ["x, y"]}
    made.ask("PUT", f"/contacts/{made.people[3]}", {"contact": {**more, "subscription_status": 0}})
    made.ask("DELETE", f"/contacts/{made.people[7]}")
    for stage in (72101, 72106, 72107):
        made.make("deals", name="D", amount="12.50", deal_stage_id=stage, sales_account_id=made.firms[0],
                  contacts_added_list=made.people[:2], owner_id=7001, expected_close="2025-03-05")  # fmt: skip
    made.make("sales_activities", title="Call", start_date="2025-03-05T10:00:00+01:00", sales_activity_type_id=73702,
              targetable_id=made.people[0], targetable_type="Contact", notes="n")  # fmt: skip
    yield made
    made.stop()


def source(account: Account, table: str, **more: str) -> Source:
    spec = SourceSpec("fs", url=account.url, table=table, options={"token": TOKEN, **more})
    return connector("freshsales").source(spec)


def rows(of: Source) -> list[dict[str, Any]]:
    return [row for batch in of.read(64) for row in batch.records.to_pylist()]


def test_it_keeps_the_contract(account: Furnished) -> None:
    assert check_source(lambda: source(account, "contacts")) == []


def test_every_contact_is_read_once_with_its_account(account: Furnished) -> None:
    read = source(account, "contacts")
    found = {row["id"]: row for row in rows(read)}
    there = [str(id) for id in account.people if id != account.people[7]]
    assert list(found) == there
    assert {id: row["sales_accounts"] for id, row in found.items()} == {
        str(id): str(account.firms[n % 3]) for n, id in enumerate(account.people) if str(id) in found
    }
    row = found[str(account.people[3])]
    told = {"first_name": "P3", "email": "p3@posta.example", "subscription_status": "Unsubscribed",
            "lifecycle_stage_id": "Lead", "cf_born": "1970-01-02", "cf_level": "gold", "cf_score": "0.5",
            "tags": '["x, y"]', "emails.all": '["p3@posta.example"]', "owner_id": None}  # fmt: skip
    assert {name: row[name] for name in told} == told
    assert row["updated_at"].endswith("Z") and json.loads(row["sales_accounts.all"]) == [row["sales_accounts"]]
    (fact,), findings = read.facts()
    assert (fact.records, fact.counted, findings) == (129, 129, ())


def test_accounts_deals_and_activities_are_read_in_words(account: Furnished) -> None:
    firm = rows(source(account, "sales_accounts"))[0]
    assert (firm["name"], firm["owner_id"], firm["industry_type_id"]) == ("Firm 0", AYSE, "Machinery")
    deals = rows(source(account, "deals"))
    assert {row["deal_stage_id"] for row in deals} == {"New", "Won", "Lost"}
    told = {"amount": "12.5", "currency_id": "USD", "deal_pipeline_id": "Default Pipeline", "owner_id": AYSE,
            "expected_close": "2025-03-05", "sales_account_id": str(account.firms[0]),
            "contacts": str(account.people[0])}  # fmt: skip
    assert {name: deals[0][name] for name in told} == told
    assert json.loads(deals[0]["contacts.all"]) == [str(id) for id in account.people[:2]]
    (call,) = rows(source(account, "sales_activities"))
    said = {"title": "Call", "start_date": "2025-03-05T09:00:00Z", "sales_activity_type_id": "Phone", "notes": "n",
            "targetable_id": str(account.people[0]), "targetable_type": "Contact"}  # fmt: skip
    assert {name: call[name] for name in said} == said


PAGE_ONE, PAGE_TWO = 5, 6  # of the requests of a reading: fields, users, views, the newest, then the pages


@pytest.mark.parametrize("at", [PAGE_ONE, PAGE_TWO])
@pytest.mark.parametrize("fault", ["read_short", "result_doubled", "result_foreign", "cut_answer", "results_null"])
def test_a_page_that_lies_is_read_again(account: Furnished, fault: str, at: int) -> None:
    account._sent("PUT", "/_simulator/faults", {"faults": f"{fault}@{at}"})
    found = rows(source(account, "contacts"))
    assert account.summary()["faults"] == {fault: 1}
    assert len(found) == 129 == len({row["id"] for row in found})


def test_who_comes_and_goes_while_pages_are_read_moves_nobody_out_of_sight(account: Furnished) -> None:
    engine, answered = account.server.engine, 0
    handle = engine.handle

    def busy(call: Call) -> Reply:
        nonlocal answered
        answered += 1
        if answered == PAGE_TWO:  # as many as before, and the second page begins one record later
            engine.store.delete("contacts", str(account.people[0]), engine.clock.now())
            engine.store.create("contacts", {"last_name": "Late"}, engine.clock.now())
        return handle(call)

    engine.handle = busy  # type: ignore[method-assign]
    found = {row["id"] for row in rows(source(account, "contacts"))}
    assert found >= {str(id) for id in account.people if id not in (account.people[0], account.people[7])}
    assert len(found) == 129


def test_what_cannot_be_read_is_said(account: Furnished) -> None:
    with pytest.raises(InputError, match="butterflies of Freshsales is not read"):
        source(account, "butterflies").describe()
    with pytest.raises(UsageError, match="names no module"):
        source(account, "")
    with pytest.raises(InputError, match="does not accept our key"):
        source(account, "contacts", token="wrong").describe()


MAPPING = """\
crm_migrate: 1
project: {name: out of Freshsales}
sources:
  firms: {connector: freshsales, url: "env:FS_URL", token: "env:FS_KEY", table: sales_accounts, key: id,
          unmapped: {archive: ["*"]}}
  people: {connector: freshsales, url: "env:FS_URL", token: "env:FS_KEY", table: contacts, key: id,
           unmapped: {archive: ["*"]}}
environments:
  crm: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: firms, fields: {name: name}}
  contacts:
    from: people
    fields: {first_name: first_name, email: email, company: {people: sales_accounts, ref: accounts}}
"""


def test_a_second_run_takes_over_what_has_changed_since(
    account: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    monkeypatch.setenv("FS_URL", account.url)
    monkeypatch.setenv("FS_KEY", TOKEN)
    assert left("run", tmp_path) == 0
    account._sent("PUT", "/_simulator/clock", {"advance": 60})
    account.ask("PUT", f"/contacts/{account.people[0]}", {"contact": {"first_name": "New"}})
    account.make("contacts", first_name="Late", emails="late@posta.example")
    assert left("run", tmp_path) == 0
    with closing(sqlite3.connect(tmp_path / "crm.db")) as there:
        names = dict(there.execute("SELECT email, first_name FROM contacts"))
        firms = dict(there.execute("SELECT c.email, a.name FROM contacts c JOIN accounts a ON a.id = c.company"))
    assert len(names) == 130 and names["p0@posta.example"] == "New" and names["late@posta.example"] == "Late"
    assert firms["p4@posta.example"] == "Firm 1"
