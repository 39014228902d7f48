"""Delimited text: what is read is what the standard library reads, cell by cell, and every row is accounted for."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_kit.reading import Read, read_bytes

from crm_migrate.errors import InputError
from crm_migrate_files import dialect, scan, stream

# Letters of four scripts, both quotes, all delimiters, every line end, and characters that only look like line ends.
CELLS = st.text(alphabet="aZ09 ışİüß😀'\",;\t|\r\n\u2028\x0c\x85", max_size=8)
WIDTHS = st.integers(1, 5)


def _read(data: bytes, block: int, **spec: object) -> Read:
    """Read with blocks so small that every boundary is hit."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "BLOCK", block)
        return read_bytes(Path(folder), data, encoding="utf-8", **spec)


def _expected(text: str, delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [row for row in rows if row][1:]


@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=12)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(3, 64),
)
@settings(max_examples=150, deadline=None)
def test_written_cells_come_back(rows: list[list[str]], delimiter: str, end: str, quoting: int, block: int) -> None:
    width = len(rows[0]) if rows else 2
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer leaves a lone CR unquoted where it is not its line end
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows(rows)
    found = _read(out.getvalue().encode(), max(block, 4), delimiter=delimiter)
    assert found.rows == rows
    assert found.aside == ()
    assert found.adds_up()


@given(st.text(alphabet='ab",;\r\n', max_size=120), st.integers(4, 40))
@settings(max_examples=250, deadline=None)
def test_any_text_is_read_as_the_standard_library_reads_it_or_set_aside(body: str, block: int) -> None:
    text = "x,y\n" + body
    found = _read(text.encode(), block, delimiter=",")
    assert found.adds_up()
    try:
        expected = _expected(text, ",")
    except csv.Error:
        assert found.aside  # nothing broken passes in silence
        return
    # Where every row is longer by the same empty cells, those are left out, and told.
    width = len(expected[0]) if "spare_delimiter" in found.codes else 2
    assert found.rows == [row[:2] for row in expected if len(row) == width]
    assert len(found.aside) == sum(len(row) != width for row in expected)


@given(st.text(alphabet='ab",\r\n', max_size=200))
@settings(max_examples=150, deadline=None)
def test_lines_are_those_of_an_editor(body: str) -> None:
    text = "x\n" + body
    found = _read(text.encode(), 16, delimiter=",")
    lines = list(dialect.lines_of(text))
    for line, row in zip(found.lines, found.rows, strict=True):
        start = "".join(lines[line - 1 :])
        first = next(csv.reader(io.StringIO(start, newline=""), strict=True))
        assert first == row


@given(st.binary(max_size=300), st.integers(8, 64))
@settings(max_examples=150, deadline=None)
def test_no_bytes_crash_or_vanish(body: bytes, block: int) -> None:
    data = b"x,y\n" + body
    try:
        assert _read(data, block, delimiter=",").adds_up()
    except InputError as refused:  # a whole file is only refused where it is no text, and then by name
        assert "is no text" in refused.message
        assert sum((byte < 32 or byte == 127) and byte not in b"\t\n\r" for byte in data) > len(data) // 20


@given(st.text(alphabet='ab",\r\n', max_size=200))
@settings(max_examples=150, deadline=None)
def test_the_two_counts_agree_where_quoting_is_regular(body: str) -> None:
    data = body.encode()
    found = scan.scan(data, b",", b'"', final=True)
    if found.regular and found.cut == len(data):
        assert len(found.lines) == scan.count_strict(data, b",", b'"')
