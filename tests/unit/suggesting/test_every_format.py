"""`init` studies whatever the connector of files reads: every sheet, list and member is taken or told."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources_kit.old_tables import field, table, written

from crm_migrate.connecting import lying
from crm_migrate.suggesting.drafting import _origin
from crm_migrate.suggesting.exports import Found, files_in, found_in
from crm_migrate_files.formats import FORMATS

PEOPLE = "Vorname;Nachname;E-Mail\n" + "".join(f"Ute{n};Meier{n};u{n}@firma.example\n" for n in range(5))
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{0} Meier\r\nN:Meier;{0};;;\r\nEMAIL:{0}@firma.example\r\nEND:VCARD\r\n"


def _book(path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Kontakte", "Firmen", "Intern"):
        page = book.create_sheet(name)
        page.append(["Vorname", "Nachname"])
        page.append(["Ute", "Meier"])
    del book["Sheet"]
    book["Intern"].sheet_state = "hidden"
    book.save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    written(folder, table([field("NAME", "C", 12)], [[b"Ada"]]))
    pq.write_table(pa.table({"name": ["Ada"]}), folder / "people.parquet")
    person = {"name": "Ada", "phones": [{"no": "1"}]}
    (folder / "lines.jsonl").write_text(json.dumps(person) + "\n", "utf-8")
    (folder / "cards").mkdir()
    for name in ("Ada", "Ute"):
        (folder / "cards" / f"{name}.vcf").write_text(CARD.format(name), "utf-8")
    _book(folder / "alt.xlsx")
    (folder / "damaged.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(folder / "weekly.zip", "w") as archive:
        archive.writestr("data/people.csv", PEOPLE)
        archive.writestr("data/photo.jpg", "x")
        archive.writestr("all.json", json.dumps({"persons": [person], "deals": [{"title": "x"}], "v": 1}))
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    return found_in(folder, files_in(folder), {}, {})


def test_every_table_of_every_file_is_an_export(found: Found) -> None:
    origins = {tuple(_origin(each)) for each in found.exports}
    assert origins == {
        ("file: kunden.dbf",),
        ("file: people.parquet",),
        ("file: weekly.zip/all.json", "table: persons"),
        ("file: weekly.zip/all.json", "table: deals"),
        ("file: lines.jsonl",),
        ('file: "cards/*.vcf"',),
        ("file: alt.xlsx", "sheet: Kontakte"),
        ("file: alt.xlsx", "sheet: Firmen"),
        ("file: weekly.zip/data/people.csv",),
    }


def test_what_is_none_is_told(found: Found) -> None:
    told = sorted(each.message for each in found.skipped)
    assert told[0].startswith("all.json: its list `persons.phones` stays JSON in its records;")
    assert told[1] == "alt.xlsx: the sheet `Intern` is hidden; name it by `sheet:`"
    assert told[2].startswith("damaged.zip is passed over: damaged.zip: is a damaged archive")
    assert told[3].startswith("lines.jsonl: its list `phones` stays JSON in its records;")
    assert told[4:] == ["weekly.zip: files in it that no reader reads: 1 .jpg"]


def test_an_export_is_read_by_what_its_source_says(found: Found, folder: Path) -> None:
    rows = {
        each.name: sum(batch.records.num_rows for batch in each.source(folder, None).read(10)) for each in found.exports
    }
    assert rows["cards"] == 2 and rows["persons"] == rows["deals"] == rows["firmen"] == 1


def test_no_list_of_endings_is_kept_twice() -> None:
    assert lying.files().endings().read == {suffix for each in FORMATS for suffix in each.suffixes}
