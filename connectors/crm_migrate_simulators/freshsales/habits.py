"""How a simulated account behaves, chosen by a test: its plan, its token, its clock, how far its lists are behind."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm_migrate_simulators.quotas import Quotas

HOUR, MINUTE = 3600.0, 60.0


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`. Times in seconds."""

    account: int = 0  # which one it is: its number is in the ids of its pipelines
    token: str = "freshsales-simulated"  # noqa: S105 -- of a simulator
    time_zone: str = "Europe/Berlin"  # that of the account, in which times are told
    per_hour: int = 1000  # 0: no limit
    per_minute: int = 400  # 0: no limit
    page: int = 100  # records of a page at most
    index_seconds: float = 1.0  # lists and searches are so far behind

    def __post_init__(self) -> None:
        """Raises ValueError for what would not act."""
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"habit time_zone: there is no time zone {self.time_zone!r}") from None


def limits(habits: Habits) -> Quotas:
    """The requests of an hour."""
    return Quotas(per_window=habits.per_hour or None, window=HOUR)


def by_minute(habits: Habits) -> Quotas:
    """Those of a minute."""
    return Quotas(per_window=habits.per_minute or None, window=MINUTE)
