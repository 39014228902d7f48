"""Whose turn it is: files of tests that cost much run in `make test` a share at a time, another with each commit."""

from collections.abc import Mapping, Sequence
from pathlib import Path

LIST = Path(__file__).with_name("turns.txt")


def listed(text: str) -> list[tuple[str, ...]]:
    """The files of each turn: paths below a line `[number]`."""
    turns: list[list[str]] = []
    for line in (each.partition("#")[0].strip() for each in text.splitlines()):
        if line.startswith("["):
            assert line == f"[{len(turns)}]", line
            turns.append([])
        elif line:
            turns[-1].append(line)
    return [tuple(files) for files in turns]


def commit(said: str) -> int | None:
    """The number of a commit, by which it is somebody's turn; None for `all`. ValueError for other words."""
    return None if said == "all" else int(said, 16)


def waiting(commit: int | None, turns: Sequence[tuple[str, ...]]) -> set[str]:
    """The files that are not run with that commit; none where it is not said."""
    if commit is None:
        return set()
    return {file for place, files in enumerate(turns) if place != commit % len(turns) for file in files}


def balanced(cost: Mapping[str, float], turns: int) -> list[list[str]]:
    """Files shared out so that every turn costs about the same: the dearest first, each into the cheapest turn."""
    shared: list[list[str]] = [[] for _ in range(turns)]
    for file in sorted(cost, key=lambda each: (-cost[each], each)):
        min(shared, key=lambda files: sum(cost[each] for each in files)).append(file)
    return [sorted(files) for files in shared]


TURNS = listed(LIST.read_text("utf-8"))
