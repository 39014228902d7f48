"""The days of a column, in the order that it proves or that its locale says."""

import polars as pl
import pytest

from crm_migrate.assessing.dating import days


@pytest.mark.parametrize(
    ("locale", "values", "read"),
    [
        ("tr", ["05.06.2021", "12.13.2021"], ["2021-06-05", None]),
        ("en-US", ["05/06/2021", "07/08/2021"], ["2021-05-06", "2021-07-08"]),
        ("", ["05/06/2021", "07/08/2021"], ["2021-06-05", "2021-08-07"]),
        ("", ["05/06/2021", "07/28/2021"], ["2021-05-06", "2021-07-28"]),
        ("de", ["2021-06-05", "n/a"], ["2021-06-05", None]),
    ],
)
def test_days_are_read_in_the_order_that_holds(locale: str, values: list[str], read: list[str | None]) -> None:
    assert days(pl.Series(values), locale).cast(pl.String).to_list() == read
