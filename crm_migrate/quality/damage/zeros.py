"""Leading zeros that a spreadsheet took.

Short digits alone prove nothing: numbers from 1 to 10,000 look like codes of four digits that lost their zeros. Three
things do prove it: a check digit that fits once the zeros are back, a country whose postal codes are longer, and
another column that has the same codes with their zeros.
"""

import polars as pl

from crm_migrate.cleansing.organisations.checked_codes import FEW, RIGHT, without_zeros
from crm_migrate.cleansing.places.postal_codes import postal_cell, short_codes
from crm_migrate.quality.damage.tally import Damage, Tally, cells_of, found

KIND = "lost_zeros"


def lost_by_check(column: Tally) -> Damage | None:
    """Codes whose check digit fits nearly all that are whole, and nearly all that are short once zeros are back."""
    width, mended = without_zeros(column.values)
    if not mended:
        return None
    lost = column.values.filter(pl.col("value").is_in(list(mended)))
    return found(KIND, column, lost, {"width": width, "proof": "check"}, mended)


def lost_by_country(column: Tally, country: str) -> Damage | None:
    """Postal codes of one country that are whole once a zero stands before them.

    `column` holds the codes of that country alone: among those of others a short code is nobody's mistake. A code
    that still begins with 0 says that nothing took the zeros; short ones are then mistakes of typing.
    """
    digits = column.like(r"^\d{3,8}$")
    if digits["value"].str.starts_with("0").any():
        return None
    fewer = digits.filter(digits["value"].str.len_bytes().is_in(list(short_codes(country))))
    mended = {text: whole for text in fewer["value"] if (whole := _whole(text, country))}
    short = digits.filter(pl.col("value").is_in(list(mended)))
    if len(short) < FEW or cells_of(short) > column.filled / 2:
        return None
    width = len(next(iter(mended.values())))
    return found(KIND, column, short, {"width": width, "proof": "country", "country": country}, mended)


def _whole(text: str, country: str) -> str | None:
    cell = postal_cell(text, country)
    restored = cell.flag == "suspect" and cell.value is not None and cell.value.lstrip("0") == text
    return cell.value if restored else None


def lost_against(column: Tally, keys: Tally) -> Damage | None:
    """Codes that are found in another column only with zeros before them, where that one has them in one length."""
    padded = keys.like(r"^0\d+$")
    lengths = set(padded["value"].str.len_bytes().to_list())
    if len(lengths) != 1 or column.like(r"^0").height:
        return None
    width = lengths.pop()
    digits = column.like(r"^[1-9]\d*$").filter(pl.col("value").str.len_bytes() < width)
    known = set(keys.values["value"].to_list())
    mended = {v: v.zfill(width) for v in digits["value"] if v not in known and v.zfill(width) in known}
    if len(mended) < FEW or len(mended) < RIGHT * len(digits):
        return None
    short = digits.filter(pl.col("value").is_in(list(mended)))
    return found(KIND, column, short, {"width": width, "proof": "keys", "keys": keys.name}, mended)
