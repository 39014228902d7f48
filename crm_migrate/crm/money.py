"""How sums of money are written as plain decimal text, by the digits that their currency has.

Currencies without decimals (JPY) and with three (KWD) are as CLDR has them; what is no currency of it has two.
"""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision


def digits(currency: str) -> int:
    """Decimals of a currency by its code."""
    return int(get_currency_precision(currency))


def plain(amount: Decimal | None, currency: str = "") -> str:
    """An exact amount with at least the digits of its currency, and no needless zeros beyond; None is nothing."""
    value = Decimal(amount or 0)
    whole, _, decimals = format(value if value else Decimal(0), "f").partition(".")
    decimals = decimals.rstrip("0").ljust(digits(currency), "0")
    return f"{whole}.{decimals}" if decimals else whole


def average(amount: Decimal, currency: str) -> str:
    """What was divided, rounded half up to the digits of its currency: nobody pays a part of a cent."""
    return plain(amount.quantize(Decimal(1).scaleb(-digits(currency)), ROUND_HALF_UP), currency)
