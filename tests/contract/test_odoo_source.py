"""Odoo as a source: each record once with names beside ids, archived ones too, and what came or went is told."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from odoo_databases import Database

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InputError, UsageError


@pytest.fixture
def odoo() -> Iterator[Database]:
    made = Database()
    for n in range(25):
        made.ask("res.partner", "create", {"name": f'Firm "{n}", Işık', "is_company": True, "zip": f"0{n}"})
    yield made
    made.stop()


def source(odoo: Database, table: str = "res.partner") -> Source:
    options = {name: said for name, said in odoo.options.items() if not name.endswith("_seconds")}
    return connector("odoo").source(SourceSpec("old", url=odoo.url, table=table, options=options))


def read(of: Source) -> pa.Table:
    return pa.concat_tables([batch.records for batch in of.read(7)])


def test_it_keeps_the_contract_of_sources(odoo: Database) -> None:
    assert check_source(lambda: source(odoo)) == []


def test_every_record_is_read_once_with_names_beside_ids(odoo: Database) -> None:
    (colleague,) = odoo.ask("res.users", "search", [["name", "=", "Colleague"]])
    (country,) = odoo.ask("res.country", "search", [["code", "=", "DE"]])
    tags = [odoo.ask("res.partner.category", "create", {"name": name}) for name in ("b", "a")]
    said = {"name": "Last", "user_id": colleague, "country_id": country, "category_id": [[6, 0, tags]]}
    id = odoo.ask("res.partner", "create", {**said, "comment": "<p>one<br>two</p>", "active": False})
    of = source(odoo)
    rows = {row["id"]: row for row in read(of).to_pylist()}
    last = rows[str(id)]
    assert (last["user_id"], last["user_id.login"]) == (str(colleague), "colleague@simulated.example")
    assert (last["country_id.code"], last["category_id.name"], last["comment"]) == ("DE", '["a","b"]', "one\ntwo")
    assert (last["active"], last["create_date"] is not None, last["email"]) == ("false", True, None)
    (fact,), findings = of.facts()
    assert (len(rows), fact.records, fact.counted, findings) == (26, 26, 26, ())


def test_some_records_of_a_model_are_a_source_and_a_deal_has_a_stage(odoo: Database) -> None:
    odoo.ask("crm.lead", "create", {"name": "Lead", "type": "lead"})
    for name, more in (("Open", {}), ("Lost", {"active": False}), ("Kept", {"active": False, "probability": 40})):
        odoo.ask("crm.lead", "create", {"name": name, "type": "opportunity", "expected_revenue": 1234.125, **more})
    rows = {row["name"]: row for row in read(source(odoo, "crm.lead:type=opportunity")).to_pylist()}
    assert {name: row["stage"] for name, row in rows.items()} == {"Open": "New", "Lost": "Lost", "Kept": "New"}
    assert {row["expected_revenue"] for row in rows.values()} == {"1234.1250"}, "nobody reads thousands"


def test_what_comes_and_goes_meanwhile_is_told(odoo: Database) -> None:
    of = source(odoo)
    batches = of.read(7)
    first = next(batches).records["id"].to_pylist()
    odoo.ask("res.partner", "unlink", [int(first[0])])
    list(batches)
    (fact,), findings = of.facts()
    assert fact.counted is None and [finding.code for finding in findings] == ["source_moved"]


def test_an_empty_model_and_one_that_is_not_there(odoo: Database) -> None:
    assert list(source(odoo, "mail.activity").read(5)) == []
    with pytest.raises(InputError, match=r"no model res\.nobody"):
        source(odoo, "res.nobody").describe()
    with pytest.raises(UsageError, match="needs `table`"):
        source(odoo, "")
