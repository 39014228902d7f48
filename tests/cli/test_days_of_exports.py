"""Days and moments as exports write them: in the user's own order where the column shows which, never by a guess."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_files_target import compared, differing, run

MAPPING = """crm_migrate: 1
project: {name: by files, as_of: 2025-03-14}
sources:
  people: {file: people.csv, key: Id}
environments:
  import: {connector: files}
objects:
  contacts:
    from: people
    fields: {last_name: Name, birth_date: Born, created_at: Made}
"""
PEOPLE = """Id,Name,Born,Made
7,Yılmaz,1980-05-17,2024-03-01T08:00:00Z
8,Groß,1975-02-03,2024-03-21T17:30:00Z
9,Neu,,
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("days")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    return folder, run(folder)


def serial(day: date) -> str:
    return str((day - date(1899, 12, 30)).days)


@pytest.mark.parametrize(
    ("column", "cells", "wrong"),
    [
        ("birth_date", ("5/17/1980", "2/3/1975", "0/0/00"), 0),
        ("birth_date", ("17.05.1980", "03.02.1975", ""), 0),
        ("birth_date", ("1980-05-17 00:00", "1975-02-03 00:00", ""), 0),
        ("birth_date", (serial(date(1980, 5, 17)), f"{serial(date(1975, 2, 3))}.0", ""), 0),
        ("birth_date", ("5/17/1980", "3/2/1975", ""), 1),
        ("birth_date", ("5/4/1980", "2/3/1975", ""), 2),
        ("birth_date", ("17.05.1980", "2/3/1975", ""), 2),
        ("birth_date", ("inf", "inf", "inf"), 3),
        ("created_at", ("2024-03-01T10:00:00+02:00", "2024-03-21T17:30:00.000+0000", ""), 0),
        ("created_at", ("3/1/2024 8:00 AM", "3/21/2024 5:30 PM", ""), 0),
        ("created_at", ("3/1/2024 8:00 AM", "3/21/2024 5:30 AM", ""), 1),
    ],
)
def test_a_column_is_read_by_the_only_way_in_which_all_its_cells_can_be_read(
    loaded: tuple[Path, dict[str, Any]], tmp_path: Path, column: str, cells: tuple[str, ...], wrong: int
) -> None:
    folder, figures = loaded
    with next((folder / "import" / figures["header"]["run"]).glob("*contacts.csv")).open(encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file))
    place = tmp_path / "exports"
    place.mkdir()
    with (place / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*found[0]])
        writer.writeheader()
        writer.writerows({**row, column: cell} for row, cell in zip(found, cells, strict=True))
    code, told = compared(folder, place)
    assert (code, differing(told)) == (int(wrong > 0), {f"contacts.{column}": wrong} if wrong else {})
