"""Names and texts in SQL: what comes back is what was meant."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.quoting import literal, quoted

CONNECTION = duckdb.connect()  # others may have left a result on the one that all share
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1)


@given(TEXTS, TEXTS)
def test_a_name_and_a_text_come_back_as_they_were(name: str, text: str) -> None:
    found = CONNECTION.sql(f"SELECT {literal(text)} AS {quoted(name)}")
    assert (found.columns, found.fetchall()) == ([name], [(text,)])


def test_no_identifier_holds_a_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quoted("a\0b")
