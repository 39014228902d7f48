"""The small company into a simulated CRM that misbehaves in one way; judged by the CRM's own store and log."""

import json
from pathlib import Path

from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.faults.catalogue import Kind
from crm_migrate_simulators.log import Log
from crm_migrate_simulators.quotas import DAY
from exactly_once.prepared import Prepared
from exactly_once.simulated_crms import SimulatedCrm
from exactly_once.told import Told, unfit
from exactly_once.warm import Warm

STARTS = 8
# Where a kind's own figure would take long, or be over before anybody looks.
# What hides a record does so for no longer than the mapping says (`settle_seconds`): of more nobody can know.
FIGURES = {
    "late_commit": 0.3, "settling": 0.25, "flickering": 0.12, "parent_locked": 0.1, "slow": 0.1, "hang_before": 1.2,
    "hang_after": 1.2, "dripping": 0.05, "gzip_bomb": 70, "job_late": 0.5,
}  # fmt: skip
PATIENT = ("throttled_absurd", "throttled_garbage", "throttled_silent")  # minutes of real waiting each


class StrikingCrm:
    """Loads the small company again and again, into the same CRM emptied each time."""

    def __init__(self, warm: Warm, place: SimulatedCrm, folder: Path) -> None:
        self._place, self._project = place, Prepared(warm, place, folder)
        self._quiet = self._load("").requests
        log = place.server.engine.log
        self._requests = [*log.requests]
        self._first = min(each.request for each in log.creations if each.request and each.key)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that this CRM has."""
        return dict(self._place.server.engine.kinds)

    def strike(self, kind: str) -> Told:
        """A load in which two requests of the kind's scope are struck, from the first record of ours on.

        What users do before a request needs such a record to do it with: there is one behind the first.
        """
        figure, scope = f"({FIGURES[kind]})" if kind in FIGURES else "", self.kinds[kind].scope
        fits = [each.number for each in self._requests if scope in ("any", each.scope)]
        first = self._first + _meets_records(self.kinds[kind])
        aims = [at for at, number in enumerate(fits, 1) if number >= first][:3:2]
        return self._load(kind, ", ".join(f"{kind}{figure}@{at}" for at in aims)).measure(self._quiet)

    def _load(self, kind: str, schedule: str = "") -> Told:
        self._project.begin()
        engine, told = self._place.server.engine, Told(self._place.name, kind)
        engine.schedule = Schedule(read_schedule(schedule, engine.kinds), 1)
        self._finish(told, seen=bool(kind) and told_apart(self.kinds[kind]))
        told.requests = self._place.requests()
        told.struck = sum(each.fault == kind for each in engine.log.requests)
        if kind and _meets_records(self.kinds[kind]) and (strange := _strange(engine.log)):
            told.complaints.append(f"no user touched what we have loaded, but {strange}")
        engine.schedule = Schedule(())
        wrong = self._place.wrong(self._project.folder)
        if wrong.doubled if told.noticed else wrong:
            told.complaints.append(f"{wrong}")
        if told.noticed and (missing := self._place.missing()) > (said := self._told_missing()):
            told.complaints.append(f"{missing} records are missing, and the verdict knows of {said}")
        return told

    def _told_missing(self) -> int:
        """Of how many records the last verdict says that they are not there."""
        runs = sorted((self._project.folder / ".crm-migrate" / "runs").glob("*/reconcile/figures.json"))
        figures = json.loads(runs[-1].read_text(encoding="utf-8"))
        open = [line["states"][state] for line in figures["accounting"] for state in ("failed", "held", "rejected")]
        return max(sum(open), sum(each["vanished"] for each in figures["target_sets"]))

    def _finish(self, told: Told, *, seen: bool) -> None:
        """Until it ends by itself; a day passes where it has stopped until the next one."""
        later, verb = 0.0, "resume"
        while len(told.exits) < STARTS:
            ended = self._project.run(verb, later=later)
            told.exits.append(ended.code)
            told.complaints += unfit(ended.code, self._project.said())
            told.noticed |= seen and ended.code == 1
            if ended.code == 0 or told.noticed:
                return
            verb = "run" if ended.code == 1 else "resume"
            if ended.code == 75:
                later += DAY
                self._place.server.engine.clock.advance(DAY)
        told.complaints.append(f"does not end: {self._project.said()[-1500:]}")


def _meets_records(kind: Kind) -> bool:
    """Whether users do something with records that are there."""
    return kind.family == "people" and kind.scope == "any" and kind.name != "job_aborted_by_user"


def _strange(log: Log) -> list[str]:
    """The ids of whom users touched and requests did not make; `nobody` where they touched none."""
    made = {each.id for each in log.creations if each.request}
    touched = [id for each in log.requests for id in each.touched]
    return [id for id in touched if id not in made] if touched else ["nobody"]


def told_apart(kind: Kind) -> bool:
    """Whether it leaves another record there than was sent, or none: the verdict has to say so."""
    refuses = ("duplicate_rule", "trigger_fails", "in_blueprint", "plugin_fails")
    return kind.family in ("people", "values") or kind.name in refuses
