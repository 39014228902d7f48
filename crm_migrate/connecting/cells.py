"""Canonical text as plain values of an API, or why a value cannot be sent. Pure.

What a CRM does to a value beyond that (rounds it, trims it, has no such choice) is its connector's to know.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from crm_migrate.connecting.contract import Refusal

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}


class Unfit(Exception):
    """A value that cannot be sent; `refusal` says why, without it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.words)
        self.refusal = refusal


def unfit(code: str, words: str, name: str) -> Unfit:
    """That a value of the field `name` cannot be sent."""
    return Unfit(Refusal(words, code, name))


def integer(name: str, cell: str) -> int:
    """A whole number. Raises Unfit, as all here."""
    if not _INTEGER.fullmatch(cell):
        raise unfit("TYPE", "the value is no whole number", name)
    return int(cell)


def decimal(name: str, cell: str) -> Decimal:
    """A number."""
    try:
        number = Decimal(cell)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise unfit("TYPE", "the value is no number", name)
    return number


def exact_float(name: str, cell: str, words: str) -> float:
    """A number that a float holds as it is; `words` say what would become of another one."""
    number = decimal(name, cell)
    if Decimal(repr(float(number))) != number:
        raise unfit("TYPE", words, name)
    return float(number)


def boolean(name: str, cell: str) -> bool:
    """Yes or no."""
    if cell not in _BOOLEANS:
        raise unfit("TYPE", "the value is neither true nor false", name)
    return _BOOLEANS[cell]


def day(name: str, cell: str) -> str:
    """A day, as ISO 8601."""
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise unfit("TYPE", "the value is no date", name) from None
