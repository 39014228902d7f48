"""How a column of an export writes its numbers: its cells, and what was sent, show which mark is which. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection
from decimal import Decimal

from babel.core import get_global

Number = Callable[[str], Decimal]

_OTHER = {".": ",", ",": "."}
_MINUS = str.maketrans({"−": "-", "–": "-"})
_BETWEEN = re.compile(r"(?<=\d)[\s'’](?=\d)")  # between thousands, and never a decimal mark
_DOLLARS = re.compile(r"[A-Z]{1,3}(?=\$)")
_CODE = re.compile(r"(?<![^\W\d_])[A-Z]{2,3}(?![^\W\d_])")
_SIGNED = re.compile(r"(\(?)\s*(-?)\s*(\d[\d.,']*(?:[eE][+-]?\d+)?)\s*(-?)\s*(\)?)")


def number_of(pairs: Collection[tuple[str, Decimal | None]], own: str) -> Number:
    """How all cells of a column are read; `pairs` are its cells with what was sent, `own` the decimal mark of our
    files. Where every cell can be read with either mark, that one holds by which more cells say what was sent, ours in
    doubt. A cell that cannot be read is no number (ValueError)."""
    readings = [reading for mark in (own, _OTHER[own]) if _reads(reading := _by(mark), pairs)]
    if len(readings) < 2:
        return readings[0] if readings else _by(own)
    return max(readings, key=lambda reading: sum(reading(cell) == sent for cell, sent in pairs))


def _reads(reading: Number, pairs: Collection[tuple[str, Decimal | None]]) -> bool:
    try:
        for cell, _ in pairs:
            reading(cell)
    except ValueError:
        return False
    return True


def _by(mark: str) -> Number:
    other = re.escape(_OTHER[mark])
    whole = rf"\d+|\d{{1,3}}(?:[{other}']\d{{2,3}})*[{other}']\d{{3}}"
    form = re.compile(rf"-?(?:{whole})(?:{re.escape(mark)}\d+)?(?:[eE][+-]?\d+)?")

    def read(cell: str) -> Decimal:
        body = _body(cell)
        if not form.fullmatch(body):
            raise ValueError(cell)
        return Decimal(body.replace(_OTHER[mark], "").replace("'", "").replace(mark, "."))

    return read


def _body(cell: str) -> str:
    """Sign, digits and marks alone: without a currency, a percent sign and the brackets of a loss."""
    text = _BETWEEN.sub("'", _without_currency(cell.translate(_MINUS)).strip())
    found = _SIGNED.fullmatch(text)
    if not found:
        raise ValueError(cell)
    opened, before, digits, after, closed = found.groups()
    if bool(opened) != bool(closed) or len(before + after + opened) > 1:
        raise ValueError(cell)
    return ("-" if before or after or opened else "") + digits


def _without_currency(text: str) -> str:
    """A cell without the sign of a currency (`€`, `US$`), its code (`EUR`, `TL`) and `%`."""
    signs = (" " if unicodedata.category(sign) == "Sc" or sign == "%" else sign for sign in _DOLLARS.sub("", text))
    return _CODE.sub(lambda found: " " if _is_currency(found[0]) else found[0], "".join(signs))


def _is_currency(word: str) -> bool:
    return word == "TL" or word in get_global("all_currencies")
