"""How fast a target lets anybody ask: so many requests in so many seconds."""

from collections.abc import Sequence

from crm_migrate.connecting.contract import Allowance
from crm_migrate.mapping.plan_environment import LicencePlan
from crm_migrate.stages.load.forecast.spelling import lasting

Pace = tuple[int, float]  # requests that may be sent in so many seconds


def paces_of(allowed: Allowance, licence: LicencePlan | None) -> list[Pace]:
    """What the target tells, and what was bought."""
    told = [(allowed.per_window, allowed.window_seconds)] if allowed.per_window and allowed.window_seconds else []
    return [*told, (licence.hourly, 3600.0)] if licence and licence.hourly else told


def slowed(requests: int, paces: Sequence[Pace]) -> float:
    """Seconds that so many requests take at least."""
    return max((max(0, requests - most) / most * seconds for most, seconds in paces), default=0.0)


def slowest(requests: int, paces: Sequence[Pace]) -> Pace | None:
    """The pace by which so many requests take longest; None where none of them makes anybody wait."""
    return max((each for each in paces if requests > each[0]), key=lambda each: slowed(requests, (each,)), default=None)


def words(requests: int, pace: Pace) -> str:
    """What a person reads of it."""
    most, window = pace
    seconds = slowed(requests, (pace,))
    span = f"{window / 60:,.0f} minutes" if window >= 120 else f"{window:,.0f} seconds"
    per = f"no more than {most:,} requests in {span} are taken"
    return f"{per}: {requests:,} need {lasting((seconds, seconds))} at least"
