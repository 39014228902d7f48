"""Files of fixed width: columns by the mapping, in bytes or letters, and every line accounted for."""

from pathlib import Path
from typing import Any

import pytest
from sources_kit.reading import Read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_files import CONNECTOR, fixed_width, second_count

WIDTHS = "Id 4, Name 8, - 1, City 14-19"
ROWS = ("0001Ada      Bonn  ", "0002Mehmet  xIzmir ", "   3  Jo      Köln")


def fixed(folder: Path, data: bytes, widths: str = WIDTHS, unit: str | None = None, **spec: Any) -> Read:
    options = {"widths": widths} | ({"widths_in": unit} if unit else {})
    return read_bytes(folder, data, "a.txt", options=options, **spec)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [1 << 22, 3])
def test_columns_are_where_the_mapping_says(
    tmp_path: Path, end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_migrate_files.stream.BLOCK", block)
    monkeypatch.setattr(second_count, "_BLOCK", block)
    monkeypatch.setattr(fixed_width, "STRETCH", 2)
    found = fixed(tmp_path, end.join((*ROWS, "", ROWS[0], "\x1a")).encode("cp1252"), locale="de-DE")
    assert found.columns == ("Id", "Name", "City")
    assert found.rows == [
        ["0001", "Ada", "Bonn"],
        ["0002", "Mehmet", "Izmir"],
        ["3", "Jo", "Köln"],
        ["0001", "Ada", "Bonn"],
    ]
    assert found.lines == [1, 2, 3, 5] and found.adds_up() and found.facts[0].counted == 4
    assert "between_columns" not in found.codes


@pytest.mark.parametrize(("unit", "pad"), [("bytes", 7), ("characters", 8)])
def test_it_is_found_out_whether_widths_count_bytes(tmp_path: Path, unit: str, pad: int) -> None:
    data = f"0001{'Ada':8}Bonn  \n0002{'Işı' if pad == 8 else 'Iş':{pad}}Izmir \n".encode()
    found = fixed(tmp_path, data, "Id 4, Name 8, City 6")
    assert found.rows[1] == ["0002", "Işı" if pad == 8 else "Iş", "Izmir"]
    assert f"3 columns of fixed width, counted in {unit}" in found.facts[0].evidence


def test_what_nothing_tells_is_asked_for_and_what_is_said_is_done(tmp_path: Path) -> None:
    data = "0001İş Bonn\n".encode()
    with pytest.raises(InputError, match="nothing tells what the widths count") as caught:
        fixed(tmp_path, data, "Id 4, Name 3, City 9")
    assert caught.value.hint == "say `widths_in: bytes` or `widths_in: characters`"
    assert fixed(tmp_path, data, "Id 4, Name 3, City 9", "characters").rows == [["0001", "İş", "Bonn"]]
    cut = fixed(tmp_path, data, "Id 4, Name 3, City 9", "bytes")
    assert [(a.line, a.code) for a in cut.aside] == [(1, "undecodable")] and cut.adds_up()


def test_lines_of_other_lengths_are_set_aside_or_filled(tmp_path: Path) -> None:
    data = b"0001Ada      Bonn  \n0002Jo\n0003Ada      Bonn   x\n0004Ada      B\n00\x005Ada     Bonn\n"
    found = fixed(tmp_path, data)
    assert [row[0] for row in found.rows] == ["0001", "0004"]
    assert [(a.line, a.code) for a in found.aside] == [(2, "line_length"), (3, "line_length"), (5, "nul_byte")]
    assert found.adds_up() and found.aside[1].raw == "0003Ada      Bonn   x"
    filled = fixed(tmp_path, data, short_rows="fill")
    assert filled.rows[1] == ["0002", "Jo", ""] and "short_rows_filled" in filled.codes and filled.adds_up()


def test_what_stands_between_columns_is_told(tmp_path: Path) -> None:
    found = fixed(tmp_path, "\n".join(ROWS[:2]).encode(), "Id 1-4, Name 5-12, City 14-19")
    told = next(finding for finding in found.findings if finding.code == "between_columns")
    assert told.count == 1 and "line 2" in told.message


def test_lines_above_and_records_without_ends(tmp_path: Path) -> None:
    above = fixed(tmp_path, b"IDNONAME\n\n0001Ada\n", "Id 4, Name 8", header_row=2)
    assert above.rows == [["0001", "Ada"]] and above.lines == [3] and above.adds_up()
    mainframe = fixed(tmp_path, "0001Ada 0002Jö  ".encode("cp500"), "Id 4, Name 4", encoding="cp500")
    assert mainframe.rows == [["0001", "Ada"], ["0002", "Jö"]] and mainframe.adds_up()
    with pytest.raises(InputError, match="no multiple of 8"):
        fixed(tmp_path, b"0001Ada 0002J", "Id 4, Name 4")


@pytest.mark.parametrize(
    ("widths", "words"),
    [("Id", "no name with a width"), ("Id 4, Name 3-9", "overlaps"), ("Id 0", "is empty"), ("- 4", "names no column")],
)
def test_widths_that_mean_nothing_are_refused(tmp_path: Path, widths: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        fixed(tmp_path, b"0001\n", widths)


def test_words_that_exclude_each_other_or_say_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        fixed(tmp_path, b"0001\n", "Id 4", delimiter=";")
    with pytest.raises(UsageError, match="neither `bytes` nor `characters`"):
        fixed(tmp_path, b"0001\n", "Id 4", "letters")
    with pytest.raises(InputError, match="`widths: Id 4` says nothing about"):
        read_bytes(tmp_path, b'{"a": 1}', "a.json", options={"widths": "Id 4"})


def test_a_file_of_fixed_width_keeps_the_contract(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\n".join((*ROWS, *ROWS, "x")).encode("cp1252"))
    spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.txt"),), options={"widths": WIDTHS}, locale="de-DE")
    assert check_source(lambda: CONNECTOR.source(spec)) == []
