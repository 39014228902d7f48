"""Writes tests/turns.txt: the files of tests that cost much, shared out so that each turn costs about the same.

make test TURN=all ARGS="--cpu /tmp/cpu.jsonl" && python scripts/make_turns.py /tmp/cpu.jsonl
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from turns import LIST, balanced, listed  # noqa: E402 - the path is set above

TURNS = 4
DEAR = 12  # CPU seconds of a file
# What must never be wrong has a test in every run, however dear: the dealer whole, consent, merges and splits of what
# was loaded, the accounting.
ALWAYS = {
    "tests/cli/test_consent_run.py",
    "tests/exactly_once/test_struck_crms.py",
    "tests/test_demo.py",
    "tests/unit/load/test_load.py",
    "tests/unit/reconcile/test_consent.py",
    "tests/unit/reconcile/test_reconcile.py",
}
HEAD = """\
# Files of tests that cost more than {dear} CPU seconds each: `make test` runs one share of them, by the hash of the
# commit, so that it stays under twenty minutes on two cores; TURN=all runs all. scripts/make_turns.py writes this list
# from what was measured, and says what is always run.
"""


def main(file: Path) -> None:
    """Share the files out again by what they cost."""
    cost: dict[str, float] = defaultdict(float)
    for test, seconds in {
        (each := json.loads(line))["test"]: each["cpu"] for line in file.open(encoding="utf-8")
    }.items():
        cost[test.partition("::")[0]] += seconds
    dear = {name: seconds for name, seconds in cost.items() if seconds > DEAR and name not in ALWAYS}
    shares = balanced(dear, TURNS)
    for place, files in enumerate(shares):
        print(f"turn {place}: {len(files)} files, {sum(dear[each] for each in files):.0f} CPU s")
    print(f"always: {sum(cost.values()) - sum(dear.values()):.0f} CPU s")
    lists = "".join(f"\n[{place}]\n" + "".join(f"{each}\n" for each in files) for place, files in enumerate(shares))
    LIST.write_text(HEAD.format(dear=DEAR) + lists, "utf-8", newline="\n")
    assert listed(LIST.read_text("utf-8")) == [tuple(files) for files in shares]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
