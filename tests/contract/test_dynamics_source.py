"""Dynamics 365 as a source: each record once with its labels and lookups, and what came or went meanwhile is told."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from environments import Environment

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InputError, UsageError

USER = "ayse.k@anadolu.example"


@pytest.fixture
def environment() -> Iterator[Environment]:
    """With 25 accounts on pages of ten, people of two kinds of parents, and a deal in another currency."""
    made = Environment({"users": [{"internalemailaddress": USER, "fullname": "Ayşe"}]}, page="10")
    for n in range(25):
        made.make("accounts", name=f'Firm "{n}", Işık', revenue=n * 1000.125, industrycode=1 + n % 3)
    yield made
    made.stop()


def source(environment: Environment, table: str = "account", **said: str) -> Source:
    options = {name: said for name, said in environment.options.items() if not name.endswith("_seconds")}
    return connector("dynamics").source(
        SourceSpec("old", url=environment.url, table=table, options={**options, **said})
    )


def read(of: Source) -> pa.Table:
    return pa.concat_tables([batch.records for batch in of.read(7)])


def test_it_keeps_the_contract_of_sources(environment: Environment) -> None:
    assert check_source(lambda: source(environment)) == []


def test_every_record_is_read_once_with_labels_and_names(environment: Environment) -> None:
    users = environment.rows("systemusers", "internalemailaddress", where=f"internalemailaddress eq '{USER}'")
    owner = {"ownerid@odata.bind": f"/systemusers({users[0]['systemuserid']})"}
    id = environment.make(
        "accounts", name="Last", creditonhold=True, overriddencreatedon="2001-02-03T04:05:06Z", **owner
    )
    of = source(environment)
    rows = read(of).to_pylist()
    assert len({row["accountid"] for row in rows}) == len(rows) == 26
    assert [row["accountid"] for row in rows] == sorted(row["accountid"] for row in rows)
    (last,) = (row for row in rows if row["accountid"] == id)
    assert (last["name"], last["creditonhold"], last["createdon"]) == ("Last", "true", "2001-02-03T04:05:06Z")
    assert last["ownerid.internalemailaddress"] == USER and last["transactioncurrencyid.isocurrencycode"] == "EUR"
    assert last["statuscode"] == last["statecode"] == "Active"
    industries = {str(row["industrycode"]) for row in rows}
    assert len(industries) == 4 and {"Accounting", "None"} < industries
    (fact,), findings = of.facts()
    assert (fact.records, fact.counted, findings) == (26, 26, ())


def test_a_lookup_of_several_tables_is_a_column_for_each(environment: Environment) -> None:
    account = environment.rows("accounts", "name")[0]["accountid"]
    first = environment.make(
        "contacts", lastname="A", **{"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    )
    environment.make("contacts", lastname="B", **{"parentcustomerid_contact@odata.bind": f"/contacts({first})"})
    rows = {row["lastname"]: row for row in read(source(environment, "contact")).to_pylist()}
    found = {n: (row["parentcustomerid.account"], row["parentcustomerid.contact"]) for n, row in rows.items()}
    assert found == {"A": (account, None), "B": (None, first)}


def test_days_and_numbers_are_told_so_that_nobody_reads_them_otherwise(environment: Environment) -> None:
    environment.make("contacts", lastname="A", birthdate="1969-12-31")
    environment.make("opportunities", name="D", estimatedvalue=1234.5, estimatedclosedate="2024-02-29")
    assert read(source(environment, "contact"))["birthdate"].to_pylist() == ["1969-12-31"]
    (deal,) = read(source(environment, "opportunity")).to_pylist()
    assert (deal["estimatedvalue"], deal["estimatedclosedate"]) == ("1234.5", "2024-02-29")


def test_some_records_of_a_table_are_a_source(environment: Environment) -> None:
    table = read(source(environment, "account:industrycode=Accounting"))
    assert set(table["industrycode"].to_pylist()) == {"Accounting"} and table.num_rows == 9


def test_what_comes_and_goes_meanwhile_is_told(environment: Environment) -> None:
    of = source(environment)
    batches = of.read(7)
    first = next(batches).records["accountid"].to_pylist()
    environment.ask("DELETE", f"/api/data/v9.2/accounts({first[0]})")
    list(batches)
    (fact,), findings = of.facts()
    assert fact.counted is None and [finding.code for finding in findings] == ["source_moved"]


def test_an_empty_table_and_one_that_is_not_there(environment: Environment) -> None:
    assert [batch.records.num_rows for batch in source(environment, "lead").read(5)] == []
    with pytest.raises(InputError, match="no table nobody"):
        source(environment, "nobody").describe()
    with pytest.raises(UsageError, match="needs `table`"):
        source(environment, "")


BROKEN: dict[str, Any] = {"shuffled:1": None, "result_doubled:1": InputError, "results_null:1": InputError}


@pytest.mark.parametrize("faults", BROKEN)
def test_an_answer_that_cannot_be_meant_stops_the_reading(faults: str) -> None:
    made = Environment(page="10")
    for n in range(12):
        made.make("accounts", name=f"A {n}")
    of = source(made)
    of.describe()
    made.ask("PUT", "/_simulator/faults", {"faults": faults})
    if BROKEN[faults] is None:
        assert read(of).num_rows == 12
    else:
        with pytest.raises(BROKEN[faults]):
            read(of)
    made.stop()
