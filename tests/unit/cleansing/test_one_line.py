"""Addresses in one line: what is parted, what is left whole, and what may not be cut off."""

import pytest

from crm_migrate import clean


def _cell(text: str, region: str) -> tuple[str, str]:
    frame = clean([text], "address", region)
    return frame["value"][0], frame["flag"][0]


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("12 Mill Lane Leeds LS2 7DE", "GB", "street=12 Mill Lane;city=Leeds;postal=LS2 7DE"),
        ("7 Lake Shore Dr Boise, ID 83702", "US", "street=7 Lake Shore Dr;city=Boise;state=ID;postal=83702"),
        ("Jl. Gajah Mada 93 Surabaya 60221", "ID", "street=Jl. Gajah Mada 93;city=Surabaya;postal=60221"),
    ],
)
def test_a_line_without_a_comma_is_parted_and_told(text: str, region: str, value: str) -> None:
    assert _cell(text, region) == (value, "suspect")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("12 Court Street Road Bath BA1 2PQ", "GB"),  # two words that end a street
        ("12 Main St Saint Paul, MN 55101", "US"),  # `St` begins cities too
        ("12 Mill Lane Flat B Leeds LS2 7DE", "GB"),  # a flat is no city
        ("120 Cedar Grove City, OH 43123", "US"),  # `Grove City` is one
    ],
)
def test_a_line_that_may_be_parted_in_two_ways_is_left_whole_and_told(text: str, region: str) -> None:
    value, flag = _cell(text, region)
    assert (value.split(";")[0], flag) == (f"street={text}", "suspect")


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("8 rue Pasteur Bât B 69083 Lyon", "FR", "street=8 rue Pasteur Bât B;city=Lyon;postal=69083"),
        ("Adresse: Am Graben 4, 8010 Graz", "AT", "street=Am Graben 4;city=Graz;postal=8010"),
        ("8010 Graz, Am Graben 4", "AT", "street=Am Graben 4;city=Graz;postal=8010"),
        ("Am Graben 4,, 8010 Graz.", "AT", "street=Am Graben 4;city=Graz;postal=8010"),
        ("Goethestr.", "DE", "street=Goethestr."),
    ],
)
def test_what_stands_before_and_behind_is_taken_off_and_nothing_else(text: str, region: str, value: str) -> None:
    assert _cell(text, region)[0] == value


@pytest.mark.parametrize("name", ['Rohr 19""', '"Alpha" & "Beta" GmbH', "Café d''Or GmbH", "Anker »Nord« GmbH"])
def test_quotes_of_a_name_s_own_stay(name: str) -> None:
    assert clean([name], "company", "de-DE")["value"][0] == name
