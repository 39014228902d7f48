"""HubSpot as a source: every record once, with its links, whatever the portal's pages look like."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moved import left
from portals import TOKEN, Portal

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InputError, UsageError

AYSE = "ayse.k@anadolu.example"


class Furnished(Portal):
    """With the ids of what is there."""

    firms: list[str]
    people: list[str]


@pytest.fixture
def portal() -> Iterator[Furnished]:
    """With 230 contacts of 3 companies, some of whom have opted out, and deals in stages."""
    made = Furnished(AYSE)
    firms = [made.make("companies", name=f"Firm {n}", hubspot_owner_id="7000") for n in range(3)]
    people = []
    for start in range(0, 230, 100):
        inputs = [{"properties": {"firstname": f"P{n}", "email": f"p{n}@posta.example"}, "associations": []}
                  for n in range(start, min(start + 100, 230))]  # fmt: skip
        said = made.ask("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})["results"]
        people += [each["id"] for each in sorted(said, key=lambda each: int(each["properties"]["firstname"][1:]))]
    pairs = [{"from": {"id": id}, "to": {"id": firms[n % 3]}} for n, id in enumerate(people[:200])]
    for start in range(0, 200, 100):
        part = {"inputs": pairs[start : start + 100]}
        made.ask("POST", "/crm/v4/associations/contacts/companies/batch/associate/default", part)
    made.make("deals", dealname="Pres", pipeline="default", dealstage="closedwon", closedate="2025-03-05T00:00:00Z")
    made.ask("DELETE", f"/crm/v3/objects/contacts/{people[7]}")
    made.ask("POST", "/communication-preferences/v4/statuses/p3@posta.example/unsubscribe-all?channel=EMAIL")
    made.firms, made.people = firms, people
    yield made
    made.stop()


def source(portal: Furnished, table: str, properties: str = "", **more: str) -> Source:
    options = {"token": TOKEN, **({"properties": properties} if properties else {}), **more}
    return connector("hubspot").source(SourceSpec("hs", url=portal.url, table=table, options=options))


def rows(of: Source) -> list[dict[str, Any]]:
    return [row for batch in of.read(64) for row in batch.records.to_pylist()]


def test_it_keeps_the_contract(portal: Furnished) -> None:
    assert check_source(lambda: source(portal, "companies", "name, domain")) == []


def test_every_record_is_read_once_with_its_links(portal: Furnished) -> None:
    read = source(portal, "contacts", "firstname, email")
    found = rows(read)
    firms, people = portal.firms, portal.people
    there = [id for id in people if id != people[7]]
    assert [row["id"] for row in found] == there
    by_id = {row["id"]: row for row in found}
    linked = {id: by_id[id]["associations.companies"] for id in there}
    assert linked == {id: firms[n % 3] if n < 200 else None for n, id in enumerate(people) if id in by_id}
    assert by_id[people[4]]["associations.companies.all"] == json.dumps([firms[1]])
    assert by_id[people[210]]["associations.companies.all"] is None
    assert [row["firstname"] for row in found if row["opted_out"] == "true"] == ["P3"]
    facts, findings = read.facts()
    assert [(fact.records, fact.counted) for fact in facts] == [(229, None)]
    assert facts[0].count_method.startswith("none")
    assert [(finding.code, finding.count) for finding in findings] == [("archived_left_out", 1)]


def test_all_properties_are_columns_unless_some_are_named(portal: Furnished) -> None:
    deals = source(portal, "deals")
    assert len(deals.describe().columns) > 100
    (row,) = rows(deals)
    assert (row["pipeline"], row["dealstage"], row["closedate"]) == (
        "Sales Pipeline", "Closed Won", "2025-03-05T00:00:00Z",
    )  # fmt: skip
    (firm, *_) = rows(source(portal, "companies"))
    assert firm["hubspot_owner_id"] == AYSE


@pytest.mark.cases(1)
@pytest.mark.parametrize("faults", ["read_short:0.3", "result_missing:0.3", "result_doubled:0.3", "cut_answer:0.2"])
def test_a_page_that_lies_is_made_good_or_told(portal: Furnished, faults: str) -> None:
    portal.ask("PUT", "/_simulator/faults", {"faults": faults, "seed": 5})
    read = source(portal, "contacts", "firstname")
    found = rows(read)
    portal.ask("PUT", "/_simulator/faults", {"faults": ""})
    ids = {row["id"] for row in found}
    there = set(portal.people) - {portal.people[7]}
    assert len(ids) == len(found)
    assert ids <= there
    firm_of = {id: portal.firms[n % 3] if n < 200 else None for n, id in enumerate(portal.people)}
    assert {row["id"]: row["associations.companies"] for row in found} == {id: firm_of[id] for id in ids}
    assert ids == there or "source_moved" in {finding.code for finding in read.facts()[1]}


def test_what_is_not_there_is_said(portal: Furnished) -> None:
    with pytest.raises(InputError, match="no object butterflies"):
        source(portal, "butterflies").describe()
    with pytest.raises(InputError, match="no property shoe_size of contacts"):
        source(portal, "contacts", "email, shoe_size").describe()
    with pytest.raises(UsageError, match="names no object"):
        connector("hubspot").source(SourceSpec("hs", url=portal.url, options={"token": TOKEN}))


MAPPING = """crm_migrate: 1
project: {name: Out of HubSpot, locale: tr-TR, as_of: 2026-12-01}
environments:
  sql: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firms:
    connector: hubspot
    url: "env:HUBSPOT_URL"
    token: "env:HUBSPOT_TOKEN"
    table: companies
    properties: name
    key: id
    unmapped: {archive: ["*"]}
  people:
    connector: hubspot
    url: "env:HUBSPOT_URL"
    token: "env:HUBSPOT_TOKEN"
    table: contacts
    properties: "firstname, email"
    key: id
    unmapped: {archive: ["*"]}
