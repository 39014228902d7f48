"""Nights as the ledger knows them, and how they make a row.

A night is noted when it is begun, and again with what came of it, so that one that was killed has left its trace. Runs
may be tidied up: what a night found stands in the ledger, hash-chained like all that is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.night_figures import Does, Night, Outcome, Share, WatchFigure
from crm_migrate.workspace.sealing import as_we_write, read_sealed
from crm_migrate.workspace.undoing import undone

BEGUN, ENDED = "night", "night_ended"  # kinds of entries of the ledger
SHOWN = 30  # nights that a report lists
_BINDS = ("mapping", "limits", "target")
_WORST: tuple[Outcome, ...] = ("blocked", "over", "stable")


class Result(BaseModel):
    """What came of a night. `bound` has the digests of what may not change in a row; `sources` that of all files that
    were read, empty where not all of them have one (a database)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    day: str
    run: str
    does: Does
    bound: dict[str, str]
    sources: str
    blocked: tuple[str, ...] = ()
    edited: int = 0
    shares: tuple[Share, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """By itself, whatever the nights before it were."""
        if self.blocked:
            return "blocked"
        return "stable" if all(share.holds for share in self.shares) else "over"


@dataclass(frozen=True, slots=True)
class Known:
    """The days on which nights of an environment were begun, each as often as it was, and their results."""

    begun: tuple[str, ...] = ()
    results: tuple[Result, ...] = field(default=())


def night_path(run: Run) -> Path:
    """Where `reconcile` leaves what came of a night."""
    return run.table("reconcile", "night.json")


def day_of(instant: str, time_zone: str) -> str:
    """The calendar day of an instant (ISO 8601) in a zone."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(time_zone)).date().isoformat()


def begin_night(project: Project, environment: str, day: str) -> None:
    """Note that a night begins."""
    with project_lock(project), checked(project.ledger) as ledger:
        ledger.note(BEGUN, {"environment": environment, "day": day})


def end_night(project: Project, run: Run) -> None:
    """Note what came of the night of a run; saying it twice changes nothing. DamagedFile where that was changed."""
    said = read_sealed(night_path(run))
    with as_we_write(night_path(run)):
        result = Result.model_validate(said)
    with project_lock(project), checked(project.ledger) as ledger:
        if all(body["run"] != result.run for body in ledger.bodies(ENDED)):
            ledger.note(ENDED, result.model_dump(mode="json"))


def known_nights(project: Project, environment: str, before: str = "") -> Known:
    """The nights of an environment, without runs that were undone; with `before`, the results of earlier runs only."""
    if not project.ledger.exists():
        return Known()
    with checked(project.ledger) as ledger:
        gone = undone(ledger)
        begun = [body["day"] for body in ledger.bodies(BEGUN) if body["environment"] == environment]
        ended = [Result.model_validate(body) for body in ledger.bodies(ENDED) if body["environment"] == environment]
    told = (each for each in ended if each.run not in gone and not (before and each.run >= before))
    return Known(tuple(begun), tuple(told))


def standing(known: Known, today: str, needed: int, under: str, tonight: Result | None = None) -> WatchFigure:
    """The row as it stands on a day; `tonight` is the result of the night that is being looked at."""
    results = (*known.results, *([tonight] if tonight is not None else ()))
    begun = [day for day in known.begun if day <= today]
    nights = list(_nights(begun, [each for each in results if each.day <= today], today))
    row = nights[-1].row if nights else 0
    return WatchFigure(
        under=under, needed=needed, row=row, tonight=tonight is not None, nights=tuple(nights[-SHOWN:])
    )  # fmt: skip


def _nights(begun: Sequence[str], results: Sequence[Result], today: str) -> Iterator[Night]:
    """Every day from the first night to today; today is missed only when it is over."""
    by_day = {day: list(found) for day, found in groupby(sorted(results, key=lambda r: r.day), lambda r: r.day)}
    days = sorted({*begun, *by_day})
    row, before = 0, None
    for day, following in zip(days, [*days[1:], today], strict=bool(days)):
        found = by_day.get(day, [])
        unfinished = max(0, begun.count(day) - len(found))
        if found:
            counted = min(found, key=lambda each: _WORST.index(each.outcome))
            night = _judged(counted, before, row, unfinished)
            before = found[-1]
        else:
            night = Night(day=day, outcome="failed", unfinished=unfinished)
        yield night
        row = night.row
        if missed := _missed(day, following):
            row = 0
            yield missed


def _judged(result: Result, before: Result | None, row: int, unfinished: int) -> Night:
    """A night with a result, after a row and the result of an earlier night."""
    changed = tuple(what for what in _BINDS if before is not None and before.bound[what] != result.bound[what])
    outcome: Outcome = result.outcome
    if outcome == "stable" and not changed and _same_files(result, before):
        outcome = "same"
    count = {"stable": 1 if changed else row + 1, "same": row}.get(outcome, 0)
    return Night.model_validate({
        "day": result.day, "run": result.run, "does": result.does, "outcome": outcome, "row": count, "changed": changed,
        "blocked": result.blocked, "unfinished": unfinished, "edited": result.edited, "shares": result.shares,
    })  # fmt: skip


def _same_files(result: Result, before: Result | None) -> bool:
    """Whether a delta read the very files that the night before had read: an export that was not made anew. Where
    nothing is written, the old system may well stand still."""
    return result.does == "delta" and before is not None and result.sources != "" and before.sources == result.sources


def _missed(day: str, following: str) -> Night | None:
    first, last = date.fromisoformat(day) + timedelta(1), date.fromisoformat(following) - timedelta(1)
    if last < first:
        return None
    return Night(day=first.isoformat(), until=last.isoformat() if last > first else "", outcome="missed")
