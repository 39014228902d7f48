"""What an environment says about a target behind an API: words that must be there, and numbers in their bounds."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from crm_migrate.errors import UsageError

MOST_PARALLEL = 32
SECONDS = ("longest_seconds", "settle_seconds", "upload_seconds")


def read_options(options: Mapping[str, Any], target: str, prefix: str, required: Sequence[str]) -> dict[str, Any]:
    """The required words as text, and what is said of `parallel` and `*_seconds`; what nobody says keeps its default.

    `target` is who needs them (`a REST target`), `prefix` that of the environment variables that the hint names.
    UsageError for one that is missing, or no number.
    """
    for name in required:
        if not options.get(name):
            raise UsageError(f"{target} needs `{name}`", hint=f"{name}: env:{prefix}_{name.upper()}")
    read: dict[str, Any] = {name: str(options[name]) for name in required}
    read |= {name: _number(name, options[name]) for name in SECONDS if name in options}
    if "parallel" in options:
        read["parallel"] = _parallel(options["parallel"])
    return read


def _parallel(said: Any) -> int:
    number = _number("parallel", said)
    if not 1 <= number <= MOST_PARALLEL or number != int(number):
        raise UsageError(f"`parallel` is a whole number from 1 to {MOST_PARALLEL}")
    return int(number)


def _number(name: str, said: Any) -> float:
    try:
        number = float(said)
    except (TypeError, ValueError):
        number = -1
    if not isfinite(number) or number < 0:
        raise UsageError(f"`{name}` is a number that is not negative, like 60")
    return number
