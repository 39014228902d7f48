"""Address books and Odoo export companies and people in one file: each row is accounted for once."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_exports_in_their_own_words import ADDRESS, FIRMS, MAPPING, NAMES, PEOPLE, PHONE, rows
from tests.cli.test_files_target import compared, differing, run

# Profile -> fields of people, name of the file, and heading -> cell of a person and of a firm that nobody sent.
BOOKS: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "google_contacts": (
        NAMES, "contacts.csv", {"First Name": "Zoë", "E-mail 1 - Value": "zoe@example.com"},
        {"Organization Name": "Neu AG", "Phone 1 - Value": "+4930123456"},
    ),
    "outlook_contacts": (
        NAMES, "contacts.csv", {"First Name": "Zoë", "E-mail Address": "zoe@example.com"},
        {"Company": "Neu AG", "Company Main Phone": "+4930123456"},
    ),
    "odoo_files": (
        "full_name: Last", "Contact (res.partner).csv", {"name": "Zoë", "is_company": "False"},
        {"name": "Neu AG", "is_company": "True"},
    ),
}  # fmt: skip


def project(folder: Path, name: str) -> Path:
    mapping = MAPPING.replace("PROFILE", name).replace("ACCOUNTS", f"{PHONE}, {ADDRESS}")
    (folder / "in").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(mapping.replace("CONTACTS", BOOKS[name][0]), "utf-8")
    (folder / "in" / "firms.csv").write_text(FIRMS, "utf-8")
    (folder / "in" / "people.csv").write_text(PEOPLE, "utf-8")
    return folder


def exported(folder: Path, figures: dict[str, Any], place: Path, file: str, *more: dict[str, str]) -> Path:
    """All that was imported, and more, in one file."""
    imported = sorted((folder / "import" / figures["header"]["run"]).glob("0*.csv"))
    found = [*(row for path in imported for row in rows(path)), *more]
    header = [*dict.fromkeys(heading for row in found for heading in row)]
    place.mkdir()
    with (place / file).open("w", encoding="utf-8", newline="") as to:
        csv.writer(to).writerows([header, *([row.get(heading, "") for heading in header] for row in found)])
    return place


@pytest.mark.parametrize("name", BOOKS)
def test_companies_and_people_of_one_file_are_told_apart(tmp_path: Path, name: str) -> None:
    folder = project(tmp_path / "p", name)
    _, file, person, firm = BOOKS[name]
    place = exported(folder, run(folder), tmp_path / "exports", file, person, firm)
    text = (place / file).read_text("utf-8")
    (place / file).write_text(text.replace("Dresden", "Meißen"), "utf-8")
    code, found = compared(folder, place)
    assert (code, differing(found)) == (1, {"accounts.city": 1})
    sets = {each["object"]: (each["after"], each["unexpected"], each["vanished"]) for each in found["target_sets"]}
    assert sets == {"accounts": (3, 1, 0), "contacts": (3, 1, 0)}
    assert [(each["present"], each["expected"]) for each in found["links"]] == [(2, 2)]


def test_a_file_that_is_called_like_two_objects_is_that_of_the_longer_name(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    (folder / "in").mkdir(parents=True)
    mapping = MAPPING.replace("PROFILE", "files").replace("ACCOUNTS", f"{PHONE}, {ADDRESS}").replace("CONTACTS", NAMES)
    links = "company: {people: Firm, ref: accounts.firms}, contact: {people: Id, ref: contacts.people}"
    (folder / "crm-migrate.yaml").write_text(f"{mapping}  account_contacts: {{from: people, fields: {{{links}}}}}\n")
    (folder / "in" / "firms.csv").write_text(FIRMS, "utf-8")
    (folder / "in" / "people.csv").write_text(PEOPLE, "utf-8")
    figures = run(folder)
    place = tmp_path / "exports"
    place.mkdir()
    for path in sorted((folder / "import" / figures["header"]["run"]).glob("0*.csv")):
        (place / f"{path.stem[3:]}_2026.csv").write_bytes(path.read_bytes())
    code, found = compared(folder, place)
    assert (code, differing(found)) == (0, {})
