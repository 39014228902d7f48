"""What a declared type of numbers holds: how large, with how many decimals and digits."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa


def below(kind: sa.types.TypeEngine[Any]) -> Decimal | None:
    """The size that numbers of a type do not reach."""
    if isinstance(kind, sa.Integer):
        bits = 15 if isinstance(kind, sa.SmallInteger) else 63 if isinstance(kind, sa.BigInteger) else 31
        return Decimal(2**bits)
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float) and kind.precision is not None:
        return Decimal(10 ** (kind.precision - (kind.scale or 0)))
    return None


def scale(kind: sa.types.TypeEngine[Any]) -> int | None:
    """How many decimals a type keeps; what is more is rounded. A NUMERIC without precision keeps all."""
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float) and kind.precision is not None:
        return kind.scale or 0
    return None


def digits(kind: sa.types.TypeEngine[Any]) -> int | None:
    """How many digits a binary number keeps for certain (IEEE 754)."""
    if not isinstance(kind, sa.Float):
        return None
    return 6 if isinstance(kind, sa.REAL) else 15
