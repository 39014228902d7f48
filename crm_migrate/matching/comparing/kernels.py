"""Kernels: levels of likeness of pairs of unequal folded values, with rapidfuzz."""

from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler, Prefix
from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

from crm_migrate.matching.comparing.comparison import Levels, Pairs, Texts
from crm_migrate.matching.comparing.signatures import far, may_contain
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.comparing.words import word_groups

NAME = ("missing", "different", "vaguely alike", "initial", "alike", "one slip", "equal")
DATE = ("missing", "different", "year near", "year", "two parts", "year, no day", "parts near", "one slip", "equal")
CODE = ("missing", "different", "two slips", "one slip", "equal")
TEXT = ("missing", "different", "vaguely alike", "alike", "nearly equal", "equal")
CHOICE = ("missing", "different", "equal")

_SLACK = 1e-6  # so that rounding leaves nothing out


def _lengths(texts: Texts) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def _slips(pairs: Pairs, possible: npt.NDArray[np.bool_], most: int = 2) -> npt.NDArray[np.uint8]:
    """Typing slips between two texts, transpositions count one (optimal string alignment); more than `most`: one more.

    Only pairs that are `possible`, and not too far apart, are looked at.
    """
    here, there = pairs.each(_lengths)
    found = np.full(len(here), most + 1, dtype=np.uint8)
    chosen = np.flatnonzero(possible & (np.abs(here - there) <= most) & (far(pairs) <= 2 * most))
    if len(chosen):
        found[chosen] = pairs.where(chosen).scores(OSA.distance, np.uint8, most)
    return found


def _ratios(pairs: Pairs, scorer: Any, least: float) -> npt.NDArray[np.float32]:
    """Percent of likeness by insertions and deletions; 0 for pairs that are too far apart for the least that counts."""
    here, there = pairs.each(_lengths)
    return _possible(pairs, scorer, far(pairs) <= (1 - least / 100) * (here + there) + _SLACK)


