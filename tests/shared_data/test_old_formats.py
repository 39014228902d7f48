"""Real files of old programs, migrated with nothing unexplained: FoxPro, Access, Firebird, SQL scripts, vCards."""

import shutil
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun, assert_adds_up
from old_readers import needs_firebird, needs_mdbtools

from crm_migrate.cli import main

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
LDIF = "dn: uid=adams,dc=x\ncn: Patch Adams\ngivenName: Patch\nsn: Adams\nmail: patch@example.com\nl: Bergen\n"
MAIL = (
    "From - Fri Mar 14 10:00:00 2025\nFrom: Patch <patch@example.com>\nTo: office@example.com\n"
    "Message-ID: <1@example.com>\nDate: Fri, 14 Mar 2025 10:00:00 +0300\nSubject: Offer\n\nHello\n\n"
)

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not beside the checkout"),
]


def migrated(folder: Path, mapping: str, files: dict[str, Path]) -> FinishedRun:
    """A run of that mapping over copies of those files, in this process."""
    shutil.copy(HERE / mapping, folder / "crm-migrate.yaml")
    for name, path in files.items():
        shutil.copyfile(path, folder / name)  # which may be written to, as an engine of Firebird does
    for verb in (("target", "prepare"), ("run",)):
        assert _code(*verb, str(folder)) == 0
    return FinishedRun(folder)


def _code(*arguments: str) -> int:
    try:
        main([*arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def assert_proven(run: FinishedRun) -> None:
    assert_adds_up(run.figures)
    assert run.figures["verdict"] == "GO"


def test_the_contact_manager_of_foxpro(tmp_path: Path) -> None:
    fox = DATA / "infused-dbf" / "foxprodb"
    names = ("contacts.dbf", "contacts.FPT", "calls.dbf", "calls.FPT", "types.dbf")
    run = migrated(tmp_path, "foxpro.yaml", {name: fox / name for name in names})
    assert_proven(run)
    assert run.crm("SELECT count(*), count(company), count(description) FROM contacts") == [(5, 5, 2)]
    assert run.crm("SELECT count(*), count(contact), count(description) FROM activities") == [(16, 16, 16)]
    assert run.crm("SELECT count(*) FROM activities WHERE happened_at = '1994-11-21T21:35:39Z'") == [(1,)]
    assert run.crm("SELECT department FROM contacts WHERE last_name = 'Davolio'") == [("Seller",)]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("northwind.mdb", "mdbtestdata/nwind.mdb"),
        ("northwind.sql", "mssql-samples/instnwnd.sql"),
    ],
)
def test_northwind(tmp_path: Path, name: str, path: str) -> None:
    if name.endswith(".mdb"):
        needs_mdbtools()
    run = migrated(tmp_path, "northwind.yaml", {name: DATA / path})
    assert_proven(run)
    assert run.crm("SELECT count(*) FROM accounts") == [(91,)]
    assert run.crm("SELECT count(*), count(ordered_on), count(company) FROM orders") == [(830, 830, 830)]
    assert run.crm('SELECT count(*), count("order") FROM order_lines') == [(2155, 2155)]
    total = run.crm("SELECT round(sum(shipping), 2) FROM orders")
    assert total == [(64942.69,)], "the freight that Northwind is known for"


def test_the_employee_database_of_firebird(tmp_path: Path) -> None:
    needs_firebird()
    run = migrated(tmp_path, "firebird.yaml", {"employee.fdb": DATA / "firebird-employee" / "employee.fdb"})
    assert_proven(run)
    counts = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM accounts), (SELECT count(company) FROM orders)"
    assert run.crm(counts) == [(42, 15, 33)]
    assert run.crm("SELECT count(*) FROM accounts WHERE description = '*'") == [(2,)]


def test_address_books_and_a_mail_folder(tmp_path: Path) -> None:
    cards = ("outlook-2003", "outlook-2007", "gmail-list", "gmail-single", "gmail-single2")
    (tmp_path / "people.ldif").write_text(LDIF, "utf-8")
    (tmp_path / "INBOX.mbox").write_text(MAIL, "utf-8")
    run = migrated(tmp_path, "cards.yaml", {f"{name}.vcf": DATA / "ez-vcard" / f"{name}.vcf" for name in cards})
    assert_proven(run)
    assert run.crm("SELECT count(*) FROM contacts") == [(8,)]
    linked = "SELECT c.last_name, a.subject, a.happened_at FROM activities a JOIN contacts c ON c.id = a.contact"
    assert run.crm(linked) == [("Adams", "Offer", "2025-03-14T07:00:00Z")]
