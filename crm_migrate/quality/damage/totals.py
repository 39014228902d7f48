"""Rows that are sums of the others and no records."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

import polars as pl

from crm_migrate.quality.damage.tally import EXAMPLES, Damage, Tally

KIND = "total_row"
# What stands before sums, as all of a cell: English, Turkish, German, Indonesian, French, Spanish, Italian, Dutch.
WORDS = (
    r"(?:(?:genel|ara|alt)\s+)?toplamı?|(?:(?:grand|sub)[\s-]*)?totals?|sum|gesamt(?:summe|betrag)?|(?:zwischen)?summe"
    r"|(?:sub)?jumlah(?:\s+total)?|total\s+(?:g[ée]n[ée]ral|general)|(?:sous|sub)[\s-]?total|somme|suma|totale?|somma"
    r"|(?:sub)?totaal"
)
LABEL = rf"(?i)^\s*(?:{WORDS})\s*(?:\(\d[\d.,]*\s*\w*\))?\s*:?\s*$"
_NAMES = r"(?i)^\s*(?:sum|suma|somme|somma|total|totals)\s*$"  # are names too, of people and of places
_FEW = 0.6  # of the cells that rows usually have: a sum has a word and its figures, and hardly more


def labels(column: Tally) -> list[str]:
    """The values of a column that are nothing but a word for a sum."""
    return column.like(LABEL)["value"].to_list()


def total_rows(
    rows: pl.DataFrame, table: Callable[[Sequence[str]], pl.DataFrame], usual: float, of: int
) -> Damage | None:
    """Rows that are sums: one cell is a word for it, few others are filled, and a figure is the sum of those above.

    `rows` has `__row` and all columns of the rows that hold such a word; `table` gives `__row` and some columns of the
    whole table, in order; `usual` is how many cells a row has filled on average. The last row of a table needs no proof
    by its figures, unless its word is a name too: sums over several currencies add up to nothing.
    """
    columns = [name for name in rows.columns if name != "__row"]
    filled = {row["__row"]: [name for name in columns if row[name]] for row in rows.iter_rows(named=True)}
    candidates = {at: names for at, names in filled.items() if len(names) <= max(2, _FEW * usual)}
    wanted = sorted({name for names in candidates.values() for name in names}, key=columns.index)
    if not wanted:
        return None
    whole = table(wanted)
    last = of - 1
    proved = [
        at
        for at, names in candidates.items()
        if _is_sum(whole, at, names, set(candidates)) or (at == last and _is_no_name(rows, at, names))
    ]
    if not proved:
        return None
    shown = rows.filter(pl.col("__row").is_in(proved[:EXAMPLES]))
    examples = tuple(
        (row["__row"], " | ".join(str(row[name]) for name in filled[row["__row"]]))
        for row in shown.iter_rows(named=True)
    )
    return Damage(KIND, (), len(proved), of, {}, examples)


def _is_no_name(rows: pl.DataFrame, at: int, names: Sequence[str]) -> bool:
    """Whether the first filled cell of a row is a word for a sum, and one that nobody is called."""
    first = str(rows.filter(pl.col("__row") == at)[names[0]].item())
    return len(names) > 1 and re.match(LABEL, first) is not None and re.match(_NAMES, first) is None


def _is_sum(whole: pl.DataFrame, at: int, names: Sequence[str], sums: set[int]) -> bool:
    """Whether a figure of the row is the sum of all records above it, or of those since the sum before."""
    above = whole.filter(pl.col("__row") < at)
    records = above.filter(~pl.col("__row").is_in(sorted(sums)))
    before = max((other for other in sums if other < at), default=-1)
    since = records.filter(pl.col("__row") > before)
    for name in names:
        figure = number(whole.filter(pl.col("__row") == at)[name].item())
        if figure is None:
            continue
        if any(len(part) >= 2 and _sum(part[name]) == figure for part in (records, since)):
            return True
    return False


def _sum(values: pl.Series) -> Decimal | None:
    """The sum of a column; None where a value is no number."""
    figures = [number(text) for text in values if text]
    return None if None in figures or not figures else sum(filter(None, figures), Decimal(0))


def number(text: str | None) -> Decimal | None:
    """A figure of any country: the last mark is the decimal one, unless three digits follow the only one."""
    bare = re.sub(r"[\s\u00a0'’€$£₺]|(?:EUR|USD|TRY|GBP|IDR|TL|Rp)\.?", "", text or "")
    marks = [c for c in bare if c in ".,"]
    if marks:
        last = bare.rfind(marks[-1])
        grouped = len(set(marks)) == 1 and (len(marks) > 1 or len(bare) - last - 1 == 3)
        whole, rest = (bare, "") if grouped else (bare[:last], bare[last + 1 :])
        bare = whole.replace(".", "").replace(",", "") + (f".{rest}" if rest else "")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
