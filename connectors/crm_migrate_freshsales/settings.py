"""What an environment, or a source, says about an account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.options import read_options
from crm_migrate.errors import UsageError

PER_HOUR = 1000  # requests, of the smallest plan


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the account is, whose key we have, and how long it may take.

    What was sent may take effect up to `longest_seconds` after its batch was begun; lists may be `settle_seconds`
    behind what was written. `per_hour` requests are allowed by the plan: a forecast counts with it; None where the
    environment does not say it.
    """

    url: str
    token: str = field(repr=False)
    per_hour: int | None = None
    parallel: int = 1
    longest_seconds: float = 120
    settle_seconds: float = 30


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings of an environment's options. UsageError for one that is missing, or no number."""
    read = read_options(options, "a Freshsales account", "FRESHSALES", ("url", "token"))
    said = options.get("per_hour")
    if said is not None and (not str(said).isdecimal() or int(said) < 1):
        raise UsageError(
            "`per_hour` is a whole number of requests, like 2000", hint="the plan says it: 1000, 2000, 5000"
        )
    return Settings(**read, per_hour=None if said is None else int(said))


def read_source(spec: SourceSpec) -> Settings:
    """The settings of a source. UsageError where it names no module."""
    if not spec.table:
        raise UsageError(f"source `{spec.name}` names no module of Freshsales", hint="table: contacts")
    return read_settings({**spec.options, **({"url": spec.url} if spec.url else {})})
