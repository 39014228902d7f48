"""Codes of digits with a check digit, of a whole column: what proves that a spreadsheet took their leading zeros."""

from collections.abc import Callable, Mapping

import polars as pl
from stdnum import ean
from stdnum.tr import vkn

FEW = 3  # different short codes: one or two that fit a check digit are chance (one in ten does)
_GTIN = frozenset({8, 12, 13, 14})  # lengths that articles' numbers have anyway
# Length of a code with a check digit -> the check, and lengths that are short of it and codes of their own.
_CHECKED: Mapping[int, tuple[Callable[[str], bool], frozenset[int]]] = {
    10: (vkn.is_valid, frozenset()),
    13: (ean.is_valid, _GTIN),
}
_CHECKS = 2_000  # different values that are checked; all of them decide, and a check digit is slow
RIGHT = 0.99


def without_zeros(codes: pl.DataFrame) -> tuple[int, Mapping[str, str]]:
    """How many digits a code has, and the short codes with the zeros that they lost; (0, {}) where nothing proves it.

    `codes` are the different values of a column: `value`, `cells` (how many rows have it) and `row` (the first). The
    check digit must fit nearly all that are whole, and nearly all that are short once zeros are back.
    """
    digits = codes.filter(pl.col("value").str.contains(r"^\d+$"))
    if _cells(digits) < RIGHT * _cells(codes):
        return 0, {}
    lengths = digits["value"].str.len_bytes()
    for width, (valid, others) in _CHECKED.items():
        whole = digits.filter(lengths == width)
        short = digits.filter((lengths < width) & ~lengths.is_in(list(others)))
        if len(short) < FEW or _cells(whole) < _cells(digits) / 2:
            continue
        if _fits(whole, width, valid) and _fits(short, width, valid):
            return width, {text: text.zfill(width) for text in short["value"] if valid(text.zfill(width))}
    return 0, {}


def _cells(codes: pl.DataFrame) -> int:
    return int(codes["cells"].sum())


def _fits(codes: pl.DataFrame, width: int, valid: Callable[[str], bool]) -> bool:
    tried = codes.bottom_k(_CHECKS, by="row")["value"].to_list()
    return sum(valid(text.zfill(width)) for text in tried) >= RIGHT * len(tried)
