"""Days stay the days that were written, and a program's day for "no date" never passes for a date without a word."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context

Row = tuple[str | None, str | None, str | None]


def stepped(name: str, text: str, *formats: str, locale: str = "en-US", zone: str = "America/New_York") -> Row:
    frame = STEPS[name].function(pl.Series([text]), Context(locale=locale, time_zone=zone), *formats)
    value, flag, note = frame.row(0)
    return value, flag, note


ZONES = ("America/New_York", "Europe/Istanbul", "Pacific/Auckland", "UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "text",
    [
        "1980-05-01T00:00:00Z",
        "1980-05-01T00:00:00.000Z",
        "1980-05-01T00:00:00.000+0000",
        "1980-05-01T00:00:00+03:00",
        "1980-05-01 00:00:00-08",
        "19800501T000000Z",
        "01.05.1980 00:00 UTC",
        "325987200000",  # milliseconds, of twelve digits before September 2001
        "325987200",
        "/Date(325987200000)/",
        "/Date(325976400000+0300)/",  # midnight in Istanbul, as .NET shows it
    ],
)
def test_a_day_written_as_midnight_is_that_day_wherever_the_source_lives(text: str, zone: str) -> None:
    assert stepped("date", text, locale="de-DE", zone=zone) == ("1980-05-01", None, None)


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_with_an_offset_has_the_day_that_is_written(zone: str) -> None:
    value, flag, note = stepped("date", "1980-05-01T22:00:00-08:00", zone=zone)
    assert (value, flag) == ("1980-05-01", "time_dropped")
    assert note
    assert "1980-05-02T06:00:00Z" in note


def test_a_time_in_utc_has_the_day_of_the_source() -> None:
    """JavaScript and databases write local midnight as the evening before in UTC."""
    value, flag, note = stepped("date", "2024-03-30T21:00:00.000Z", zone="Europe/Istanbul")
    assert (value, flag) == ("2024-03-31", "time_dropped")
    assert note == "was 2024-03-30T21:00:00Z, 2024-03-31 00:00 in Europe/Istanbul"


def test_a_declared_format_moves_no_day_either() -> None:
    assert stepped("date", "01.05.1980 00:00Z", "DD.MM.YYYY HH:mmZ")[0] == "1980-05-01"


def test_the_end_of_a_day_is_of_that_day() -> None:
    assert stepped("date", "2024-12-31 24:00")[:2] == ("2024-12-31", "time_dropped")
    assert stepped("instant", "2024-12-31 24:00", zone="UTC")[:2] == ("2025-01-01T00:00:00Z", None)


@pytest.mark.parametrize("text", ["5321234567890123", "53212345678", "905321234567", "532123456"])
def test_telephone_numbers_and_ids_are_no_unix_times(text: str) -> None:
    assert stepped("date", text)[1] == "invalid"


EPOCH = (
    "1970-01-01",
    "01/01/1970",
    "1/1/1970",
    "Jan 1, 1970",
    "19700101",
    "1970-01-01T00:00:00Z",
    "1970-01-01 00:00:00",
    "25569",
    "1 January 1970",
)


@pytest.mark.parametrize("text", EPOCH)
def test_the_first_day_of_unix_is_kept_as_a_day_and_told_in_every_writing(text: str) -> None:
    assert stepped("date", text)[:2] == ("1970-01-01", "sentinel_date")
    assert clean([text], "date", "en-US").loc[0, "flag"] == "sentinel_date"


@pytest.mark.parametrize("text", EPOCH)
def test_nothing_was_recorded_on_the_first_day_of_unix(text: str) -> None:
    value, flag, note = stepped("instant", text, zone="Europe/Berlin")
    assert (value, flag) == (None, "placeholder")
    assert note


@pytest.mark.parametrize(
    "text", ["1899-12-30 13:35:39", "30.12.1899 13:35:39", "1899-12-31T13:35:39", "1900-01-00 13:35:39"]
)
def test_a_time_that_a_program_wrote_with_its_first_day_is_told_as_a_time(text: str) -> None:
    for name in ("date", "instant"):
        value, flag, note = stepped(name, text)
        assert (value, flag) == (None, "placeholder")
        assert note == "13:35:39: a time without a day"


@pytest.mark.parametrize(
    "texts",
    [
        ("0001-01-01", "01/01/0001", "1/1/0001 12:00:00 AM", "00010101", "0001-01-01T00:00:00+03:00"),
        ("1753-01-01", "1/1/1753", "Jan 1, 1753", "17530101", "1753-01-01 00:00:00.000"),
        ("1899-12-30", "12/30/1899", "30 December 1899", "1899-12-30 00:00:00", "30-DEC-1899"),
        ("1899-12-31", "12/31/1899", "1899-12-31T00:00:00Z"),
        ("4501-01-01", "1/1/4501", "Jan 1, 4501", "4501-01-01T00:00:00Z"),
        ("9999-12-31", "12/31/9999", "99991231", "9999-12-31T23:59:59Z", "9999-12-31 23:59:59.9999999", "2958465"),
        ("0000-00-00", "00/00/0000", "00.00.0000", "00000000", "0000-00-00 00:00:00", "0/0/00", "1/0/1900", "0"),
        ("2999-12-31", "12/31/2999", "31 Dec 2999"),
    ],
)
def test_days_that_nobody_means_are_empty_and_told_in_every_writing(texts: tuple[str, ...]) -> None:
    for text in texts:
        for name in ("date", "instant"):
            value, flag, note = stepped(name, text)
            assert (text, value, flag) == (text, None, "placeholder")
            assert note
        assert clean([text], "date", "en-US").loc[0, "flag"] == "null"


def test_a_declared_format_hides_none_of_them() -> None:
    assert stepped("date", "1/1/1753", "M/D/YYYY")[:2] == (None, "placeholder")
    assert stepped("date", "1/1/1970", "M/D/YYYY")[:2] == ("1970-01-01", "sentinel_date")
    assert stepped("instant", "99991231", "YYYYMMDD")[:2] == (None, "placeholder")


@pytest.mark.parametrize("text", ["1969-12-31", "12/31/1969", "12/31/1969 7:00 PM", "1969-12-31T23:59:59Z"])
def test_the_first_second_of_unix_west_of_greenwich_is_told(text: str) -> None:
    assert stepped("date", text)[:2] == ("1969-12-31", "sentinel_date")
    assert stepped("instant", text)[:2] == (None, "placeholder")


@pytest.mark.parametrize("text", ["1900-01-01", "1/1/1900", "19000101", "Jan 1, 1900", "1900-01-01 00:00:00.000"])
def test_the_first_day_of_1900_is_one_thing_in_every_writing(text: str) -> None:
    assert stepped("date", text)[:2] == ("1900-01-01", "sentinel_date")


@pytest.mark.parametrize("text", ["2099-12-31", "12/31/2099", "2079-06-06", "1904-01-01", "2038-01-19", "1/19/2038"])
def test_days_that_a_contract_may_have_are_kept_and_told(text: str) -> None:
    value, flag, _ = stepped("date", text)
    assert flag == "sentinel_date"
    assert value


@pytest.mark.parametrize("text", ["1604-05-09", "5/9/1604", "May 9, 1604", "0000-05-09"])
def test_a_birthday_without_its_year_is_no_date(text: str) -> None:
    assert stepped("date", text)[1] == "partial"


@pytest.mark.parametrize("text", ["0024-03-31", "3/31/0024", "1111-11-11", "2924-03-31", "March 31, 2924"])
def test_a_year_that_no_business_has_is_told(text: str) -> None:
    value, flag, note = stepped("date", text)
    assert value
    assert flag == "suspect"
    assert note
    assert note.startswith("the year ")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", "/Date(253402300799999)/"])
def test_the_ends_of_the_calendar_are_no_crash(text: str) -> None:
    for name in ("date", "instant"):
        assert stepped(name, text)[1] in {"placeholder", "invalid"}


@pytest.mark.parametrize(
    ("zone", "text", "value", "flag"),
    [
        ("Europe/Berlin", "31.03.2024 02:30", "2024-03-31T01:30:00Z", "time_skipped"),
        ("Europe/Berlin", "27.10.2024 02:30", "2024-10-27T00:30:00Z", "time_twice"),
        ("Europe/Berlin", "27.10.2024 03:00", "2024-10-27T02:00:00Z", None),
        ("Europe/Istanbul", "27.03.2016 03:30", "2016-03-27T01:30:00Z", "time_skipped"),
        ("Europe/Istanbul", "08.11.2015 03:30", "2015-11-08T00:30:00Z", "time_twice"),
        ("Australia/Lord_Howe", "07.04.2024 01:45", "2024-04-06T14:45:00Z", "time_twice"),
        ("Pacific/Apia", "30.12.2011 12:00", "2011-12-30T22:00:00Z", "time_skipped"),
        ("America/Sao_Paulo", "04.11.2018", "2018-11-04T03:00:00Z", None),  # a day begins when it begins
        ("Europe/Berlin", "2024-10-27T02:30:00+02:00", "2024-10-27T00:30:00Z", None),
        ("Asia/Jakarta", "27.10.2024 02:30", "2024-10-26T19:30:00Z", None),
    ],
)
def test_times_that_clocks_left_out_or_showed_twice_are_told(
    zone: str, text: str, value: str, flag: str | None
) -> None:
    assert stepped("instant", text, locale="de-DE", zone=zone)[:2] == (value, flag)


def test_two_doubts_about_one_day_are_both_told() -> None:
    frame = STEPS["date"].function(
        pl.Series(["13/01/2024 10:30"]), Context(locale="en-US", evidence={"date_order": "MDY"})
    )
    value, flag, note = frame.row(0)
    assert (value, flag) == ("2024-01-13", "suspect")
    assert "order MDY" in note
    assert "10:30" in note


def test_day_numbers_from_1904_reach_as_far_back_as_those_from_1900() -> None:
    frame = STEPS["date"].function(pl.Series(["16802", "44195"]), Context(evidence={"excel_1904": "true"}))
    assert frame["value"].to_list() == ["1950-01-01", "2024-12-31"]
