"""The tables that `docs/architecture.md` lists are those that are declared, and a run leaves them as declared."""

import re
from pathlib import Path

import pytest

from crm_migrate.workspace.tables import Table, declared

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"
BESIDE = ("crosswalk", "seen", "sent")  # beside the runs, told in a sentence


def listed() -> dict[str, str]:
    """The places of the list -> what it says about their columns."""
    found = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            places, columns = line.split(" | ")[:2]
            first, *more = re.findall(r"`([^`]+)`", places)
            found |= dict.fromkeys((first, *(f"{first.rsplit('/', 1)[0]}/{name}" for name in more)), columns)
    return found


TABLES = [each for each in declared() if each.place.split("/")[0] not in BESIDE]


def test_the_list_has_every_table_and_no_other() -> None:
    files = {place for place in listed() if place.endswith(".json") or place.endswith("/receipts")}
    assert {each.place for each in TABLES} == set(listed()) - files


@pytest.mark.parametrize("each", TABLES, ids=lambda each: each.place)
def test_the_list_names_every_column(each: Table) -> None:
    said = re.findall(r"`([^`]+)`", listed()[each.place])
    assert [name for name in each.columns if name not in said] == []
