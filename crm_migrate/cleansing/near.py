"""Near misses of closed lists: which known words a text may be a slip of. A suggestion, never a value."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from crm_migrate.cleansing.text.letters import fold

_LONGEST = 100  # characters; nobody mistypes a whole sentence
_SHORT, _LONG = 5, 10  # characters of a key: below the first letters are only exchanged, from the second on two slip
_NAMED = 2  # so many that are equally near are named; of more the text says nothing


def word_key(text: str) -> str:
    """A word for comparing: folded, punctuation and blanks gone."""
    return re.sub(r"[\W_]+", "", fold(text))


def near_words(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """The one or two known words that a text is nearest to, by key; none where it is near to none, or to many."""
    key = word_key(text)
    if not key or len(text) > _LONGEST:
        return ()
    words = _by_key(tuple(known))
    if key in words:
        return words[key][:_NAMED]
    cutoff = 2 if len(key) >= _LONG else 1
    hits = process.extract(key, words.keys(), scorer=OSA.distance, score_cutoff=cutoff, limit=None)
    slips = [(other, distance) for other, distance, _ in hits if _is_slip(key, other)]
    least = min((distance for _, distance in slips), default=0)
    near = [word for other, distance in slips if distance == least for word in words[other]]
    return tuple(sorted(near)) if len(near) <= _NAMED else ()


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """The question about a near miss; "" where there is nothing to ask."""
    return question(near_words(text, known))


def question(near: Sequence[str]) -> str:
    """The question whether one of these is meant; "" where there are none, or too many to name."""
    return f"did you mean {' or '.join(f'`{word}`' for word in near)}?" if 0 < len(near) <= _NAMED else ""


@lru_cache(maxsize=64)
def _by_key(known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The words of each key, in their order."""
    words: dict[str, tuple[str, ...]] = {}
    for word in known:
        key = word_key(word)
        if key and word not in words.get(key, ()):
            words[key] = (*words.get(key, ()), word)
    return words


def _is_slip(key: str, other: str) -> bool:
    """Whether two keys so near may be one word: other digits are other things, and `un...` says the contrary.

    Of a short word a letter more, less or another makes a word of its own; two exchanged are a slip.
    """
    if re.findall(r"\d+", key) != re.findall(r"\d+", other):
        return False
    if min(len(key), len(other)) < _SHORT:
        return sorted(key) == sorted(other)
    shorter, longer = sorted((key, other), key=len)
    return not (len(longer) - len(shorter) > 1 and longer.endswith(shorter))
