"""How a simulated organisation behaves, chosen by a test: its credentials, limits and administrators' rules."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm_migrate_simulators.quotas import Quotas


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`. Times in seconds."""

    client_id: str = "crm-migrate"
    client_secret: str = "not-a-secret"  # noqa: S105 -- of a simulator
    refresh_token: str = "not-a-secret"  # noqa: S105 -- of a simulator
    token_seconds: float = 3600
    time_zone: str = "Europe/Istanbul"  # in which moments are told
    credits: int = 100_000  # in 24 hours; 0: no limit
    concurrency: int = 10  # requests at a time; 0: no limit
    strict_picklists: bool = True  # a value that a picklist does not have is refused, else kept
    rows_replace: bool = False  # rows of a subform that a change does not name go, as in version 2 of the API
    denied: str = ""  # modules, separated by blanks or commas, that our user may not see

    def __post_init__(self) -> None:
        """Raises ValueError for what would not act."""
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"habit time_zone: there is no time zone {self.time_zone!r}") from None


def limits(habits: Habits) -> Quotas:
    """The limits of its edition. A request is a credit here, and more where many records are written."""
    return Quotas(per_day=habits.credits or None, concurrent=habits.concurrency or None)


def words(text: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(text.replace(",", " ").split())
