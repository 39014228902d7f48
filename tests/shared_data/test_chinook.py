"""Chinook from SQLite and from PostgreSQL: customers, support people and invoices; the same CRM from both."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun, crm_migrate

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "chinook"
SERVER = os.environ.get("CRM_MIGRATE_TEST_POSTGRESQL")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


def migrated(folder: Path, mapping: str, url: str) -> FinishedRun:
    """A run of that mapping against that database."""
    shutil.copy(HERE / mapping, folder / "crm-migrate.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHINOOK_URL", url)
        for verb in (("target", "prepare"), ("run",)):
            done = crm_migrate(*verb, str(folder))
            assert done.returncode == 0, done.stdout + done.stderr
    return FinishedRun(folder)


@pytest.fixture(scope="module")
def from_sqlite(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    folder = tmp_path_factory.mktemp("chinook-sqlite")
    shutil.copy(DATA / "Chinook_Sqlite.sqlite", folder / "chinook.sqlite")
    return migrated(folder, "chinook-sqlite.yaml", f"sqlite:///{(folder / 'chinook.sqlite').as_posix()}")


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    """A database of its own with the PostgreSQL script in it."""
    if SERVER is None:
        pytest.skip("no PostgreSQL: make test starts one")
    import psycopg

    plain = re.sub(r"^postgresql\+\w+:", "postgresql:", SERVER)
    name = f"chinook_{os.getpid()}"
    script = (DATA / "Chinook_PostgreSql.sql").read_text("utf-8")
    script = re.sub(r"(?m)^(DROP DATABASE|CREATE DATABASE|\\c).*$", "", script)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    base, _, _ = plain.partition("?")
    url = f"{base.rsplit('/', 1)[0]}/{name}" + plain[len(base) :]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script)
    yield url.replace("postgresql:", "postgresql+psycopg:", 1)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def from_postgresql(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    return migrated(tmp_path_factory.mktemp("chinook-pg"), "chinook-postgresql.yaml", postgresql_url)


@pytest.fixture(params=["from_sqlite", pytest.param("from_postgresql", marks=pytest.mark.postgresql)])
def run(request: pytest.FixtureRequest) -> FinishedRun:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, FinishedRun)
    return found


def original(sql: str) -> list[tuple[object, ...]]:
    """Ask the database that the publisher ships."""
    connection = sqlite3.connect(f"file:{DATA / 'Chinook_Sqlite.sqlite'}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_every_record_arrived(run: FinishedRun) -> None:
    companies = original("SELECT count(DISTINCT Company) FROM Customer")
    assert run.crm("SELECT count(*) FROM accounts") == companies
    for name, rows in (("users", 8), ("contacts", 59), ("orders", 412)):
        assert run.crm(f"SELECT count(*) FROM {name}") == [(rows,)]


def test_nothing_is_unexplained(run: FinishedRun) -> None:
    assert all(line["unexplained"] == 0 for line in run.figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in run.figures["bridges"])
    assert run.figures["verdict"] == "GO"


def test_the_money_is_the_money_of_the_shop(run: FinishedRun) -> None:
    expected = sum(Decimal(str(total)) for (total,) in original("SELECT Total FROM Invoice"))
    assert expected == Decimal("2328.60")
    found = sum(Decimal(str(amount)) for (amount,) in run.crm("SELECT CAST(amount AS TEXT) FROM orders"))
    assert found == expected


def test_orders_belong_to_their_customers(run: FinishedRun) -> None:
    emails = {str(r["target_id"]): r["email"] for r in run.actual("contacts").values()}
    found = {int(str(r["number"])): emails[str(r["contact"])] for r in run.actual("orders").values()}
    sql = "SELECT InvoiceId, lower(Email) FROM Invoice JOIN Customer USING (CustomerId)"
    assert found == dict(original(sql))


def test_customers_keep_their_support_person_and_company(run: FinishedRun) -> None:
    names = {str(r["target_id"]): r["name"] for r in run.actual("accounts").values()}
    found = {(r["email"], r["owner"], names.get(str(r["company"]))) for r in run.actual("contacts").values()}
    sql = "SELECT lower(c.Email), e.Email, c.Company FROM Customer c JOIN Employee e ON e.EmployeeId = c.SupportRepId"
    assert found == set(original(sql))


@pytest.mark.postgresql
def test_both_databases_give_the_same_crm(from_sqlite: FinishedRun, from_postgresql: FinishedRun) -> None:
    for sql in (
        "SELECT name, email, title FROM users ORDER BY email",
        "SELECT first_name, last_name, email, phone, street, city, state, country FROM contacts ORDER BY email",
        "SELECT number, ordered_on, CAST(amount AS TEXT), city, country FROM orders ORDER BY number",
    ):
        assert from_sqlite.crm(sql) == from_postgresql.crm(sql)
