"""Random SIGKILLs of a run, a resume after each, and what the witness of the target says when it ended by itself."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from exactly_once.company import Wrong
from exactly_once.prepared import Prepared
from exactly_once.targets import Place
from exactly_once.warm import SEAMS, Job, Warm

# Where kills are to hit, and how often; from `load` on it is a resume of what was planned.
WEIGHTS = {
    "open": 2, "extract": 1, "map": 1, "link": 1, "dedupe": 1, "complete": 1, "plan": 3, "load": 6, "send": 30,
    "links": 10, "outcomes": 6, "validate": 8, "remember": 14, "reconcile": 3, "report": 2,
}  # fmt: skip
# Stages whose seams come again until all of it is done.
TOGETHER = (("load", "send", "links", "outcomes"), ("validate", "remember"))
EARLY = ("extract", "map", "link", "dedupe", "complete", "plan")
MOST = 16  # kills of one load
STARTS = 25  # of a load that nobody kills any more: faults may end it, but not for ever
GOOD_ENDS = (0, 4, 75)  # with faults: all through, the target failed us, stopped in good order


@dataclass
class Told:
    """The figures of a share of faults at a target."""

    target: str
    faults: float
    kills: int = 0
    missed: int = 0  # it had ended by itself before
    loads: int = 0
    requests: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    wrong: Wrong = field(default_factory=Wrong)
    complaints: list[str] = field(default_factory=list)

    def add(self, other: "Told") -> None:
        """Count another one in."""
        for name in ("kills", "missed", "loads", "requests"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.hits.update(other.hits)
        self.wrong += other.wrong
        self.complaints += other.complaints


class Killing:
    """One project and one target, loaded again and again while somebody kills the loader."""

    def __init__(self, warm: Warm, place: Place, folder: Path, seed: int | str) -> None:
        self._project, self._dice = Prepared(warm, place, folder), random.Random(seed)
        self._warm, self._place, self._faults = warm, place, 0.0

    def load(self, faults: float, most: int = MOST) -> Told:
        """One load: begun, killed at most so often, resumed until it ends by itself, judged, and run once more."""
        told = Told(self._place.name, faults, loads=1)
        early = self._dice.random() < 0.15
        self._project.begin(planned=not early)
        self._strike(faults)
        furthest = ""
        for seam in self._aims(self._dice.randint(max(1, most // 2), most), early):
            if seam == "open" or not furthest or not _past(seam, furthest):
                furthest = self._kill(told, seam)
        if not self._finish():
            told.complaints.append(f"does not end by itself: {self._project.said()[-2000:]}")
        self._strike(0)
        told.requests = self._place.requests()
        told.wrong = self._place.wrong(self._project.folder)
        if self._dice.random() < 0.1:
            self._again(told)
        if told.wrong:
            told.complaints.append(f"{told.wrong}")
        return told

    def _strike(self, faults: float) -> None:
        self._faults = faults
        self._place.strike(faults, self._dice.randrange(1 << 30))

    def _job(self) -> Job:
        return self._project.job(self._project.on, lossy=self._faults, seed=self._dice.randrange(1 << 30))

    def _aims(self, count: int, early: bool) -> list[str]:
        """The seams where the kills are to hit, in the order in which a run comes to them."""
        seams = [seam for seam in WEIGHTS if early or seam not in EARLY]
        return sorted(self._dice.choices(seams, [WEIGHTS[seam] for seam in seams], k=count), key=list(SEAMS).index)

    def _kill(self, told: Told, seam: str) -> str:
        """Kill it there, or a little later; where it was then."""
        child = self._warm.start(self._job())
        if child.reach(seam):
            child.wait(self._dice.uniform(0, self._warm.usual(seam)))
        where = child.seam or "begin"
        if child.kill().code == -9:
            told.kills += 1
            told.hits[where] += 1
        else:
            told.missed += 1
        return where

    def _finish(self) -> bool:
        for _ in range(STARTS):
            code = self._warm.run(self._job()).code
            if code == 0:
                return True
            if code not in GOOD_ENDS or not self._faults:
                return False
        return False

    def _again(self, told: Told) -> None:
        """A run after that creates nothing and changes nothing."""
        if self._project.run("run").code != 0:
            told.complaints.append(f"the run after it: {self._project.said()[-2000:]}")
        told.wrong += self._place.wrong(self._project.folder)


def _past(seam: str, furthest: str) -> bool:
    """Whether a run that came so far does not come to that seam again."""
    if any(seam in stage and furthest in stage for stage in TOGETHER) or furthest not in SEAMS:
        return False
    return list(SEAMS).index(seam) < list(SEAMS).index(furthest)


def table(rows: list[Told]) -> str:
    """What was found, as the docs show it."""
    head = (
        "| target | faults | kills | loads | requests | lost | doubled | wrong parents | other | where the kills hit |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|---|"]
    for each in rows:
        order = ["begin", *SEAMS]
        where = ", ".join(f"{seam} {each.hits[seam]}" for seam in order if each.hits[seam])
        found = each.wrong
        lines.append(
            f"| {each.target} | {each.faults:.0%} | {each.kills:,} | {each.loads:,} | {each.requests or ''} "
            f"| {found.lost} | {found.doubled} | {found.parents} | {found.others} | {where} |"
        )
    return "\n".join(lines)
