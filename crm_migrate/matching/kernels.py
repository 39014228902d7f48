"""Kernels: levels of likeness of two lists of distinct, unequal folded values, with rapidfuzz."""

from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio
from rapidfuzz.process import cpdist

from crm_migrate.matching.comparison import Levels
from crm_migrate.matching.words import word_groups

Texts = list[str]
NAME = ("missing", "different", "vaguely alike", "initial", "alike", "one slip", "equal")
DATE = ("missing", "different", "year near", "year", "two parts", "year, no day", "parts near", "one slip", "equal")
CODE = ("missing", "different", "two slips", "one slip", "equal")
TEXT = ("missing", "different", "vaguely alike", "alike", "nearly equal", "equal")
CHOICE = ("missing", "different", "equal")


def _scores(a: Texts, b: Texts, scorer: Any) -> npt.NDArray[np.float32]:
    return np.asarray(cpdist(a, b, scorer=scorer, dtype=np.float32, workers=1))


def _slips(a: Texts, b: Texts) -> npt.NDArray[np.uint8]:
    """Typing slips between two texts, transpositions count one (optimal string alignment); 3 stands for more."""
    return np.asarray(cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8, workers=1))


def names(a: Texts, b: Texts) -> Levels:
    """Given or family names: Jaro-Winkler, one slip, nicknames, initials, parts of double names."""
    likeness = _scores(a, b, JaroWinkler.normalized_similarity)
    levels = np.ones(len(a), dtype=np.uint8)
    levels[likeness >= 0.75] = 2
    levels[_initials(a, b)] = 3
    levels[likeness >= 0.86] = 4
    levels[_variants(a, b)] = np.maximum(levels[_variants(a, b)], 4)
    short = np.minimum(_lengths(a), _lengths(b))
    levels[(likeness >= 0.95) & (short > 4)] = 5
    levels[(_slips(a, b) <= 1) & (short > 2)] = 5
    return levels


def _lengths(texts: Texts) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def _initials(a: Texts, b: Texts) -> npt.NDArray[np.bool_]:
    """One is the first letter of the other."""
    return np.fromiter(
        (x[0] == y[0] and (len(x) == 1 or len(y) == 1) for x, y in zip(a, b, strict=True)), dtype=bool, count=len(a)
    )


def _variants(a: Texts, b: Texts) -> npt.NDArray[np.bool_]:
    """Forms of one name (nicknames), or all words of one among the words of the other."""
    groups = word_groups("nicknames")
    none: frozenset[int] = frozenset()

    def variant(x: str, y: str) -> bool:
        if not groups.get(x, none).isdisjoint(groups.get(y, none)):
            return True
        if " " in x or " " in y:
            left, right = set(x.split()), set(y.split())
            return (left <= right or right <= left) and max(map(len, left & right), default=0) > 1
        return len(x) > 4 and len(y) > 4 and (x.startswith(y) or y.startswith(x))

    return np.fromiter(map(variant, a, b), dtype=bool, count=len(a))


def dates(a: Texts, b: Texts) -> Levels:
    """Eight digits YYYYMMDD: one slip or day and month exchanged, parts off by one, parts that agree."""
    x, y = _parts(a), _parts(b)
    same = x == y
    near = np.abs(x - y) <= 1
    levels = np.ones(len(a), dtype=np.uint8)
    levels[np.abs(x[:, 0] - y[:, 0]) <= 2] = 2
    levels[same[:, 0]] = 3
    levels[same.sum(axis=1) == 2] = 4
    first = ((x[:, 1:] == 1).all(axis=1) | (y[:, 1:] == 1).all(axis=1)) & same[:, 0]
    levels[near.all(axis=1)] = 6
    levels[first] = 5
    swapped = same[:, 0] & (x[:, 1] == y[:, 2]) & (x[:, 2] == y[:, 1])
    levels[swapped | (_slips(a, b) <= 1) & ~first] = 7
    return levels


def _parts(texts: Texts) -> npt.NDArray[np.int64]:
    number = np.fromiter((int(t) if t.isdecimal() else 0 for t in texts), dtype=np.int64, count=len(texts))
    return np.stack([number // 10_000, number // 100 % 100, number % 100], axis=1)


def codes(a: Texts, b: Texts) -> Levels:
    """Numbers and ids: slips of the finger."""
    slips = _slips(a, b)
    short = np.minimum(_lengths(a), _lengths(b))
    levels = np.ones(len(a), dtype=np.uint8)
    levels[(slips == 2) & (short > 5)] = 2
    levels[(slips <= 1) & (short > 2)] = 3
    return levels


def emails(a: Texts, b: Texts) -> Levels:
    """Mailboxes: the whole nearly equal, alike, or only the part before the @."""
    whole = _scores(a, b, ratio)
    here, there = ([t.partition("@")[0] for t in texts] for texts in (a, b))
    local = _scores(here, there, ratio)
    levels = np.ones(len(a), dtype=np.uint8)
    levels[whole >= 75] = 2
    levels[(whole >= 85) | ((local == 100) & (np.minimum(_lengths(here), _lengths(there)) > 3))] = 3
    levels[(_slips(a, b) <= 2) | (whole >= 93)] = 4
    return levels


def texts(a: Texts, b: Texts) -> Levels:
    """Words in any order."""
    likeness = _scores(a, b, token_sort_ratio)
    levels = np.ones(len(a), dtype=np.uint8)
    levels[likeness >= 60] = 2
    levels[(likeness >= 78) | (_scores(a, b, token_set_ratio) == 100)] = 3
    levels[likeness >= 90] = 4
    return levels


def streets(a: Texts, b: Texts) -> Levels:
    """Words in any order, or a line that a field too short has cut off."""
    levels = texts(a, b)
    cut = np.fromiter((_cut(x, y) or _cut(y, x) for x, y in zip(a, b, strict=True)), dtype=bool, count=len(a))
    levels[cut & (levels < 3)] = 3
    return levels


def _cut(x: str, y: str) -> bool:
    return len(x) >= 8 and y.startswith(x)


def choices(a: Texts, b: Texts) -> Levels:  # noqa: ARG001 -- the signature of all kernels
    """Equal or not."""
    return np.ones(len(a), dtype=np.uint8)
