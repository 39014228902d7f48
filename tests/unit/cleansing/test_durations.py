"""Durations become seconds; a number alone is asked about unless the step says what it counts."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.cleansing import STEPS, Context


def run(text: str, unit: str = "") -> tuple[str | None, ...]:
    return STEPS["duration"].function(pl.Series([text]), Context(), unit).row(0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:05:30", "3930"),
        ("0:00:07.250", "7.25"),
        ("100:00:00", "360000"),
        ("90 min", "5400"),
        ("1,5 Std.", "5400"),
        ("1h 30m", "5400"),
        ("1 saat 5 dk", "3900"),
        ("1 hour, 2 minutes, 3 seconds", "3723"),
        ("PT1H30M", "5400"),
        ("P1DT0.5S", "86400.5"),
        ("0 min", "0"),
    ],
)
def test_a_duration_with_one_meaning_is_read(text: str, seconds: str) -> None:
    assert run(text) == (seconds, None, None)


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [
        ("90", "minutes", "5400"),
        ("1500", "ms", "1.5"),
        ("1.5", "hours", "5400"),
        ("1:30", "hours", "5400"),
        ("1:30", "Minutes", "90"),
        ("2 h", "minutes", "7200"),
    ],
)
def test_the_step_says_what_a_number_counts(text: str, unit: str, seconds: str) -> None:
    assert run(text, unit) == (seconds, None, None)


@pytest.mark.parametrize(
    ("text", "unit", "flag"),
    [
        ("90", "", "ambiguous"),
        ("1:30", "", "ambiguous"),
        ("1:30", "seconds", "ambiguous"),
        ("1.500", "seconds", "ambiguous"),
        ("1,500 min", "", "ambiguous"),
        ("1:75:00", "", "invalid"),
        ("-5", "minutes", "invalid"),
        ("5 min 3 min", "", "invalid"),
        ("5 parsecs", "", "invalid"),
        ("5 min or so", "", "invalid"),
        ("P", "", "invalid"),
        ("PT", "", "invalid"),
    ],
)
def test_what_is_not_sure_stays_as_typed_and_is_told(text: str, unit: str, flag: str) -> None:
    assert run(text, unit)[:2] == (text, flag)


def test_a_unit_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="minutes"):
        run("5", "fortnights")


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 59))
def test_every_writing_of_a_duration_is_the_same_number(hours: int, minutes: int, seconds: int) -> None:
    wanted = str(hours * 3600 + minutes * 60 + seconds)
    for text in (f"PT{hours}H{minutes}M{seconds}S", f"{hours} h {minutes} min {seconds} s"):
        assert run(text)[0] == wanted
    assert hours >= 10**6 or run(f"{hours}:{minutes:02}:{seconds:02}")[0] == wanted
    assert run(wanted, "seconds")[0] == wanted


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from(["", "minutes", "hours"]))
def test_no_text_makes_it_fail(text: str, unit: str) -> None:
    value, flag, _ = run(text, unit)
    assert flag is not None or value is None or float(value) >= 0
