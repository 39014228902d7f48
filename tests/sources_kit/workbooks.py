"""Writes small workbooks by hand, XML by XML, so that tests can say exactly what stands in them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def parts(
    sheet: str,
    *,
    shared: tuple[str, ...] = (),
    formats: tuple[str, ...] = (),
    date1904: bool = False,
    sheets: tuple[tuple[str, str], ...] = (("Sheet1", "visible"),),
) -> dict[str, str]:
    """The parts of a workbook whose first sheet is `sheet` (what stands between `<worksheet>` tags).

    `formats` are number formats: style 1 is the first of them. `shared` is XML of `<si>` elements' insides.
    """
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" state="{state}" r:id="rId{i}"/>'
        for i, (name, state) in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    codes = "".join(f'<numFmt numFmtId="{170 + i}" formatCode="{code}"/>' for i, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{170 + i}"/>' for i in range(len(formats)))
    strings = "".join(f"<si>{text}</si>" for text in shared)
    result = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{targets}</Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
        "</styleSheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}>{sheet}</worksheet>",
    }
    for number in range(2, len(sheets) + 1):
        other = "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>other</t></is></c></row></sheetData>"
        result[f"xl/worksheets/sheet{number}.xml"] = f"<worksheet {MAIN}>{other}</worksheet>"
    return result


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def text_cell(reference: str, text: str) -> str:
    """An inline text cell."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows(*cells: str) -> str:
    """Rows numbered from 1 that hold these cells."""
    return "<sheetData>" + "".join(f'<row r="{i}">{c}</row>' for i, c in enumerate(cells, 1)) + "</sheetData>"


def header(*names: str) -> str:
    """Cells of a header in row 1."""
    return "".join(text_cell(f"{chr(65 + i)}1", name) for i, name in enumerate(names))


def write(folder: Path, data: bytes, name: str = "book.xlsx") -> Path:
    """A file of these bytes."""
    path = folder / name
    path.write_bytes(data)
    return path
