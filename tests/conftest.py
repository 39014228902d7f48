"""What all tests share: the long form of tests is asked for by name."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import turns
from hypothesis import settings
from processor import spent

settings.register_profile("untimed", deadline=None)  # how long a test takes is a matter of who else works here
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long form of tests instead of the short one")
    parser.addoption(
        "--turn",
        type=turns.commit,
        metavar="COMMIT",
        help="of the dear files (tests/turns.txt) those whose turn it is at that commit, or with that number",
    )
    parser.addoption("--cpu", type=Path, metavar="FILE", help="append the CPU seconds of every test (JSON lines)")


def pytest_report_header(config: pytest.Config) -> str | None:
    commit = config.getoption("--turn")
    if commit is None:
        return None
    number = len(turns.TURNS)
    return f"turn {commit % number} of {number} of the dear tests; all of them: make test TURN=all"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """With `--cpu`: what a test took, and the programs that it started; a fixture counts at the first that needs it."""
    file = item.config.getoption("--cpu")
    before = spent() if file else 0
    yield
    if file:
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"test": item.nodeid, "cpu": round(spent() - before, 3)}) + "\n")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a quarter of the time is waiting for servers, simulated users and clocks."""
    return (os.cpu_count() or 1) + 1


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Dear files have their turn: of the others not even the imports are paid."""
    file = collection_path.relative_to(config.rootpath).as_posix()
    return file in turns.waiting(config.getoption("--turn"), turns.TURNS) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What holds a promise of another test, or of other cases of the same, at greater length is for the long form."""
    for item, why in () if config.getoption("--soak") else (*_swept(items), *_beyond(items)):
        item.add_marker(pytest.mark.skip(reason=f"{why}: make soak ARGS=sweeps"))


def _swept(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
    for item in items:
        if marker := item.get_closest_marker("sweep"):
            yield item, marker.args[0]


def _beyond(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
    """The cases of a test that are not among the few of its short form, which lie as far apart as they can."""
    tests: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("cases"):
            tests[item.nodeid.split("[")[0]].append(item)
    for cases in tests.values():
        marker = cases[0].get_closest_marker("cases")
        few = marker.args[0] if marker else len(cases)
        kept = {place * (len(cases) - 1) // max(few - 1, 1) for place in range(few)}
        for place, case in enumerate(cases):
            if place not in kept:
                yield case, f"{few} of its {len(cases)} cases"