value_maps:
  opted_out: {unmapped: hold, map: {"true": withdrawn, "false": unknown}}
objects:
  accounts:
    from: {firms: {trust: 1}}
    fields:
      name: {firms: name, required: true}
  contacts:
    from: {people: {trust: 1}}
    fields:
      first_name: {people: firstname}
      email: {people: email}
      consent: {people: opted_out | map(opted_out)}
      company: {people: associations.companies, ref: accounts.firms, missing: warn_and_clear}
"""


def test_a_portal_is_left_for_a_database(portal: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSPOT_URL", portal.url)
    monkeypatch.setenv("HUBSPOT_TOKEN", TOKEN)
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    assert left("target", "prepare", tmp_path) == 0
    assert left("run", tmp_path) == 0
    with sqlite3.connect(tmp_path / "crm.db") as db:
        said = db.execute(
            "SELECT a.name, count(*), sum(coalesce(c.consent, '') = 'withdrawn') FROM contacts c"
            " LEFT JOIN accounts a ON a.id = c.company GROUP BY 1 ORDER BY 1"
        ).fetchall()
    db.close()
    assert said == [(None, 30, 0), ("Firm 0", 67, 1), ("Firm 1", 66, 0), ("Firm 2", 66, 0)]


def test_lists_and_their_members_are_read(portal: Furnished) -> None:
    ids = {}
    kinds = (
        ("Fair", "MANUAL", "0-1"),
        ("Hot", "DYNAMIC", "0-1"),
        ("Old", "SNAPSHOT", "0-1"),
        ("Firms", "MANUAL", "0-2"),
    )
    for name, type, of in kinds:
        more = {"filterBranch": {"filterBranchType": "OR"}} if type == "DYNAMIC" else {}
        said = {"name": name, "objectTypeId": of, "processingType": type, **more}
        ids[name] = portal.ask("POST", "/crm/v3/lists", said)["list"]["listId"]
    portal.ask("PUT", f"/crm/v3/lists/{ids['Fair']}/memberships/add", portal.people[10:222])
    portal.ask("PUT", f"/crm/v3/lists/{ids['Firms']}/memberships/add", portal.firms)
    for table in ("lists:contacts", "contacts>lists"):
        assert check_source(lambda table=table: source(portal, table)) == []
    lists, members = source(portal, "lists:contacts"), source(portal, "contacts>lists")
    assert [(row["id"], row["name"], row["processing_type"]) for row in rows(lists)] == [
        (ids["Fair"], "Fair", "MANUAL"), (ids["Hot"], "Hot", "DYNAMIC"), (ids["Old"], "Old", "SNAPSHOT"),
    ]  # fmt: skip
    read = rows(members)
    assert {(row["from"], row["to"]) for row in read} == {(id, ids["Fair"]) for id in portal.people[10:222]}
    assert len(read) == 212
    assert {row["from"] for row in rows(source(portal, "companies>lists"))} == set(portal.firms)
    assert members.facts()[0][0].records == 212
    assert not members.facts()[1]
    portal.ask("DELETE", f"/crm/v3/objects/contacts/{portal.people[11]}")
    assert len(rows(members)) == 211, "who is archived is no member"
    with pytest.raises(UsageError, match="has no `properties`"):
        source(portal, "lists:contacts", "name")
