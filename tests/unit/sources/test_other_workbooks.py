"""Workbooks of other formats (XLS, XLSB, ODS): what a reader is known to lose is read or told, and rows are counted."""

import struct
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sources_kit import old_books as ob
from sources_kit.reading import Read, read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR, sheet_child

# Number formats of binary workbooks, a number, and what is meant.
FORMATS = (
    ("00000", 7.0, "00007"),
    ("dd.mm.yyyy", 44197.0, "2021-01-01"),
    ("dd/mm/yyyy hh:mm", 44197.5, "2021-01-01T12:00:00"),
    ("h:mm", 0.5, "12:00:00"),
    ("[h]:mm", 10.5, "252:00:00"),
    ("h:mm", 1.5, "36:00:00"),
    ("0%", 0.25, "25%"),
    ("General", 15.0, "15"),
    ("General", 1.125, "1.1250"),
    ("General", 12345678901234567.0, "12345678901234568"),
)
CODES = [code for code, _, _ in FORMATS]
HIDDEN = {"hidden_rows", "hidden_columns", "hidden_sheets", "merged_cells", "error_cell"}
RK_INTEGER, RK_HUNDREDTHS = struct.pack("<I", 4711 << 2 | 2), struct.pack("<i", -1250 << 2 | 3)


def double(number: float) -> bytes:
    return struct.pack("<d", number)


def old_sheet() -> list[bytes]:
    """A sheet of XLS with a cell of every kind, below a header in its first row."""
    numbers = [ob.cell(0x203, 1 + i, 0, double(value), 1 + i) for i, (_, value, _) in enumerate(FORMATS)]
    several = ob.record(0xBD, struct.pack("<HH", 1, 1) + b"\0\0" + RK_INTEGER + b"\0\0" + RK_HUNDREDTHS + b"\2\0")
    formula = double(2.5) + bytes(6)
    return [
        ob.label(0, 0, "n"), ob.label(0, 1, "a"), ob.label(0, 2, "b"), *numbers, several,
        ob.cell(0xFD, 2, 1, struct.pack("<I", 1)), ob.cell(0x27E, 2, 2, RK_INTEGER),
        ob.cell(0x205, 3, 1, b"\1\0"), ob.cell(0x205, 3, 2, b"\x2a\1"),
        ob.cell(0x06, 4, 1, formula), ob.cell(0x06, 4, 2, b"\0\0\0\0\0\0\xff\xff" + bytes(6)),
        ob.record(0x207, ob.xls_text("Şirket")),
        ob.cell(0x06, 5, 1, b"\3\0\0\0\0\0\xff\xff" + bytes(6)),
        ob.record(0x208, struct.pack("<HHHHHHI", 6, 0, 3, 300, 0, 0, 0x20)),
        ob.record(0x7D, struct.pack("<HHHHH", 2, 2, 0, 0, 1)),
        ob.record(0xE5, struct.pack("<HHHHH", 1, 7, 8, 0, 1)),
    ]  # fmt: skip


def shared_texts() -> bytes:
    """Two shared texts; the second one goes on in a further record, with two bytes for a letter from there on."""
    first = struct.pack("<II", 2, 2) + ob.xls_text("x") + struct.pack("<HB", 6, 0) + b"Abc"
    return ob.record(0xFC, first) + ob.record(0x3C, b"\1" + "дef".encode("utf-16-le"))


def long_sheet() -> list[bytes]:
    """The same as a sheet of XLSB."""
    found = [ob.long_row(0), *(ob.long_cell(6, i, ob.wide(name)) for i, name in enumerate("nab"))]
    others = {
        1: [ob.long_cell(2, 1, RK_INTEGER), ob.long_cell(2, 2, RK_HUNDREDTHS)],
        2: [ob.long_cell(7, 1, struct.pack("<I", 1)), ob.long_record(13, struct.pack("<I", 0) + RK_INTEGER)],
        3: [ob.long_cell(4, 1, b"\1"), ob.long_cell(3, 2, b"\x2a")],
        4: [ob.long_cell(9, 1, double(2.5)), ob.long_cell(8, 2, ob.wide("Şirket") + bytes(6))],
        5: [ob.long_cell(8, 1, ob.wide("") + bytes(6))],
    }
    for i, (_, value, _) in enumerate(FORMATS, 1):
        found += [ob.long_row(i, hidden=i == 6), ob.long_cell(5, 0, double(value), i), *others.get(i, ())]
    found.append(ob.long_record(60, struct.pack("<IIIIH", 2, 2, 0, 0, 1)))
    return [*found, ob.long_record(176, struct.pack("<IIII", 7, 8, 0, 1))]


