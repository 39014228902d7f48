"""Which request a fault strikes: `reset_after:0.05, throttled(3)@2, doubt:0.1`.

`NAME:p` strikes with probability p, `NAME@n` at the n-th request of its scope, `(x)` is the kind's own figure (mostly
seconds). A family's name, or `all`, stands for any of its kinds. Same seed and number of request, same fault.
"""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm_migrate_simulators.faults.catalogue import FAMILIES, KINDS, Kind


class ScheduleError(ValueError):
    """A schedule that cannot be understood; the message says which part."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One part of a schedule: its kinds, their figure if one is said, and when they strike."""

    kinds: tuple[Kind, ...]
    figure: float | None
    chance: float
    at: int | None


_PART = re.compile(r"(?P<name>\w+)(\((?P<figure>-?[\d.]+)\))?(:(?P<chance>[\d.]+)|@(?P<at>\d+))")


def read_schedule(text: str, kinds: Mapping[str, Kind] = KINDS) -> tuple[Rule, ...]:
    """The rules of a schedule's text. Raises ScheduleError."""
    return tuple(_rule(part.strip(), kinds) for part in text.split(",") if part.strip())


def _rule(part: str, kinds: Mapping[str, Kind]) -> Rule:
    found = _PART.fullmatch(part)
    if not found:
        raise ScheduleError(f"{part!r}: a fault is NAME:probability or NAME@number, NAME(figure):probability")
    chance = float(found["chance"] or 0)
    if chance > 1:
        raise ScheduleError(f"{part!r}: a probability is at most 1")
    figure = float(found["figure"]) if found["figure"] else None
    return Rule(tuple(_named(found["name"], kinds)), figure, chance, int(found["at"]) if found["at"] else None)


def _named(name: str, kinds: Mapping[str, Kind]) -> Iterable[Kind]:
    if name in kinds:
        return [kinds[name]]
    if name == "all" or name in FAMILIES:
        return [kind for kind in kinds.values() if name in ("all", kind.family)]
    raise ScheduleError(f"there is no fault {name!r}; there are {', '.join([*kinds, *FAMILIES, 'all'])}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which fault strikes which request."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0

    def draw(self, number: int, scope: str, counts: Mapping[str, int]) -> tuple[Kind, float] | None:
        """The fault of request `number`; `counts` says the how many-th of its scope (and of `any`) it is."""
        if scope not in ("read", "write"):
            return None
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311 -- a schedule, not a secret
        for rule in self.rules:
            kinds = [kind for kind in rule.kinds if kind.scope in (scope, "any")]
            hit = dice.random() < rule.chance if rule.at is None else any(counts.get(k.scope) == rule.at for k in kinds)
            if kinds and hit:
                chosen = dice.choice(kinds)
                return chosen, chosen.figure if rule.figure is None else rule.figure
        return None
