"""Which column of an export is which of ours: by its name in our files, else by one that the CRM is known to give."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence


def headings(wanted: Mapping[str, Sequence[str]], columns: Collection[str]) -> dict[str, str]:
    """Field -> header; `wanted` is field -> its names, the best first. As it is written, else whatever its letters and
    blanks, else by letters and digits alone. No header is two fields; of headers that are alike none is guessed."""
    found: dict[str, str] = {}
    for spell in (str, _folded, plain):
        by = _alone(spell, [column for column in columns if column not in found.values()])
        for field, names in wanted.items():
            header = next((by[spell(name)] for name in names if spell(name) in by), None)
            if field not in found and header is not None:
                found[field] = by.pop(spell(header))
    return found


def called(names: Sequence[str], columns: Collection[str]) -> Iterator[str]:
    """Every column with one of these names: of a link one may say the name of the parent, another one its id."""
    wanted = {plain(name) for name in names}
    return (column for column in columns if plain(column) in wanted)


def plain(name: str) -> str:
    """Its letters and digits."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _alone(spell: Callable[[str], str], columns: Sequence[str]) -> dict[str, str]:
    """Spelled name -> column, where it is of one alone."""
    counted = Counter(map(spell, columns))
    return {spell(column): column for column in columns if counted[spell(column)] == 1}
