"""Letters among digits, ranges and several last digits never make another number that can be called."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.contact.phone import phone_cell, phone_outcomes


def phone(text: str, region: str) -> tuple[str, str]:
    row = clean([text], "phone", region).iloc[0]
    return row["value"], row["flag"]


NUMBERS = {
    "US": "212-736-5000",
    "DE": "030 23125123",
    "TR": "0212 345 67 89",
    "ID": "021-5551234",
    "GB": "020 7946 0018",
}


@pytest.mark.parametrize("letter", [*"OoIlОхxıİSB"])
@pytest.mark.parametrize("region", NUMBERS)
def test_a_letter_in_place_of_a_digit_is_refused(region: str, letter: str) -> None:
    number = NUMBERS[region]
    at = [i for i, c in enumerate(number) if c.isdigit()]
    for place in (at[1], at[4], at[-2], at[-1]):
        value, _ = phone(number[:place] + letter + number[place + 1 :], region)
        assert not value or ";ext=" in value, (number, letter, place, value)


@pytest.mark.parametrize("mask", ["xxx", "XXXX", "xyz", "OOO", "OOl", "ooo", "lll", "ABCDEFG", "nnn"])
@pytest.mark.parametrize(
    "start", ["2127365", "(212) 736-5", "212-736-", "+1 212 736 ", "030 23125 ", "+49 30 23125 ", "+49 30 "]
)
def test_stand_ins_are_no_digits(start: str, mask: str) -> None:
    region = "US" if "2127365" in start.replace("-", "") or "212" in start else "DE"
    value, flag, _ = STEPS["phone"].function(pl.Series([start + mask]), Context(locale=f"en-{region}")).row(0)
    left_out = flag == "suspect" and mask == "ABCDEFG"  # a word beside a number, which the note names
    assert left_out or (value, flag) == (start + mask, "invalid")


@pytest.mark.parametrize(
    ("text", "region", "wanted"),
    [
        ("1-800-FLOWERS", "US", ("+18003569377", "changed")),
        ("1-800-GO-FEDEX", "US", ("+18004633339", "changed")),
        ("212-736-WIFE", "US", ("+12127369433", "suspect")),
        ("+49 30 ABCDEFG", "US", ("", "invalid")),
        ("030 FLOWERS", "DE", ("", "invalid")),
        ("+353 ks.123456789", "US", ("", "invalid")),
    ],
)
def test_words_are_dialled_only_where_letters_are(text: str, region: str, wanted: tuple[str, str]) -> None:
    assert phone(text, region) == wanted


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("030/23125-001 - 005", "DE", "+493023125001|+493023125005"),
        ("030 23125 001/2", "DE", "+493023125001|+493023125002"),
        ("030 23125-001 bis 005", "DE", "+493023125001|+493023125005"),
        ("030/23125-001/-002", "DE", "+493023125001|+493023125002"),
        ("089/1234567-0/-12", "DE", "+498912345670|+4989123456712"),
        ("030 2312526 oder 27", "DE", "+49302312526|+49302312527"),
        ("0171/1234567; 68", "DE", "+491711234567|+491711234568"),
        ("212-736-5000 - 5009", "US", "+12127365000|+12127365009"),
        ("212-736-5000 thru 5009", "US", "+12127365000|+12127365009"),
        ("212-736-5000/5001", "US", "+12127365000|+12127365001"),
        ("0212 345 67 89 / 90", "TR", "+902123456789|+902123456790"),
        ("0212 345 67 89 veya 90", "TR", "+902123456789|+902123456790"),
        ("0 212 345 6789/6790/6791", "TR", "+902123456789|+902123456790|+902123456791"),
        ("021 5551234 s/d 36", "ID", "+62215551234|+62215551236"),
        ("021-5551234 atau 5551235", "ID", "+62215551234|+62215551235"),
        ("01 42 68 53 00 à 09", "FR", "+33142685300|+33142685309"),
    ],
)
def test_several_last_digits_are_several_numbers(text: str, region: str, numbers: str) -> None:
    assert phone(text, region) == (numbers, "split")


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0711 2345 - 678", "DE", "+497112345678"), ("02131/1234", "DE", "+4921311234"),
        ("0212-345-67-89", "TR", "+902123456789"), ("0212 345 67 - 89", "TR", "+902123456789"),
        ("0212/345 67 89", "TR", "+902123456789"), ("612-345-678", "ES", "+34612345678"),
        ("91-123-45-67", "ES", "+34911234567"), ("01 5123456-12", "AT", "+431512345612"),
    ],
)  # fmt: skip
def test_punctuation_of_one_number_stays_so(text: str, region: str, number: str) -> None:
    assert phone(text, region) == (number, "changed")


def test_a_range_without_blanks_is_told() -> None:
    assert phone("030-23125-001-005", "DE")[1] == "suspect"


@pytest.mark.parametrize("text", ["212-736-5000 (ask for Ann)", "Ann 212-736-5000", "212-736-5000 Ann"])
def test_words_that_are_left_out_are_told(text: str) -> None:
    value, flag, note = STEPS["phone"].function(pl.Series([text]), Context(locale="en-US")).row(0)
    assert (value, flag) == ("+12127365000", "suspect")
    assert "Ann" in note


def test_a_run_keeps_the_first_number_and_names_the_others() -> None:
    frame = STEPS["phone"].function(pl.Series(["030 23125 001/2"]), Context(locale="de-DE"))
    assert frame.row(0)[:2] == ("+493023125001", "split")
    assert "+493023125002" in frame["note"][0]


SHAPES = [
    "{0}-{1}",
    "{0} {1}",
    "{0}/{1}",
    "{0} - {1}",
    "{0}{1}",
    "({0}) {1}",
    "{0}.{1}",
    "{0} x{1}",
    "{0} ext {1}",
    "{0}; {1}",
]


@pytest.mark.parametrize("region", NUMBERS)
def test_the_column_reads_what_the_cell_reads(region: str) -> None:
    """The fast path is an abbreviation of the careful one: each outcome is the same."""
    tails = [
        "1",
        "12",
        "001",
        "002",
        "001-005",
        "5000-5009",
        "005 - 009",
        "OOl",
        "xyz",
        "345",
        "1234",
        "67 89",
        "67-89",
    ]
    texts = [
        shape.format(head, tail)
        for head in (*NUMBERS.values(), "+1 212 736 5000")
        for tail in tails
        for shape in SHAPES
    ]
    frame = phone_outcomes(pl.Series(texts), region)
    for text, row in zip(texts, frame.iter_rows(), strict=True):
        cell = phone_cell(text, region)
        assert row == (cell.value, cell.flag, cell.note), text


SIGNS = "~～/|,;&+*=>:→…–—\\_<^!?'\"%@$"


@pytest.mark.parametrize(("number", "region", "more"), [("212-736-5000", "US", "5009"), ("030 231251", "DE", "55")])
@pytest.mark.parametrize("frame", ["{}{}{}", "{} {} {}"])
def test_no_sign_makes_last_digits_vanish(number: str, region: str, more: str, frame: str) -> None:
    """Digits behind a number are another number, an extension, or cost the cell; they are never left out."""
    for sign in SIGNS:
        value, flag = phone(frame.format(number, sign, more), region)
        assert not value or "|" in value or ";ext=" in value or flag == "suspect" or value.endswith(more), (sign, value)
