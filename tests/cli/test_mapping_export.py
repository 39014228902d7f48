"""`mapping export` as consultants use it: what the workbook says, in which language, and what it never shows."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from called import Called, call

MAPPING = """\
# Acme: agreed in the workshop of 3 March
crm_migrate: 1
project: {name: Acme, locale: de-DE}
sources:
  firmen:   {file: firmen.csv, key: FirmenNr, unmapped: {drop: {Fax: D-1}}}
  kontakte: {file: kontakte.csv, key: KontaktNr}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  art: {unmapped: hold, map: {K: customer, L: supplier}}
objects:
  accounts:
    from: firmen
    fields:
      name: Firmenname
      type: Art | map(art)
  contacts:
    from: kontakte
    fields:
      last_name: {kontakte: Nachname, required: true}
      first_name: Vorname       # proposed: 0.97 "Vorname" is first_name (de)
      phone: Telefon | phone(DE)
      job_title: "= if(Rolle = 'x', 'y', Rolle)"
      company: {kontakte: FirmenNr, ref: accounts.firmen, missing: clear}
register:
  contacts.phone: {status: asked, owner: Ute, due: 2026-12-04}
  kontakte[Notiz]: {owner: Kai, decision: D-1}
"""
FIRMS = "FirmenNr;Firmenname;Art;Fax\nF1;Acme GmbH;K;1\nF2;Bolt AG;P;2\nF3;Cog KG;P;\nF4;Dyn AG;;4\n"
PEOPLE = (
    "KontaktNr;Vorname;Nachname;Telefon;FirmenNr;Rolle;Notiz\n"
    "K1;Ute;Meierhofer;030 5550001;F1;=1+1;@geheimnis\nK2;Kai;Lindqvist;030 5550002;F2;-x;+49 30 5550003\n"
)
DECISION = 'decisions:\n  - {id: D-1, who: Ute, when: "2025-03-03", text: nobody sends faxes}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    (folder / "decisions").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "firmen.csv").write_text(FIRMS, "utf-8")
    (folder / "kontakte.csv").write_text(PEOPLE, "utf-8")
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    return folder


def exported(project: Path, *more: str) -> tuple[Any, Called]:
    out = project.parent / "mapping.xlsx"
    done = call("mapping", "export", str(project), "-o", str(out), *more)
    assert done.returncode == 0, done.stderr
    return openpyxl.load_workbook(out), done


def rows(sheet: Any) -> dict[str, dict[str, Any]]:
    """The rows of a sheet by their hidden key, each by the names of its columns."""
    _, heads, *lines = sheet.iter_rows(values_only=True)
    return {str(line[-1]): dict(zip(heads, line, strict=True)) for line in lines}


def test_a_row_per_field_with_its_rule_in_words_and_a_value_before_and_after(project: Path) -> None:
    book, _ = exported(project, "--lang", "en")
    phone = rows(book["contacts"])["contacts.phone"]

    assert phone["kontakte"] == "Telefon"
    assert phone["What happens, in words"] == (
        "From “Telefon”: written as an international telephone number; without a country code it counts as one of"
        " Germany. Of doubles the newest value counts."
    )
    assert phone["For example, before"] == "*** *******"
    assert phone["For example, after"].startswith("+49*")
    told = [str(phone["Status"]), str(phone["Owner"]), phone["Due"].date().isoformat()]
    assert told == ["asked", "Ute", "2026-12-04"]
    company = rows(book["contacts"])["contacts.company"]["What happens, in words"]
    assert "the record of accounts with that key" in company
    assert "the link stays empty" in company
    assert rows(book["contacts"])["contacts.first_name"]["Status"] == "proposed"
    assert rows(book["contacts"])["contacts.last_name"]["Required"] == "yes"


def test_required_fields_that_nothing_fills_stand_on_top_and_others_at_the_end(project: Path) -> None:
    file = project / "crm-migrate.yaml"
    file.write_text(MAPPING.replace("      name: Firmenname\n", ""), "utf-8")
    book, _ = exported(project, "--lang", "en")
    found = rows(book["accounts"])
    keys = list(found)

    assert keys[0] == "accounts.name"
    assert found["accounts.name"]["Required"] == "yes"
    assert "takes no record without it" in found["accounts.name"]["What happens, in words"]
    assert keys.index("accounts.website") > keys.index("accounts.type")
    front = {row[0].value: row[1].value for row in book["Start here"].iter_rows()}
    assert front["Required fields that nothing fills"] == "1"


def test_columns_that_nothing_reads_say_how_full_they_are_and_what_becomes_of_them(project: Path) -> None:
    book, _ = exported(project, "--lang", "en")
    found = rows(book["Unread columns"])

    assert list(found) == ["kontakte[Notiz]", "firmen[Fax]"], "what nobody has spoken of stands first"
    note, fax = found.values()
    assert (fax["Filled"], fax["Of rows"], fax["What becomes of it"]) == (3, 4, "Left behind by decision D-1.")
    assert (note["Status"], note["Owner"], note["Decision"]) == ("open", "Kai", "D-1")
    assert "geheimnis" not in str(note)


def test_a_value_map_has_a_sheet_with_what_was_seen_and_what_has_no_translation(project: Path) -> None:
    book, _ = exported(project, "--lang", "en")
    sheet = book["values art"]
    found = [(row[0], row[1], row[2]) for row in sheet.iter_rows(min_row=3, max_row=6, values_only=True)]

    assert found == [("(the whole list)", None, None), ("P", 2, None), ("K", 1, "customer"), ("L", 0, "supplier")]
    assert "accounts.type" in sheet["A1"].value
    assert "the record waits" in sheet["A1"].value


@pytest.mark.parametrize(
    ("lang", "start", "asked", "rule"),
    [
        ("en", "Start here", "asked", "From “Nachname”"),
        ("de", "Hier beginnen", "gefragt", "Aus „Nachname“"),
        ("tr", "Buradan başlayın", "soruldu", "Kaynak: “Nachname”"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(project: Path, lang: str, start: str, asked: str, rule: str) -> None:
    book, _ = exported(project, "--lang", lang)
    contacts = [list(row) for row in book["contacts"].iter_rows(min_row=3, values_only=True)]
    phone = next(row for row in contacts if row[-1] == "contacts.phone")
    name = next(row for row in contacts if row[-1] == "contacts.last_name")

    assert book.sheetnames[0] == start
    assert asked in phone
    assert str(name[3]).startswith(rule)


def test_it_speaks_the_language_of_the_project_and_refuses_one_without_words(project: Path) -> None:
    book, _ = exported(project)
    assert book.sheetnames[0] == "Hier beginnen"

    done = call("mapping", "export", str(project), "--lang", "fr", folder=project)
    assert done.returncode == 2
    assert "--lang de or en or tr" in done.stderr


def test_no_cell_is_a_formula_no_value_of_a_person_stands_in_it_and_yellow_cells_alone_are_open(project: Path) -> None:
    book, _ = exported(project, "--lang", "en")
    contacts = book["contacts"]
    computed = next(r for r in contacts.iter_rows(min_row=3) if r[-1].value == "contacts.job_title")

    assert str(computed[2].value).startswith("= if(")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert computed[2].quotePrefix
    assert all(sheet.protection.sheet for sheet in book)
    open_ = {cell.column_letter for row in contacts.iter_rows(min_row=3) for cell in row if not cell.protection.locked}
    assert open_ == {"C", "G", "H", "I", "J"}
    assert (contacts.freeze_panes, contacts.auto_filter.ref.startswith("A2:J")) == ("B3", True)
    with zipfile.ZipFile(project.parent / "mapping.xlsx") as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    for secret in ("Meierhofer", "Lindqvist", "5550001", "geheimnis", "5550003"):
        assert secret not in text


def test_without_data_the_examples_are_empty_and_that_is_told(project: Path) -> None:
    (project / "kontakte.csv").unlink()
    book, done = exported(project, "--lang", "en")
    phone = rows(book["contacts"])["contacts.phone"]

    assert (phone["For example, before"], phone["For example, after"]) == (None, None)
    assert phone["What happens, in words"].startswith("From “Telefon”")
    assert "without the data of `kontakte`" in done.stderr
    assert any("kontakte: " in str(row[1].value) for row in book["Start here"].iter_rows())
    assert rows(book["values art"])["value_maps.art␟P"]["Seen"] == 2, "the other source is looked at"


def test_a_mapping_with_errors_is_refused_with_their_places(project: Path) -> None:
    file = project / "crm-migrate.yaml"
    file.write_text(MAPPING.replace("Telefon | phone(DE)", "Telefon | fone"), "utf-8")
    done = call("mapping", "export", str(project), folder=project)

    assert done.returncode == 2
    assert "step_unknown" in done.stderr
    assert not (project / "mapping.xlsx").exists()


def test_the_same_mapping_gives_the_same_bytes(project: Path) -> None:
    exported(project)
    first = (project.parent / "mapping.xlsx").read_bytes()
    exported(project)

    assert first == (project.parent / "mapping.xlsx").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(first)).testzip() is None
