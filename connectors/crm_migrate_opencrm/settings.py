"""What an environment says about a target of this kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.options import read_options


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server is, what lets us in, and how long it may take.

    What was sent may take effect up to `longest_seconds` after its batch was begun. A read may lie about a write for
    `settle_seconds` (replicas only).
    """

    url: str
    token: str = field(repr=False)
    user: str = ""
    parallel: int = 1
    longest_seconds: float = 120
    settle_seconds: float = 0


def read_settings(options: Mapping[str, Any], target: str, prefix: str, more: tuple[str, ...] = ()) -> Settings:
    """The settings of an environment's options, `more` are words that it must have besides. UsageError for one that is
    missing, or no number."""
    return Settings(**read_options(options, target, prefix, ("url", "token", *more)))
