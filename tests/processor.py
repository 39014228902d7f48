"""How much processor a process has used, with all that it started: also what goes on, as warm parents do."""

import contextlib
import os
from collections import defaultdict
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0


def spent() -> float:
    """CPU seconds until now, of this process and of what it started (without /proc: of what has ended)."""
    return sum(os.times()[:4]) + sum(_spent_below(os.getpid(), _processes()))


def _processes() -> dict[int, list[tuple[int, float]]]:
    """Of each parent its children: their ids, and what they and those that they waited for have used."""
    children: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()  # from the third of proc(5) on
            children[int(fields[1])].append((int(stat.parent.name), sum(map(int, fields[11:15])) / TICK))
    return children


def _spent_below(parent: int, children: dict[int, list[tuple[int, float]]]) -> list[float]:
    return [seconds for child, own in children.get(parent, ()) for seconds in (own, *_spent_below(child, children))]
