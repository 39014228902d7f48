"""What a piece of CSV holds: header, rows, errors, preamble, footer, and the dialect it is written in."""

import csv
import io
import re

from crm_migrate.cleansing.cells import NULL, Cell

_FOOTERS = re.compile(
    r"^(?:grand )?(?:total|totals|subtotal|sum|summe|gesamt|gesamtsumme|toplam|genel toplam|somme|total "
    r"general|totale|totaal|jumlah|razem|suma|итого|celkem|összesen|"
    r"records?\b.*|rows?\b.*|generated (?:on|by).*|copyright.*|confidential.*|report .*|\d+ (?:records?|"
    r"rows?).*)\s*:?$",
    re.IGNORECASE,
)
_DELIMITERS = (",", ";", "\t", "|")


def csv_cell(text: str) -> Cell:
    """`header=A,B;rows=1` with `errors=`, `footer=`, `delimiter=`, `rowend=`, `escape=` where they say something."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return NULL
    if re.search(r"&\|\r?\n?", text) and "+|" in text:
        rows = [r for r in re.split(r"&\|\r?\n?", text) if r.strip("\r\n")]
        return Cell(f"rows={len(rows)};delimiter=+|;rowend=&|", "structure")
    text = re.sub(r"^sep=.\r?\n", "", text)  # Excel's own first line
    escaped = re.search(r'\\"', text) is not None
    delimiter = _delimiter(text, escaped)
    table = [row for row in _read(text, delimiter, escaped) if any(cell.strip() for cell in row)]
    return Cell(_described(table, delimiter, escaped), "structure") if table else NULL


def _read(text: str, delimiter: str, escaped: bool) -> list[list[str]]:
    """All rows; a quote inside quotes is doubled or, with `escaped`, behind a backslash."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        doublequote=not escaped,
        escapechar="\\" if escaped else None,
    )
    try:
        return list(reader)
    except csv.Error:
        return [line.split(delimiter) for line in text.splitlines()]


def _delimiter(text: str, escaped: bool) -> str:
    """The delimiter under which most rows have the same number of cells, more than one; a comma in doubt."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in _read(text, delimiter, escaped) if any(row)]
        usual = max(set(widths), key=lambda w: (widths.count(w), w), default=0) if widths else 0
        return (widths.count(usual) if usual > 1 else 0, -_DELIMITERS.index(delimiter))

    return max(_DELIMITERS, key=score)


def _described(rows: list[list[str]], delimiter: str, escaped: bool) -> str:
    """The description; the header is the first row that is as wide as the table."""
    widths = [len(row) for row in rows]
    wide = [w for w in widths if w > 1] or widths
    header_at = next((i for i, w in enumerate(widths) if w == _header_width(wide)), 0)
    header, body = rows[header_at], rows[header_at + 1 :]
    footer = 0
    while body and _is_footer(body[-1], len(header)):
        body, footer = body[:-1], footer + 1
    errors = sum(len(row) > len(header) for row in body)
    parts = [f"header={','.join(header)}", f"rows={len(body) - errors}"]
    parts += [f"errors={errors}"] if errors else []
    parts += [f"footer={footer}"] if footer else []
    parts += [f"delimiter={'tab' if delimiter == chr(9) else delimiter}"] if delimiter != "," else []
    return ";".join([*parts, *(["escape=backslash"] if escaped else [])])


def _header_width(widths: list[int]) -> int:
    """The width of the first wide row: what follows may be wider (an unquoted delimiter) or shorter."""
    return widths[0]


def _is_footer(row: list[str], width: int) -> bool:
    """A total, a count or a notice behind the data."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and width > 1 and re.match(r"(?:grand )?total\b", filled[0].strip(), re.IGNORECASE):
        return True
    return (
        bool(filled)
        and _FOOTERS.match(filled[0].strip()) is not None
        and (len(filled) < width or (row[0].strip() != "" and len(filled) <= width))
    )
