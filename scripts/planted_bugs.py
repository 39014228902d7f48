"""Bugs planted in the loader, one at a time: does a test find each? `make planted` prints the table of the docs.

Each is a mistake that loaders really make (docs/reliability.md says whose). A copy of the tree gets the bug, and the
tests of that room run on it; a bug that no test finds ends with exit code 1.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SENDING = "crm_migrate/stages/load/sending/"
DISPATCHING = "tests/unit/load/test_dispatching.py"
INTENTS = "tests/exactly_once/test_intents_first.py"
STATES = "tests/unit/load/test_states.py"


@dataclass(frozen=True)
class Bug:
    """What is wrong, where, the text and what stands there instead, and the tests that should notice."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...] = (DISPATCHING,)


INTENDED = (
    "        self._sender.ledger.intend(*(_intent(request) for request, _ in written))\n"
    "        for request, rows in written:\n"
)
INTENDED_LATE = (
    "        for request, rows in written:\n"
    "            sent = self._sent(request.batch, rows)\n"
    "            sent = pool.submit(call(self._sender.target, request.batch.action), sent)\n"
    '            self._fly(sent, request.on("send"), rows)\n'
    "        self._sender.ledger.intend(*(_intent(request) for request, _ in written))\n"
    "        for request, rows in []:\n"
)

BUGS = (
    Bug(
        "an intent is written after its request",
        SENDING + "dispatching.py",
        INTENDED,
        INTENDED_LATE,
    ),
    Bug(
        "an intent is in the ledger and not yet on disk when its request goes out",
        "crm_migrate/workspace/ledger.py",
        '"PRAGMA synchronous=FULL"',
        '"PRAGMA synchronous=NORMAL"',
        (INTENTS,),
    ),
    Bug(
        "an intent is written after its request, by the kernel's trace",
        SENDING + "dispatching.py",
        INTENDED,
        INTENDED_LATE,
        (INTENTS,),
    ),
    Bug(
        "an answer that got lost is sent again without asking",
        SENDING + "dispatching.py",
        'elif request.batch.action in ("create", "remove"):',
        "elif False:",
    ),
    Bug(
        "who was intended and never answered counts as not sent",
        SENDING + "requests.py",
        "        if doubt:\n",
        "        planned.update(doubt)\n        if False:\n",
    ),
    Bug(
        "doubt is asked about at once, before a late request may have taken effect",
        SENDING + "requests.py",
        "timedelta(seconds=limits.longest_seconds + limits.settle_seconds)",
        "timedelta(seconds=0 * limits.longest_seconds)",
    ),
    Bug(
        "one miss proves that a record is absent",
        "crm_migrate/connecting/seeking.py",
        "for reading in range(misses):",
        "for reading in range(min(misses, 1)):",
        (DISPATCHING, "tests/unit/load/test_simulated_crm.py::test_no_fault_doubles_or_loses_a_record[settling]"),
    ),
    Bug(
        "an entity that an answer does not name counts as loaded",
        SENDING + "requests.py",
        "unclear = (asked - _named_once(places)) | set(_of_one_id(answer)) | set(answer.in_doubt)",
        'answer = replace(answer, loaded={**dict.fromkeys(asked - _named_once(places), "?"), **answer.loaded})\n'
        "    unclear = set(_of_one_id(answer)) | set(answer.in_doubt)",
    ),
    Bug(
        "two entities with one id of the target are both loaded",
        SENDING + "requests.py",
        "        if len(entities) > 1:\n            yield from entities",
        "        if len(entities) > 9:\n            yield from entities",
    ),
    Bug(
        "an answer about somebody who was not sent is overlooked",
        SENDING + "requests.py",
        "    if strangers:\n",
        "    if False:\n",
    ),
    Bug(
        "the first record of the second half is lost when a batch is halved",
        SENDING + "requests.py",
        "entities=tuple(entities[middle:])",
        "entities=tuple(entities[middle + 1:]) or tuple(entities[middle:])",
    ),
    Bug(
        "records that were put off are forgotten",
        SENDING + "dispatching.py",
        "        if answer.later:\n            if not asked",
        "        if answer.later and len(answer.later) > 1:\n            if not asked",
    ),
    Bug(
        "a deadline is kept in memory only",
        SENDING + "dispatching.py",
        "self._sender.ledger.note(DEADLINE,",
        "(lambda *_: None)(DEADLINE,",
    ),
    Bug(
        "requests go out before the instant that the target named",
        SENDING + "dispatching.py",
        "if len(self._flying) >= self._limits.parallel or now < self._not_before:",
        "if len(self._flying) >= self._limits.parallel:",
    ),
    Bug(
        "children of one parent are in two requests at once",
        SENDING + "dispatching.py",
        "if not self._family(request) & busy:",
        "if True:",
    ),
    Bug(
        "an answer that comes while the run is stopped is not heard",
        SENDING + "dispatching.py",
        "                if self._ending():\n                    self._land()\n",
        "                if self._ending():\n                    self._flying.clear()\n",
    ),
    Bug(
        "a record without a key, or twice in a batch, is sent",
        SENDING + "batches.py",
        "    if pc.count_distinct(keys).as_py() != table.num_rows",
        "    if False and pc.count_distinct(keys).as_py() != table.num_rows",
    ),
    Bug(
        "a child whose parent was refused is loaded without it",
        "crm_migrate/stages/load/__init__.py",
        "    held = _hold_orphans(tables, object_plan, now)\n",
        "    held = 0\n",
        ("tests/unit/load/test_load.py",),
    ),
    Bug(
        "what was sent is not remembered, and the second run writes it again",
        "crm_migrate/stages/load/publishing.py",
        "    keep_sent(tables, columns,",
        "    (lambda *_: None)(tables, columns,",
        ("tests/unit/load/test_load.py",),
    ),
    Bug(
        "a user's edit is overwritten",
        "crm_migrate/stages/load/actions.py",
        '"review": "len(__odds) > 0 OR __forgotten"',
        '"review": "__forgotten"',
        ("tests/unit/load/test_edited.py",),
    ),
)


def caught_by(bug: Bug, folder: Path) -> str | None:
    """The first test that fails with the bug in a copy of the tree; None where all pass."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".venv", ".git", ".*cache", "__pycache__"))
    file = tree / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.right) != 1:
        raise SystemExit(f"{bug.name}: {bug.file} does not hold the text once; the bug has to be written anew")
    file.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    paths = os.pathsep.join(map(str, (tree, tree / "connectors")))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "--timeout", "60", *bug.tests]
    done = subprocess.run(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if failed is None and done.returncode not in (0, 5) and "Timeout" in done.stdout + done.stderr:
        return "a test that does not end"
    return failed[1].split("/")[-1] if failed else None


def main(names: list[str]) -> int:
    """Plant every bug, or those whose names hold one of the words; print a line of a table for each."""
    lost = 0
    for bug in BUGS:
        if names and not any(name in bug.name for name in names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = caught_by(bug, Path(folder))
        lost += found is None
        print(f"| {bug.name} | {f'`{found}`' if found else '**not found**'} |", flush=True)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
