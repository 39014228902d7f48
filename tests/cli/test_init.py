"""`init`: a folder of exports becomes a project that can be checked, tried and run at once; nothing is overwritten."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from called import call

from crm_migrate.mapping.reading import read_file
from crm_migrate.mapping.tree import plain

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "anadolu"
PEOPLE = "Vorname;Nachname;E-Mail;Telefon;Firma\n" + "".join(
    f"Ute;Meier{n};u{n}@firma.example;+49 30 555{n:04};Firma {n % 9} GmbH\n" for n in range(40)
)


def content(folder: Path) -> dict[str, dict[str, object]]:
    document, findings = read_file(folder / "crm-migrate.yaml", "crm-migrate.yaml")
    assert findings == []
    return plain(document.root)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the sample company alone, and the project that came of them."""
    folder = tmp_path_factory.mktemp("init") / "anadolu"
    shutil.copytree(
        SAMPLE, folder, ignore=shutil.ignore_patterns("crm-migrate.yaml", "decisions", "refs", "truth", "second", ".*")
    )
    done = call("init", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"next:  crm-migrate mapping check {folder}" in done.stderr
    return folder


def test_systems_are_recognised_by_their_headers_and_parts_of_one_export_belong_together(exports: Path) -> None:
    sources = content(exports)["sources"]

    assert sources["contacts"]["use"] == "xero"  # type: ignore[index]
    assert sources["mailchimp"]["tag"] == "list_state"  # type: ignore[index]
    assert set(sources["mailchimp"]["files"]) == {"subscribed", "unsubscribed", "cleaned"}  # type: ignore[index]
    assert sources["pipeline"]["header_row"] == "3"  # type: ignore[index]


def test_keys_and_links_are_those_that_people_said(exports: Path) -> None:
    found = content(exports)

    assert found["sources"]["firma"]["key"] == "FirmaNo"  # type: ignore[index]
    assert found["sources"]["kisi"]["key"] == "KisiNo"  # type: ignore[index]
    assert found["objects"]["contacts"]["fields"]["company"] == {  # type: ignore[index]
        "kisi": "FirmaNo", "contacts": "same_row", "ref": "accounts.firma",
    }  # fmt: skip
    assert found["objects"]["accounts"]["fields"]["parent"] == {"firma": "UstFirma", "ref": "accounts.firma"}  # type: ignore[index]


@pytest.mark.parametrize("rows", [1, 3])
def test_in_a_few_rows_no_column_that_merely_differs_is_a_key(tmp_path: Path, rows: int) -> None:
    head, *lines = PEOPLE.replace("Ute;", "Ute{};").splitlines()
    people = [line.format(n) for n, line in enumerate(lines[:rows])]
    (tmp_path / "people.csv").write_text("\n".join([head, *people, ""]), encoding="utf-8")
    done = call("init", str(tmp_path))
    assert done.returncode == 0, done.stderr
    key = content(tmp_path)["sources"]["people"]["key"]  # type: ignore[index]
    assert isinstance(key, list) and len(key) > 1, "no name names a row by itself"
    assert "nothing names a row" in (tmp_path / "crm-migrate.yaml").read_text("utf-8")


def test_it_checks_green_at_once_and_its_example_passes(exports: Path) -> None:
    check = call("mapping", "check", str(exports))
    tried = call("mapping", "test", str(exports))

    assert check.returncode == 0, check.stdout
    assert tried.returncode == 0, tried.stdout
    assert "1 of 1 examples" in tried.stdout


def test_what_it_writes_can_be_planned(exports: Path) -> None:
    plan = call("plan", str(exports))

    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert "records would be written" in plan.stdout


def test_nobody_s_values_stand_in_the_mapping(exports: Path) -> None:
    text = (exports / "crm-migrate.yaml").read_text("utf-8")
    rows = (exports / "old" / "kisi.csv").read_bytes().decode("cp1254", "replace").splitlines()[1:50]
    mailboxes = {row.split(";")[3] for row in rows if "@" in row}

    assert len(mailboxes) > 20
    assert [mailbox for mailbox in mailboxes if mailbox and mailbox in text] == []


def test_a_project_is_refused_and_nothing_is_touched(exports: Path) -> None:
    before = {path: path.read_bytes() for path in exports.rglob("*") if path.is_file()}

    done = call("init", str(exports))

    assert done.returncode == 2
    assert "is a project already" in done.stderr
    assert {path: path.read_bytes() for path in exports.rglob("*") if path.is_file()} == before


def test_a_mapping_that_is_a_link_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(PEOPLE, "utf-8")
    (tmp_path / "crm-migrate.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    assert call("init", str(tmp_path)).returncode == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_damaged_files_are_told_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kontakte.csv").write_text(PEOPLE, "utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "book.xlsx").write_bytes(b"no zip")
    (tmp_path / "wide.csv").write_bytes(b"a," * 500_000 + b"b\n")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()

    done = call("init", str(tmp_path))

    assert done.returncode == 0, done.stderr
    for name in ("empty.csv", "noise.csv", "book.xlsx", "wide.csv", "pipe.csv"):
        assert f"warning: {name} is passed over" in done.stderr
    assert set(content(tmp_path)["sources"]) == {"kontakte"}
    (tmp_path / "pipe.csv").unlink()
    assert call("mapping", "check", str(tmp_path)).returncode == 0


def test_every_sheet_of_a_workbook_is_a_source_and_files_that_differ_by_a_number_are_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    people, firms = book.active, book.create_sheet("Firmen")
    assert people is not None
    people.title = "Kontakte"
    people.append(["Vorname", "Nachname", "E-Mail", "Firmennr"])
    firms.append(["Firmennr", "Firmenname", "Branche"])
    for n in range(20):
        people.append([f"Ute{n}", f"Meier{n}", f"u{n}@firma.example", f"F{n:03}"])
        firms.append([f"F{n:03}", f"Firma {n}", "Bau"])
    book.save(tmp_path / "alt.xlsx")
    header = "Name des Deals;Verkaufschance;Betrag;Phase;Abschlussdatum\n"
    for n in (1, 2):
        rows = "".join(f"d{n}{i};Angebot {n}{i};10,50;neu;01.02.2025\n" for i in range(15))
        (tmp_path / f"deals-{n}.csv").write_text(header + rows, "utf-8")

    done = call("init", str(tmp_path))

    assert done.returncode == 0, done.stderr
    found = content(tmp_path)
    assert {"kontakte", "firmen"} <= set(found["sources"])
    assert found["sources"]["firmen"]["sheet"] == "Firmen"  # type: ignore[index]
    assert found["sources"]["deals"]["file"] == "deals-*.csv"  # type: ignore[index]
    assert found["objects"]["contacts"]["fields"]["company"] == {"kontakte": "Firmennr", "ref": "accounts.firmen"}  # type: ignore[index]
    assert call("mapping", "check", str(tmp_path)).returncode == 0


def test_headers_that_no_mapping_can_name_harm_nothing(tmp_path: Path) -> None:
    header = (
        '"= 1+1","a | b","x]y","#1","null","Nach\nname","\x1b[31mrot","- a","E-Mail","Vorname","Nachname","{a: b}"\n'
    )
    rows = "".join(f"1,2,3,4,5,6,7,8,u{n}@firma.example,Ute,Meier{n},9\n" for n in range(20))
    (tmp_path / "odd.csv").write_text(header + rows, "utf-8")

    done = call("init", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert call("mapping", "check", str(tmp_path)).returncode == 0
    assert call("mapping", "test", str(tmp_path)).returncode == 0


def test_where_no_column_names_a_row_that_is_said(tmp_path: Path) -> None:
    row = "Ute;Meier;u@firma.example;+49 30 5551234;Firma GmbH\n"
    (tmp_path / "kontakte.csv").write_text(PEOPLE.splitlines()[0] + "\n" + row * 5, "utf-8")

    done = call("init", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "nothing names a row" in (tmp_path / "crm-migrate.yaml").read_text("utf-8")
    assert call("mapping", "check", str(tmp_path)).returncode == 0


@pytest.mark.parametrize("names", [(), ("readme.md",), ("empty.csv",)])
def test_a_folder_without_exports_is_told(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).touch()

    done = call("init", str(tmp_path))

    assert done.returncode == 3
    assert "no export" in done.stderr
    assert not (tmp_path / "crm-migrate.yaml").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert call("init", str(tmp_path / "gone")).returncode == 2


def test_exports_that_hold_nothing_known_are_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("Level,Message\nINFO,x\nWARN,y\n", "utf-8")

    done = call("init", str(tmp_path))

    assert done.returncode == 3
    assert "nothing that the CRM model knows" in done.stderr
    assert not (tmp_path / "crm-migrate.yaml").exists()


def test_help_has_an_example() -> None:
    assert "crm-migrate init exports" in call("init", "--help").stdout


def test_telephones_of_people_are_read_by_the_country_of_their_company(tmp_path: Path) -> None:
    firms = "KdNr;Firma;Straße;Land\nK-1;Deniz GmbH;Weg 1;DE\nK-2;Kaya AŞ;Cad. 2;Türkiye\n"
    (tmp_path / "kunden.csv").write_text(firms, "utf-8")
    people = "PersonId;Vorname;Nachname;Mobil;KdNr\n7;Ada;Frei;0170 5551234;K-1\n8;Can;Kaya;0532 555 10 01;K-2\n"
    (tmp_path / "kontakte.csv").write_text(people, "utf-8")
    assert call("init", str(tmp_path)).returncode == 0
    said = content(tmp_path)
    assert said["sources"]["kontakte"]["join"] == {"company": {"source": "kunden", "by": {"KdNr": "KdNr"}}}  # type: ignore[index]
    assert said["objects"]["contacts"]["fields"]["mobile"] == "Mobil | phone(by=company.Land)"  # type: ignore[index]
    assert call("run", str(tmp_path)).returncode in (0, 1)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm:
        numbers = dict(crm.execute("SELECT last_name, mobile FROM contacts"))
    assert numbers == {"Frei": "+491705551234", "Kaya": "+905325551001"}


def test_no_country_is_borrowed_by_a_key_that_two_companies_have(tmp_path: Path) -> None:
    rows = "".join(f"K-{n};Firma {n};Weg {n};DE\n" for n in range(1, 40))
    (tmp_path / "kunden.csv").write_text(f"KdNr;Firma;Straße;Land\n{rows}K-39;Zwei;Weg 2;TR\n", "utf-8")
    people = "PersonId;Vorname;Nachname;Mobil;KdNr\n7;Ada;Frei;0170 5551234;K-1\n8;Can;Kaya;0532 555 10 01;K-2\n"
    (tmp_path / "kontakte.csv").write_text(people, "utf-8")
    assert call("init", str(tmp_path)).returncode == 0
    assert "join" not in content(tmp_path)["sources"]["kontakte"]  # type: ignore[index]


PLAIN = "{}Vorname;Nachname;E-Mail;Ort\n" + "".join(f"{{}}Ada;Kaya{n};a{n}@firma.example;Ulm\n" for n in range(30))


def numbered(folder: Path, header: str) -> tuple[object, str]:
    head, *rows = PLAIN.format(f"{header};", *(f"{n};" for n in range(1, 31))).splitlines()
    (folder / "kontakte.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    assert call("init", str(folder)).returncode == 0
    return content(folder)["sources"]["kontakte"]["key"], (folder / "crm-migrate.yaml").read_text("utf-8")  # type: ignore[index]


def test_a_number_that_counts_the_rows_is_a_doubtful_key(tmp_path: Path) -> None:
    key, text = numbered(tmp_path, "Nr")
    assert key == "Nr" and "0.50" in text and "it counts the rows" in text


def test_what_numbers_the_rows_and_is_called_no_key_is_none(tmp_path: Path) -> None:
    key, _ = numbered(tmp_path, "Reihe")
    assert key != "Reihe" and "Reihe" not in str(key)


def test_an_id_that_counts_is_an_id(tmp_path: Path) -> None:
    key, text = numbered(tmp_path, "Id")
    assert key == "Id" and "it counts the rows" not in text


def test_a_key_that_stands_twice_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    rows = "T-1;A;1\nT-2;B;2\nT-2;C;3\n"
    (tmp_path / "angebote.csv").write_text(f"Angebotsnummer;Angebot;Betrag\n{rows}", "utf-8")
    assert call("init", str(tmp_path)).returncode == 0
    text = (tmp_path / "crm-migrate.yaml").read_text("utf-8")
    assert '"Angebotsnummer" is named as a key, but 1 row(s) have one that another has' in text
