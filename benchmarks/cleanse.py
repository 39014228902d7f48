"""One million contacts through all steps of the cleanser, beside the same libraries called row by row.

    python -m benchmarks cleanse [--rows 1000000] [--naive-rows 20000]

Prints rows a second and core (CPU seconds, not wall) per column and for the whole, and the ratio.

    python -m benchmarks cleanse --dirt [--seed 1] [--rows 10000] [--kind company ...] [--examples 2]

Prints what became of clean values that were damaged in known ways (`cleansing_dirt`): right, flagged, wrong in silence.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import email_validator
import ftfy
import phonenumbers
import polars as pl
from babel.numbers import parse_decimal
from dateutil import parser as dates
from pycountry import countries

from benchmarks import cleansing_dirt
from benchmarks.cleansing_dirt.report import print_kinds
from crm_migrate.cleansing import STEPS, Context

CONTEXT = Context(locale="tr-TR", time_zone="Europe/Istanbul")
FIRST = ("Ayşe", "Mehmet", "Fatma", "Ali", "Zeynep", "Emre", "Hans", "Jürgen", "Anna", "Siti", "Budi", "John", "José")
LAST = (
    "Yılmaz",
    "Kaya",
    "Demir",
    "Şahin",
    "Müller",
    "Schmidt",
    "Smith",
    "Santoso",
    "García",
    "Öztürk",
    "Işık",
    "Çelik",
)
ENDS = ("", "er", "oğlu", "man", "ci", "son", "lı", "ova")
KINDS = ("Makine", "Gıda", "Handel", "Trading")
HOSTS = ("Gmail.com", "firma{}.example", "isik{}.com.tr", "Example.ORG", "hotmail.com", "makine{}.example.com")
COUNTRIES = ("Türkiye", "TR", "Deutschland", "Germany", "USA", "Indonesia", "turkiye", "ABD", "")
SUFFIXES = ("A.Ş.", "Ltd. Şti.", "GmbH", "Inc.", "PT", "")


@dataclass(frozen=True)
class Column:
    """A column of the contacts: how a dirty cell is made, its step, and the naive call of the libraries."""

    name: str
    make: Callable[[random.Random], str]
    step: str
    args: tuple[str, ...]
    naive: Callable[[str], object]


def _phone(rng: random.Random) -> str:
    number = "".join(rng.choices("0123456789", k=7))
    area = rng.choice(("212", "216", "312", "532", "533", "542", "505"))
    spread = f"{area} {number[:3]} {number[3:5]} {number[5:]}"
    bare = f"{area}{number}"
    shapes = (f"0{spread}", f"+90 {spread}", f"({area}) {number}", bare, f"0090{bare}", f"0{spread} dahili 12", number)
    return rng.choices(shapes, (40, 25, 12, 10, 5, 5, 3))[0]


def _email(rng: random.Random) -> str:
    host = rng.choice(HOSTS).format(rng.randrange(50_000))
    address = f"{rng.choice(('Ayse', 'mehmet', 'john', 'info'))}.{rng.randrange(10**6)}@{host}"
    return rng.choices((address, f" {address} ", f"mailto:{address}", f"{address};", "yok"), (85, 8, 3, 3, 1))[0]


def _name(rng: random.Random) -> str:
    first = rng.choice(FIRST)
    last = rng.choice(LAST) + "".join(rng.choices(ENDS, k=2))
    whole = f"{first} {last}"
    shapes = (whole, whole.upper(), f"{last}, {first}", f"Dr. {whole}", f"{first} van der {last}")
    return rng.choices(shapes, (84, 8, 3, 3, 2))[0]


def _company(rng: random.Random) -> str:
    return f"{rng.choice(LAST)} {rng.choice(KINDS)} {rng.randrange(20_000)} {rng.choice(SUFFIXES)}"


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1950, 2024)
    shapes = (f"{day:02}.{month:02}.{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}", "00.00.0000")
    return rng.choices(shapes, (80, 15, 4, 1))[0]


def _street(rng: random.Random) -> str:
    return f"{rng.choice(LAST)} Mah. {rng.choice(LAST)} Cad. No:{rng.randrange(300)} D:{rng.randrange(30)}"


def _money(rng: random.Random) -> str:
    return f"{rng.randrange(1, 999)}.{rng.randrange(1000):03},{rng.randrange(100):02}"


def _naive_name(text: str) -> object:
    """nameparser, where the benchmark's extra is installed."""
    from nameparser import HumanName

    return HumanName(text).first


