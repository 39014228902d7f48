"""A kill, a broken and a full disk at the N-th write, sync or send of a run, for every N; then a resume.

A run has two stretches: until its plan, where it looks at the target only, and its load.
"""

import errno
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from exactly_once.company import Wrong
from exactly_once.prepared import Prepared
from exactly_once.targets import Place
from exactly_once.warm import Ended, Warm

SOURCE = Path(__file__).with_name("failing.c")
# name: errno (0: SIGKILL), and whether it lasts: a full disk stays full
FAULTS = {"KILL": (0, False), "EIO": (errno.EIO, False), "ENOSPC": (errno.ENOSPC, True)}
UNTIL = "validate"  # and with it what is remembered for the next load; after that nothing is sent or kept
STRETCHES = {"plan": ("run", "--until", "plan"), "load": ("resume", "--until", UNTIL)}
STARTS = 3


def usable() -> bool:
    """Whether calls can be made to fail here; CI must be such a place."""
    there = os.uname().sysname == "Linux" and shutil.which("cc") is not None if hasattr(os, "uname") else False
    assert there or not os.environ.get("CI"), "CI must be Linux with a C compiler"
    return there


def library(folder: Path) -> Path:
    """What makes calls fail, compiled."""
    built = folder / "failing.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(built), str(SOURCE), "-ldl"], check=True)
    return built


@dataclass
class Told:
    """What became of a fault at many points of a stretch of a run into a target."""

    target: str
    stretch: str
    fault: str
    points: int = 0  # that the stretch has
    tried: int = 0
    endured: int = 0  # the run went on by itself
    exits: Counter[int] = field(default_factory=Counter)
    seams: Counter[str] = field(default_factory=Counter)
    wrong: Wrong = field(default_factory=Wrong)
    complaints: list[str] = field(default_factory=list)


def row(told: Told) -> str:
    """A line of the table of the docs."""
    ends = ", ".join(f"{code}: {count}" for code, count in sorted(told.exits.items()))
    where = ", ".join(f"{seam} {count}" for seam, count in told.seams.items())
    found = told.wrong
    return (
        f"| {told.target} | {told.stretch} | {told.fault} | {told.points:,} | {told.tried:,} | {ends} | {found.lost} "
        f"| {found.doubled} | {found.parents} | {found.others} | {len(told.complaints)} | {where} |"
    )


class Failing:
    """One project and one target, loaded again and again while a call fails in a stretch."""

    def __init__(self, warm: Warm, place: Place, folder: Path, stretch: str = "load") -> None:
        self._project, self._warm, self._place = Prepared(warm, place, folder), warm, place
        self._stretch, self._words = stretch, STRETCHES[stretch]

    def points(self) -> int:
        """How many it has where nobody disturbs."""
        self._begin()
        ended = self._project.run(*self._words, point=0)
        assert ended.code == 0, self._project.said()
        assert self._finished(Told(self._place.name, self._stretch, "")) == []
        return ended.points

    def sweep(self, fault: str, points: Iterable[int], told: Told) -> Told:
        """The same run for each of these points."""
        for point in points:
            self._begin()
            error, lasting = FAULTS[fault]
            child = self._warm.start(self._project.job(*self._words, point=point, error=error, lasting=lasting))
            ended = child.end()
            told.tried += 1
            told.exits[ended.code] += 1
            told.seams[child.seam or "open"] += 1
            told.endured += ended.code == 0
            where = f"{fault} at point {point} ({ended.struck}) in {child.seam}"
            told.complaints += [f"{where}: {text}" for text in self._complaints(ended, fault)]
            told.complaints += [f"{where}: {text}" for text in self._finished(told)]
        return told

    def _begin(self) -> None:
        self._project.begin(planned=self._stretch == "load")

    def _complaints(self, ended: Ended, fault: str) -> Iterable[str]:
        """What is not right about the way in which it ended: a message has a next step, and is no traceback."""
        said = self._project.said()
        if fault == "KILL":
            if ended.code not in (-9, 0):
                yield f"exit code {ended.code}: {said[-600:]}"
        elif ended.code not in (0, 3, 4, 75) or "Traceback" in said or "bug of ours" in said:
            yield f"exit code {ended.code}: {said[-1500:]}"
        elif ended.code and not any(line.startswith(("next:", "help:")) for line in said.splitlines()):
            yield f"no next step: {said[-600:]}"

    def _finished(self, told: Told) -> list[str]:
        """What is not right after it went on until it ended by itself: nothing is wrong in the target."""
        for _ in range(STARTS):
            if self._project.run(self._project.on, "--until", UNTIL).code == 0:
                break
        else:
            return [f"does not end: {self._project.said()[-1500:]}"]
        found = self._place.wrong(self._project.folder)
        told.wrong += found
        return [str(found)] if found else []
