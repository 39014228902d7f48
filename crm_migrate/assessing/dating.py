"""The days of a source: which column dates its rows, which one types them, and how its days are read."""

import re

import polars as pl

from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.assessing.seeing import Seen
from crm_migrate.cleansing import Context
from crm_migrate.cleansing.dates.calendar_words import date_order
from crm_migrate.cleansing.evidence import date_facts
from crm_migrate.crm.types import TYPES

_ISO = r"^(\d{4}-\d{2}-\d{2})"
_NUMBERED = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})"
_FIRST = {"created_at": 0, "date": 2}  # what is preferred to date a row
_LEAST = 0.5  # of the rows must have a day
_TRIED = 200  # values that are read to see whether a column holds days
_TYPES = (2, 12)  # different values that types of records have
_TYPED = re.compile(r"record ?type|^type$|kind|typ$|tür|jenis|art$|kategor|categor", re.IGNORECASE)


def dated_by(subject: Subject, meanings: Meanings, columns: dict[str, Seen]) -> str:
    """The column that says when a row was made: a creation day before any other day; "" for none."""
    able = []
    for at, column in enumerate(subject.staged.columns):
        kind = meanings.of(subject.name, column).kind
        known = TYPES.get(kind)
        if known is None or known.storage not in ("date", "instant") or known.personal or column not in columns:
            continue
        if columns[column].filled >= _LEAST * max(1, subject.staged.rows) and _are_days(columns[column]):
            able.append((_FIRST.get(kind, 1), at, column))
    return min(able)[2] if able else ""


def _are_days(column: Seen) -> bool:
    """Whether most of the commonest values are days that can be read."""
    values = column.commonest.values["value"].head(_TRIED)
    return int(days(values).is_not_null().sum()) >= _LEAST * len(values)


def typed_by(subject: Subject, columns: dict[str, Seen]) -> str:
    """The column that is called like a type of records and holds few words; "" for none."""
    for column, found in columns.items():
        few = _TYPES[0] <= found.distinct <= _TYPES[1]
        if few and _TYPED.search(column) and found.filled >= _LEAST * subject.staged.rows:
            return column
    return ""


def days(values: pl.Series, locale: str = "") -> pl.Series:
    """The days of a column; null for what is none. Which of two numbers before a year is the month the column proves,
    else the locale says, else the second one is."""
    text = values.str.strip_chars()
    iso = text.str.extract(_ISO).str.to_date("%Y-%m-%d", strict=False)
    parts = text.str.extract_groups(_NUMBERED).struct.unnest()
    a, b, year = (parts[name].cast(pl.Int32, strict=False) for name in parts.columns)
    order = date_facts(text, Context(locale)).get("date_order") or date_order(locale)
    day, month = (b, a) if order == "MDY" else (a, b)
    texts = pl.DataFrame({"y": year, "m": month, "d": day}).select(
        pl.format(
            "{}-{}-{}",
            pl.col("y"),
            pl.col("m").cast(pl.String).str.zfill(2),
            pl.col("d").cast(pl.String).str.zfill(2),
        ).alias("day")
    )
    numbered = texts["day"].str.to_date("%Y-%m-%d", strict=False)
    return pl.DataFrame({"iso": iso, "numbered": numbered}).select(pl.coalesce("iso", "numbered").alias("day"))["day"]
