"""Word lists of the matcher, as text files: one entry per line, `from = to` in the maps, `#` begins a comment."""

from functools import cache
from importlib.resources import files


@cache
def lines(name: str) -> tuple[str, ...]:
    """Entries of a list in the order of the file."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


@cache
def word_set(name: str) -> frozenset[str]:
    """All words of a list, whatever their line."""
    return frozenset(word for line in lines(name) for word in line.split())


@cache
def word_map(name: str) -> dict[str, str]:
    """Words of the left side -> the right side, which may be empty."""
    mapping: dict[str, str] = {}
    for line in lines(name):
        left, _, right = line.partition("=")
        mapping |= dict.fromkeys(left.split(), right.strip())
    return mapping


@cache
def word_groups(name: str) -> dict[str, frozenset[int]]:
    """Word -> numbers of the lines that it stands on: two words of one line are variants of each other."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(lines(name)):
        for word in line.split():
            groups.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}
