"""Independent counts: of a sheet of XML by its bytes, looked through with a regular expression and without a parser; of
a Parquet file by another program; of lines by their ends."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_BLOCK = 1 << 20
_LINE_END = re.compile(rb"\r\n|\r|\n")
# A row with its attributes, or a value that is not empty: `<v>` with something in it, or an inline text.
_TOKEN = re.compile(rb"<(?:\w+:)?(?:row(?P<row>(?:\s[^>]*)?)>|v(?:\s[^>]*)?>[^<]|is[\s>])")
_OPEN_TOKEN = re.compile(
    rb"(?P<table><table:table[\s>])|(?P<end></table:table>)|<table:table-row(?P<row>(?:\s[^>]*)?)>"
    rb"|<table:(?:covered-)?table-cell\s[^>]*value-type=[^>]*>"
)
_TOKEN_2003 = re.compile(
    rb"(?P<sheet><(?:\w+:)?Worksheet[\s>])|<(?:\w+:)?Row(?P<row>(?:\s[^>]*)?)>|<(?:\w+:)?Data(?:\s[^>]*)?(?<!/)>(?!</(?:\w+:)?Data>)"
)
_INDEX = re.compile(rb"\bIndex=[\"'](\d+)[\"']")
_REPEATED = re.compile(rb"number-rows-repeated=[\"'](\d+)[\"']")
_NUMBER = re.compile(rb"\sr=[\"'](\d+)[\"']")


def last_row(part: IO[bytes]) -> int:
    """Number from 1 of the last row that holds a value; 0 where none does."""
    row = last = 0
    for token in _tokens(part):
        attributes = token.group("row")
        if attributes is None:
            last = row
        else:
            number = _NUMBER.search(attributes)
            row = int(number[1]) if number else row + 1
    return last


def last_open_row(part: IO[bytes], index: int) -> int:
    """The same of the table with that index, from 0, of a spreadsheet in OpenDocument."""
    row = last = depth = 0
    table = -1
    for token in _tokens(part, _OPEN_TOKEN):
        if token["table"]:
            depth += 1
            table += depth == 1
        elif token["end"]:
            depth -= 1
        elif table != index or depth != 1:
            continue
        elif token["row"] is not None:
            times = _REPEATED.search(token["row"])
            row += int(times[1]) if times else 1
        else:
            last = row
    return last


def last_row_of_2003(part: IO[bytes], index: int) -> int:
    """The same of the sheet with that index, from 0, of a spreadsheet in the XML of Excel 2003."""
    row = last = 0
    sheet = -1
    for token in _tokens(part, _TOKEN_2003):
        if token["sheet"]:
            sheet += 1
        elif sheet != index:
            continue
        elif token["row"] is not None:
            place = _INDEX.search(token["row"])
            row = int(place[1]) if place else row + 1
        else:
            last = row
    return last


def _tokens(part: IO[bytes], pattern: "re.Pattern[bytes]" = _TOKEN) -> Iterator["re.Match[bytes]"]:
    rest = b""
    while block := part.read(_BLOCK):
        data = rest + block
        cut = max(data.rfind(b"<"), 0)  # a token has no `<` but its first byte
        yield from pattern.finditer(data[:cut])
        rest = data[cut:]
    yield from pattern.finditer(rest)


def parquet_rows(path: Path, entries: str | None = None) -> tuple[int | None, str]:
    """How many values and empty places the first column has for DuckDB, which reads Parquet by code of its own, and
    how that was counted; None where it cannot. `entries` is a query that counts those of a list instead."""
    import duckdb

    try:
        with duckdb.connect(
            config={"threads": 1, "memory_limit": "256MB", "autoinstall_known_extensions": "false"}
        ) as db:
            if entries is not None:
                row = db.execute(entries, [str(path)]).fetchone()
                return int(row[0]) if row else None, "entries of the list that `table:` names, by DuckDB"
            columns = db.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description or []
            first = '"' + str(columns[0][0]).replace('"', '""') + '"'
            # Both, so that the column is read: a plain count would be the file's own word.
            query = f"SELECT count({first}) + count(*) FILTER (WHERE {first} IS NULL) FROM read_parquet(?)"
            row = db.execute(query, [str(path)]).fetchone()
    except duckdb.Error as error:
        return None, f"none: DuckDB, which would count, does not read the file ({type(error).__name__})"
    return int(row[0]) if row else None, "values and empty places of the first column, by DuckDB"


def filled_lines(path: Path, skipped: int, length: int) -> tuple[int, str]:
    """How many lines from behind the first `skipped` hold anything but blanks, and how that was counted; records of a
    `length` where no line ends."""
    if length:
        return path.stat().st_size // length - skipped, "bytes of the file by the length of a record"
    found = 0
    with path.open("rb") as handle:
        data = b""
        while block := handle.read(_BLOCK):
            *lines, data = _LINE_END.split(data + block)
            if data == b"" and block.endswith(b"\r"):
                data = lines.pop() + b"\r"  # half of an end may stand in the next block
            skipped, lines = max(skipped - len(lines), 0), lines[skipped:]
            found += sum(map(bool, map(_filled, lines)))
        found += not skipped and bool(_filled(data))
    return found, "lines with something on them, by a scan of the bytes"


def _filled(line: bytes) -> bytes:
    return line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0\x1a")
