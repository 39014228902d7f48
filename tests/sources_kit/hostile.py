"""Damaged and hostile files, made by code: each with what must become of it."""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from sources_kit import workbooks as wb

HEADER = b"id;name;note\n"
GOOD = b"1;Ay\xc5\x9fe;x\n2;Mehmet;y\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A file and its fate: refused with words, or read with so many records, quarantine codes and finding codes."""

    name: str
    make: Callable[[], bytes]
    file: str = "data.csv"
    refused: str = ""
    records: int = 0
    aside: dict[str, int] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()
    rows: tuple[tuple[str, ...], ...] = ()
    locale: str = "tr-TR"


def _text(name: str, data: bytes | Callable[[], bytes], **fate: object) -> Case:
    make = data if callable(data) else lambda: data
    return Case(name, make, **fate)  # type: ignore[arg-type]


TEXT = (
    _text("empty file", b"", refused="is empty"),
    _text("blank lines only", b"\n\r\n\n", refused="no header row"),
    _text("header only", HEADER, findings=frozenset({"no_records"})),
    _text("header without line end", b"id;name;note", findings=frozenset({"no_records"})),
    _text("ragged rows", HEADER + b"1;a;b\n2;a\n3;a;b;c\n4;a;b\n", records=2, aside={"cell_count": 2}),
    _text(
        "undecodable in the middle",
        HEADER + GOOD * 20 + b"7;\xff\xfe;z\n" + GOOD * 20,
        records=80,
        aside={"undecodable": 1},
    ),
    _text("cut in the midst of a letter", HEADER + GOOD * 20 + b"9;x;Ay\xc5", records=40, aside={"undecodable": 1}),
    _text("NUL bytes", HEADER + b"1;a;b\n2;a\0b;c\n3;a;b\n", records=2, aside={"nul_byte": 1}),
    _text(
        "unclosed quote",
        HEADER + b'1;a;b\n2;"a;b\n3;a;b\n4;a;b\n',
        records=3,
        aside={"unclosed_quote": 1},
        rows=(("1", "a", "b"), ("3", "a", "b"), ("4", "a", "b")),
    ),
    _text(
        "unclosed quote before a quoted row",
        HEADER + b'1;"a;b\n2;"x";c\n3;a;b\n',
        records=2,
        aside={"unclosed_quote": 1},
        rows=(("2", "x", "c"), ("3", "a", "b")),
    ),
    _text("quote not doubled", HEADER + b'1;"say "hi" now";b\n2;a;b\n', records=1, aside={"stray_quote": 1}),
    _text("inch sign", HEADER + b'1;5" pipe;b\n2;"a";b\n', records=2, rows=(("1", '5" pipe', "b"), ("2", "a", "b"))),
    _text("unclosed quote in the header", b'id;"name;note\n1;2;3\n', refused="header in line 1 cannot be read"),
    _text("quoting broken everywhere", lambda: HEADER + b'1;"a"b";c\n' * 1200, refused="quoting is broken"),
    _text("UTF-16 with mark", lambda: (HEADER + GOOD).decode().encode("utf-16"), records=2),
    _text("UTF-16 without mark", lambda: (HEADER + GOOD * 9).decode().encode("utf-16-le"), records=18),
    _text(
        "UTF-16 cut in half a letter",
        lambda: b"\xff\xfe" + "a;b\n1;2\n3;ş".encode("utf-16-le")[:-1],
        records=1,
        aside={"undecodable": 1},
    ),
    _text("lone CR", (HEADER + GOOD).replace(b"\n", b"\r"), records=2),
    _text("mixed line ends", HEADER + b'1;a;b\r\n2;a;b\r3;"a\r\nb";c\n4;a;b', records=4),
    _text(
        "5,000 columns",
        lambda: b";".join(b"c%d" % i for i in range(5000)) + b"\n" + b";".join([b"v"] * 5000) + b"\n",
        records=1,
    ),
    _text("field of 2 MB", lambda: HEADER + b'1;"' + b"x" * (2 << 20) + b'";c\n2;a;b\n', records=2),
    _text("line of 20 MB", lambda: HEADER + b"1;" + b"x" * (20 << 20) + b";c\n", refused="longer than 16 MiB"),
    _text(
        "unclosed quote before 20 MB",
        lambda: HEADER + b'1;"a;b\n' + (b"2;" + b"a" * 900 + b";b\n") * 25_000,
        records=25_000,
        aside={"unclosed_quote": 1},
    ),
    _text("50,000 brackets", lambda: HEADER + b"1;" + b"[" * 50_000 + b";c\n", records=1),
    _text(
        "doubled and empty headers",
        b"Tel;Tel;;__row\n1;2;3;4\n",
        records=1,
        findings=frozenset({"header_doubled", "header_empty", "header_reserved"}),
    ),
    _text(
        "formulas and SQL as text",
        HEADER + b"1;=cmd|'/c calc'!A1;'; DROP TABLE x;--\n",
        records=0,
        aside={"cell_count": 1},
        findings=frozenset({"header_suspect"}),
    ),
    _text("a total row", HEADER + b"1;a;b\nTOPLAM;;9\n", records=2, findings=frozenset({"total_row_suspect"})),
    _text(
        "Turkish windows-1254",
        "id;name\n1;Işık Şti. Öğün\n2;İĞNE\n".encode("cp1254"),
        records=2,
        rows=(("1", "Işık Şti. Öğün"), ("2", "İĞNE")),
    ),
    _text(
        "a million header cells",
        lambda: b";".join(b"c" for _ in range(1_000_000)) + b"\n1;2\n",
        refused="1,000,000 cells",
    ),
    *(
        _text(f"{kind} named csv", begin + b"\0\1\2\xff;a,b\n" * 40, refused=f"is {kind}, not text")
        for begin, kind in (
            (b"\x1f\x8b\x08", "a gzip file"),
            (b"%PDF-1.7", "a PDF"),
            (b"MZ\x90\0", "a program of Windows"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (b"SQLite format 3\0", "an SQLite database"),
        )
    ),
    _text("noise", lambda: bytes(range(1, 255)) * 4, refused="control characters"),
    _text("a workbook named csv", lambda: wb.zipped({"a.xml": "<a/>"}), refused="not text"),
    _text(
        "an old binary file", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), refused="old binary Office file"
    ),
)


