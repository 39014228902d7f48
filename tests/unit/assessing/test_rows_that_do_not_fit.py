"""Rows that a source cannot read are a finding, and `init` tells of them with the word that reads them."""

from pathlib import Path

import pytest

from crm_migrate.assessing.assembling import assess
from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.opening import of_files
from crm_migrate.suggesting.exports import found_in

HEADER = "Contact ID,First Name,Email,City"
ROWS = [f"C{n},Ada{n},ada{n}@firma.example,Ulm" for n in range(20)]


def assessed(folder: Path, data: str) -> Assessment:
    (folder / "contacts.csv").write_bytes(data.encode())
    with of_files(folder) as opened:
        return assess(opened, made="2026-12-01T10:00:00+00:00", tool="test")


@pytest.mark.parametrize(
    ("header", "end", "word"),
    [(HEADER, ",Donau", "name it there"), (f"{HEADER},Note", "", "write `short_rows: fill`")],
    ids=["a filled delimiter more throughout", "a delimiter less throughout"],
)
def test_rows_of_another_width_throughout(tmp_path: Path, header: str, end: str, word: str) -> None:
    found = assessed(tmp_path, "\n".join([header, *(row + end for row in ROWS)]) + "\n")
    (card,) = [card for card in found.cards if card.kind == "aside"]
    assert (card.severity, card.count, card.of, found.sources[0].light) == ("error", 20, 20, "red")
    (told,) = [each for each in found.reading if each.code == "header_suspect"]
    assert told.severity == "error" and word in told.hint

    (said,) = found_in(tmp_path, [tmp_path / "contacts.csv"], {}, {}).aside
    assert said.message == "contacts.csv: 20 of the first 20 rows cannot be read and are set aside"
    assert word in (said.hint or "")


def test_an_empty_delimiter_more_throughout_is_left_out_and_told(tmp_path: Path) -> None:
    found = assessed(tmp_path, "\n".join([HEADER, *(f"{row}," for row in ROWS)]) + "\n")
    assert (found.sources[0].rows, found.sources[0].columns) == (20, 4)
    assert [each.code for each in found.reading] == ["spare_delimiter"]


@pytest.mark.parametrize(("character", "name"), [("\x0b", "VT (0x0B)"), ("\x1d", "GS (0x1D)")])
def test_control_characters_inside_cells_are_told_as_a_run_tells_them(
    tmp_path: Path, character: str, name: str
) -> None:
    found = assessed(tmp_path, "\n".join([HEADER, *(f"{row}{character}Donau" for row in ROWS)]) + "\n")
    (told,) = [each for each in found.reading if each.code == "cell_separators"]
    assert f"{name} in 20" in told.message and "`City`" in told.message
    city = next(column for column in found.columns if column.column == "City")
    assert character not in city.top[0].value


def test_the_end_mark_of_dos_is_no_row(tmp_path: Path) -> None:
    found = assessed(tmp_path, "\r\n".join([HEADER, *ROWS]) + "\r\n\x1a")
    assert (found.sources[0].rows, found.files[0].aside, found.files[0].counted) == (20, 0, 20)
    assert not [card for card in found.cards if card.kind == "aside"]
