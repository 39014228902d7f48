"""Workbooks: cells as the text that is meant, everything hidden or broken told, rows counted apart from the parser."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sources_kit import workbooks as wb
from sources_kit.reading import Read, read

from crm_migrate.errors import InputError


def sheet(folder: Path, *cells: str, extra: str = "", **options: object) -> Read:
    members = wb.parts(wb.rows(*cells) + extra, **options)  # type: ignore[arg-type]
    return read(wb.write(folder, wb.zipped(members)))


NUMBERS = {
    "15": "15",
    "15.0": "15",
    "1E+3": "1000",
    "1.5E-5": "0.000015",
    "0.30000000000000004": "0.3",
    "-0": "0",
    "-12.50": "-12.5",
    "12345678901234567890": "12345678901234567890",
    "905551234567": "905551234567",
    "1.125": "1.1250",  # three digits would be read as thousands where a point parts them
    "1250000.5": "1250000.5",
}
FORMATS = (
    ("00000", "7", "00007"),
    ("0000000000", "532", "0000000532"),
    ("#,##0.00", "1234.5", "1234.5"),
    ("dd.mm.yyyy", "45000", "2023-03-15"),
    ("dd/mm/yyyy hh:mm", "45000.5", "2023-03-15T12:00:00"),
    ("hh:mm", "0.5", "12:00:00"),
    ("[h]:mm", "1.5", "36:00:00"),
    ("h:mm", "1.5", "36:00:00"),
    ("hh:mm:ss;@", "10.25", "246:00:00"),
    ("[$-409]h:mm AM/PM", "1", "24:00:00"),
    ("mm:ss.0", "1.5", "36:00:00"),
    ("h:mm", "45000.5", "2023-03-15T12:00:00"),
    ("d. mmm h:mm", "1.5", "1900-01-01T12:00:00"),
    ("[$-41F]d mmmm yyyy", "45000", "2023-03-15"),
    ("yyyy-mm-dd", "1", "1900-01-01"),
    ("yyyy-mm-dd", "61", "1900-03-01"),
    ("&quot;days&quot; 0", "3", "3"),
    ("[Red]0", "3", "3"),
    ("General", "3", "3"),
    ("0%", "0.25", "25%"),
    ("0.0%", "0.12345", "12.3450%"),
)


def test_numbers_are_plain(tmp_path: Path) -> None:
    cells = [f'<c r="A{i}"><v>{value}</v></c>' for i, value in enumerate(NUMBERS, 2)]
    assert [row[0] for row in sheet(tmp_path, wb.header("n"), *cells).rows] == list(NUMBERS.values())


def test_number_formats_say_what_is_meant(tmp_path: Path) -> None:
    cells = [f'<c r="A{i + 1}" s="{i}"><v>{value}</v></c>' for i, (_, value, _) in enumerate(FORMATS, 1)]
    found = sheet(tmp_path, wb.header("n"), *cells, formats=tuple(code for code, _, _ in FORMATS))
    assert [row[0] for row in found.rows] == [text for _, _, text in FORMATS]


@pytest.mark.parametrize("date1904", [False, True])
def test_durations_in_a_format_of_the_clock_are_hours_and_told(tmp_path: Path, date1904: bool) -> None:
    cells = [f'<c r="A{at}" s="1"><v>{days}</v></c>' for at, days in enumerate(("0.5", "1.5", "45000.5"), 2)]
    found = sheet(tmp_path, wb.header("n"), *cells, formats=("h:mm",), date1904=date1904)
    assert [row[0] for row in found.rows][:2] == ["12:00:00", "36:00:00"]
    told = next(finding for finding in found.findings if finding.code == "duration_read")
    assert "A3" in told.message and told.count == 1


def test_days_from_1904(tmp_path: Path) -> None:
    cell = '<c r="A2" s="1"><v>43538</v></c>'
    assert sheet(tmp_path, wb.header("d"), cell, formats=("yyyy-mm-dd",), date1904=True).rows == [["2023-03-15"]]


def test_texts_of_every_kind(tmp_path: Path) -> None:
    cells = (
        '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2" t="e"><v>#N/A</v></c><c r="E2" t="str"><f>A1</f><v>cached</v></c>'
        '<c r="F2" t="d"><v>2023-03-15T00:00:00</v></c>'
    )
    shared = ("<t>line_x000D_\nbreak</t>", "<r><t>Ay</t></r><r><t>şe</t></r><rPh><t>phonetic</t></rPh>")
    found = sheet(tmp_path, wb.header(*"abcdef"), cells, shared=shared)
    assert found.rows == [["line\r\nbreak", "Ayşe", "true", "#N/A", "cached", "2023-03-15"]]
    assert "error_cell" in found.codes


def test_empty_text_is_not_no_value(tmp_path: Path) -> None:
    cells = '<c r="A2" t="s"><v>0</v></c><c r="C2"><v>1</v></c>'
    assert sheet(tmp_path, wb.header("a", "b", "c"), cells, shared=("<t></t>",)).rows == [["", None, "1"]]


def test_blank_rows_between_are_records_and_trailing_ones_are_not(tmp_path: Path) -> None:
    found = sheet(tmp_path, wb.header("a"), "", '<c r="A3"><v>1</v></c>', '<c r="A4" s="1"/>', "")
    assert found.rows == [[None], ["1"]]
    assert found.lines == [2, 3]
    assert found.facts[0].counted == 2


def test_what_is_hidden_merged_or_not_calculated_is_told(tmp_path: Path) -> None:
    body = (
        '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
        f'<row r="1">{wb.header("a", "b")}</row>'
        '<row r="2" hidden="1"><c r="A2"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><f>1+1</f></c><c r="B3"><v>123456789012345678</v></c></row>'
        '</sheetData><mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
    )
    members = wb.parts(body, sheets=(("Data", "visible"), ("Secret", "hidden"), ("More", "visible")))
    found = read(wb.write(tmp_path, wb.zipped(members)))
    assert found.codes == {
        "hidden_rows", "hidden_columns", "hidden_sheets", "merged_cells", "formula_without_value", "number_precision",
        "other_sheets",
    }  # fmt: skip
    assert found.rows == [["1", None], [None, "123456789012345678"]]


def test_a_wrong_sheet_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = wb.write(tmp_path, wb.zipped(wb.parts(wb.rows(wb.header("a")), sheets=(("Açık fırsatlar", "visible"),))))
    with pytest.raises(InputError, match="did you mean `Açık fırsatlar`"):
        read(path, sheet="Acik firsatlar")


def test_a_title_above_the_table(tmp_path: Path) -> None:
    cells = (
        wb.text_cell("A1", "Sales"),
        "",
        wb.text_cell("A3", "a") + wb.text_cell("B3", "b"),
        '<c r="B4"><v>2</v></c>',
    )
    path = wb.write(tmp_path, wb.zipped(wb.parts(wb.rows(*cells))))
    assert read(path, header_row=3).rows == [[None, "2"]]
    assert "header_suspect" in read(path).codes
    with pytest.raises(InputError, match="row 2 is blank"):
        read(path, header_row=2)


def test_values_without_a_header_keep_a_column(tmp_path: Path) -> None:
    found = sheet(tmp_path, wb.header("a"), '<c r="A2"><v>1</v></c><c r="C2"><v>3</v></c>')
    assert found.columns == ("a", "Column 2", "Column 3")
    assert found.rows == [["1", None, "3"]]


def test_rows_and_cells_without_references(tmp_path: Path) -> None:
    body = "<sheetData><row><c t='inlineStr'><is><t>a</t></is></c></row><row><c><v>1</v></c></row></sheetData>"
    found = read(wb.write(tmp_path, wb.zipped(wb.parts(body))))
    assert (found.rows, found.lines) == ([["1"]], [2])


@pytest.mark.cases(2)
@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["date", "date_1904", "merged_range", "inventory-table", "header-row"])
def test_real_workbooks_agree_with_a_second_reader(shared_data: Path, name: str) -> None:
    path = shared_data / "calamine" / f"{name}.xlsx"
    found = read(path)
    other = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    filled = [[str(c).removesuffix(".0") for c in row] for row in other if any(c != "" for c in row)][1:]
    ours = [[c or "" for c in row] for row in found.rows if any(row)]
    assert found.adds_up()
    assert [len([c for c in row if c]) for row in ours] == [len([c for c in row if c]) for row in filled]
    plain = [
        (a, b) for x, y in zip(ours, filled, strict=True) for a, b in zip(x, y, strict=False) if not b[:1].isdigit()
    ]
    assert all(a == b for a, b in plain)


@pytest.mark.shared_data
def test_a_password_is_said_in_plain_words(shared_data: Path) -> None:
    with pytest.raises(InputError, match="password"):
        read(shared_data / "calamine" / "pass_protected.xlsx")
