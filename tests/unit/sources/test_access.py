"""Access through mdbtools: what the programs write is checked, and what they lose is told."""

import sys
from pathlib import Path

import pytest
from old_readers import needs_mdbtools
from sources_kit.reading import Read, read

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_files import CONNECTOR

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mdbtools are not for Windows")
SCHEMA = """CREATE TABLE [Kunden]
 (
\t[Nr]\t\t\tLong Integer NOT NULL, 
\t[Ad Soyad]\t\t\tText (40), 
\t[Aktiv]\t\t\tBoolean NOT NULL, 
\t[Seit]\t\t\tDateTime, 
\t[Foto]\t\t\tOLE (255), 
\t[Limit]\t\t\tCurrency
);
"""  # noqa: W291 -- as the program writes it
ROWS = (
    r'{"Nr":1,"Ad Soyad":"Işık\u000d\u000aAda","Aktiv":1,"Seit":"2025-03-14T00:00:00","Limit":12.7500}',
    '{"Nr":2,"Aktiv":0,"Seit":"1900-01-00T00:00:00","Foto":{"$binary": "FRwv"}}',
    '{"Nr":3,"Ad Soyad":"Öz","Aktiv":0}',
)


@pytest.fixture
def access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that begins as one of Access, and programs that answer about it as mdbtools do."""
    answers = {"mdb-tables": "Kunden\nÜmsätze", "mdb-ver": "ACE12", "mdb-schema": SCHEMA, "mdb-count": "3"}
    for name, answer in {**answers, "mdb-json": "\n".join(ROWS)}.items():
        (tmp_path / f"{name}.txt").write_text(answer + "\n", "utf-8")
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n/bin/cat {program}.txt\n', "utf-8")
        program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "alt.mdb"
    path.write_bytes(b"\0\1\0\0Standard Jet DB\0" + bytes(64))
    return path


def test_rows_are_what_access_shows(access: Path) -> None:
    found = read(access, table="Kunden")
    assert found.columns == ("Nr", "Ad Soyad", "Aktiv", "Seit", "Limit")
    assert found.rows == [
        ["1", "Işık\r\nAda", "true", "2025-03-14T00:00:00", "12.7500"],
        ["2", None, "false", "1900-01-00T00:00:00", None],
        ["3", "Öz", "false", None, None],
    ]
    assert (found.facts[0].counted, found.adds_up()) == (3, True)
    assert {f.code: f.message for f in found.findings} == {
        "date_lost": "1 days before 1900 or far in the future come as 1900-01-00 from mdbtools (line 2)",
        "binary_left": "pictures and objects are not read: 1 cells of Foto",
    }


def test_moments_are_asked_for_with_four_digits_of_the_year(access: Path) -> None:
    read(access, table="Kunden")
    asked = access.with_name("asked").read_text("utf-8")
    assert f"-D %Y-%m-%dT%H:%M:%S -T %Y-%m-%dT%H:%M:%S -- {access} Kunden" in asked


def test_a_count_that_differs_stops(access: Path) -> None:
    access.with_name("mdb-count.txt").write_text("4\n", "utf-8")
    assert "count_differs" in read(access, table="Kunden").codes


@pytest.mark.parametrize("row", ['{"Nr":1', '{"Nr":1,"Fremd":2}', r'{"Nr":"\u0000"}', '{"Nr":1,"Nr":2}'])
def test_a_row_that_is_none_is_set_aside(access: Path, row: str) -> None:
    access.with_name("mdb-json.txt").write_text("\n".join((ROWS[0], row, ROWS[2])), "utf-8")
    found = read(access, table="Kunden")
    assert ([q.line for q in found.aside], found.lines, found.adds_up()) == ([2], [1, 3], True)


@pytest.mark.parametrize(
    ("table", "words", "hint"),
    [(None, "say which one", "Kunden, Ümsätze"), ("Kundn", "no table `Kundn`", "did you mean `Kunden`")],
)
def test_a_table_is_named(access: Path, table: str | None, words: str, hint: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        read(access, table=table)
    assert hint in error.value.hint


def test_a_code_page_is_only_for_access_97(access: Path) -> None:
    with pytest.raises(UsageError, match="only for files of Access 97"):
        read(access, table="Kunden", encoding="cp1254")
    access.with_name("mdb-ver.txt").write_text("JET3\n", "utf-8")
    assert read(access, table="Kunden", encoding="cp1254").facts[0].encoding == "JET3, cp1254"


def test_a_program_that_fails_is_told_in_its_words(access: Path) -> None:
    access.with_name("mdb-json").write_text("#!/bin/sh\necho kaputt >&2\nexit 1\n", "utf-8")
    with pytest.raises(InputError, match="mdb-json cannot read it and says: kaputt"):
        read(access, table="Kunden")


def test_without_the_programs_it_says_how_to_get_them(access: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(access.parent / "nowhere"))
    with pytest.raises(InputError, match="mdbtools, which is not there") as error:
        read(access, table="Kunden")
    assert "apt install mdbtools" in error.value.hint


def test_the_source_keeps_the_contract(access: Path) -> None:
    spec = SourceSpec("s", files=(SourceFile(access),), table="Kunden")
    assert check_source(lambda: CONNECTOR.source(spec)) == []


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "table", "rows", "codes"),
    [
        ("nwind.mdb", "Customers", 91, set()), ("nwind.mdb", "Employees", 9, {"binary_left"}),
        ("nwind.mdb", "Order Details", 2155, set()), ("nwind.mdb", "Umsätze", 830, set()),
        ("ASampleDatabase.accdb", None, 65, set()),
    ],
)  # fmt: skip
def test_real_databases(shared_data: Path, name: str, table: str | None, rows: int, codes: set[str]) -> None:
    needs_mdbtools()
    found: Read = read(shared_data / "mdbtestdata" / name, table=table)
    assert (len(found.rows), found.adds_up(), found.codes) == (rows, True, codes)