def _possible(pairs: Pairs, scorer: Any, possible: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    found = np.zeros(len(possible), dtype=np.float32)
    chosen = np.flatnonzero(possible)
    if len(chosen):
        found[chosen] = pairs.where(chosen).scores(scorer)
    return found


def names(pairs: Pairs) -> Levels:
    """Given or family names: Jaro-Winkler, one slip, nicknames, initials, parts of double names."""
    here, there = pairs.each(_lengths)
    short = np.minimum(here, there)
    start, other = pairs.each(_first_letters)
    # Letters in common, at most; below a Jaro likeness of .7 a common start adds nothing.
    common = (here + there - far(pairs)) / 2
    likeness = _possible(pairs, JaroWinkler.normalized_similarity, common / here + common / there > 1.1 - _SLACK)
    levels = np.ones(len(likeness), dtype=np.uint8)
    # Likeness of names as Winkler has it; where the levels begin was chosen, what each is worth is learned.
    levels[likeness >= 0.75] = 2
    levels[(short == 1) & (start == other)] = 3
    levels[likeness >= 0.86] = 4
    variants = _variants(pairs, (short > 4) & (start == other))
    levels[variants] = np.maximum(levels[variants], 4)
    levels[(likeness >= 0.95) & (short > 4)] = 5
    levels[_slips(pairs, short > 2, 1) <= 1] = 5
    return levels


def _blanks(texts: Texts) -> npt.NDArray[np.bool_]:
    return np.fromiter((" " in text for text in texts), dtype=bool, count=len(texts))


def _first_letters(texts: Texts) -> npt.NDArray[np.int64]:
    return np.fromiter((ord(text[0]) for text in texts), dtype=np.int64, count=len(texts))


def _variants(pairs: Pairs, long: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Forms of one name (nicknames), all words of one among the words of the other, or the start of a long one."""
    found = _nicknames(pairs)
    blank, other = pairs.each(_blanks)
    several = np.flatnonzero(blank | other)
    words = [set(text.split()) for text in pairs.values] if len(several) else []
    for at, left, right in zip(several.tolist(), pairs.a[several].tolist(), pairs.b[several].tolist(), strict=True):
        x, y = words[left], words[right]
        if x <= y or y <= x:
            found[at] |= max(map(len, x & y), default=0) > 1
    found[_begun(pairs, long & ~(blank | other))] = True
    return found


def _nicknames(pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Both are on one line of the list of nicknames."""
    groups = word_groups("nicknames")
    none: frozenset[int] = frozenset()
    lists = [sorted(groups.get(text, none)) for text in pairs.values]
    most = max(map(len, lists), default=0)
    found = np.zeros(len(pairs.a), dtype=bool)
    table = np.array([[*numbers, *[-1] * (most - len(numbers))] for numbers in lists], dtype=np.int64)
    if not most:
        return found
    here, there = table[pairs.a], table[pairs.b]
    for column in range(most):
        for other in range(most):
            found |= (here[:, column] >= 0) & (here[:, column] == there[:, other])
    return found


def dates(pairs: Pairs) -> Levels:
    """Eight digits YYYYMMDD: one slip or day and month exchanged, parts off by one, parts that agree."""
    x, y = pairs.each(_parts)
    same = x == y
    near = np.abs(x - y) <= 1
    levels = np.ones(len(x), dtype=np.uint8)
    levels[np.abs(x[:, 0] - y[:, 0]) <= 2] = 2
    levels[same[:, 0]] = 3
    levels[same.sum(axis=1) == 2] = 4
    first = ((x[:, 1:] == 1).all(axis=1) | (y[:, 1:] == 1).all(axis=1)) & same[:, 0]
    levels[near.all(axis=1)] = 6
    levels[first] = 5
    swapped = same[:, 0] & (x[:, 1] == y[:, 2]) & (x[:, 2] == y[:, 1])
    levels[swapped | _one_slip(*pairs.each(_packed)) & ~first] = 7
    return levels


def _parts(texts: Texts) -> npt.NDArray[np.int32]:
    number = np.fromiter((int(t) for t in texts), dtype=np.int32, count=len(texts))
    return np.stack([number // 10_000, number // 100 % 100, number % 100], axis=1)


def _packed(texts: Texts) -> npt.NDArray[np.int64]:
    """Eight digits as eight times four bits."""
    return np.fromiter((int(t, 16) for t in texts), dtype=np.int64, count=len(texts))


def _one_slip(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """At most one digit of packed digits is another, or two neighbours are exchanged."""
    differ = x ^ y
    places = (differ | differ >> 1 | differ >> 2 | differ >> 3) & 0x11111111
    many = np.bitwise_count(places)
    last = (places & -places) * 15  # the four bits of the last digit that differs
    turned = x & ~(last | last << 4) | (x & last) << 4 | (x >> 4) & last
    return np.asarray((many <= 1) | (many == 2) & (turned == y))


def codes(pairs: Pairs) -> Levels:
    """Numbers and ids: slips of the finger."""
    short = np.minimum(*pairs.each(_lengths))
    slips = _slips(pairs, short > 2)
    levels = np.ones(len(short), dtype=np.uint8)
    levels[(slips == 2) & (short > 5)] = 2
    levels[slips <= 1] = 3
    return levels


def emails(pairs: Pairs) -> Levels:
    """Mailboxes: the whole nearly equal, alike, or only the part before the @."""
    whole = _ratios(pairs, ratio, 75)
    levels = np.ones(len(whole), dtype=np.uint8)
    levels[whole >= 75] = 2
    levels[(whole >= 85) | _one_mailbox(pairs)] = 3
    levels[(_slips(pairs, whole < 93) <= 2) | (whole >= 93)] = 4
    return levels


def _one_mailbox(pairs: Pairs) -> npt.NDArray[np.bool_]:
    """The same, and more than three letters, before the @."""
    here, there = pairs.each(_starts)
    found = here == there
    chosen = np.flatnonzero(found)
    left, right = pairs.where(chosen).sides()
    boxes = ([text.partition("@")[0] for text in texts] for texts in (left, right))
    found[chosen] = [x == y and len(x) > 3 for x, y in zip(*boxes, strict=True)]
    return np.asarray(found)


def _starts(texts: Texts) -> npt.NDArray[np.str_]:
    return np.array([text[:4] for text in texts], dtype="U4")


def texts(pairs: Pairs) -> Levels:
    """Words in any order."""
    likeness = _ratios(pairs, token_sort_ratio, 60)
    levels = np.ones(len(likeness), dtype=np.uint8)
    levels[likeness >= 60] = 2
    levels[(likeness >= 78) | _contained(pairs, likeness < 78)] = 3
    levels[likeness >= 90] = 4
    return levels


def streets(pairs: Pairs) -> Levels:
    """Words in any order, or a line that a field too short has cut off."""
    levels = texts(pairs)
    short = np.minimum(*pairs.each(_lengths))
    start, other = pairs.each(_starts)
    levels[_begun(pairs, (levels < 3) & (short >= 8) & (start == other))] = 3
    return levels


def _begun(pairs: Pairs, possible: npt.NDArray[np.bool_]) -> Codes:
    """Which of the possible pairs have one text that begins with the whole of the other."""
    chosen = np.flatnonzero(possible)
    if not len(chosen):
        return chosen
    some = pairs.where(chosen)
    short = np.minimum(*some.each(_lengths))
    return np.asarray(chosen[some.scores(Prefix.similarity, np.int32) == short])


def _contained(pairs: Pairs, possible: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """All words of one are words of the other; two single words would be equal."""
    several, others = pairs.each(_blanks)
    found = np.zeros(len(several), dtype=bool)
    chosen = np.flatnonzero(possible & (several | others) & may_contain(pairs))
    if len(chosen):
        found[chosen] = pairs.where(chosen).scores(token_set_ratio) == 100
    return found


def choices(pairs: Pairs) -> Levels:
    """Equal or not."""
    return np.ones(len(pairs.a), dtype=np.uint8)
