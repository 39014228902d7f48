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
    token: str = field(default="", repr=False)
    user: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    parallel: int = 1
    longest_seconds: float = 120
    settle_seconds: float = 0


def read_settings(options: Mapping[str, Any], target: str, prefix: str, ways_in: tuple[str, ...]) -> Settings:
    """The settings of an environment's options; `ways_in` are the words that let us in, which it must have. UsageError
    for one that is missing, or no number."""
    return Settings(**read_options(options, target, prefix, ("url", *ways_in)))