def _naive_phone(text: str) -> str:
    number = phonenumbers.parse(text, "TR")
    phonenumbers.is_valid_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _naive_email(text: str) -> str:
    checked = email_validator.validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    return str(checked.normalized)


COLUMNS = (
    Column("name", _name, "person.given", (), _naive_name),
    Column("family", _name, "person.family", (), _naive_name),
    Column("phone", _phone, "phone", ("TR",), _naive_phone),
    Column("mobile", _phone, "phone", ("TR",), _naive_phone),
    Column("email", _email, "email", (), _naive_email),
    Column("street", _street, "text", (), ftfy.fix_text),
    Column("city", lambda rng: rng.choice(("İSTANBUL", "Ankara ", "İzmir", "Bursa")), "text", (), ftfy.fix_text),
    Column("country", lambda rng: rng.choice(COUNTRIES), "country", (), lambda text: countries.lookup(text).alpha_2),
    Column("company", _company, "text", (), ftfy.fix_text),
    Column("birth_date", _date, "date", ("DD.MM.YYYY", "D.M.YYYY"), partial(dates.parse, dayfirst=True)),
    Column("revenue", _money, "number", ("tr",), lambda text: parse_decimal(text, locale="tr")),
    Column(
        "consent", lambda rng: rng.choice(("Evet", "H", "1", "yes")), "boolean", (), {"Evet", "1", "yes"}.__contains__
    ),
)


def _ours(column: Column, values: list[str]) -> float:
    """CPU seconds of the step over the column."""
    series = pl.Series(values)
    start = time.process_time()
    STEPS[column.step].function(series, CONTEXT, *column.args)
    return time.process_time() - start


def _naive(column: Column, values: list[str]) -> float:
    """CPU seconds of the library over the same texts, one call a row; what it refuses is passed over."""
    start = time.process_time()
    for text in values:
        try:
            column.naive(text)
        except (ValueError, LookupError, OverflowError, phonenumbers.NumberParseException):
            continue
    return time.process_time() - start


def main(words: list[str]) -> None:
    """How fast it cleans, or with `--dirt` how well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks cleanse", description=__doc__)
    parser.add_argument("--rows", type=int, help="1,000,000 contacts; with --dirt 10,000 of each kind")
    parser.add_argument("--naive-rows", type=int, default=20_000)
    parser.add_argument("--dirt", action="store_true")
    parser.add_argument("--seed", type=int, default=1, help="of the dirt")
    parser.add_argument("--kind", nargs="*", choices=cleansing_dirt.ALL, help="of the dirt; all without it")
    parser.add_argument("--examples", type=int, default=0, help="of what is not right, for each dirt")
    arguments = parser.parse_args(words)
    if arguments.dirt:
        print_kinds(arguments.kind or cleansing_dirt.ALL, arguments.seed, arguments.rows or 10_000, arguments.examples)
        return
    _speed(arguments.rows or 1_000_000, arguments.naive_rows)


def _speed(rows: int, naive_rows: int) -> None:
    """Make the contacts, clean them both ways, print the table."""
    ours = naive = unpaired = 0.0
    print(f"{rows:,} rows; naive on {naive_rows:,}")
    print(f"{'column':12} {'rows/s/core':>14} {'naive':>12} {'ratio':>8}")
    for number, column in enumerate(COLUMNS):
        rng = random.Random(number)
        values = [column.make(rng) for _ in range(rows)]
        _ours(column, values[:1000])  # libraries load their tables once
        spent = _ours(column, values) / rows
        if column.naive is _naive_name and find_spec("nameparser") is None:
            unpaired += spent
            print(f"{column.name:12} {1 / spent:>14,.0f}   (nameparser is not installed: left out of the ratio)")
            continue
        by_row = _naive(column, values[:naive_rows]) / naive_rows
        ours, naive = ours + spent, naive + by_row
        print(f"{column.name:12} {1 / spent:>14,.0f} {1 / by_row:>12,.0f} {by_row / spent:>7.1f}x")
    print(f"{'all':12} {1 / ours:>14,.0f} {1 / naive:>12,.0f} {naive / ours:>7.1f}x")
    print(f"one million contacts: {(ours + unpaired) * 1e6:.1f} CPU seconds")


if __name__ == "__main__":
    main(sys.argv[1:])
