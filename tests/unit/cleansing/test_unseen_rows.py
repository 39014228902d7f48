"""Rows written from the standards before the cleanser had seen them, with what it must say of each."""

import csv
import json
from pathlib import Path

import pytest

from crm_migrate import clean

_FILE = Path(__file__).with_name("unseen_rows.csv")  # kind, locale, typed (JSON text), value, flag
ROWS = [tuple(line) for line in csv.reader(_FILE.read_text(encoding="utf-8").splitlines())][1:]


@pytest.mark.parametrize(("kind", "locale", "typed", "value", "flag"), ROWS)
def test_cell(kind: str, locale: str, typed: str, value: str, flag: str) -> None:
    answer = clean([json.loads(typed)], kind, locale or None).loc[0]
    assert (answer["value"], answer["flag"]) == (value, flag)
