"""Sentences: what two records have in common and what differs, in words, for many pairs at a time.

A sentence follows from the levels of agreement alone, so that it is made once per pattern of levels. The weights behind
it are in `waterfall`, which takes one pair at a time.
"""

import numpy as np

from crm_migrate.matching.comparing.comparison import Comparison
from crm_migrate.matching.comparing.terms import Codes

CHUNK = 250_000  # pairs compared at a time, so that memory stays bounded
_WORDS = {"email": "e-mail", "url": "web address", "tax_id": "tax number", "phone": "phone number"}


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
    same, alike, other = [], [], []
    for comparison, level in zip(comparisons, levels, strict=True):
        what = _WORDS.get(comparison.name, comparison.name.replace("_", " "))
        if level >= comparison.same:
            same.append(what)
        elif level == 1:
            other.append(what)
        elif level:
            alike.append(f"{what} {comparison.labels[level]}")
    alike += ["names exchanged"] if turned else []
    parts = [f"same {_listed(same)}"] if same else []
    agreed = ", ".join([*parts, *alike]) or "nothing in common"
    return f"{agreed}; another {_listed(other)}" if other else agreed


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
