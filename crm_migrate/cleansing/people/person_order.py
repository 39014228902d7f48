"""Which word of a name is the family name: by language, script, particles and patronymics."""

import re

from crm_migrate.cleansing.people.person_words import PARTICLES, PATRONYMS
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import words

Parts = dict[str, str]

_FAMILY_FIRST = frozenset(("ja", "zh", "ko", "hu", "vi", "km"))
MONONYMS = frozenset(("id", "jv", "su", "my"))
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々\u3040-\u30ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7af]+")
_PATRONYMIC = re.compile(
    r".{2,}(?:ович|евич|ьич|ич|овна|евна|ична|инична|ївна|івна|ovich|evich|yevich|ovych|evych|ovna|evna|"
    r"yevna|ivna|ichna|inichna)$",
    re.IGNORECASE,
)
_SLAVIC = re.compile(
    r".{2,}(?:ов|ев|ёв|ин|ын|ский|цкий|ской|ова|ева|ёва|ина|ына|ская|цкая|енко|чук|юк|ук|ко|дзе|швили|ян)$",
    re.IGNORECASE,
)
# Chinese and Korean family names of two characters.
_COMPOUND = words("names_compound")
# Japanese family names that settle where four characters are cut (the commonest hundred begin with one of these pairs).
_JAPANESE = words("names_japanese")
# Second given names of Spanish, Catalan, Portuguese and Italian double names; the two words belong together.
_SECOND = words("names_second")


def split_words(words: list[str], locale: str, *, family: list[str] | None = None, titled: bool = False) -> Parts:
    """Parts of a name's words without titles. `family`: a comma said so; `titled`: a title stood before."""
    if family is not None:
        first, middle = _given(words, locale)
        return {"first": first, "middle": middle, "last": " ".join(family)}
    if not words:
        return {}
    if len(words) == 1:
        return _one(words[0], locale, titled)
    language = locale[:2]
    if language in MONONYMS and len(words) == 2 and fold(words[0]) == fold(words[1]):
        return {"last": words[0]}
    special = _patronymics(words, language) or (
        _east(words, language) if language in _FAMILY_FIRST or _is_east(words) else None
    )
    return special or _west(words, locale, titled)


def _one(word: str, locale: str, titled: bool) -> Parts:
    """A single word: a name in Han or Hangul is cut where that is certain, else it is a mononym."""
    if _HANGUL.fullmatch(word) and 2 <= len(word) <= 4:
        cut = 2 if word[:2] in _COMPOUND and len(word) > 2 else 1
        return {"last": word[:cut], "first": word[cut:]}
    if _CJK.fullmatch(word) and 2 <= len(word) <= 5:
        cut = _han_cut(word, locale)
        if cut:
            return {"last": word[:cut], "first": word[cut:]}
        return {"last": word}
    # Where many have one name only, and behind a title ("Mrs Smith"), the one name is what a family field must hold.
    return {"last": word} if titled or locale[:2] in MONONYMS else {"first": word}


def _han_cut(word: str, locale: str) -> int:
    """Characters of the family name, or 0 where nothing proves it."""
    if word[:2] in _COMPOUND and len(word) > 2:
        return 2
    if locale[:2] == "ja" or re.search(r"[\u3040-\u30ff々]", word):
        return 2 if word[:2] in _JAPANESE and len(word) > 2 else 0
    if locale[:2] == "zh" and len(word) <= 3:
        return 1
    return 2 if word[:2] in _JAPANESE and len(word) == 4 else 0


def _is_east(words: list[str]) -> bool:
    return all(_CJK.fullmatch(w) or _HANGUL.fullmatch(w) for w in words)


def _east(words: list[str], language: str) -> Parts:
    """Family name first; Vietnamese has a middle name before the given one."""
    if language == "vi":
        return {"last": words[0], "middle": " ".join(words[1:-1]), "first": words[-1]}
    return {"last": words[0], "first": " ".join(words[1:])}


def _patronymics(words: list[str], language: str) -> Parts | None:
    """Russian three-part names in both orders, and two-part ones whose family ending stands first."""
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[2]) and not _PATRONYMIC.fullmatch(words[1]):
        return {"last": words[0], "first": words[1], "middle": words[2]}
    if len(words) > 2 and all(re.fullmatch(r"[^\W\d_]\.", w) for w in words[1:]) and len(words[0].strip(".")) > 2:
        return {"last": words[0], "first": words[1], "middle": " ".join(words[2:])}  # `Лебедева О. П.`
    if language in {"ru", "uk", "be"} and len(words) == 2 and _PATRONYMIC.fullmatch(words[1]):
        return {"first": words[0], "middle": words[1]}
    if language in {"bg", "mk"} and len(words) == 3 and re.search("(?:ов|ев|ова|ева|ски|ска|ov|ev|ova|eva)$", words[1]):
        return {"first": words[0], "middle": words[1], "last": words[2]}
    if len(words) == 3 and _PATRONYMIC.fullmatch(words[1]) and re.search("[а-яё]", words[2], re.IGNORECASE):
        return {"first": words[0], "middle": words[1], "last": words[2]}
    if (
        len(words) == 2
        and re.search("[а-яё]", words[0], re.IGNORECASE)
        and _SLAVIC.fullmatch(words[0])
        and not _SLAVIC.fullmatch(words[1])
    ):
        return {"last": words[0], "first": words[1]}
    return None


