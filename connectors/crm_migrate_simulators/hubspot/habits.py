"""How a simulated portal behaves, chosen by a test: its plan, its tokens, its administrators' rules."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm_migrate_simulators.hubspot.object_types import STANDARD
from crm_migrate_simulators.hubspot.properties import fresh
from crm_migrate_simulators.quotas import Quotas


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`. Times in seconds; lists are separated by spaces or commas."""

    portal: int = 12345678
    time_zone: str = "UTC"
    token: str = "pat-na1-simulated"  # noqa: S105 -- of a simulator; a static token, as of a private app
    client_id: str = "crm-migrate"
    client_secret: str = "not-a-secret"  # noqa: S105 -- of a simulator
    refresh_token: str = "not-a-refresh-token"  # noqa: S105 -- of a simulator
    token_seconds: float = 1800
    denied: str = ""  # rights that the app lacks: `objects/contacts properties/companies schemas`
    requests: int = 100  # per ten seconds; 0: no limit
    daily: int = 250_000  # 0: no limit
    searches: int = 5  # per second; 0: no limit
    batch: int = 100
    links: int = 2000  # pairs in a batch that creates associations
    shuffled: bool = True  # results of a batch come in another order than its inputs
    urls: bool = True  # records tell where a person sees them, as since 2026
    index_seconds: float = 0.0  # a search finds a change that late; in between it finds it, and loses it again
    largest_file: int = 2 << 30  # bytes of a file
    path_seconds: float = 0.0  # a new file is found by its path that late
    required: str = ""  # rules of the portal, enforced since 2026-09: `contacts.phone deals.amount`

    def __post_init__(self) -> None:
        """Raises ValueError for what would not act."""
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"habit time_zone: there is no time zone {self.time_zone!r}") from None
        rights = {f"{room}/{name}" for room in ("objects", "properties") for name in STANDARD} | {"schemas"}
        for word in sorted(words(self.denied) - rights):
            raise ValueError(
                f"habit denied: {word!r} is no right; there are objects/contacts, properties/deals, schemas"
            )
        for word in sorted(words(self.required)):
            object, _, name = word.partition(".")
            if name not in fresh(object):
                raise ValueError(
                    f"habit required: {word!r} is no property of HubSpot's own; it looks like contacts.phone"
                )


def limits(habits: Habits) -> Quotas:
    """The limits of its plan."""
    zone = ZoneInfo(habits.time_zone)
    return Quotas(per_day=habits.daily or None, per_window=habits.requests or None, zone=zone)


def words(text: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(text.replace(",", " ").split())
