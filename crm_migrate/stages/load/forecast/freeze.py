"""Whether a load fits into the time in which nobody works, counted back from its end; and what to load before it.

What has to fit: reading the sources and mapping them, writing, reading back and comparing, the hours that are kept for
looking and signing, and the way back: an undo takes about as long as the load.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from pydantic import BaseModel, ConfigDict

from crm_migrate.mapping.plan_environment import FreezePlan
from crm_migrate.stages.load.forecast.history import History
from crm_migrate.stages.load.forecast.spelling import hours, shown

Seconds = tuple[float, float]  # at least, at most
_AFTER = ("validate", "reconcile", "report")  # stages behind a load
_WORDS = {
    "ready": "reading and mapping",
    "written": "writing",
    "compared": "reading back and comparing",
    "signed": "looking and signing",
    "undone": "kept for an undo, as much as for writing",
}


class Needs(BaseModel):
    """What has to fit: part -> seconds, rounded up to tenths of an hour as they are shown, so that what is read adds
    up."""

    model_config = ConfigDict(frozen=True)

    parts: dict[str, Seconds]
    whole: Seconds

    def lines(self, there: float) -> Iterator[str]:
        """A sum that a person can add up, and whether so many seconds suffice."""
        yield from (f"          {hours(seconds)}  {_WORDS[part]}" for part, seconds in self.parts.items())
        yield f"          {hours(self.whole)}  in all: {_verdict(self.whole, there)}"


class FreezeForecast(BaseModel):
    """What the load and what belongs to it `needs` of a freeze of `seconds`; None where nothing is known.

    `rest` is the same where what is over (`history`) was loaded before.
    """

    model_config = ConfigDict(frozen=True)

    starts: str
    ends: str
    seconds: float
    history: tuple[History, ...]
    needs: Needs | None
    rest: Needs | None

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        yield f"freeze    {self.starts} to {self.ends}: {hours((self.seconds, self.seconds))}"
        if self.needs is None:
            yield "          how long the load takes is not known, so nobody can say whether that suffices"
        else:
            yield from self.needs.lines(self.seconds)
        yield from self._before()

    def _before(self) -> Iterator[str]:
        over = [f"{each.over:,} of {each.writes:,} {each.object}" for each in self.history if each.over]
        if not over:
            yield "before    nothing is known to be over: closed, done or past"
            return
        yield f"before    load what is over and changes no more: {', '.join(over)}"
        if self.rest is not None:
            writes, gone = _in_all(self.history)
            left = f"{writes - gone:,} of {writes:,} record(s) are left to write"
            yield f"          then {left} in the freeze, by their share:"
            yield from self.rest.lines(self.seconds)


def freeze_forecast(
    freeze: FreezePlan | None, took: Mapping[str, float], load: Seconds | None, reads: Seconds | None,
    history: Sequence[History],
) -> FreezeForecast | None:  # fmt: skip
    """`took` is how long the stages of this run, or an earlier one, took; `load` and `reads` seconds of writing and of
    reading back, where they are known. None where the environment has no freeze."""
    if freeze is None:
        return None
    starts, ends = datetime.fromisoformat(freeze.starts), datetime.fromisoformat(freeze.ends)
    writes, over = _in_all(history)
    needs = partial(_needs, took, load, reads, freeze.reserve_hours * 3600.0)
    return FreezeForecast(
        starts=freeze.starts,
        ends=freeze.ends,
        seconds=(ends - starts).total_seconds(),
        history=tuple(history),
        needs=needs(1.0),
        rest=needs((writes - over) / writes) if over else None,
    )


def _needs(
    took: Mapping[str, float], load: Seconds | None, reads: Seconds | None, reserve: float, share: float
) -> Needs | None:
    """With writing and its undo for a share of the records; everything is read back and compared in any case."""
    if load is None or reads is None:
        return None
    ready = sum(seconds for stage, seconds in took.items() if stage not in (*_AFTER, "load"))
    behind = sum(took.get(stage, 0.0) for stage in _AFTER)
    written = shown((share * load[0], share * load[1]))
    parts = {
        "ready": shown((ready, ready)),
        "written": written,
        "compared": shown((reads[0] + behind, reads[1] + behind)),
        "signed": shown((reserve, reserve)),
        "undone": written,
    }
    low, high = zip(*parts.values(), strict=True)
    return Needs(parts=parts, whole=(sum(low), sum(high)))


def _in_all(history: Sequence[History]) -> tuple[int, int]:
    """Records that are written, and those of them that are over."""
    return sum(each.writes for each in history), sum(each.over for each in history)


def begins(freeze: FreezePlan) -> str:
    """Its first moment in UTC, as canonical text."""
    return datetime.fromisoformat(freeze.starts).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _verdict(needed: Seconds, there: float) -> str:
    if needed[1] <= there:
        return "it suffices"
    return "it may not suffice" if needed[0] <= there else "IT DOES NOT SUFFICE"
