"""What nobody can look through is told, at the top of a project and inside of its archives."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sources_kit.old_books import label, long_cell, long_row, wide, xls, xlsb

from crm_migrate.inspecting.occurrences import UNREADABLE, Seeker
from crm_migrate.inspecting.wanted import Wanted


def _seeker(folder: Path) -> Seeker:
    return Seeker(folder, Wanted(emails={"ada@firma.example"}))


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", "an old binary Office file"),
        ("crm.bak", b"\0\1\0\0Standard ACE DB", "a database of Access"),
        ("rows.csv.gz", b"\x1f\x8b\x08", "a gzip file"),
        ("letter.pdf", b"%PDF-1.7", "a PDF"),
    ],
)
def test_a_file_without_letters_is_told(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(data)
    (found,) = _seeker(tmp_path).look(tmp_path / name)
    assert found.found == UNREADABLE and re.match(f"is {what}; save it as", found.text)


@pytest.mark.parametrize("name", ["old.xls", "new.xlsb", "crm.accdb"])
def test_a_damaged_one_that_a_reader_has_is_told_with_its_words(tmp_path: Path, name: str) -> None:
    begins = {
        ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x",
        ".xlsb": b"PK\x03\x04",
        ".accdb": b"\0\1\0\0Standard ACE DB",
    }
    (tmp_path / name).write_bytes(begins[Path(name).suffix])
    (found,) = _seeker(tmp_path).look(tmp_path / name)
    assert found.found == UNREADABLE and found.text.startswith(f"cannot be read ({name}: ")


HEADER, ROW_1 = ("id", "mail"), ("7", "Ada@Firma.example")


def _xls() -> bytes:
    return xls([label(row, at, text) for row, texts in enumerate((HEADER, ROW_1)) for at, text in enumerate(texts)])


def _xlsb(**more: Any) -> bytes:
    records = (
        each
        for row, texts in enumerate((HEADER, ROW_1))
        for each in (long_row(row), *(long_cell(6, at, wide(text)) for at, text in enumerate(texts)))
    )
    return xlsb([*records], **more)


@pytest.mark.parametrize(("name", "data"), [("old.xls", _xls()), ("new.xlsb", _xlsb())])
def test_a_binary_workbook_is_looked_through_cell_by_cell(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (found,) = _seeker(tmp_path).look(tmp_path / name)
    assert (found.place.split(", ")[-1], found.column, found.text) == ("row 2", "mail", "Ada@Firma.example")


def test_a_hidden_sheet_of_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "new.xlsb").write_bytes(_xlsb(sheets=(("Sheet1", 0), ("Old", 1))))
    found = [*_seeker(tmp_path).look(tmp_path / "new.xlsb")]
    assert [each.found for each in found] == ["Ada@Firma.example", UNREADABLE]
    assert found[1].text.startswith("the sheet `Old` is hidden")


def test_so_is_one_inside_of_an_archive_and_the_rest_is_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.xlsx", b"PK\x03\x04")
        archive.writestr("people.csv", "mail\nada@firma.example\n")
    found = list(_seeker(tmp_path).look(path))
    assert [each.found for each in found] == ["ada@firma.example", UNREADABLE]
    assert found[1].text.startswith("holds inner.xlsx; unpack it")
