"""Telephones of persons in two columns: the line of all, and a number of one's own."""

import numpy as np
import polars as pl
import pytest

from crm_migrate.matching.comparing.phones import PHONES, phones
from crm_migrate.matching.comparing.terms import encode

Row = tuple[str | None, str | None]
DESK, OWN, ANOTHER, SLIP = "3125550101", "5325550102", "5445557788", "5325550103"


def compared(*rows: Row) -> tuple[str, str | None]:
    """How the numbers of the first two rows agree, and the number that both have; the others are the company."""
    line, own = zip(*rows, strict=True)
    terms = encode(pl.Series(line, dtype=pl.String), pl.Series(own, dtype=pl.String))
    comparison = phones(terms)
    found = comparison.compare(np.array([0]), np.array([1]))
    assert comparison.equal is not None
    assert comparison.equal(np.array([0]), np.array([1])).tolist() == found.agreed.tolist()
    agreed = int(found.agreed[0])
    return PHONES[found.levels[0]], None if agreed < 0 else terms[0].texts[agreed]


def test_columns_without_a_number_agree_in_nothing() -> None:
    assert compared((None, None), (None, None)) == ("missing", None)


@pytest.mark.parametrize(
    ("one", "other", "level", "agreed"),
    [
        ((DESK, OWN), (DESK, OWN), "two equal", OWN),
        ((DESK, OWN), (DESK, ANOTHER), "equal, another differs", DESK),
        ((DESK, OWN), (DESK, SLIP), "equal", DESK),
        ((DESK, OWN), (DESK, None), "equal", DESK),
        ((DESK, OWN), (OWN, None), "equal, another differs", OWN),
        ((DESK, OWN), (OWN, DESK), "two equal", OWN),
        ((DESK, DESK), (DESK, DESK), "equal", DESK),
        ((None, OWN), (None, SLIP), "one slip", None),
        ((None, OWN), (None, ANOTHER), "different", None),
        ((DESK, None), (None, ANOTHER), "different", None),
        ((None, None), (DESK, OWN), "missing", None),
    ],
)
def test_a_line_of_all_and_a_number_of_ones_own(one: Row, other: Row, level: str, agreed: str | None) -> None:
    colleagues: list[Row] = [(DESK, None)] * 3
    assert compared(one, other, *colleagues) == (level, agreed)
    assert compared(other, one, *colleagues) == (level, agreed)
