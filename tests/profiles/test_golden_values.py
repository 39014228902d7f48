"""Every value that a golden case of a profile expects is one of its file: told here by letters and figures, not by us.

The cases were made by running the profiles; what is checked here knows nothing of profiles, steps or dates. A value is
in a cell, or its parts are, or its figures are in one cell in any order; what a profile makes otherwise was read by a
person and stands in `MADE`.
"""

import calendar
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from layouts import case, cases

# (field, value) -> what a cell of the file says for it. Marks of the test, `(told)` and the like, are no values.
MADE = {
    ("country", "TR"): "Turkey|Türkiye",
    ("direction", "inbound"): r"Line|from-trunk",
    ("direction", "outbound"): r"Extension|from-internal",
    ("duration", "95"): "00:01:35",
    ("time_spent", "5400"): "01:30:00",
    ("phone", "+902325550100;ext=12"): "12",
    ("phone", "+902325550103;ext=7"): "7",
    ("channel", "sms"): r"true|yes|SUBSCRIBED|\+?90\d+",
    ("consent", "granted"): r"true|yes|Active|1|Confirmed|Subscribed.*|SUBSCRIBED|subscribed_members.*",
    ("consent", "withdrawn"): r"true|No|Unsubscribed.*|UNSUBSCRIBED|1|NORMAL|Opted out|2",
    ("consent", "bounced"): r"cleaned_members.*|Bounced",
    ("consent", "unknown"): ".*",  # claims nothing
    ("state", "withdrawn"): r"true|no|UNSUBSCRIBED",
    ("state", "granted"): r"true|yes|SUBSCRIBED",
    ("do_not_call", "true"): "1",
    ("do_not_call", "false"): "0",
    ("due_at", "2024-12-05T00:00:00Z"): r"45631\.0",
    ("created_at", "2026-05-01T08:00:00Z"): r"2026-05-01 10:00:00 \+0200",
    ("website", "https://www.deniz.example"): r"www\.deniz\.example",
    ("website", "https://yildiz.example"): r"yildiz\.example",
}
MONTHS = {name.casefold(): at for at, name in enumerate(calendar.month_abbr[1:], 1)}


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _figures(text: str) -> set[int]:
    """The numbers in a text, a month by its name, and a year of two digits as those of this time."""
    text = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1 \2 \3", text)
    found = {int(each) for each in re.findall(r"\d+", text)}
    found |= {at for name, at in MONTHS.items() if re.search(rf"\b{name}", text.casefold())}
    return found | {2000 + each for each in found if each < 100} | {0}


def _cells(said: Any) -> list[str]:
    """What stands in the files, and their names: some exports say by those who has left."""
    rows = [row for each in said["files"].values() for row in each["rows"]]
    return [*said["files"], *(cell for row in rows for cell in row.values() if cell)]


def _together(said: Any) -> Iterator[str]:
    """The cells of each row as one text: a day may stand in three of them."""
    for each in said["files"].values():
        yield from (" ".join(row.values()) for row in each["rows"])


def _values(said: Any) -> Iterator[tuple[str, str]]:
    for records in said["expect"].values():
        for record in records:
            yield from ((field, value) for field, value in record.items() if not field.startswith("("))


def _in_a_cell(value: str, cells: list[str], rows: list[str]) -> bool:
    whole = "\x1f".join(map(_bare, cells))
    if all(_bare(part) in whole for part in ([value], re.split(r"[\s,;]+", value))[" " in value or "," in value]):
        return True
    figures = {int(each) for each in re.findall(r"\d+", value)}
    day = re.fullmatch(r"\d{4}-\d\d-\d\d(T[\d:]+Z)?", value) is not None
    return day and any(figures <= _figures(text) for text in (*cells, *rows))


@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.stem)
def test_nothing_is_expected_that_the_file_does_not_say(path: Path) -> None:
    said = case(path)
    cells, rows = _cells(said), list(_together(said))
    invented = [
        (field, value)
        for field, value in _values(said)
        if not _in_a_cell(value, cells, rows)
        and not any(re.fullmatch(MADE.get((field, value), "(?!)"), cell) for cell in cells)
    ]
    assert invented == []
