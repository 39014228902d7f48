"""`clean` and `match` read what a source may be; what they cannot take they refuse with what to do."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from sources_kit.old_books import label, xls

from crm_migrate.cli.cleansing import clean_command
from crm_migrate.cli.match_input import _read
from crm_migrate.cli.table_input import sheet_of
from crm_migrate.connecting.lying import Part
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


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.title = "Notes"
    made.active.append(["mail"])
    page = made.create_sheet("People")
    for row in (["id", "mail"], ["1", "A@FIRMA.example"]):
        page.append(row)
    made.save(path)
    return path


def test_a_sheet_is_chosen_and_widened(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx")
    clean(path, "--sheet", "People")
    made = openpyxl.load_workbook(tmp_path / "book.clean.xlsx")
    assert [row[:3] for row in made["People"].iter_rows(values_only=True)] == [
        ("id", "mail", "mail clean"), ("1", "A@FIRMA.example", "A@firma.example"),
    ]  # fmt: skip
    assert list(made["Notes"].iter_rows(values_only=True)) == [("mail",)]
    assert _read(path, "id", None, None, Part(sheet="People")).rows() == [("1", "A@FIRMA.example")]


TITLED = (("List of people",), (), ("id", "mail", "note"), ("1", "A@FIRMA.example", ""), ("2", "b@firma.example", "x"))


def test_a_title_above_the_header_is_told_and_stays_in_the_workbook(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for row in TITLED:
        made.worksheets[0].append(row)
    made.save(tmp_path / "t.xlsx")
    result = CliRunner().invoke(clean_command, [str(tmp_path / "t.xlsx"), "--column", "mail", "--kind", "email"])
    assert "2 row(s) above the one that names the columns (id, mail, note ...) are a title" in result.output
    rows = list(openpyxl.load_workbook(tmp_path / "t.clean.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[0][:4] == ("List of people", None, None, None)
    assert rows[2][:4] == ("id", "mail", "note", "mail clean")
    assert [row[3] for row in rows[3:]] == ["A@firma.example", "b@firma.example"]
    assert _read(tmp_path / "t.xlsx", "id", None, None).rows() == [
        ("1", "A@FIRMA.example", None),
        ("2", "b@firma.example", "x"),
    ]


def test_a_title_above_a_csv_that_a_spreadsheet_wrote_is_no_header(tmp_path: Path) -> None:
    text = "".join(";".join((*row, "", "", "")[:3]) + "\n" for row in TITLED)
    (tmp_path / "t.csv").write_text(text, "utf-8")
    result = CliRunner().invoke(clean_command, [str(tmp_path / "t.csv"), "--column", "mail", "--kind", "email"])
    assert "2 row(s) above the one that names the columns (id, mail, note ...) are a title" in result.output
    cleaned = (tmp_path / "t.clean.csv").read_text("utf-8").splitlines()
    assert cleaned[0].startswith("id;mail;note;mail clean") and len(cleaned) == 3


@pytest.mark.parametrize("header", ["id,mail,", "id,,", "id,mail"])
def test_columns_without_a_name_make_no_title_of_a_header(tmp_path: Path, header: str) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n1,a@firma.example,\n2,,\n", "utf-8")
    result = CliRunner().invoke(clean_command, [str(tmp_path / "t.csv"), "--column", "id", "--kind", "id"])
    assert "names the columns" not in result.output


def test_the_first_sheet_alone_is_never_all_without_a_word(tmp_path: Path) -> None:
    result = CliRunner().invoke(clean_command, [str(book(tmp_path / "b.xlsx")), "--column", "mail", "--kind", "email"])
    assert "only its first sheet `Notes` is read, not People" in result.output and "--sheet" in result.output


def test_a_table_of_several_is_chosen(people: Path) -> None:
    people.write_text(json.dumps({"a": [{"id": "9"}], "b": PEOPLE}), "utf-8")
    with pytest.raises(InputError, match="holds 2 tables: a, b") as refused:
        sheet_of(people, None, None)
    assert "--table" in refused.value.hint
    assert sheet_of(people, None, None, Part(table="b")).rows[1] == ["2", "b@firma.example"]
    clean(people, "--table", "b")
    assert _read(people, "id", None, None, Part(table="a")).rows() == [("9",)]


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("a.csv", Part(sheet="People"), "a.csv has no sheets"),
        ("a.csv", Part(table="People"), "a.csv is one table"),
        ("b.xlsx", Part(table="People"), "b.xlsx has sheets and no tables"),
        ("b.xlsx", Part(sheet="Peple"), "b.xlsx has no sheet `Peple`"),
        ("p.json", Part(sheet="People"), "sheet"),
        ("p.json", Part(table="c"), "holds no `c`; there are: a"),
    ],
)
def test_what_a_file_does_not_have_is_refused(tmp_path: Path, name: str, part: Part, words: str) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n", "utf-8")
    (tmp_path / "p.json").write_text(json.dumps({"a": PEOPLE}), "utf-8")
    book(tmp_path / "b.xlsx")
    with pytest.raises((InputError, UsageError), match=words):
        sheet_of(tmp_path / name, None, None, part)