def _good_book() -> dict[str, str]:
    return wb.parts(wb.rows(wb.header("id", "name"), '<c r="A2"><v>1</v></c>'))


_UNCACHED = '<c r="A2"><v>1</v></c><c r="B2"><f>1+1</f></c>'


def _with(name: str, data: str | bytes) -> bytes:
    return wb.zipped({**_good_book(), name: data})


def _sheet(body: str) -> bytes:
    return wb.zipped(wb.parts(body))


def _far() -> bytes:
    first, last = '<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return _sheet(f"<sheetData>{first}{last}</sheetData>")


def _tall() -> bytes:
    letters = [chr(65 + i) for i in range(26)]
    names = "".join(wb.text_cell(f"{a}1", a) for a in [*letters, *(f"{a}{b}" for a in "AB" for b in letters)])
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    return _sheet(f'<sheetData><row r="1">{names}</row>{last}</sheetData>')


def _disordered() -> bytes:
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in (5, 2))
    return _sheet(f"<sheetData>{rows}</sheetData>")


def _astray() -> bytes:
    relation = '<Relationship Id="rId1" Target="../../../etc/worksheets/passwd"/>'
    return _with("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{wb.PACKAGE}">{relation}</Relationships>')


def _external() -> bytes:
    return _with("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


def _lying_header() -> bytes:
    """A member whose header says that it is small."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (300 << 20))
    data = bytearray(out.getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def _laughs() -> str:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
    return f"<!DOCTYPE sst [{entities}]><sst {wb.MAIN}><si><t>&l9;</t></si></sst>"


def _encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(64)


def _book(name: str, make: Callable[[], bytes], **fate: object) -> Case:
    return Case(name, make, file="book.xlsx", **fate)  # type: ignore[arg-type]


BOOKS = (
    _book("ZIP bomb", lambda: _with("xl/media/zeros.xml", bytes(300 << 20)), refused="ZIP bomb"),
    _book("ZIP bomb that lies about its size", _lying_header, refused="damaged|ZIP bomb"),
    _book("cell at XFD1048576", _far, refused="outside 2,000 columns"),
    _book("row 1048576", _tall, refused="spans more than"),
    _book(
        "enormous dimension",
        lambda: _sheet('<dimension ref="A1:XFD1048576"/>' + wb.rows(wb.header("a"), '<c r="A2"><v>1</v></c>')),
        records=1,
    ),
    _book("billion laughs", lambda: _with("xl/sharedStrings.xml", _laughs()), refused="document type or entities"),
    _book("external entity", _external, refused="document type or entities"),
    _book(
        "XML in UTF-16", lambda: _with("xl/workbook.xml", "<a/>".encode("utf-16")), refused="document type or entities"
    ),
    _book("cut off", lambda: wb.zipped(_good_book())[:-200], refused="damaged or cut off"),
    _book(
        "flipped bytes",
        lambda: bytes(b ^ 255 if 900 < i < 960 else b for i, b in enumerate(wb.zipped(_good_book()))),
        refused="damaged",
    ),
    _book("no workbook inside", lambda: wb.zipped({"readme.txt": "x"}), refused="holds no workbook"),
    _book(
        "a path out of the container",
        lambda: wb.zipped({**_good_book(), "../../evil.xml": "x"}),
        refused="leads out of it",
    ),
    _book(
        "a container in the container",
        lambda: wb.zipped({**_good_book(), "inner.zip": "x"}),
        refused="another container",
    ),
    _book("20,000 members", lambda: wb.zipped({f"m{i}": "" for i in range(20_000)}), refused="20,000 members"),
    _book("password", _encrypted, refused="password"),
    _book("text named xlsx", lambda: b"id;name\n1;2\n", refused="no workbook"),
    _book("web page named xlsx", lambda: b"<html><table></table></html>", refused="web page"),
    _book("empty sheet", lambda: _sheet("<sheetData/>"), refused="is empty"),
    _book("broken XML", lambda: _sheet("<sheetData><row r='1'><c"), refused="damaged"),
    _book("deep XML", lambda: _sheet("<x>" * 200_000 + "</x>" * 200_000), refused="damaged|header row|memory|died"),
    _book(
        "shared text that is not there",
        lambda: _sheet(wb.rows('<c r="A1" t="s"><v>7</v></c>')),
        refused="shared text that is not there",
    ),
    _book("rows out of order", _disordered, refused="the sheet is damaged"),
    _book(
        "two cells in one place",
        lambda: _sheet(wb.rows(wb.header("a"), '<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>')),
        refused="twice in one place",
    ),
    _book(
        "formulas without values",
        lambda: _sheet(wb.rows(wb.header("a", "b"), _UNCACHED)),
        records=1,
        findings=frozenset({"formula_without_value"}),
    ),
    _book("relation out of the container", _astray, refused="damaged|no sheet"),
)
