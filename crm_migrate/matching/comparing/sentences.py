"""Sentences: what two records have in common and what differs, in words, for many pairs at a time.

A sentence follows from the levels of agreement alone, so that it is made once per pattern of levels. The weights behind
it are in `waterfall`, which takes one pair at a time.
"""

import numpy as np

from crm_migrate.matching.comparing.comparison import Comparison
from crm_migrate.matching.comparing.terms import Codes

CHUNK = 250_000  # pairs compared at a time, so that memory stays bounded
_WORDS = {"email": "e-mail", "url": "web address", "tax_id": "tax number", "phone": "phone number"}
_NO = tuple[str, ...]()
# Levels of what is compared as one thing and has parts: what is the same, what is alike, what is another.
_PARTS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    ("street", "number only"): (("house number",), _NO, ("street",)),
    ("street", "street alike"): (_NO, ("street alike",), ("house number",)),
    ("street", "street equal"): (("street",), _NO, ("house number",)),
    ("street", "number near"): (_NO, ("street alike", "house number one slip"), _NO),
    ("street", "no number"): (_NO, ("street alike",), _NO),
    ("place", "state only"): (("state",), _NO, _NO),
    ("place", "area equal"): (("postal area",), _NO, _NO),
    ("place", "city equal"): (("city",), _NO, _NO),
    ("place", "city and area"): (("city", "postal area"), _NO, _NO),
    ("place", "code alike"): (_NO, ("postal code one slip",), _NO),
    ("place", "code equal"): (("postal code",), _NO, _NO),
    ("web", "different"): (_NO, _NO, ("domain",)),
    ("web", "host vaguely alike"): (_NO, ("domain vaguely alike",), _NO),
    ("web", "host alike"): (_NO, ("domain alike",), _NO),
    ("web", "host equal"): (("domain",), _NO, _NO),
    ("web", "mailbox alike"): (("domain",), ("mailbox alike",), _NO),
    ("web", "mailbox equal"): (("mailbox",), _NO, _NO),
}


def sentences(comparisons: tuple[Comparison, ...], i: Codes, j: Codes) -> list[str]:
    """One sentence per pair: `same e-mail, family name one slip; another street`."""
    told: list[str] = []
    for at in range(0, len(i), CHUNK):
        told += _chunk(comparisons, i[at : at + CHUNK], j[at : at + CHUNK])
    return told


def _chunk(comparisons: tuple[Comparison, ...], i: Codes, j: Codes) -> list[str]:
    compared = [c.compare(i, j) for c in comparisons]
    turned = np.logical_or.reduce([np.zeros(len(i), dtype=bool), *(c.turned for c in compared if c.turned is not None)])
    levels = np.stack([*(c.levels for c in compared), turned], axis=1)
    patterns, which = np.unique(levels, axis=0, return_inverse=True)
    words = [_sentence(comparisons, *pattern[:-1].tolist(), turned=bool(pattern[-1])) for pattern in patterns]
    return [words[at] for at in which.ravel().tolist()]


def _sentence(comparisons: tuple[Comparison, ...], *levels: int, turned: bool) -> str:
    """The same, then the similar, then what differs; values that are missing say nothing."""
    said = [_said(comparison, level) for comparison, level in zip(comparisons, levels, strict=True) if level]
    same, alike, other = ([word for each in said for word in each[at]] for at in range(3))
    alike += ["names exchanged"] if turned else []
    parts = [f"same {_listed(same)}"] if same else []
    agreed = ", ".join([*parts, *alike]) or "nothing in common"
    return f"{agreed}; another {_listed(other)}" if other else agreed


def _said(comparison: Comparison, level: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What one comparison says is the same, is alike and is another."""
    label, what = comparison.labels[level], _WORDS.get(comparison.name, comparison.name.replace("_", " "))
    if (comparison.name, label) in _PARTS:
        return _PARTS[comparison.name, label]
    if level >= comparison.same:
        return (what,), _NO, _NO
    return (_NO, _NO, (what,)) if level == 1 else (_NO, (f"{what} {label}",), _NO)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