# Particles that are no given name: behind a title they open the family name (`Mevrouw Van Dam`).
_OPENING = words("name_particles_opening")
# Former titles of nobility, part of the family name in Germany since 1919 (article 109 of the Weimar constitution).
_NOBLE = words("name_noble")


def _west(words: list[str], locale: str, titled: bool = False) -> Parts:
    """Given names first; the family name starts at a particle, or is the last word (or two in Spanish)."""
    if titled and fold(words[0]) in _OPENING:
        return {"last": " ".join(words)}
    start = _particle(words)
    devout = _devotion(words) if locale[:2] in {"es", "ca", "gl", "pt", "en", "fil", "ph"} else 0
    if devout and devout < len(words):
        start = _particle(words[devout - 1 :])
        start = devout - 1 + start if start else devout
    elif start is None:
        start = len(words) - _family_words(words, locale[:2])
    elif locale[:2] in {"es", "ca", "gl", "pt"} and start > 1 and fold(words[1]) not in _SECOND:
        start = 1 if fold(words[start]) not in PATRONYMS else start
    first, middle = _given(words[:start], locale)
    return {"first": first, "middle": middle, "last": " ".join(words[start:])}


# Marian and other devotional names: `del Carmen`, `de los Ángeles` go with the given name before them.
_DEVOTIONS = words("names_devotion")


def _devotion(words: list[str]) -> int:
    """How many words the given name has whose end is a devotion (`María del Carmen`), or 0."""
    for at in range(2, min(5, len(words))):
        middle = [fold(w) for w in words[1:at]]
        if (
            middle
            and middle[0] in {"de", "del", "da", "das", "dos"}
            and all(m in {"de", "del", "la", "las", "los", "da", "das", "dos"} for m in middle)
        ):
            return at + 1 if fold(words[at]) in _DEVOTIONS else 0
    return 0


def _particle(words: list[str]) -> int | None:
    """Where a family name with particle starts, or None; `Y` and `E` join two family names, they start none."""
    mixed = not all(word.isupper() for word in words)
    for at in range(1, len(words) - 1):
        key = fold(words[at])
        if mixed and len(key) == 1 and words[at].isupper():
            continue  # `Brent Y Hickok`: an initial
        if key.rpartition("-")[2] in {"van", "von", "de", "der", "la", "le", "di", "da"} and "-" in key:
            return at  # `Kelly-Van Buren`
        if key in _NOBLE and fold(words[at + 1]) in {"von", "zu", "vom", "zum", "und", "van"}:
            return at
        if key in PATRONYMS or (
            key in PARTICLES
            and key not in {"y", "e", "i", "o", "abd", "ben", "san", "st", "in", "d", "l", "mac", "mc", "bar"}
        ):
            return at
        if key in {"san", "st", "st.", "mac", "mc", "ben", "abu", "e", "y", "i"} and at == len(words) - 2:
            return at - 1 if key in {"e", "y", "i"} and at > 1 else at
    return None


# Turkish family names that are no given names (the commonest of the population register): two family names of a woman
# who keeps her own (Civil Code, article 187).
_TURKISH = words("names_turkish_families")


def _family_words(words: list[str], language: str) -> int:
    """How many words at the end are the family name."""
    if language == "tr" and len(words) >= 3:
        own = fold(words[-2])
        return 2 if own in _TURKISH or own.endswith(("oglu", "gil")) else 1
    if language in {"es", "ca", "gl"} and len(words) >= 3:
        return 1 if len(words) == 3 and (fold(words[1]) in _SECOND or len(words[1].strip(".")) == 1) else 2
    if language == "pt" and len(words) >= 3:
        given = 2 if fold(words[1]) in _SECOND else 1
        return max(len(words) - given, 1)
    return 1


def _given(words: list[str], locale: str) -> tuple[str, str]:
    """First and middle names: initials behind the first name everywhere, further names where English is spoken."""
    if len(words) < 2:
        return " ".join(words), ""
    if locale[:2] == "en" or all(len(w.strip(".")) == 1 for w in words[1:]):
        return words[0], " ".join(words[1:])
    at = next((i for i in range(1, len(words)) if len(words[i].strip(".")) == 1 and words[i].endswith(".")), len(words))
    return " ".join(words[:at]), " ".join(words[at:])
