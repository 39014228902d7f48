"""Cells of `keep_others:` are read in one way: whoever asks who carries a mailbox hears the same answer."""

import re
from pathlib import Path

import duckdb
import pytest

import crm_migrate
from crm_migrate.workspace.cells import contact_points, items

CELLS = {
    None: [],
    "": [],
    '["A@x.example", "b@x.example"]': ["a@x.example", "b@x.example"],
    "A@x.example": ["a@x.example"],
    "a@x.example|B@x.example": ["a@x.example", "b@x.example"],
    "a@x.example; b@x.example,c@x.example": ["a@x.example", "b@x.example", "c@x.example"],
    '["a@x.example; b@x.example"]': ["a@x.example", "b@x.example"],
    "5550101": ["5550101"],  # a number is a JSON text as well
    "+12125550101;ext=7;+12125550102": ["+12125550101;ext=7", "+12125550102"],
    "[none": ["[none"],
    "{}": ["{}"],
}


@pytest.mark.parametrize(("cell", "points"), list(CELLS.items()))
def test_every_writing_of_several_contact_points(cell: str | None, points: list[str]) -> None:
    (found,) = duckdb.execute(f"SELECT {contact_points('c')} FROM (SELECT ?::VARCHAR AS c)", [cell]).fetchone() or ()
    assert found == points


@pytest.mark.parametrize(
    ("cell", "values"),
    [("5550101", ["5550101"]), ("Ada; her aunt", ["Ada; her aunt"]), ('["a", "b"]', ["a", "b"]), (None, None)],
)
def test_what_is_kept_beside_is_neither_lost_nor_cut(cell: str | None, values: list[str] | None) -> None:
    assert duckdb.execute(f"SELECT {items('c')} FROM (SELECT ?::VARCHAR AS c)", [cell]).fetchone() == (values,)


def test_nobody_reads_them_in_another_way() -> None:
    folder = Path(str(crm_migrate.__file__)).parent
    others = [p.name for p in folder.rglob("*.py") if re.search(r"json_valid.*from_json", p.read_text("utf-8"))]
    assert others == []
