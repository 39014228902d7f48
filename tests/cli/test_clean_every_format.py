"""`clean` and `match` read what a source may be; what they cannot take they refuse with what to do."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sources_kit.old_books import label, xls

from crm_migrate.cli.cleansing import clean_command
from crm_migrate.cli.match_input import _read
from crm_migrate.cli.table_input import sheet_of
from crm_migrate.errors import InputError, UsageError

PEOPLE = [{"id": "1", "mail": "A@FIRMA.example"}, {"id": "2", "mail": "b@firma.example"}]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(PEOPLE), "utf-8")
    return path


def clean(path: Path, *more: str) -> str:
    arguments = [str(path), "--column", "mail", "--kind", "email", *more]
    result = CliRunner().invoke(clean_command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_what_is_only_read_becomes_csv(people: Path) -> None:
    clean(people)
    lines = (people.parent / "people.clean.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("id,mail,mail clean") and lines[1].startswith("1,A@FIRMA.example,A@firma.example")
    with pytest.raises(UsageError, match=r"\.json is not written"):
        clean(people, "--output", str(people.parent / "out.json"))


def test_a_file_in_an_archive_is_named_as_in_a_folder(people: Path) -> None:
    archive = people.parent / "weekly.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(people, "a/people.json")
    assert sheet_of(archive, None, None).rows == sheet_of(archive / "a" / "people.json", None, None).rows
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr("b.csv", "id\n1\n")
    with pytest.raises(InputError, match=r"holds 2 files: a/people\.json, b\.csv"):
        sheet_of(archive, None, None)
    assert sheet_of(archive / "b.csv", None, None).rows == [["1"]]


def test_several_tables_are_none(people: Path) -> None:
    people.write_text(json.dumps({"a": PEOPLE, "b": PEOPLE}), "utf-8")
    with pytest.raises(InputError, match="holds 2 tables: a, b") as refused:
        sheet_of(people, None, None)
    assert "crm-migrate init" in refused.value.hint


def test_an_old_workbook_is_matched(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    cells = [label(0, 0, "id"), label(0, 1, "mail"), label(1, 0, "7"), label(1, 1, "a@firma.example")]
    path.write_bytes(xls(cells))
    frame = _read(path, "id", None, None)
    assert frame.rows() == [("7", "a@firma.example")]
    with pytest.raises(InputError, match=r"says nothing about old\.xls"):
        _read(path, "id", None, "cp1254")


def test_json_is_never_read_as_a_csv_of_one_column(people: Path) -> None:
    people = people.rename(people.with_suffix(".jsonl"))
    people.write_text("\n".join(map(json.dumps, PEOPLE)), "utf-8")
    assert _read(people, "id", None, None).columns == ["id", "mail"]
