"""What an environment says about an Odoo: where it is, which database, who we are there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.http import Pace
from crm_migrate.connecting.options import read_options


@dataclass(frozen=True, slots=True)
class Settings:
    """The server, the database on it, the login of our user and a key of the API (or a password).

    What was sent may take effect up to `longest_seconds` after its batch was begun: workers of Odoo end a request after
    `limit_time_real`, two minutes unless an administrator says otherwise. A read may lie about a write for
    `settle_seconds` (replicas only).
    """

    url: str
    database: str
    user: str
    token: str = field(repr=False)
    parallel: int = 2
    longest_seconds: float = 300
    settle_seconds: float = 0

    @property
    def pace(self) -> Pace:
        """How the requests of a batch keep within these times."""
        return Pace(self.longest_seconds)


def read_settings(options: Mapping[str, Any], who: str = "an Odoo target") -> Settings:
    """The settings of the options of an environment. UsageError for one that is missing, or no number."""
    return Settings(**read_options(options, who, "ODOO", ("url", "database", "user", "token")))
