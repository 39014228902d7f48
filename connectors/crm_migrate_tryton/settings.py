"""What an environment says about a target of this kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from crm_migrate.errors import UsageError

MOST_PARALLEL = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server is, which database of it, who we are there, and how long it may take.

    What was sent may take effect up to `longest_seconds` after its batch was begun. A read may lie about a write for
    `settle_seconds` (replicas only). Tryton on SQLite takes one writer: `parallel` 1.
    """

    url: str
    database: str
    user: str
    password: str = field(repr=False)
    parallel: int = 1
    longest_seconds: float = 300
    settle_seconds: float = 0


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings of an environment's options. UsageError for one that is missing, or no number."""
    for name in ("url", "database", "user", "password"):
        if not options.get(name):
            raise UsageError(f"a Tryton target needs `{name}`", hint=f"{name}: env:TRYTON_{name.upper()}")
    numbers = {name: _number(name, options[name]) for name in ("longest_seconds", "settle_seconds") if name in options}
    parallel = _number("parallel", options.get("parallel", 1))
    if not 1 <= parallel <= MOST_PARALLEL or parallel != int(parallel):
        raise UsageError(f"`parallel` is a whole number from 1 to {MOST_PARALLEL}")
    url, database, user, password = (str(options[name]) for name in ("url", "database", "user", "password"))
    return Settings(url, database, user, password, int(parallel), **numbers)


def _number(name: str, said: Any) -> float:
    try:
        number = float(said)
    except (TypeError, ValueError):
        number = -1
    if not isfinite(number) or number < 0:
        raise UsageError(f"`{name}` is a number that is not negative, like 60")
    return number
