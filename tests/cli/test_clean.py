"""`crm-migrate clean` and `steps`: the same file out, with the clean column beside; nothing of the input is touched."""

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from crm_migrate.cli.cleansing import clean_command, steps_command
from crm_migrate.errors import InputError, UsageError

ROWS = "Ad;Telefon\nAyşe;0212 345 67 89\nAli;1111111111\nCan;00045\n"


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(clean_command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_csv_comes_out_with_its_clean_column_and_the_counts(tmp_path: Path) -> None:
    source = tmp_path / "kisi.csv"
    source.write_text(ROWS, encoding="cp1254")
    before = source.read_bytes()
    counts = json.loads(invoke(str(source), "--column", "Telefon", "--kind", "phone", "--locale", "tr-TR", "--json"))
    lines = (tmp_path / "kisi.clean.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Ad;Telefon;Telefon clean;Telefon flag;Telefon note"
    assert lines[1] == "Ayşe;0212 345 67 89;+902123456789;changed;"
    assert counts["flags"] == {"changed": 1, "invalid": 1, "placeholder": 1}
    assert source.read_bytes() == before


def test_a_workbook_keeps_its_leading_zeros_and_runs_no_formula(tmp_path: Path) -> None:
    source, target = tmp_path / "x.csv", tmp_path / "x.xlsx"
    source.write_text('Id,Note\n00045,"=1+1"\n', encoding="utf-8")
    invoke(str(source), "--column", "Id", "--kind", "id", "--output", str(target))
    row = next(openpyxl.load_workbook(target).worksheets[0].iter_rows(min_row=2))
    assert [cell.value for cell in row[:3]] == ["00045", "=1+1", "00045"]
    assert {cell.data_type for cell in row if cell.value} == {"s"}


def test_a_wrong_column_or_file_says_what_is_there(tmp_path: Path) -> None:
    source = tmp_path / "kisi.csv"
    source.write_text(ROWS, encoding="utf-8")
    with pytest.raises(UsageError) as wrong:
        invoke(str(source), "--column", "Telfon", "--kind", "phone")
    assert "Telefon" in wrong.value.hint
    with pytest.raises(InputError):
        invoke(str(tmp_path / "none.csv"), "--column", "x", "--kind", "phone")
    with pytest.raises(UsageError, match="is the input"):
        invoke(str(source), "--column", "Telefon", "--kind", "phone", "--output", str(source))


def test_steps_lists_every_step_and_kind() -> None:
    listed = json.loads(CliRunner().invoke(steps_command, ["--json"]).output)
    assert {"phone", "email", "date", "person.given"} <= set(listed["steps"])
    assert "iban" in listed["kinds"]
    assert "phone(region)" in CliRunner().invoke(steps_command).output


def test_a_ragged_row_moves_no_cell_and_is_kept_beside(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('Id,Phone\n1,0212 345 67 89\n\n2,0212 345 67 88,x\n"3\n",\n4\n', encoding="utf-8")
    output = CliRunner().invoke(
        clean_command, [str(source), "--column", "Phone", "--kind", "phone", "--locale", "tr-TR"]
    )
    assert "2 rows have another number of cells than the header and were left out (line 4, 7)" in output.output
    written = (tmp_path / "a.clean.csv").read_text(encoding="utf-8")
    assert written.splitlines()[:2] == [
        "Id,Phone,Phone clean,Phone flag,Phone note",
        "1,0212 345 67 89,+902123456789,changed,",
    ]
    beside = (tmp_path / "a.clean.ragged.csv").read_text(encoding="utf-8").splitlines()
    assert beside == ["line,Id,Phone", "4,2,0212 345 67 88,x", "7,4"]


def test_a_quote_that_never_closes_swallows_no_rows(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('Id,Phone\n1,x\n2,"y\n3,z\n', encoding="utf-8")
    with pytest.raises(InputError, match="begins in line 3"):
        invoke(str(source), "--column", "Phone", "--kind", "phone")


def test_a_workbook_keeps_its_sheets_formats_and_formulas(tmp_path: Path) -> None:
    source = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Id", "Phone", "Day", "Sum"])
    page.append([7, "0212 345 67 89", 45000, "=1+1"])
    page["A2"].number_format, page["C2"].number_format = "00000", "dd.mm.yyyy"
    page["B3"] = "=1+1"
    page["B3"].data_type = "s"
    book.create_sheet("other")["A1"] = "kept"
    book.save(source)
    invoke(str(source), "--column", "Phone", "--kind", "phone", "--locale", "tr-TR")
    after = openpyxl.load_workbook(tmp_path / "x.clean.xlsx")
    assert after.sheetnames == ["Sheet", "other"]
    assert after["other"]["A1"].value == "kept"
    sheet = after["Sheet"]
    assert (sheet["A2"].value, sheet["A2"].number_format, sheet["C2"].number_format) == (7, "00000", "dd.mm.yyyy")
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "f")
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")
    assert [c.value for c in sheet[1]][4:] == ["Phone clean", "Phone flag", "Phone note"]
    assert sheet["E2"].value == "+902123456789"


def test_na_beside_names_is_a_doubt_until_an_option_says_what_it_is(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Id,Land\n1,NA\n2,Deutschland\n", encoding="utf-8")
    words = (str(source), "--column", "Land", "--kind", "country", "--json")
    assert json.loads(invoke(*words))["flags"] == {"ambiguous": 1, "changed": 1}
    assert "`na=nothing` or `na=namibia`" in (tmp_path / "x.clean.csv").read_text(encoding="utf-8")
    assert json.loads(invoke(*words, "--na", "nothing"))["flags"] == {"changed": 1, "null": 1}
    assert json.loads(invoke(*words, "--na", "namibia"))["flags"] == {"changed": 1, "ok": 1}
    with pytest.raises(UsageError, match="no option 'na'"):
        invoke(str(source), "--column", "Land", "--kind", "text", "--na", "nothing")


@pytest.mark.parametrize(
    "text, said",
    [
        ("Id,Mail\n1,a@x.example,\n2,b@x.example,\n", "every row ends with 1 delimiter(s) more"),
        ("Id,Mail,,\n1,a@x.example\n2,b@x.example\n", "the header ends with 2 delimiter(s) more"),
    ],
)
def test_delimiters_at_the_end_of_all_lines_are_told_and_shift_nothing(tmp_path: Path, text: str, said: str) -> None:
    source = tmp_path / "x.csv"
    source.write_text(text, encoding="utf-8")
    assert f"warning: {said}" in invoke(str(source), "--column", "Mail", "--kind", "email")
    assert (tmp_path / "x.clean.csv").read_text(encoding="utf-8").splitlines() == [
        "Id,Mail,Mail clean,Mail flag,Mail note", "1,a@x.example,a@x.example,ok,", "2,b@x.example,b@x.example,ok,",
    ]  # fmt: skip


@pytest.mark.parametrize("rows", ["1,a@x.example,\n2,b@x.example,c\n", "1,a@x.example,\n2,b@x.example\n3,c,\n"])
def test_cells_behind_the_header_that_some_rows_fill_or_lack_are_ragged(tmp_path: Path, rows: str) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Id,Mail\n" + rows, encoding="utf-8")
    with pytest.raises(InputError, match="not as wide as the header"):
        invoke(str(source), "--column", "Mail", "--kind", "email")


def test_a_column_of_two_is_not_guessed(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    source.write_text("Mail,Mail\na@x.example,b@x.example\n", encoding="utf-8")
    with pytest.raises(UsageError, match="two columns are called 'Mail'"):
        invoke(str(source), "--column", "Mail", "--kind", "email")


@pytest.mark.parametrize(("epoch", "day"), [(CALENDAR_WINDOWS_1900, "2020-12-30"), (CALENDAR_MAC_1904, "2024-12-31")])
def test_day_numbers_are_counted_as_the_workbook_counts(tmp_path: Path, epoch: datetime, day: str) -> None:
    source = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.active.append(["Id", "Day"])
    book.active.append(["1", "44195"])
    book.active.append(["2", date(2024, 5, 6)])
    book.save(source)
    invoke(str(source), "--column", "Day", "--kind", "date")
    sheet = openpyxl.load_workbook(tmp_path / "x.clean.xlsx").active
    assert [sheet["C2"].value, sheet["C3"].value] == [day, "2024-05-06"]
