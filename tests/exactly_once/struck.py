"""The small company into a real server behind a gateway that has its way with some of the requests; judged there."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from real_servers import Server, written, wrong

from exactly_once.gateway import Asked, Strike, gateway
from exactly_once.http_faults import KINDS, Kind
from exactly_once.told import Told, unfit
from exactly_once.warm import Job, Warm

STARTS = 6


class Aiming:
    """Which requests are struck: the n-th that changes something, the n-th that does not, or the next one that fits."""

    def __init__(self, server: Server, kind: Kind | None, changes: set[int], questions: set[int]) -> None:
        self._server, self._kind, self.struck = server, kind, 0
        self._due = {True: sorted(changes), False: sorted(questions)}
        self.seen = {True: 0, False: 0}
        self.gateway: Callable[[Asked], bool] = lambda asked: False

    def __call__(self, asked: Asked) -> Strike | None:
        changing = self._server.changes.search(bytes(asked)) is not None
        self.seen[changing] += 1
        due = self._due[changing]
        if self._kind is None or not due or self.seen[changing] < due[0] or not self.gateway(asked):
            return None
        due.pop(0)
        self.struck += 1
        return self._kind.strike


class Striking:
    """Loads the small company again and again, into a fresh server of a kind each time."""

    def __init__(self, warm: Warm, name: str, fresh: Callable[[], Server], folder: Path, seed: int | str) -> None:
        self._warm, self._name, self._fresh, self._folder = warm, name, fresh, folder
        self._seed, self._number = seed, 0
        self._quiet = self._load(None, set(), set())
        assert not self._quiet[0].complaints, self._quiet[0].complaints

    def strike(self, kind: str) -> Told:
        """A load in which two changes and a question are struck; one change by what is for people to mend."""
        dice, (quiet, seen) = random.Random(f"{self._seed}/{self._name}/{kind}"), self._quiet
        changes = set(dice.sample(range(1, seen[True] + 1), 2))
        questions = {dice.randrange(1, seen[False] + 1)}
        if KINDS[kind].stops:
            changes, questions = {min(changes)}, set()
        told, _ = self._load(KINDS[kind], changes, questions)
        return told.measure(quiet.requests)

    def _load(self, kind: Kind | None, changes: set[int], questions: set[int]) -> tuple[Told, dict[bool, int]]:
        self._number += 1
        server, told = self._fresh(), Told(self._name, kind.name if kind else "none")
        aim = Aiming(server, kind, changes, questions)
        with gateway(server.url, aim) as there:
            if kind is not None:
                aim.gateway = lambda asked: kind.fits(there, asked)
            folder = written(self._folder / f"{self._name}-{self._number}", server, there.url)
            told.complaints += self._run(server, folder, told, kind)
        told.requests, told.struck = len(there.requests), aim.struck
        told.complaints += () if told.noticed else wrong(server)
        return told, aim.seen

    def _run(self, server: Server, folder: Path, told: Told, kind: Kind | None) -> Iterator[str]:
        """Until it ends by itself; what is not right about the way in which it ended."""
        secret = next(value for name, value in server.options.items() if name in ("token", "password"))
        verb, said = "run", self._folder / "said"
        for _ in range(STARTS):
            said.unlink(missing_ok=True)
            ended = self._warm.run(Job((verb, str(folder)), {"CRM_SECRET": secret}, str(said)))
            told.exits.append(ended.code)
            words = said.read_text(encoding="utf-8")
            yield from unfit(ended.code, words)
            told.noticed = ended.code == 1 and kind is not None and kind.doubles
            if ended.code == 0 or told.noticed:
                return
            verb = "run" if ended.code == 1 else "resume"
        yield f"does not end: {words[-1500:]}"
