"""Every test that the page of faults names exists, and every fault has a line that names one or says that none does."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = [
    line
    for line in (TESTS.parent / "docs" / "faults.md").read_text("utf-8").splitlines()
    if re.match(r"\| (?!fault|\|)", line)
]
NAMED = re.compile(r"`([\w/]+\.py)?::(test_\w+)`")


@cache
def names_in(file: str) -> frozenset[str]:
    path = TESTS / file
    tree = ast.parse(path.read_text("utf-8") if path.is_file() else "")
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0].strip("| "))
def test_a_row_names_tests_that_exist(row: str) -> None:
    named = NAMED.findall(row)
    assert named or "not held" in row
    file = ""
    for own, name in named:  # a name without a file is in that of the name before it
        file = own or file
        assert name in names_in(file), f"{file}::{name}"


def test_every_fault_has_its_row() -> None:
    told = [row.split(" | ")[0].strip("| ") for row in ROWS]
    assert [name for name in told if re.fullmatch(r"[ABE]\d+", name)] == [
        f"{part}{n}" for part, count in (("A", 19), ("B", 15), ("E", 26)) for n in range(1, count + 1)
    ]
