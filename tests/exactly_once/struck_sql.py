"""The small company into a database behind a wire that has its way with some of the statements; judged by plain SQL."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exactly_once.databases_struck import OWN, OwnMariadb, OwnPostgresql
from exactly_once.points import UNTIL
from exactly_once.prepared import Prepared
from exactly_once.sql_faults import KINDS, Kind, Moment
from exactly_once.told import Told, unfit
from exactly_once.warm import Warm
from exactly_once.wire import Strike, Wire, wire

STARTS = 8
Own = OwnPostgresql | OwnMariadb
_COMMIT = re.compile(rb"(?<!ON )COMMIT\x00?$")
_ROWS = re.compile(rb"(COPY|INSERT INTO) [^(]*(accounts|contacts)")


def moment_of(data: bytes) -> Moment | None:
    """What bytes of a client are about, as far as it can be struck."""
    if _COMMIT.search(data):
        return "commit"
    return "statement" if _ROWS.search(data) else None


class StrikingDatabase:
    """Loads the small company again and again into one database, which is emptied each time."""

    def __init__(
        self, warm: Warm, place: OwnPostgresql | OwnMariadb, line: Wire, folder: Path, seed: int | str
    ) -> None:
        self._place, self._wire, self._seed = place, line, seed
        place.port = line.port
        self._project = Prepared(warm, place, folder)
        self._seen = Counter[str]()
        self._quiet = self._load(None, ())
        assert not self._quiet.complaints, self._quiet.complaints

    def strike(self, name: str) -> Told:
        """A load in which two of these moments are struck."""
        kind, dice = KINDS[name], random.Random(f"{self._seed}/{self._place.name}/{name}")
        due = dice.sample(range(1, self._quiet_moments[kind.moment] + 1), 2)
        return self._load(kind, sorted(due)).measure(self._quiet.requests)

    def _load(self, kind: Kind | None, due: tuple[int, ...] | list[int]) -> Told:
        told, seen, left = Told(self._place.name, kind.name if kind else "none"), Counter[str](), list(due)

        def aim(data: bytes) -> Strike | None:
            moment = moment_of(data)
            seen[str(moment)] += 1
            if kind is None or moment != kind.moment or not left or seen[str(moment)] < left[0]:
                return None
            left.pop(0)
            told.struck += 1
            return lambda talk, struck: kind.act(self._place, talk, struck)

        self._project.begin()
        self._place.missed, self._wire.aim = 0, aim
        told.complaints += self._run(told)
        told.requests, told.struck = seen["commit"] + seen["statement"], told.struck - self._place.missed
        if kind is None:
            self._quiet_moments = seen
        if found := self._place.wrong(self._project.folder):
            told.complaints.append(str(found))
        return told

    def _run(self, told: Told) -> Iterator[str]:
        """Until it ends by itself; what is not right about the way in which it ended."""
        for _ in range(STARTS):
            ended = self._project.run("resume", "--until", UNTIL)
            told.exits.append(ended.code)
            yield from unfit(ended.code, self._project.said())
            if ended.code == 0:
                return
            self._place.heal()
        yield f"does not end: {self._project.said()[-1500:]}"


@contextmanager
def striking(warm: Warm, name: str, folder: Path, seed: int | str) -> Iterator[StrikingDatabase]:
    """A database of its own behind a wire, as long as this block."""
    place = OWN[name]()
    with wire(*place.there) as line:
        try:
            yield StrikingDatabase(warm, place, line, folder, seed)
        finally:
            place.remove()