def books() -> dict[str, bytes]:
    sheets = (("Sheet1", 0), ("Secret", 1))
    return {
        "a.xls": ob.xls(old_sheet(), formats=CODES, shared=shared_texts(), sheets=sheets),
        "a.xlsb": ob.xlsb(long_sheet(), formats=CODES, shared=("x", "Abcдef"), sheets=sheets),
    }


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb"])
def test_cells_of_a_binary_workbook_are_what_is_meant(tmp_path: Path, name: str) -> None:
    found = read_bytes(tmp_path, books()[name], name)
    assert found.columns == ("n", "a", "b")
    assert [row[0] for row in found.rows] == [meant for _, _, meant in FORMATS]
    others = [("4711", "-12.5"), ("Abcдef", "4711"), ("true", "#N/A"), ("2.5", "Şirket"), ("", None)]
    assert [tuple(row[1:]) for row in found.rows[:5]] == others
    assert found.adds_up() and found.facts[0].counted == len(FORMATS) and found.lines[0] == 2
    assert found.codes == HIDDEN | {"duration_read", "number_precision"} | (
        {"formula_without_value"} if name == "a.xls" else set()
    )
    words = " ".join(finding.message for finding in found.findings)
    assert "Secret" in words and "C4" in words and "A8:B9" in words and ": 7" in words
    assert found.facts[0].encoding == name[2:]


@pytest.mark.parametrize("date1904", [False, True])
def test_days_of_binary_workbooks_from_1900_and_1904(tmp_path: Path, date1904: bool) -> None:
    day, code = 44197.0 - 1462 * date1904, ["yyyy-mm-dd"]
    old = ob.xls([ob.label(0, 0, "d"), ob.cell(0x203, 1, 0, double(day), 1)], formats=code, date1904=date1904)
    head = [ob.long_row(0), ob.long_cell(6, 0, ob.wide("d")), ob.long_row(1), ob.long_cell(5, 0, double(day), 1)]
    for name, data in (("a.xls", old), ("a.xlsb", ob.xlsb(head, formats=code, date1904=date1904))):
        found = read_bytes(tmp_path, data, name)
        assert found.rows == [["2021-01-01"]] and found.facts[0].days_from == (1904 if date1904 else 1900)


def sheet_of_ods(folder: Path) -> Read:
    header = ob.row(*(ob.typed("string", shown=name) for name in ("id", "a", "b")))
    note = "<office:annotation><text:p>ask</text:p></office:annotation>"
    rows = [
        ob.row(ob.typed("float", "7", "00007"), ob.typed("date", "2021-01-01T00:00:00"), ob.typed("percentage", "0.1")),
        ob.row(ob.typed("float", "8.0", "8"), ob.typed("time", "PT36H00M00S", "12:00"), ob.typed("currency", "9.50")),
        ob.row(said='table:number-rows-repeated="2"'),
        ob.row(ob.typed("float", "9", "9", 'table:number-columns-repeated="3"'), said='table:visibility="filter"'),
        ob.row(
            '<table:table-cell table:formula="of:=1+1"/>',
            ob.typed("string", shown="#N/A", said='calcext:value-type="error" table:formula="of:=NA()"'),
            ob.typed("string", shown=f"A<text:s text:c='2'/>B<text:line-break/>C{note}</text:p><text:p>D"),
        ),
        ob.row(ob.typed("boolean", "true", said='table:number-columns-spanned="2"'), "<table:covered-table-cell/>"),
        ob.row(
            "<table:table-cell table:number-columns-repeated='16384'/>", said='table:number-rows-repeated="1048000"'
        ),
    ]
    styles = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    hidden = '<table:table table:name="Secret" table:style-name="ta2"><table:table-row/></table:table>'
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    data = ob.ods("".join((header, *rows)), columns=columns, others=hidden, styles=styles)
    return read_bytes(folder, data, "a.ods")


