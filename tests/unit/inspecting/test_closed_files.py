"""What nobody can look through is told, at the top of a project and inside of its archives."""

import re
import zipfile
from pathlib import Path

import pytest

from crm_migrate.inspecting.occurrences import UNREADABLE, Seeker
from crm_migrate.inspecting.wanted import Wanted


def _seeker(folder: Path) -> Seeker:
    return Seeker(folder, Wanted(emails={"ada@firma.example"}))


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", "an old binary Office file"),
        ("new.xlsb", b"PK\x03\x04", "a binary workbook of Excel"),
        ("crm.accdb", b"\0\1\0\0Standard ACE DB", "a database of Access"),
        ("rows.csv.gz", b"\x1f\x8b\x08", "a gzip file"),
        ("letter.pdf", b"%PDF-1.7", "a PDF"),
    ],
)
def test_a_file_without_letters_is_told(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(data)
    (found,) = _seeker(tmp_path).look(tmp_path / name)
    assert found.found == UNREADABLE and re.match(f"is {what}; save it as", found.text)


def test_so_is_one_inside_of_an_archive_and_the_rest_is_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.xlsx", b"PK\x03\x04")
        archive.writestr("people.csv", "mail\nada@firma.example\n")
    found = list(_seeker(tmp_path).look(path))
    assert [each.found for each in found] == ["ada@firma.example", UNREADABLE]
    assert found[1].text.startswith("holds inner.xlsx; unpack it")
