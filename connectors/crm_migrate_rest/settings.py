"""What an environment says about a target of this kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.options import read_options


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the CRM is, who we are there, and how long it may take.

    A request may take effect up to `longest_seconds` after it was sent; nobody waits longer for its answer. A read may
    lie about a write for `settle_seconds`.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    parallel: int = 4
    longest_seconds: float = 120
    settle_seconds: float = 5


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings of an environment's options. UsageError for one that is missing, or no number."""
    return Settings(**read_options(options, "a REST target", "CRM", ("url", "client_id", "client_secret")))