def test_cells_of_a_spreadsheet_are_what_is_meant(tmp_path: Path) -> None:
    found = sheet_of_ods(tmp_path)
    assert found.rows == [
        ["00007", "2021-01-01", "10%"], ["8", "36:00:00", "9.5"], [None] * 3, [None] * 3, ["9"] * 3,
        [None, "#N/A", "A  B\nC\nD"], ["true", None, None],
    ]  # fmt: skip
    assert found.lines == list(range(2, 9)) and found.facts[0].counted == 7 and found.adds_up()
    assert found.codes == HIDDEN | {"duration_read", "formula_without_value"}


BROKEN = {
    "password.xls": (lambda: ob.xls([], extra=ob.record(0x2F, bytes(6))), "password"),
    "password.ods": (lambda: ob.ods("", manifest="<encryption-data/>"), "password"),
    "cut.xls": (lambda: books()["a.xls"][:-3000], "damaged"),
    "cut.xlsb": (lambda: books()["a.xlsb"][:-300], "damaged"),
    "letter.xls": (lambda: ob.ole({"WordDocument": b"x"}), "another kind"),
    "circle.xls": (lambda: books()["a.xls"].replace(struct.pack("<I", 1), struct.pack("<I", 0)), "damaged"),
    "drawing.ods": (lambda: ob.ods("").replace(b"x", b"x"), "is empty"),
    "far.ods": (lambda: ob.ods(ob.row(ob.typed("float", "1", said='table:number-columns-repeated="9999"'))), "outside"),
    "many.ods": (
        lambda: ob.ods(ob.row(ob.typed("float", "1"), said='table:number-rows-repeated="99999999"')), "more than"),
    "twice.xls": (lambda: ob.xls([ob.label(0, 0, "a"), ob.label(0, 0, "b")]), "twice in one place"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_workbook_that_cannot_be_read_says_why(tmp_path: Path, name: str) -> None:
    make, words = BROKEN[name]
    (tmp_path / name).write_bytes(make())
    job = {"path": str(tmp_path / name), "folder": str(tmp_path), "sheet": None, "header_row": None}
    facts = sheet_child.facts_of({**job, "format": name.rpartition(".")[2]})
    assert words in facts["refused"]


def test_what_the_child_refuses_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="password") as caught:
        read_bytes(tmp_path, BROKEN["password.xls"][0](), "a.xls")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb"])
def test_a_binary_workbook_keeps_the_contract(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(books()[name])
    source = CONNECTOR.source(SourceSpec("s", files=(SourceFile(tmp_path / name),)))
    assert check_source(lambda: source) == []


def test_a_workbook_under_the_ending_of_another_is_read_and_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, books()["a.xlsb"], "export.xls")
    assert found.rows[0][0] == "00007" and "format_misnamed" in found.codes
    told = next(finding for finding in found.findings if finding.code == "format_misnamed")
    assert told.message == "the file is named .xls and is a binary workbook of Excel: read as what it is"


@pytest.mark.cases(2)
@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name", ["date.xls", "date_1904.xls", "merged_range.xls", "date.xlsb", "date_1904.xlsb", "date.ods"]
)
def test_real_binary_workbooks_agree_with_a_second_reader(shared_data: Path, name: str) -> None:
    path = shared_data / "calamine" / name
    found = read(path)
    other = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    ours = [[cell or "" for cell in row] for row in [list(found.columns), *found.rows]]
    assert found.adds_up() and len(ours) == len(other)
    for mine, theirs in zip(ours, other, strict=True):
        texts = [str(c).removesuffix(".0").replace("10 days, 15:10:10", "255:10:10").replace(" ", "T") for c in theirs]
        assert [c for c in mine if not c.startswith("Column")] == [c for c in texts if c or "Column 4" not in mine]
