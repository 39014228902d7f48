"""Each CRM exports what was imported under its own headings: they are known, and what differs is found."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from crm_migrate.cli import cli
from crm_migrate.errors import InputError
from tests.cli.test_files_target import compared, differing, run

MAPPING = """crm_migrate: 1
project: {name: by files, as_of: 2025-03-14}
sources:
  firms: {file: in/firms.csv, key: No}
  people: {file: in/people.csv, key: Id}
environments:
  import: {connector: files, profile: PROFILE}
objects:
  accounts:
    from: firms
    fields: {name: Firm, ACCOUNTS}
  contacts:
    from: people
    fields: {CONTACTS, email: Mail, job_title: Job, company: {people: Firm, ref: accounts.firms, missing: clear}}
"""
FIRMS = """No,Firm,Phone,City,Zip
1,Ağaç Möbel GmbH,+493511234567,Dresden,01067
2,Baum GmbH,+49891234567,München,80331
"""
PEOPLE = """Id,First,Last,Mail,Job,Firm
7,Ayşe,Yılmaz,ayse@example.com,Müdür,1
8,Jörg,Groß,joerg@example.com,Tischler,2
"""
PHONE, ADDRESS, NAMES = "phone: Phone", "city: City, postal_code: Zip", "first_name: First, last_name: Last"

# Profile -> fields of accounts and contacts, and per object heading of the import -> heading of the export, as the
# evidence of the profiles has them. ID: the id of the CRM, which its exports of links say in place of the key.
THEIRS: dict[str, tuple[str, str, dict[str, dict[str, str]]]] = {
    "salesforce_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "Account": {"ID": "Id"}, "Contact": {"ID": "Id", "Account.crm_migrate_id__c": "AccountId"},
    }),
    "hubspot_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "companies": {
            "ID": "Record ID", "name": "Company name", "phone": "Phone Number", "city": "City", "zip": "Postal Code",
        },
        "contacts": {
            "ID": "Record ID", "firstname": "First Name", "lastname": "Last Name", "email": "Email",
            "jobtitle": "Job Title", "Company.crm_migrate_id": "Associated Company IDs (Primary)",
        },
    }),
    "dynamics_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "Account": {"ID": "(Do Not Modify) Account"}, "Contact": {"ID": "(Do Not Modify) Contact"},
    }),
    "freshsales_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "accounts": {"ID": "Id"}, "contacts": {"ID": "Id", "Account name": "Sales accounts"},
    }),
    "pipedrive_files": ("street: City", "full_name: Last", {
        "organizations": {"ID": "Organization - ID"},
        "people": {
            "ID": "Person - ID", "Person - Email (Work)": "Person - Email - Work",
            "Person - Job title": "Person - Title", "Organization - Name": "Person - Organization",
        },
    }),
    "zoho_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "Accounts": {"ID": "Record Id"}, "Contacts": {"ID": "Record Id", "Account Name": "Account Name.id"},
    }),
    "suitecrm_files": (f"{PHONE}, {ADDRESS}", NAMES, {
        "Accounts": {
            "id": "ID", "name": "Name", "phone_office": "Office Phone", "billing_address_city": "Billing City",
            "billing_address_postalcode": "Billing Postal Code",
        },
        "Contacts": {
            "id": "ID", "first_name": "First Name", "last_name": "Last Name", "email1": "Email Address",
            "title": "Job Title", "account_id": "Account Name",
        },
    }),
}  # fmt: skip
BY_ID = {"AccountId", "Associated Company IDs (Primary)", "Account Name.id"}
BY_NAME = {"Account Name", "Person - Organization", "Sales accounts", "Company Name"}


def project(folder: Path, name: str) -> Path:
    accounts, contacts, _ = THEIRS[name]
    (folder / "in").mkdir(parents=True)
    mapping = MAPPING.replace("PROFILE", name).replace("ACCOUNTS", accounts).replace("CONTACTS", contacts)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "in" / "firms.csv").write_text(FIRMS, "utf-8")
    (folder / "in" / "people.csv").write_text(PEOPLE, "utf-8")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".xlsx":
        header, *cells = load_workbook(path).active.values  # type: ignore[union-attr]
        return [dict(zip(map(str, header), ("" if c is None else str(c) for c in row), strict=True)) for row in cells]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def exported(folder: Path, figures: dict[str, Any], place: Path, name: str) -> Path:
    """What the CRM exports: its headings, its ids, and a column more."""
    files = sorted((folder / "import" / figures["header"]["run"]).glob("0*"))
    companies, people = THEIRS[name][2]
    ids = {row_name(row): f"id{number:016}" for number, row in enumerate(rows(files[0]))}
    parents = {cell: firm for firm in ids for row in rows(files[0]) if firm in row.values() for cell in row.values()}
    place.mkdir()
    for path, object in zip(files, (companies, people), strict=True):
        said = THEIRS[name][2][object]
        found = []
        for number, row in enumerate(rows(path)):
            ours = {said.get(header, header): cell for header, cell in row.items()}
            for heading in ours.keys() & (BY_ID | BY_NAME) if object == people else ():
                firm = parents[ours[heading]]
                ours[heading] = ids[firm] if heading in BY_ID else firm
            theirs = {said["ID"]: f"id{number:016}"} if "ID" in said else {}
            found.append({**theirs, **ours, "Something else": "x"})
        with (place / f"{object}_2026.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*found[0]])
            writer.writeheader()
            writer.writerows(found)
    return place


def row_name(row: dict[str, str]) -> str:
    return next(cell for cell in row.values() if cell.endswith("GmbH"))


@pytest.mark.parametrize("name", THEIRS)
def test_the_headings_of_each_crm_are_known(tmp_path: Path, name: str) -> None:
    folder = project(tmp_path / "p", name)
    place = exported(folder, run(folder), tmp_path / "exports", name)
    (people,) = (path for path in place.iterdir() if "ayse@example.com" in path.read_text("utf-8"))
    people.write_text(people.read_text("utf-8").replace("Müdür", "Şef"), "utf-8")
    code, found = compared(folder, place)
    assert (code, differing(found)) == (1, {"contacts.job_title": 1})
    assert {(f["object"], f["compared"]) for f in found["fields"]} == {("accounts", 2), ("contacts", 2)}
    assert [(each["present"], each["expected"]) for each in found["links"]] == [(2, 2)]


def test_a_heading_that_nobody_knows_is_told_with_those_that_are_left(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "hubspot_files")
    place = exported(folder, run(folder), tmp_path / "exports", "hubspot_files")
    path = place / "companies_2026.csv"
    path.write_text(path.read_text("utf-8").replace("Phone Number", "Telefonnummer"), "utf-8")
    done = CliRunner().invoke(cli, ["reconcile", str(folder), "--target-export", str(place)])
    assert isinstance(done.exception, InputError)
    assert "companies_2026.csv lacks the columns phone" in done.exception.message
    assert "`Telefonnummer`" in str(done.exception.hint) and "hubspot_files.yaml" in str(done.exception.hint)
    copy = folder / "mappings" / "targets" / "hubspot_files.yaml"
    copy.parent.mkdir(parents=True)
    known = "      phone: {column: phone, type: phone}"
    text = Path("mappings/targets/hubspot_files.yaml").read_text("utf-8")
    copy.write_text(text.replace(known, f"{known[:-1]}, exported: [Telefonnummer]}}"), "utf-8")
    assert compared(folder, place)[0] == 0
