"""Whether a load fits into the time in which nobody works, counted back from its end; and what to load before it.

What has to fit: reading the sources and mapping them, writing, reading back and comparing, the hours that are kept for
looking and signing, and the way back: an undo takes about as long as the load.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from crm_migrate.mapping.plan_environment import FreezePlan
from crm_migrate.stages.load.forecast.history import History
from crm_migrate.stages.load.forecast.spelling import hours

Seconds = tuple[float, float]  # at least, at most
_AFTER = ("validate", "reconcile", "report")  # stages behind a load


class FreezeForecast(BaseModel):
    """Seconds that the load and what belongs to it take of a freeze of `seconds`; None where nothing is known.

    `rest` is the same where what is over (`history`) was loaded before.
    """

    model_config = ConfigDict(frozen=True)

    starts: str
    ends: str
    seconds: float
    ready: float
    load: Seconds | None
    compared: Seconds | None
    reserve: float
    history: tuple[History, ...]
    whole: Seconds | None
    rest: Seconds | None

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        yield f"freeze    {self.starts} to {self.ends}: {hours((self.seconds, self.seconds))}"
        if self.whole is None or self.load is None or self.compared is None:
            yield "          how long the load takes is not known, so nobody can say whether that suffices"
        else:
            yield f"          reading and mapping {hours((self.ready, self.ready))}, writing {hours(self.load)}"
            yield f"          reading back and comparing {hours(self.compared)}, looking and signing {self._reserve()}"
            in_all = f"in all {hours(self.whole)}: {_verdict(self.whole, self.seconds)}"
            yield f"          kept for an undo {hours(self.load)}; {in_all}"
        yield from self._before()

    def _reserve(self) -> str:
        return hours((self.reserve, self.reserve))

    def _before(self) -> Iterator[str]:
        over = [f"{each.over:,} of {each.writes:,} {each.object}" for each in self.history if each.over]
        if not over:
            yield "before    nothing is known to be over: closed, done or past"
            return
        yield f"before    load what is over and changes no more: {', '.join(over)}"
        if self.rest is not None:
            verdict = _verdict(self.rest, self.seconds)
            yield f"          then {hours(self.rest)} in all are left for the freeze: {verdict}"


def freeze_forecast(
    freeze: FreezePlan | None, took: Mapping[str, float], load: Seconds | None, reads: Seconds | None,
    history: Sequence[History],
) -> FreezeForecast | None:  # fmt: skip
    """`took` is how long the stages of this run, or an earlier one, took; `load` and `reads` seconds of writing and of
    reading back, where they are known. None where the environment has no freeze."""
    if freeze is None:
        return None
    starts, ends = datetime.fromisoformat(freeze.starts), datetime.fromisoformat(freeze.ends)
    ready = sum(seconds for stage, seconds in took.items() if stage not in (*_AFTER, "load"))
    behind = sum(took.get(stage, 0.0) for stage in _AFTER)
    compared = None if reads is None else (reads[0] + behind, reads[1] + behind)
    reserve = freeze.reserve_hours * 3600.0
    writes, over = sum(each.writes for each in history), sum(each.over for each in history)
    open_part = (writes - over) / writes if writes else 1.0
    return FreezeForecast(
        starts=freeze.starts,
        ends=freeze.ends,
        seconds=(ends - starts).total_seconds(),
        ready=ready,
        load=load,
        compared=compared,
        reserve=reserve,
        history=tuple(history),
        whole=_whole(ready + reserve, load, compared, 1.0),
        rest=_whole(ready + reserve, load, compared, open_part) if over else None,
    )


def begins(freeze: FreezePlan) -> str:
    """Its first moment in UTC, as canonical text."""
    return datetime.fromisoformat(freeze.starts).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(fixed: float, load: Seconds | None, compared: Seconds | None, part: float) -> Seconds | None:
    """With writing and its undo for a part of the records; everything is read back and compared in any case."""
    if load is None or compared is None:
        return None
    return fixed + 2 * part * load[0] + compared[0], fixed + 2 * part * load[1] + compared[1]


def _verdict(needed: Seconds, there: float) -> str:
    if needed[1] <= there:
        return "it suffices"
    return "it may not suffice" if needed[0] <= there else "IT DOES NOT SUFFICE"
