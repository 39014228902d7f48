"""Rows of `unseen_words.csv`: written round by round before the code was run on them, then kept; fictional people only.

A text with characters that cannot be seen, or a backslash, stands there in Python's escapes.
"""

import csv
from pathlib import Path

import pytest

from crm_migrate import clean
from crm_migrate.cleansing.text.sensitive import sensitive_content

Row = dict[str, str]

_PATH = Path(__file__).with_name("unseen_words.csv")
_STAGES = ("Closed Won", "Closed Lost", "Proposal", "Negotiation", "Qualification", "Prospecting")


def _rows() -> list[Row]:
    with _PATH.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _text(cell: str) -> str:
    return cell.encode("ascii").decode("unicode_escape") if "\\" in cell else cell


def _answer(row: Row) -> tuple[str, str]:
    """Value and flag; `ok` and `changed` say only whether the text was written differently."""
    typed = _text(row["input"])
    if row["kind"] == "sensitive":
        return "", ";".join(sensitive_content(typed)) or "none"
    options = {"choices": _STAGES} if row["kind"] == "picklist" else {}
    answer = clean([typed], row["kind"], row["locale"] or None, **options).loc[0]
    return str(answer["value"]), "" if answer["flag"] in {"ok", "changed"} else str(answer["flag"])


@pytest.mark.parametrize("kind", sorted({row["kind"] for row in _rows()}))
def test_rows_of_a_kind(kind: str) -> None:
    rows = [row for row in _rows() if row["kind"] == kind]
    missed = [
        (row["locale"], row["input"], _answer(row), row["value"], row["flag"])
        for row in rows
        if _answer(row) != (_text(row["value"]), row["flag"])
    ]
    assert not missed
