"""Consent in words: given, refused, or not said, in ten languages.

A closed vocabulary: a text with one word that is not in it is not read, so that `yes, but only by phone` is asked
about.
"""

import re

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import table

_WORDS = {kind: re.compile(pattern) for kind, pattern in table("consent_words").items()}
_ORDER = ("no", "not", "may", "contacted", "yes", "by")
_YES = frozenset(("yes", "ja", "evet", "si", "oui", "sim", "tak", "ya", "iya"))  # `yes, not by phone` is not plain
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_BETWEEN = re.compile(r"[\s.,;:!()\[\]\"-]*")
_LONGEST = 12  # words


def consent_of(text: str) -> bool | None:
    """Whether a text gives consent (True) or refuses it (False); None where it does not plainly say.

    A denied refusal (`no objection`) says nothing here, and that somebody was contacted says nothing without `may`.
    """
    folded = _DATE.sub(" ", re.sub("[‘’`´]", "'", fold(text)))
    words = _WORD.findall(folded)
    if not words or len(words) > _LONGEST or not _BETWEEN.fullmatch(_WORD.sub("", folded)):
        return None
    kinds = [_kind(word) for word in words]
    if "" in kinds:
        return None
    said = set(kinds)
    refused = {"no", "not"} & said
    if len(refused) == 2 or (refused and words[0] in _YES):
        return None
    return False if refused else ("yes" in said or {"may", "contacted"} <= said) or None


def _kind(word: str) -> str:
    """What a word does, "" where it is not known; what denies goes first (`onaylamıyorum` begins with `onay`)."""
    return next((kind for kind in _ORDER if _WORDS[kind].fullmatch(word)), "")
