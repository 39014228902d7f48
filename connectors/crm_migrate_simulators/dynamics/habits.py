"""How a simulated environment behaves, chosen by a test: what real environments differ in."""

from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.quotas import Quotas

WINDOW = 300.0  # seconds in which requests are counted


@dataclass(frozen=True, slots=True)
class Habits:
    """Switches and figures of an environment; each is a `--habit NAME=VALUE`."""

    tenant: str = "11111111-2222-3333-4444-555555555555"
    client_id: str = "crm-migrate"
    client_secret: str = "not-a-secret"  # noqa: S105 -- of a simulator
    token_seconds: float = 3599
    requests: int = 6000  # of a user in five minutes; 0: any number
    concurrent: int = 52
    page: int = 5000  # records of a page of a query
    key_seconds: float = 0.0  # how long the index of a new alternate key is made
    currency: str = "EUR"  # of the organisation; amounts in others have a rate
    created_on: bool = True  # our user may set the date of creation
    largest_file: int = 5_242_880  # bytes of the file of a note
    one_by_one: str = ""  # tables, with commas, that do not have CreateMultiple and its like
    rights_told: bool = True  # our user may ask which privileges others have
    read_only: str = ""  # tables, with commas, that our user may only read


def limits(habits: Any) -> Quotas:
    """The service protection limits of its habits."""
    return Quotas(per_window=habits.requests or None, window=WINDOW, concurrent=habits.concurrent or None)
