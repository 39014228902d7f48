"""Records go into files that a CRM imports: what stands in them, what changes later, what they cannot say."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.errors import InputError

MAPPING = """crm_migrate: 1
project: {name: by files, locale: de-DE, as_of: 2025-03-14}
sources:
  firms: {file: in/firms.csv, key: No}
  people: {file: in/people.csv, key: Id}
environments:
  import: {connector: files}
value_maps:
  mail: {unmapped: hold, map: {ja: granted, nein: withdrawn, "": unknown}}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, required: true}
      postal_code: PLZ
      revenue: {firms: Umsatz | money(de)}
      currency: {constant: EUR}
      tags: Gruppen
      parent: {firms: Mutter, ref: accounts.firms, missing: clear}
  contacts:
    from: people
    fields:
      first_name: Vorname
      last_name: Nachname
      email: Mail
      birth_date: {people: Geboren | date(DD.MM.YYYY)}
      consent: {people: Post | map(mail), survive: strictest}
      company: {people: Firma, ref: accounts.firms, missing: clear}
"""
FIRMS = """No;Firma;PLZ;Umsatz;Gruppen;Mutter
1;Ağaç Möbel GmbH;01067;1.250,50;"Holz;Handel";
2;Baum GmbH;01069;;;1
"""
PEOPLE = """Id;Vorname;Nachname;Mail;Geboren;Post;Firma
7;Ayşe;Yılmaz;ayse@example.com;17.05.1980;ja;1
8;Jörg;Groß;joerg@example.com;;nein;2
"""


def project(folder: Path, mapping: str = MAPPING, **files: str) -> Path:
    (folder / "in").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    for name, text in {"firms": FIRMS, "people": PEOPLE, **files}.items():
        (folder / "in" / f"{name}.csv").write_text(text, "utf-8")
    return folder


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def files(folder: Path, figures: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in sorted((folder / "import" / figures["header"]["run"]).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = list(csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = project(tmp_path_factory.mktemp("bundle"))
    return folder, run(folder)


def test_every_record_stands_in_the_files_as_the_crm_reads_it(first: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = first
    assert [gate["name"] for gate in figures["gates"] if not gate["passed"]] == []
    found = files(folder, figures)
    assert [*found] == ["01-accounts.csv", "02-contacts.csv", "03-accounts-changes.csv", "04-opt-outs.csv"]
    mother, daughter = found["01-accounts.csv"]
    assert (mother["name"], mother["postal_code"], mother["revenue"], mother["tags"]) == (
        "Ağaç Möbel GmbH", "01067", "1250.50", "Holz;Handel",
    )  # fmt: skip
    ayse, joerg = found["02-contacts.csv"]
    assert (ayse["birth_date"], ayse["consent"], ayse["company"]) == (
        "1980-05-17", "granted", mother["crm_migrate_id"],
    )  # fmt: skip
    assert found["03-accounts-changes.csv"] == [
        {"crm_migrate_id": daughter["crm_migrate_id"], "parent": mother["crm_migrate_id"]}
    ]
    assert joerg["consent"] == "withdrawn"
    assert found["04-opt-outs.csv"] == [{"email": "joerg@example.com"}]


def test_a_row_without_what_the_import_demands_is_told_and_in_no_file(tmp_path: Path) -> None:
    mapping = MAPPING.replace("{connector: files}", "{connector: files, profile: odoo_files}").replace(
        "      first_name: Vorname\n      last_name: Nachname\n", "      full_name: Nachname\n"
    )
    mapping = "\n".join(line for line in mapping.splitlines() if "birth_date" not in line and "currency" not in line)
    folder = project(tmp_path / "odoo", mapping, people=PEOPLE.replace("Yılmaz", ""))
    figures = run(folder)
    (people,) = (rows for name, rows in files(folder, figures).items() if "person" in name)
    assert [row["name"] for row in people] == ["Groß"]
    assert "missing_required" in {group["code"] for group in figures["exceptions"]}


# ---------------------------------------------------------------------------------------------- what the CRM exports


def export(folder: Path, figures: dict[str, Any], place: Path, **edits: tuple[str, str]) -> Path:
    """The exports of a CRM that took all files, with a text of one of them changed."""
    written = files(folder, figures)
    parents = {row["crm_migrate_id"]: row["parent"] for row in written["03-accounts-changes.csv"]}
    accounts = [{**row, "parent": parents.get(row["crm_migrate_id"], "")} for row in written["01-accounts.csv"]]
    place.mkdir()
    for name, rows in (("accounts", accounts), ("contacts", written["02-contacts.csv"]), ("suppressions", [])):
        header = [*rows[0]] if rows else ["crm_migrate_id", "email", "state", "reason", "evidence"]
        lines = [header, *([row[column] for column in header] for row in rows)]
        with (place / f"{name}_export.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    for name, (old, new) in edits.items():
        path = place / f"{name}_export.csv"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    return place


def compared(folder: Path, exports: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["reconcile", str(folder), "--target-export", str(exports), "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    return done.exit_code, json.loads(done.stdout)["figures"]


def differing(figures: dict[str, Any]) -> dict[str, int]:
    return {
        f"{each['object']}.{each['field']}": each["compared"] - each["matched"]
        for each in figures["fields"]
        if each["compared"] != each["matched"]
    }


def test_exports_of_all_that_was_imported_are_equal(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, figures = first
    code, found = compared(folder, export(folder, figures, tmp_path / "exports"))
    assert (code, found["verdict"], differing(found)) == (0, figures["verdict"], {})
    assert (folder / "reports" / figures["header"]["run"] / "exports" / "report.html").is_file()
    assert not (folder / ".crm-migrate" / "exports" / figures["header"]["run"]).exists()


@pytest.mark.parametrize(
    ("edits", "field"),
    [
        ({"contacts": ("1980-05-17", "1980-05-18")}, "contacts.birth_date"),
        ({"contacts": (",granted,", ",withdrawn,")}, "contacts.consent"),
        ({"accounts": ("01067", "1067")}, "accounts.postal_code"),
        ({"accounts": ("Holz;Handel", "Holz")}, "accounts.tags"),
    ],
)
def test_what_the_crm_made_of_it_is_found(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, edits: dict[str, tuple[str, str]], field: str
) -> None:
    folder, figures = first
    code, found = compared(folder, export(folder, figures, tmp_path / "exports", **edits))
    assert (code, differing(found)) == (1, {field: 1})


def test_a_record_that_the_import_left_out_is_missing(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, figures = first
    place = export(folder, figures, tmp_path / "exports")
    lines = (place / "contacts_export.csv").read_text("utf-8").splitlines()
    (place / "contacts_export.csv").write_text("\n".join(lines[:2]) + "\n", "utf-8")
    code, found = compared(folder, place)
    assert code == 1
    assert [each["vanished"] for each in found["target_sets"] if each["object"] == "contacts"] == [1]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda place: (place / "contacts_export.csv").unlink(), "no file in"),
        (
            lambda place: (place / "contacts_export.csv").write_text("crm_migrate_id,email\n", "utf-8"),
            "contacts_export.csv lacks the columns first_name, last_name",
        ),
    ],
)
def test_an_export_that_is_not_there_or_lacks_a_column_is_told(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, broken: Any, message: str
) -> None:
    folder, figures = first
    place = export(folder, figures, tmp_path / "exports")
    broken(place)
    done = CliRunner().invoke(cli, ["reconcile", str(folder), "--target-export", str(place)])
    assert isinstance(done.exception, InputError) and message in done.exception.message


# ------------------------------------------------------------------------------------- in the words of that very CRM

OURS = "crm_migrate_id__c"
SALESFORCE = (
    MAPPING.replace("connector: files", "connector: files, profile: salesforce_files")
    .replace("unmapped: hold, map: {ja: granted", 'unmapped: hold, map: {"?": unknown, ja: granted')
    .replace("      tags: Gruppen\n", "")
    .replace("      currency: {constant: EUR}\n", "")
)
FIRMS_THERE = FIRMS.replace(";Gruppen", "").replace(';"Holz;Handel"', "").replace("01069;;;1", "01069;;1")
ASKED = PEOPLE + "9;Zoë;Neu;zoe@example.com;;?;2\n"


def org(folder: Path, figures: dict[str, Any], place: Path, boxes: dict[str, str]) -> Path:
    """What an organisation exports that took all files: ids of its own, and a box that is ticked or not."""
    written = files(folder, figures)
    accounts, contacts = written["01-Account.csv"], written["02-Contact.csv"]
    parents = {row[OURS]: row["Parent.crm_migrate_id__c"] for row in written["03-Account-changes.csv"]}
    ids = {"": ""} | {row[OURS]: f"001A{number:014}" for number, row in enumerate(accounts)}
    up, at, box = "Parent.crm_migrate_id__c", "Account.crm_migrate_id__c", "HasOptedOutOfEmail"
    tables = {
        "Account": [{**row, "Id": ids[row[OURS]], up: ids[parents.get(row[OURS], "")]} for row in accounts],
        "Contact": [{**row, at: ids[row[at]], box: boxes[row["FirstName"]]} for row in contacts],
        "OptOuts": [],
    }
    place.mkdir()
    for name, rows in tables.items():
        header = [*rows[0]] if rows else [OURS, "Email", "state", "Reason", "evidence"]
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *([row[column] for column in header] for row in rows)])
    return place


@pytest.fixture(scope="module")
def salesforce(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = project(tmp_path_factory.mktemp("org"), SALESFORCE, firms=FIRMS_THERE, people=ASKED)
    return folder, run(folder)


def test_links_by_the_ids_of_the_crm_and_boxes_that_know_no_third_word_are_equal(
    salesforce: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    place = org(*salesforce, tmp_path / "exports", {"Ayşe": "FALSE", "Jörg": "TRUE", "Zoë": "FALSE"})
    code, found = compared(salesforce[0], place)
    assert (code, found["verdict"], differing(found)) == (0, salesforce[1]["verdict"], {})


@pytest.mark.parametrize(("name", "box"), [("Jörg", "FALSE"), ("Ayşe", "TRUE"), ("Zoë", "TRUE"), ("Jörg", "")])
def test_a_box_that_says_the_opposite_is_found(
    salesforce: tuple[Path, dict[str, Any]], tmp_path: Path, name: str, box: str
) -> None:
    boxes = {"Ayşe": "FALSE", "Jörg": "TRUE", "Zoë": "FALSE", name: box}
    code, found = compared(salesforce[0], org(*salesforce, tmp_path / "exports", boxes))
    assert (code, differing(found)) == (1, {"contacts.consent": 1})
