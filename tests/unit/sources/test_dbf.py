"""Tables of dBase and FoxPro: types, memos, code pages, what is deleted, lost or damaged."""

import struct
from pathlib import Path

import pytest
from sources_kit.old_tables import Field, field, fourth_memos, fox_memos, table, third_memos, written
from sources_kit.reading import Read, read

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Severity
from crm_migrate_files import CONNECTOR

NAME = field("NAME", "C", 12)
MEMO = field("NOTIZ", "M", 10)


def one(folder: Path, column: Field, cell: bytes, **more: int) -> str | None:
    """What a single cell is read as."""
    return read(written(folder, table([column], [[cell]], **more))).rows[0][0]


def moment(day: int, milliseconds: int) -> bytes:
    return struct.pack("<ii", day, milliseconds)


@pytest.mark.parametrize(
    ("column", "cell", "meant"),
    [
        (NAME, b"Ada", "Ada"), (NAME, b"", None), (NAME, b"Ada\0\0", "Ada"), (NAME, b"  Ada", "  Ada"),
        (field("N", "N", 10, 2), b"   1250.50", "1250.50"), (field("N", "N", 10), b"", None),
        (field("N", "N", 10, 2), b"      -.50", "-0.50"),
        (field("F", "F", 20), b"1.234567890123460000", "1.234567890123460000"),
        (field("D", "D", 8), b"20250314", "2025-03-14"), (field("D", "D", 8), b"", None),
        (field("D", "D", 8), b"00000000", None),
        (field("L", "L", 1), b"T", "true"), (field("L", "L", 1), b"n", "false"), (field("L", "L", 1), b"?", None),
        (field("I", "I", 4), struct.pack("<i", -4711), "-4711"),
        (field("Y", "Y", 8), struct.pack("<q", 127500), "12.7500"),
        (field("Y", "Y", 8), struct.pack("<q", -(2**63)), "-922337203685477.5808"),
        (field("B", "B", 8, 2), struct.pack("<d", 0.1), "0.1"), (field("B", "B", 8), struct.pack("<d", 15), "15"),
        (field("T", "T", 8), moment(2449678, 48938999), "1994-11-21T13:35:39"),
        (field("T", "T", 8), moment(0, 0), None),
        (field("T", "T", 8), moment(2415019, 48939000), "1899-12-30T13:35:39"),
    ],
)  # fmt: skip
def test_a_cell_is_what_the_old_program_shows(tmp_path: Path, column: Field, cell: bytes, meant: str | None) -> None:
    assert one(tmp_path, column, cell, version=0x30) == meant


