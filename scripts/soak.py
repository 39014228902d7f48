"""The long fault sweeps. They print tables for docs/reliability.md and end with 1 where anything is wrong.

    python scripts/servers.py run -- python scripts/soak.py kills 3000 --seed 7

`kills`   random SIGKILLs of a run, resumed each time, over all targets that have a server here and 0, 15 and 30 %
          faults; the target's own witness counts what is lost, doubled or under the wrong parent
`points`  SIGKILL, EIO and ENOSPC at each write, sync and send of a load into SQLite and into the simulated CRM, or at
          so many of them, drawn by the seed
`sweeps`  the tests of tests/faults, tests/canonical and tests/packaging in their long form, and the whole dealer in
          BottleCRM
Without a word: all of them. Ctrl-C (or SIGTERM) ends kills and points with what was counted until then.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from databases import VARIABLES
from exactly_once.kills import Killing, Told, table
from exactly_once.points import FAULTS, Failing, library, row
from exactly_once.points import Told as Swept
from exactly_once.targets import PLACES, opened
from exactly_once.warm import Warm

SHARES = (0.0, 0.15, 0.3)


def here() -> list[str]:
    """The targets that can be reached."""
    return [name for name in PLACES if name not in VARIABLES or VARIABLES[name] in os.environ]


def kills(number: int, seed: int) -> int:
    """One load of each target with each share of faults after the other, until there were so many kills."""
    rows = {(name, share): Told(name, share) for name in here() for share in SHARES}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-migrate-soak-")))
        warm = stack.enter_context(Warm())
        projects = {
            name: Killing(
                warm, stack.enter_context(opened(name, folder / name / "project")), folder / name, f"{seed}/{name}"
            )
            for name in here()
        }
        with suppress(KeyboardInterrupt):
            while (done := sum(each.kills for each in rows.values())) < number:
                for (name, share), told in rows.items():
                    told.add(projects[name].load(share))
                print(f"{done:,} kills", end="\r", file=sys.stderr, flush=True)
    print(table([*rows.values()]))
    print(f"{sum(each.kills for each in rows.values()):,} kills, seed {seed}")
    complaints = [f"{each.target} {each.faults:.0%}: {text}" for each in rows.values() for text in each.complaints]
    return 1 if complain(complaints) else 0


def points(number: int, seed: int) -> int:
    """Each fault at so many points of the load of each target, of all that there are where it has fewer."""
    rows: list[Swept] = []
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-migrate-soak-")))
        warm = stack.enter_context(Warm(library(folder)))
        for name in ("sqlite", "rest"):
            place = stack.enter_context(opened(name, folder / name / "project"))
            failing = Failing(warm, place, folder / name)
            there = failing.points()
            for fault in FAULTS:
                chosen = random.Random(f"{seed}/{name}/{fault}").sample(range(1, there + 1), min(number, there))
                rows.append(Swept(name, fault, there))
                failing.sweep(fault, chosen, rows[-1])
                print(row(rows[-1]), flush=True)
    if rows and rows[-1].tried < min(number, rows[-1].points):
        print(row(rows[-1]), flush=True)
    print(f"{sum(each.tried for each in rows):,} points, seed {seed}")
    return 1 if complain([f"{each.target}: {text}" for each in rows for text in each.complaints]) else 0


def sweeps() -> int:
    """The tests that run longer when they are asked to, or not at all."""
    what = ("tests/faults", "tests/canonical", "tests/packaging", "tests/cli/test_bottle_run.py")
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
    for name, number in (("kills", 3000), ("points", 1_000_000)):
        verb = verbs.add_parser(name)
        verb.add_argument("number", type=int, nargs="?", default=number)
        verb.add_argument("--seed", type=int, default=7)
    verbs.add_parser("sweeps")
    asked = parser.parse_args()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    if asked.sweep is None:
        return max(sweeps(), kills(3000, 7), points(1_000_000, 7))
    return (
        sweeps()
        if asked.sweep == "sweeps"
        else {"kills": kills, "points": points}[asked.sweep](asked.number, asked.seed)
    )


if __name__ == "__main__":
    sys.exit(main())
