"""Semantic types declare what depends on them: the rooms know behaviours, and no room lists types by name."""

import ast
from pathlib import Path
from typing import get_args

import pytest

import crm_migrate
from crm_migrate.cleansing import keys, placeholders
from crm_migrate.cleansing.evidence import _CHECKS
from crm_migrate.crm import types
from crm_migrate.crm.types import TYPES
from crm_migrate.reports import masking

PACKAGE = Path(crm_migrate.__file__).parent


@pytest.mark.parametrize(
    ("behaviours", "known"),
    [
        (types.Key, {*keys._KEYS, "phone", "mailbox"}),  # those two read the whole column
        (types.Nobody, {"", *placeholders._RULES}),
        (types.Shows, set(_CHECKS)),
        (types.Mask, {"", *masking._MASKS}),
    ],
)
def test_every_behaviour_that_a_type_can_declare_is_known_where_it_is_done(behaviours: object, known: set[str]) -> None:
    assert set(get_args(behaviours)) == known


def _asked_by_name(path: Path) -> list[str]:
    """Comparisons of an attribute `type` with the names of semantic types."""
    return [
        f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(side, ast.Attribute) and side.attr == "type" for side in (node.left, *node.comparators))
        and any(isinstance(leaf, ast.Constant) and leaf.value in TYPES for leaf in ast.walk(node))
    ]


def test_no_room_asks_for_a_type_by_its_name() -> None:
    asked = [found for path in sorted(PACKAGE.rglob("*.py")) for found in _asked_by_name(path)]
    assert asked == []
