"""A charity's Salesforce: households, gifts and their roles, out of the data set that its developers load."""

import shutil
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun, crm_migrate

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "npsp" / "datasets" / "dev_org" / "test_data.sql"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_file(), reason="npsp is not beside the checkout"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    folder = tmp_path_factory.mktemp("npsp")
    with sqlite3.connect(folder / "sf.db") as salesforce:
        salesforce.executescript(DATA.read_text("utf-8"))
    salesforce.close()
    shutil.copy(HERE / "npsp.yaml", folder / "crm-migrate.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NPSP_URL", f"sqlite:///{(folder / 'sf.db').as_posix()}")
        for verb in (("target", "prepare"), ("run",)):
            done = crm_migrate(*verb, str(folder))
            assert done.returncode == 0, done.stdout + done.stderr
    return FinishedRun(folder)


@pytest.fixture(scope="module")
def salesforce(run: FinishedRun) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(run.project / "sf.db")
    yield connection
    connection.close()


def test_nothing_is_unexplained(run: FinishedRun) -> None:
    assert all(line["unexplained"] == 0 for line in run.figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in run.figures["bridges"])
    assert run.figures["verdict"] == "GO"


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("households", 87), ("accounts", 80), ("contacts", 102), ("places", 266), ("campaigns", 13),
        ("campaign_members", 165), ("deals", 342), ("payments", 644), ("relationships", 248), ("units", 50),
        ("allocations", 100), ("soft_credits", 129), ("recurring_gifts", 1), ("account_contacts", 99),
    ],
)  # fmt: skip
def test_every_record_arrived(run: FinishedRun, table: str, rows: int) -> None:
    assert run.crm(f"SELECT count(*) FROM {table}") == [(rows,)]


def test_each_role_of_a_person_in_a_gift_is_there_once(run: FinishedRun, salesforce: sqlite3.Connection) -> None:
    """The data set has 999 rows for 708 roles: what is said twice is one link."""
    there = salesforce.execute(
        "SELECT DISTINCT o.name, o.close_date, c.FirstName, c.LastName, r.Role FROM OpportunityContactRole r "
        "JOIN Opportunity o ON o.id = r.OpportunityId JOIN Contact c ON c.id = r.ContactId"
    )
    here = run.crm(
        "SELECT d.name, d.close_date, c.first_name, c.last_name, l.role FROM deal_contacts l "
        "JOIN deals d ON d.id = l.deal JOIN contacts c ON c.id = l.contact"
    )
    assert len(here) == 708
    assert sorted(set(here)) == sorted(there)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("SELECT sum(amount) FROM Opportunity", "SELECT amount FROM deals"),
        ("SELECT sum(npe01__Payment_Amount__c) FROM npe01__OppPayment__c", "SELECT amount FROM payments"),
        ("SELECT sum(Amount__c) FROM Partial_Soft_Credit__c", "SELECT amount FROM soft_credits"),
        ("SELECT sum(Amount__c) FROM Allocation__c", "SELECT amount FROM allocations"),
    ],
)
def test_the_money_is_the_money_of_salesforce(
    run: FinishedRun, salesforce: sqlite3.Connection, theirs: str, ours: str
) -> None:
    ((expected,),) = salesforce.execute(theirs)
    found = sum((Decimal(str(amount)) for (amount,) in run.crm(ours) if amount is not None), Decimal(0))
    assert found == Decimal(str(expected))


def test_gifts_belong_to_their_households_and_organisations(run: FinishedRun, salesforce: sqlite3.Connection) -> None:
    there = salesforce.execute("SELECT o.name, a.Name FROM Opportunity o JOIN Account a ON a.id = o.AccountId")
    here = run.crm(
        "SELECT d.name, coalesce(h.name, o.name) FROM deals d LEFT JOIN households h ON h.id = d.household "
        "LEFT JOIN accounts o ON o.id = d.company"
    )
    assert sorted(here) == sorted(there)