@pytest.mark.parametrize(
    ("column", "cell", "code", "kept"),
    [
        (field("N", "N", 5), b"*****", "number_overflow", "*****"),
        (field("N", "N", 5), b" 12x ", "value_untyped", "12x"),
        (field("D", "D", 8), b"20250230", "value_untyped", "20250230"),
        (field("D", "D", 8), b"NotAYear", "value_untyped", "NotAYear"),
        (field("L", "L", 1), b"#", "value_untyped", "#"),
        (field("B", "B", 8), struct.pack("<d", float("inf")), "value_untyped", "inf"),
        (field("T", "T", 8), moment(1, 1), "value_untyped", "0100000001000000"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_its_type_is_kept_and_told(
    tmp_path: Path, column: Field, cell: bytes, code: str, kept: str
) -> None:
    found = read(written(tmp_path, table([column], [[cell]], version=0x30)))
    assert found.rows == [[kept]]
    assert code in found.codes


def test_rows_marked_as_deleted_are_counted_and_told_and_numbers_stay(tmp_path: Path) -> None:
    found = read(written(tmp_path, table([NAME], [[b"a"], [b"b"], [b"c"], [b"d"]], marks=b" * *")))
    assert (found.rows, found.lines, found.adds_up()) == ([["a"], ["c"]], [1, 3], True)
    assert [f.message for f in found.findings] == ["2 rows are marked as deleted: not read (line 2, 4)"]


def test_a_row_whose_mark_is_damaged_is_set_aside_with_its_place(tmp_path: Path) -> None:
    found = read(written(tmp_path, table([NAME], [[b"a"], [b"b"]], marks=b" X")))
    assert [(q.line, q.code) for q in found.aside] == [(2, "row_damaged")]
    assert found.aside[0].offset == 65 + 13
    assert found.adds_up()


@pytest.mark.parametrize(("counted", "code"), [(3, "count_differs"), (1, "rows_beyond_count")])
def test_a_head_that_counts_otherwise_than_the_file_stops(tmp_path: Path, counted: int, code: str) -> None:
    found = read(written(tmp_path, table([NAME], [[b"a"], [b"b"]], counted=counted)))
    assert [f.code for f in found.findings if f.severity is Severity.ERROR] == [code]


@pytest.mark.parametrize("end", [b"", b"\x1a", b"\x1a" * 40, bytes(600)])
def test_what_fills_up_the_end_is_no_row(tmp_path: Path, end: bytes) -> None:
    assert read(written(tmp_path, table([NAME], [[b"a"], [b"b"]], end=end))).codes == set()


class TestCodePages:
    """Letters beyond ASCII are read by the head, by the mapping, or not at all."""

    @pytest.mark.parametrize(("page", "codec"), [(0x02, "cp850"), (0xCA, "cp1254"), (0x6B, "cp857"), (0x65, "cp866")])
    def test_the_head_says_it(self, tmp_path: Path, page: int, codec: str) -> None:
        text = "Дом" if codec == "cp866" else "Müller"
        assert one(tmp_path, NAME, text.encode(codec), page=page) == text

    def test_the_mapping_says_it(self, tmp_path: Path) -> None:
        path = written(tmp_path, table([NAME], [["Işık".encode("cp857")]]))
        assert read(path, encoding="cp857").rows == [["Işık"]]

    @pytest.mark.parametrize("page", [0, 0xEE])
    def test_nobody_says_it(self, tmp_path: Path, page: int) -> None:
        with pytest.raises(InputError, match="holds letters beyond ASCII") as error:
            one(tmp_path, NAME, "Müller".encode("cp850"), page=page)
        assert "encoding:" in error.value.hint

    def test_a_byte_that_is_none_sets_its_row_aside(self, tmp_path: Path) -> None:
        found = read(written(tmp_path, table([NAME], [[b"a\x81"], [b"b"]], page=0x03)))
        assert ([q.code for q in found.aside], found.rows, found.adds_up()) == (["undecodable"], [["b"]], True)


class TestMemos:
    """Long texts lie in a file of their own."""

    @pytest.mark.parametrize(
        ("version", "memos", "suffix", "cells"),
        [
            (0x30, fox_memos(b"erster", b"x" * 200), ".fpt", (struct.pack("<I", 8), struct.pack("<I", 9))),
            (0xF5, fox_memos(b"erster", b"x" * 200), ".fpt", (b"         8", b"         9")),
            (0x83, third_memos(b"erster", b"x" * 200), ".dbt", (b"         1", b"         2")),
            (0x8B, fourth_memos(b"erster", b"x" * 200), ".dbt", (b"         1", b"         2")),
        ],
    )
    def test_every_format_of_memos(
        self, tmp_path: Path, version: int, memos: bytes, suffix: str, cells: tuple[bytes, bytes]
    ) -> None:
        column = field("NOTIZ", "M", len(cells[0]))
        empty = bytes(4) if len(cells[0]) == 4 else b""
        data = table([column], [[cells[0]], [empty], [cells[1]]], version=version)
        assert read(written(tmp_path, data, memos, suffix)).rows == [["erster"], [None], ["x" * 200]]

    def test_the_last_memo_may_have_lost_its_end_mark(self, tmp_path: Path) -> None:
        data = table([MEMO], [[b"1"]], version=0x83)
        assert read(written(tmp_path, data, bytes(512) + b"kurz", ".dbt")).rows == [["kurz"]]

    @pytest.mark.parametrize("cell", [b"99", b"7", b"1x"])
    def test_a_memo_that_is_none_sets_its_row_aside(self, tmp_path: Path, cell: bytes) -> None:
        data = table([MEMO], [[b"8"], [cell]], version=0xF5)
        found = read(written(tmp_path, data, fox_memos(b"ja")[:-50] + b"\xff" * 50))
        assert ([q.code for q in found.aside], found.adds_up()) == (["memo_damaged"], True)

    def test_a_missing_file_stops_unless_it_is_lost(self, tmp_path: Path) -> None:
        path = written(tmp_path, table([NAME, MEMO], [[b"a", b"8"], [b"b", b""]], version=0xF5))
        stopped, goes_on = read(path), read(path, options={"memos": "lost"})
        assert [(f.code, f.severity, f.count) for f in stopped.findings] == [("memo_missing", Severity.ERROR, 1)]
        assert [(f.code, f.severity) for f in goes_on.findings] == [("memo_missing", Severity.WARNING)]
        assert goes_on.rows == [["a", None], ["b", None]]

    def test_another_word_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="`lost`"):
            read(written(tmp_path, table([NAME], [[b"a"]])), options={"memos": "ignore"})

    def test_pictures_and_objects_are_told_and_not_read(self, tmp_path: Path) -> None:
        data = table([NAME, field("FOTO", "G", 10)], [[b"a", b"8"], [b"b", b""]], version=0xF5)
        found = read(written(tmp_path, data))
        assert found.columns == ("NAME",)
        assert [(f.code, f.count, f.message) for f in found.findings] == [
            ("binary_left", 1, "pictures and objects are not read: 1 cells of FOTO")
        ]


def test_flags_say_what_is_nothing_and_how_long_a_text_is(tmp_path: Path) -> None:
    fields = [field("V", "V", 6, flags=2), field("N", "N", 3, flags=2), field("_NullFlags", "0", 1, flags=5)]
    rows = [[b"ab\0\0\0\2", b"  1", b"\1"], [b"abcdef", b"  2", b"\0"], [b"ab\0\0\0\2", b"  3", b"\7"]]
    found = read(written(tmp_path, table(fields, rows, version=0x32)))
    assert found.columns == ("V", "N")
    assert found.rows == [["ab", "1"], ["abcdef", "2"], [None, None]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bytes((0x02,)) + table([NAME], [[b"a"]])[1:], "dBase II"),
        (bytes((0x8C,)) + table([NAME], [[b"a"]])[1:], "dBase 7"),
        (table([NAME], [[b"a"]])[:15] + b"\1" + table([NAME], [[b"a"]])[16:], "encrypted"),
        (table([NAME], [[b"a"]])[:40], "damaged|does not begin"),
        (table([field("X", "Z", 4)], [[b"a"]]), "type that is not known"),
        (table([field("X", "I", 3)], [[b"abc"]]), "damaged"),
        (b"Name;Tel\nAda;1\n" * 9, "does not begin"),
    ],
)
def test_what_is_not_read_says_why(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(written(tmp_path, data))


def test_the_source_keeps_the_contract(tmp_path: Path) -> None:
    path = written(tmp_path, table([NAME], [[b"a"], [b"b"], [b"c"], [b"d"], [b"e"]], marks=b" *?  "))
    assert check_source(lambda: CONNECTOR.source(SourceSpec("s", files=(SourceFile(path),)))) == []


@pytest.mark.shared_data
class TestRealTables:
    """Tables of real programs."""

    @pytest.mark.parametrize(
        ("name", "rows"),
        [("foxprodb/contacts", 5), ("foxprodb/calls", 16), ("foxprodb/types", 2), ("foxprodb/setup", 3),
         ("dbase_31", 77), ("dbase_32", 1), ("dbase_8b", 10)],
    )  # fmt: skip
    def test_rows_are_all_there(self, shared_data: Path, name: str, rows: int) -> None:
        found = read(shared_data / "infused-dbf" / f"{name}.dbf")
        assert (len(found.rows), found.adds_up(), found.codes) == (rows, True, set())

    def test_dbase_three_with_a_code_page_of_windows(self, shared_data: Path) -> None:
        found: Read = read(shared_data / "infused-dbf" / "dbase_83.dbf", encoding="cp1252")
        assert (len(found.rows), found.adds_up()) == (67, True)
        assert str(found.table.column("DESC")[0]).startswith("Our Original assortment...a little taste of heaven")

    def test_what_another_reader_stops_at_is_told(self, shared_data: Path) -> None:
        found = read(shared_data / "dbfread" / "invalid_value.dbf")
        assert found.codes == {"value_untyped", "rows_deleted"}
        assert read(shared_data / "dbfread" / "no_memofile.dbf").codes == {"memo_missing", "rows_deleted"}
