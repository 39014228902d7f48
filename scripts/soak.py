"""The long fault sweeps. They print tables for docs/reliability.md and end with 1 where anything is wrong.

    python scripts/servers.py run -- python scripts/soak.py kills 3000 --seed 7

`kills`   random SIGKILLs of a run, resumed each time, over all targets that have a server here and 0, 15 and 30 %
          faults; the target's own witness counts what is lost, doubled or under the wrong parent
`points`  SIGKILL, EIO and ENOSPC at each write, sync and send of a load, over all targets that have a server here; or
          at so many of them, drawn by the seed
`early`   the same before the load: from extract to plan
`faults`  each kind of what a network, a gateway, an administrator or the server can do, into Tryton, amagi-crm,
          BottleCRM, PostgreSQL and MariaDB, or so many kinds of each, drawn by the seed
`sweeps`  every test that has a long form or runs only here, in it: the rest of the kills and databases, the whole
          dealer in BottleCRM, from HubSpot into Salesforce and back and, on a bad day, in a simulated Salesforce; each
          kind of fault of the simulated HubSpot and Salesforce
Without a word: all of them. Ctrl-C (or SIGTERM) ends kills and points with what was counted until then.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import amagis
import bottles
import trytons
from databases import VARIABLES
from exactly_once.http_faults import KINDS as HTTP_KINDS
from exactly_once.kills import Killing, Told, table
from exactly_once.points import FAULTS, Failing, library, row
from exactly_once.points import Told as Swept
from exactly_once.sql_faults import KINDS as SQL_KINDS
from exactly_once.struck import Striking
from exactly_once.struck_sql import striking
from exactly_once.targets import PLACES, opened
from exactly_once.told import Told as Suffered
from exactly_once.told import table as suffered
from exactly_once.warm import Warm
from real_servers import IN_SERVERS

TESTS = Path(__file__).parents[1] / "tests"
SHARES = (0.0, 0.15, 0.3)


def here() -> list[str]:
    """The targets that can be reached."""
    return [name for name in PLACES if name not in VARIABLES or VARIABLES[name] in os.environ]


def kills(number: int, seed: int, names: list[str]) -> int:
    """One load of each target with each share of faults after the other, until there were so many kills."""
    rows = {(name, share): Told(name, share) for name in names for share in SHARES}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-migrate-soak-")))
        warm = stack.enter_context(Warm())
        projects = {
            name: Killing(
                warm, stack.enter_context(opened(name, folder / name / "project")), folder / name, f"{seed}/{name}"
            )
            for name in names
        }
        with suppress(KeyboardInterrupt):
            while (done := sum(each.kills for each in rows.values())) < number:
                for (name, share), told in rows.items():
                    told.add(projects[name].load(share))
                print(f"{done:,} kills", end="\r", file=sys.stderr, flush=True)
        print(table([*rows.values()]))  # before the warm parent ends, which may fail
        print(f"{sum(each.kills for each in rows.values()):,} kills, seed {seed}", flush=True)
    complaints = [f"{each.target} {each.faults:.0%}: {text}" for each in rows.values() for text in each.complaints]
    return 1 if complain(complaints) else 0


def points(number: int, seed: int, names: list[str], stretch: str = "load") -> int:
    """Each fault at so many points of a stretch of a run into each target, of all where there are fewer."""
    rows: list[Swept] = []
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-migrate-soak-")))
        warm = stack.enter_context(Warm(library(folder)))
        for name in names:
            place = stack.enter_context(opened(name, folder / name / "project"))
            failing = Failing(warm, place, folder / name, stretch)
            there = failing.points()
            for fault in FAULTS:
                dice = random.Random(f"{seed}/{name}/{stretch}/{fault}")
                rows.append(Swept(name, stretch, fault, there))
                failing.sweep(fault, dice.sample(range(1, there + 1), min(number, there)), rows[-1])
                print(row(rows[-1]), flush=True)
    if rows and rows[-1].tried < min(number, rows[-1].points):
        print(row(rows[-1]), flush=True)
    print(f"{sum(each.tried for each in rows):,} points, seed {seed}")
    return 1 if complain([f"{each.target}: {text}" for each in rows for text in each.complaints]) else 0


def early(number: int, seed: int, names: list[str]) -> int:
    """The same until the plan of a run."""
    return points(number, seed, names, "plan")


def servers() -> list[str]:
    """The real servers that can be reached."""
    there = {**VARIABLES, "tryton": trytons.VARIABLE, "amagi": amagis.VARIABLE, "bottle": bottles.VARIABLE}
    return [
        name for name, variable in there.items() if not os.environ.get(variable, bottles.NONE).startswith(bottles.NONE)
    ]


def faults(number: int, seed: int, names: list[str]) -> int:
    """So many kinds of fault into each target."""
    rows: list[Suffered] = []
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-migrate-soak-")))
        warm = stack.enter_context(Warm())
        for name in names:
            sql = name in VARIABLES
            kinds = [each for each, kind in SQL_KINDS.items() if name in kind.targets] if sql else [*HTTP_KINDS]
            target = (
                stack.enter_context(striking(warm, name, folder / name, seed))
                if sql
                else Striking(warm, name, IN_SERVERS[name], folder, seed)
            )
            for kind in sorted(random.Random(f"{seed}/{name}").sample(kinds, min(number, len(kinds))), key=kinds.index):
                rows.append(target.strike(kind))
                print(f"{name} {kind}: {rows[-1].exits}, {rows[-1].times:.2f}", file=sys.stderr, flush=True)
    for kinds_of in (HTTP_KINDS, SQL_KINDS):
        mine = [row for row in rows if (row.target in VARIABLES) == (kinds_of is SQL_KINDS)]
        tried = {row.kind for row in mine}
        words = {name: kind.words for name, kind in kinds_of.items() if name in tried}
        print(suffered(mine, words), "\n")
    print(f"{len(rows)} kinds and targets, seed {seed}")
    return 1 if complain([f"{row.target} {row.kind}: {text}" for row in rows for text in row.complaints]) else 0


def sweeps() -> int:
    """The tests that run longer when they are asked to, or not at all."""
    what = [
        str(file)
        for file in sorted(TESTS.rglob("test_*.py"))
        if re.search(r"--soak|mark\.(sweep|cases)", file.read_text("utf-8"))
    ]
    return subprocess.run([sys.executable, "-m", "pytest", *what, "--soak"], check=False).returncode


def complain(complaints: list[str]) -> int:
    """Say what was wrong; how often."""
    for text in complaints:
        print(text, file=sys.stderr)
    return len(complaints)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="sweep")
    for name, (_, number, targets) in NUMBERED.items():
        verb = verbs.add_parser(name)
        verb.add_argument("number", type=int, nargs="?", default=number)
        verb.add_argument("--seed", type=int, default=7)
        verb.add_argument("--target", action="append", choices=targets(), help="only this one (again: and this one)")
    verbs.add_parser("sweeps")
    asked = parser.parse_args()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    if asked.sweep in NUMBERED:
        sweep, _, targets = NUMBERED[asked.sweep]
        return sweep(asked.number, asked.seed, asked.target or targets())
    if asked.sweep == "sweeps":
        return sweeps()
    return max(sweeps(), *(sweep(number, 7, targets()) for sweep, number, targets in NUMBERED.values()))


NUMBERED: dict[str, tuple[Callable[[int, int, list[str]], int], int, Callable[[], list[str]]]] = {
    "kills": (kills, 3000, here),
    "points": (points, 1_000_000, here),
    "early": (early, 1_000_000, here),
    "faults": (faults, 1_000, servers),
}

if __name__ == "__main__":
    sys.exit(main())
