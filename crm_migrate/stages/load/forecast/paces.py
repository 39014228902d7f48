"""How fast a target lets anybody ask: so many requests in so many seconds."""

from collections.abc import Sequence
from typing import NamedTuple

from crm_migrate.connecting.contract import Allowance
from crm_migrate.mapping.plan_environment import LicencePlan
from crm_migrate.stages.load.forecast.spelling import lasting

_HOUR = 3600.0
_BOUGHT = " by the licence"
_ASSUMED = " by the smallest edition, which is assumed"


class Pace(NamedTuple):
    """Requests that may be sent in so many seconds, and who says so: "" is the target, or the environment for it."""

    requests: int
    seconds: float
    by: str = ""


def paces_of(allowed: Allowance, licence: LicencePlan | None) -> list[Pace]:
    """What the target tells, and what was bought. Of one window its own word comes first; what is assumed gives way."""
    bought = [Pace(licence.hourly, _HOUR, _BOUGHT)] if licence and licence.hourly else []
    if not allowed.per_window or not allowed.window_seconds or (allowed.assumed and bought):
        return bought
    told = Pace(allowed.per_window, allowed.window_seconds, _ASSUMED if allowed.assumed else "")
    return [told] if told.seconds == _HOUR else [told, *bought]


def slowed(requests: int, paces: Sequence[Pace]) -> float:
    """Seconds that so many requests take at least."""
    return max((max(0, requests - pace.requests) / pace.requests * pace.seconds for pace in paces), default=0.0)


def slowest(requests: int, paces: Sequence[Pace]) -> Pace | None:
    """The pace by which so many requests take longest; None where none of them makes anybody wait."""
    waits = (each for each in paces if requests > each.requests)
    return max(waits, key=lambda each: slowed(requests, (each,)), default=None)


def words(requests: int, pace: Pace) -> str:
    """What a person reads of it."""
    seconds = slowed(requests, (pace,))
    span = f"{pace.seconds / 60:,.0f} minutes" if pace.seconds >= 120 else f"{pace.seconds:,.0f} seconds"
    per = f"no more than {pace.requests:,} requests in {span} are taken{pace.by}"
    return f"{per}: {requests:,} need {lasting((seconds, seconds))} at least"
