"""What CRMs write under the ending .xls: web pages, text, the XML of Excel 2003. Each is read, counted and told."""

from pathlib import Path
from typing import Any

import pytest
from sources_kit.reading import read_bytes

from crm_migrate.errors import InputError
from crm_migrate_files import sheet_child

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="windows-1254">
<style>td {mso: "x"}</style></head><body>
<table><tr><td>Report of March</td></tr></table><!-- <tr><td>old</td></tr> -->
<table border=1>
<TR><th>No<th>Ad</th><th>Not</th></tr>
<tr><td>00123</td><td>Ay&#351;e&nbsp;Öz &amp; Co</td><td>first<br>second<div>third</div></td></tr>
<tr><td x:num="1234.5">1.234,50 TL</td><td rowspan=2>both</td><td></td></tr>
<tr style="display: none"><td>3<td>under both</tr>
<tr><td colspan="2">4</td><td><table><tr><td>inner</td></tr></table></td></tr>
<tr><td> &nbsp; </td></tr>
</table></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
<Styles><Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style><Style ss:ID="p"><NumberFormat ss:Format="Percent"/>
</Style></Styles>
<Worksheet ss:Name="People"><Table><Column ss:Index="2" ss:Hidden="1"/>
<Row><Cell><Data ss:Type="String">No</Data></Cell><Cell><Data ss:Type="String">A</Data></Cell>
<Cell><Data ss:Type="String">B</Data></Cell></Row>
<Row><Cell ss:StyleID="z"><Data ss:Type="Number">7</Data></Cell>
<Cell><Data ss:Type="DateTime">2021-01-01T00:00:00.000</Data></Cell>
<Cell ss:StyleID="p"><Data ss:Type="Number">0.1</Data></Cell></Row>
<Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="DateTime">1899-12-31T10:30:00.000</Data></Cell>
<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">a<B>b</B></ss:Data></Cell></Row>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="Boolean">1</Data></Cell>
<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
<Row><Cell ss:Formula="=1+1"/></Row>
</Table></Worksheet>
<Worksheet ss:Name="Secret"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_a_web_page_named_as_a_workbook_is_read_and_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, PAGE.encode("cp1254"), "export.xls")
    assert found.columns == ("No", "Ad", "Not")
    assert found.rows == [
        ["00123", "Ayşe Öz & Co", "first\nsecond\nthird"], ["1234.5", "both", None], ["3", None, "under both"],
        ["4", None, None],
    ]  # fmt: skip
    assert found.lines == [2, 3, 4, 5] and found.facts[0].counted == 4 and found.adds_up()
    assert found.codes == {"format_misnamed", "merged_cells", "hidden_rows", "other_sheets"}
    assert found.facts[0].encoding == "html"
    with_title = read_bytes(tmp_path, PAGE.encode("cp1254"), "export.htm", sheet="Table 1")
    assert with_title.columns == ("Report of March",)


def test_the_xml_of_excel_2003_is_read_and_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, XML.encode(), "export.xls")
    assert found.rows == [
        ["00007", "2021-01-01", "10%"], [None, None, None], [None, "10:30:00", "ab"], ["true", None, "#N/A"],
    ]  # fmt: skip
    assert found.facts[0].counted == 4 and found.adds_up()
    told = {"hidden_rows", "hidden_columns", "hidden_sheets", "merged_cells", "error_cell", "formula_without_value"}
    assert found.codes == told | {"format_misnamed"}


def test_text_named_as_a_workbook_is_read_and_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"id\tname\r\n001\tAda\r\n002\tJo\r\n", "export.xls")
    assert found.rows == [["001", "Ada"], ["002", "Jo"]] and found.codes == {"format_misnamed"}
    assert next(f.message for f in found.findings) == "the file is named .xls and is text: read as what it is"


REFUSED: dict[str, tuple[str, str]] = {
    "login": ("<html><form>Log in</form></html>", "no table with cells"),
    "letters": ("<html><table><tr><td>\udcff</td></tr></table>", "not written in utf-8"),
    "entities": (XML.replace("<Workbook", "<!DOCTYPE a [<!ENTITY x 'y'>]><Workbook"), "declares a type or entities"),
    "cut": (XML[:900], "damaged or cut off"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str) -> None:
    text, words = REFUSED[name]
    (tmp_path / "a.xls").write_bytes(text.encode("utf-8", "surrogateescape"))
    job: dict[str, Any] = {"path": str(tmp_path / "a.xls"), "folder": str(tmp_path), "sheet": None, "header_row": None}
    facts = sheet_child.facts_of({**job, "format": "html" if text.startswith("<html") else "xml"})
    assert words in facts["refused"]


def test_a_web_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no workbook"):
        read_bytes(tmp_path, b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "export.xls")
