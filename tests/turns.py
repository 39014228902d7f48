"""Whose turn it is: files of tests that cost much run in `make test` a share at a time, another with each commit."""

from collections.abc import Iterable, Mapping
from pathlib import Path

ALL = "all"
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


def word(said: str) -> str:
    """What says which turn it is, as it was said. ValueError where it says none."""
    return said if said == ALL else format(int(said, 16), "x")


def number(word: str, turns: int) -> int:
    """The turn of a commit (its hash) or of a number. ValueError for other words."""
    return int(word, 16) % turns


def waiting(word: str, turns: Iterable[tuple[str, ...]]) -> set[str]:
    """The files that are not run in that turn; none with `all`."""
    files = list(turns)
    now = None if word == ALL else number(word, len(files))
    return {file for place, each in enumerate(files) if now not in (None, place) for file in each}


def balanced(cost: Mapping[str, float], turns: int) -> list[list[str]]:
    """Files shared out so that every turn costs about the same: the dearest first, each into the cheapest turn."""
    shared: list[list[str]] = [[] for _ in range(turns)]
    for file in sorted(cost, key=lambda each: (-cost[each], each)):
        min(shared, key=lambda files: sum(cost[each] for each in files)).append(file)
    return [sorted(files) for files in shared]
