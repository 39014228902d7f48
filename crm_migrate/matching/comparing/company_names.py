"""Names of companies: which words two names share, which words each has of its own, and how telling these are.

A word tells the more the fewer names have it (inverse document frequency). `Nova Bakery` and `Nova Plumbing` share a
word and have one each of their own: a group. `Nova Bakery` and `Nova` are one name, said shorter. Numbers and
directions that differ (`North` and `South`, `Store 12` and `Store 14`) are own words, however near their spelling is.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from crm_migrate.matching.comparing.comparison import Levels, Pairs
from crm_migrate.matching.comparing.words import word_set

LEVELS = (
    "missing", "different", "other mark", "little shared", "own words", "few own words", "much shorter", "shorter",
    "acronym", "nearly equal", "equal",
)  # fmt: skip
UNLIKE = (1, 2, 3, 4, 5)  # both say something that the other does not
_DIFFERENT, _MARK, _LITTLE, _OWN, _FEW, _MUCH, _SHORTER, _ACRONYM, _NEARLY = range(1, 10)
_NUMBER = re.compile(r"\d+[a-z]?|[ivx]+|[a-z]")
# Whole numbers, so that sums do not depend on the order of sets.
_UNIT = 1000
_FAINT = 1000  # what a single letter is worth; half or twice as much moves F1 of early_childhood by .001 at most
# Spelling, of 100, below which names without a word in common are different: 65 costs restaurants .06 of F1.
_ALIKE = 55
_NEAR = 0.9  # what a word shared but for a slip or an abbreviation counts; .8 and 1 find the same


class CompanyNames:
    """Levels of pairs of names of one vocabulary."""

    def __init__(self, values: list[str]) -> None:
        counts = Counter(word for value in values for word in set(value.split()))
        self._words = {value: frozenset(value.split()) for value in values}
        self._worth = {
            word: _FAINT if len(word) == 1 else round(_UNIT * math.log(1 + (len(values) + 20) / count) ** 2)
            for word, count in counts.items()
        }

    def __call__(self, pairs: Pairs) -> Levels:
        """Levels of unequal names."""
        spelling = pairs.scores(token_sort_ratio)
        return np.fromiter(map(self._level, *pairs.sides(), spelling.tolist()), dtype=np.uint8, count=len(spelling))

    def _level(self, x: str, y: str, spelling: float) -> int:
        left, right = self._words[x], self._words[y]
        if spelling < _ALIKE and len(left) != 1 != len(right) and left.isdisjoint(right):
            return _DIFFERENT  # nearly all pairs that are compared at random
        if y < x:  # the same level whichever comes first
            x, y, left, right = y, x, right, left
        both = left & right
        left, right = left - both, right - both
        if (len(left) == 1 or len(right) == 1) and _is_acronym(x, y, left, right):
            return _ACRONYM
        if not both and spelling < _ALIKE:
            return _DIFFERENT
        if _marked(left, right):
            return _MARK if both else _DIFFERENT
        shared = self._sum(both)
        near, left, right = self._nearly(left, right)
        shared += near
        mine, yours = self._sum(left), self._sum(right)
        if mine and yours and _glued(_joined(x, left), _joined(y, right)):
            shared, mine, yours = shared + min(mine, yours), 0, max(mine, yours) - min(mine, yours)
        if not shared:
            return _DIFFERENT
        return self._shares(shared, min(mine, yours), max(mine, yours), spelling)

    def _shares(self, shared: int, fewer: int, more: int, spelling: float) -> int:
        # Where the levels begin was chosen on restaurants and early_childhood; what each is worth is learned.
        contained = shared / (shared + fewer)
        cosine = shared / math.sqrt((shared + fewer) * (shared + more))
        if cosine >= 0.97 or spelling >= 94:
            return _NEARLY
        if contained >= 0.95:
            return _SHORTER if cosine >= 0.6 else _MUCH
        if cosine >= 0.75:
            return _FEW
        return _OWN if cosine >= 0.45 else _LITTLE if contained >= 0.2 else _DIFFERENT

    def _sum(self, words: Iterable[str]) -> int:
        return sum(self._worth[w] for w in words)

    def _nearly(self, left: frozenset[str], right: frozenset[str]) -> tuple[int, frozenset[str], frozenset[str]]:
        """Words that are one but for a slip or an abbreviation: what they are worth, and the words left over."""
        worth, rest = 0, right
        for word in sorted(left, key=lambda w: (-len(w), w)):
            found = next((other for other in sorted(rest, key=lambda w: (-len(w), w)) if one_word(word, other)), None)
            if found is not None:
                worth += round(_NEAR * min(self._worth[word], self._worth[found]))
                left, rest = left - {word}, rest - {found}
        return worth, left, rest


def _joined(name: str, words: frozenset[str]) -> str:
    return "".join(word for word in name.split() if word in words)


def _glued(x: str, y: str) -> bool:
    """The same letters but for a slip, however they are divided into words; or the beginning of them."""
    short, long = sorted((x, y), key=len)
    if len(short) < 6 or any(map(str.isdigit, short)):
        return False
    return long.startswith(short) or OSA.distance(x, y, score_cutoff=1) <= 1


def _marked(left: frozenset[str], right: frozenset[str]) -> bool:
    """Each has a number or a direction that the other has not."""
    return any(map(_mark, left)) and any(map(_mark, right))


def _mark(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None or word in word_set("directions")


def one_word(x: str, y: str) -> bool:
    """One word but for a slip or an abbreviation; numbers are never."""
    if x[0] != y[0] or x.isdigit() or y.isdigit():
        return min(len(x), len(y)) > 4 and OSA.distance(x, y, score_cutoff=1) <= 1 and not x[-1].isdigit()
    short, long = sorted((x, y), key=len)
    if len(short) < 3:
        return False
    if len(short) > 3 and OSA.distance(x, y, score_cutoff=1 + (len(short) > 8)) <= 1 + (len(short) > 8):
        return True
    if long.startswith(short):
        return True
    return len(short) <= 5 and len(long) > len(short) + 2 and short[-1] in long and _inside(short, long)


def _inside(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def _is_acronym(x: str, y: str, left: frozenset[str], right: frozenset[str]) -> bool:
    """One word of two to six letters that begins with the first letters of the other words, or is their beginning."""
    if len(left) > len(right):
        x, y, left, right = y, x, right, left
    (short,) = left if len(left) == 1 else ("",)
    if len(right) < 2 or not 2 <= len(short) <= 6:
        return False
    initials = "".join(word[0] for word in y.split() if word in right)
    return initials.startswith(short) or short.startswith(initials)
