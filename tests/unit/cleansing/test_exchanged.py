"""Day and month that a spreadsheet exchanged: seen in the column, asked about, and put back by a declared format."""

import polars as pl
import pytest

from crm_migrate.cleansing import STEPS, Context, evidence

DAYS = [(day, month, 1960 + day + month) for day in range(1, 29) for month in (day % 12 + 1, (day * 5) % 12 + 1)]


def opened_abroad(real: str, text: str) -> pl.Series:
    """Dates of dd/mm/yyyy behind an import that reads mm/dd/yyyy: what it can read it takes, exchanged."""
    return pl.Series([(real if d <= 12 else text).format(d=d, m=m, y=y) for d, m, y in DAYS])


WRITINGS = [
    ("{y}-{d:02}-{m:02}", "{d:02}/{m:02}/{y}"),  # a workbook, or a CSV with ISO dates
    ("{y}-{d:02}-{m:02} 00:00:00", "{d:02}/{m:02}/{y}"),
    ("{m:02}.{d:02}.{y}", "{d:02}/{m:02}/{y}"),  # saved as CSV by a German or Turkish spreadsheet
    ("{y}-{d:02}-{m:02}", "{m:02}/{d:02}/{y}"),  # the other way round: US dates opened in Europe
]


@pytest.mark.parametrize(("real", "text"), WRITINGS)
def test_exchanged_dates_are_seen_and_asked_about(real: str, text: str) -> None:
    values = opened_abroad(real, text)
    facts = evidence(values, "date", Context(locale="en-GB"))
    assert "a spreadsheet" in facts["exchanged_undecided"]
    for step in ("date", "instant"):
        frame = STEPS[step].function(values, Context(locale="en-GB", evidence=facts))
        early = pl.Series([d <= 12 for d, _, _ in DAYS])
        assert (frame["flag"] == "ambiguous").fill_null(False).to_list() == early.to_list()
        assert frame["value"].filter(early).to_list() == values.filter(early).to_list()


def test_a_declared_format_puts_them_back() -> None:
    values = opened_abroad(*WRITINGS[0])
    frame = STEPS["date"].function(values, Context(locale="en-GB"), "YYYY-DD-MM", "DD/MM/YYYY")
    assert frame["value"].to_list() == [f"{y}-{m:02}-{d:02}" for d, m, y in DAYS]


def test_columns_that_nobody_opened_abroad_are_left_alone() -> None:
    iso = [f"{y}-{m:02}-{d:02}" for d, m, y in DAYS]
    british = [f"{d:02}/{m:02}/{y}" for d, m, y in DAYS]
    firsts = [f"{y}-{m:02}-01" for _, m, y in DAYS] + [f"{d}/{m:02}/{y}" for d, m, y in DAYS if d > 12]
    for texts in (iso, british, [*iso, *british], firsts, british[:2] + iso[:2]):
        assert "exchanged" not in evidence(pl.Series(texts), "date", Context(locale="en-GB"))
