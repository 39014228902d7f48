"""What stands before and behind a person's name: titles, generations and degrees, and forms of address.

Many of them are names too, so each is judged by how it is written and by what stands beside it.
"""

import re

from crm_migrate.cleansing.people.person_words import AFTER, DOTTED, LOCAL_TITLES, PREFIXES, SUFFIXES, UNSURE_SUFFIXES
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import words as words_of

# Degrees of three letters that are names when written as one.
_NAMES_TOO = frozenset(("bed", "eng", "mag", "mak", "sag", "sip"))
GENERATIONS = frozenset(("jr", "jnr", "sr", "snr", "ii", "iii", "iv", "2nd", "3rd", "4th", "junior", "senior", "neto"))
INITIALS = re.compile(r"[^\W\d_]\.(?:[^\W\d_]\.?)+")
_GLUED_TITLE = re.compile(r"((?:[^\W\d_]{1,5}\.){1,4})(?=([^\W\d_])[^\W\d_]+(?:\s|$))")


def key_of(word: str) -> str:
    """A word for comparing with the lists: folded, without dots."""
    return fold(word).replace(".", "").strip("-,'")


def is_only_suffix(word: str) -> bool:
    """A suffix that is neither a given name nor initials: generations, and degrees of three letters and more."""
    key = key_of(word)
    if key in GENERATIONS:
        return not (len(key) == 2 and INITIALS.fullmatch(word)) and not (key == "iv" and not word.isupper())
    known = key in SUFFIXES and key not in UNSURE_SUFFIXES and len(key) > 2
    return (known or _DEGREE.fullmatch(word) is not None) and not (key in _NAMES_TOO and "." not in word)


def is_short_name(word: str) -> bool:
    """`Md`, `Vi`: two letters, of which only the first is a capital, and no generation."""
    return len(word) == 2 and word.istitle() and key_of(word) not in GENERATIONS


def all_suffix(text: str, *, after_comma: bool = False) -> bool:
    """Every word is a degree or a generational suffix."""
    words = text.split()
    return bool(words) and all(is_suffix(w, after_comma) for w in words)


# `S.Kom.`, `M.Ec.`: a degree by its shape; initials (`J.P.`) have no small letters.
_DEGREE = re.compile(r"[A-Z][a-z]?\.[A-Z]?(?:[A-Z][a-z]+|[a-z]{2,})\.?(?:[A-Z][A-Za-z]*\.?)?")


def is_suffix(word: str, sure: bool) -> bool:
    """A known suffix; doubtful ones need a comma before them, dots, or capitals."""
    key = key_of(word)
    if key not in SUFFIXES:
        return sure and _DEGREE.fullmatch(word) is not None
    return sure or key not in UNSURE_SUFFIXES or ("." in word and len(key) > 1)


# Titles that need neither a dot nor a name behind them.
_PLAIN_TITLES = words_of("name_titles_plain")


def behind_titles(words: list[str], inverted: int, locale: str) -> tuple[list[str], str]:
    """As `behind_prefixes`; the only word behind a comma is a given name unless plainly a title (`Smith, Rae`)."""
    alone = inverted and len(words) == inverted + 1
    plain = (
        words[:1] and not INITIALS.fullmatch(words[0]) and (words[0].endswith(".") or key_of(words[0]) in _PLAIN_TITLES)
    )
    return (words, "") if alone and not plain else behind_prefixes(words, locale)


def behind_prefixes(words: list[str], locale: str) -> tuple[list[str], str]:
    """The words behind the titles at the start, and these."""
    at = 2 if locale[:2] == "nl" and [w.lower() for w in words[:2]] == ["de", "heer"] and len(words) > 2 else 0
    while at < len(words) - 1 and is_prefix(words[at], len(words) - at - 1, at > 0, locale):
        at += 1
    return words[at:], " ".join(words[:at])


# Titles that are names too, but hardly before two more names.
_RANKS = frozenset(
    (
        "sir",
        "dame",
        "lord",
        "lady",
        "chief",
        "major",
        "general",
        "pastor",
        "father",
        "sister",
        "brother",
        "judge",
        "bishop",
    )
)
# Given names of a language that are titles elsewhere: Javanese `Sri`.
_NEVER_TITLES = {"id": ("sri",), "jv": ("sri",)}


def is_prefix(word: str, rest: int, behind_title: bool, locale: str) -> bool:
    """A known title; those that are names too need a dot, a title before them, or two names behind them."""
    key = key_of(word)
    if len(key) == 2 and key in _PLAIN_TITLES and INITIALS.fullmatch(word):
        return False  # `M.S.` is no `Ms.`
    if key in LOCAL_TITLES.get(locale[:2], ()):
        return word.endswith(".") or len(key) > 1
    if key in _NEVER_TITLES.get(locale[:2], ()):
        return False
    if len(key) == 1:
        return key == "m" and word.endswith(".") and rest > 1 and locale[:2] == "fr"
    if key not in PREFIXES and not all(
        k in PREFIXES and len(k) > 1 for k in re.split(r"[-.]", fold(word).strip(".")) if k
    ):
        return behind_title and fold(word) in {"h.c.", "hc", "h.c"}
    return key not in DOTTED or word.endswith(".") or behind_title or (key in _RANKS and rest > 1)


def before_suffixes(words: list[str]) -> tuple[list[str], str]:
    """The words before the suffixes at the end, and these."""
    at = len(words) - (len(words) > 2 and _is_fifth(words))
    while at > 1 and is_suffix(words[at - 1], False):
        known = words[at - 1].endswith(".") or key_of(words[at - 1]) in {"jr", "phd", "md", "esq", "ii", "iii", "iv"}
        if at <= 2 and (not known or is_short_name(words[at - 1])):
            break
        at -= 1
    return words[:at], " ".join(words[at:])


def _is_fifth(words: list[str]) -> bool:
    """`John Smith V`; VI only where capitals say something, as it is a given name too."""
    return words[-1] == "V" or (words[-1] == "VI" and not all(word.isupper() for word in words))


def without_address(words: list[str], locale: str) -> list[str]:
    """Without `Bey`, `Hanım`, `様` behind the name: they say Mr and Ms."""
    known = AFTER["any"] | AFTER.get(locale[:2], frozenset())
    if words and len(words[-1]) > 2 and words[-1].endswith(("様", "さん", "先生", "님")):
        words = [*words[:-1], re.sub("(?:様|さん|先生|님)$", "", words[-1])]
    while len(words) > 1 and key_of(words[-1]) in known:
        words = words[:-1]
    return words


def addressed(text: str, locale: str) -> bool:
    """Whether `Bey`, `Hanım`, `様` stand behind the name."""
    return " ".join(without_address(text.split(), locale)) != " ".join(text.split())


def is_addressed(value: str, locale: str) -> bool:
    """`Sn. Ahmet Bey`: Bey and Hanım go with the given name, whatever stands before it."""
    return locale[:2] in {"tr", "az"} and addressed(value, locale)


def opened(value: str) -> str:
    """`Prof.Dr.Hasan Tekin`: titles glued to the name stand apart."""
    found = _GLUED_TITLE.match(value) if "." in value else None
    if not found or not found[2].isupper() or key_of(value.split()[0]) in PREFIXES:
        return value
    known = all(fold(title) in PREFIXES for title in found[1].split(".") if title)
    return f"{found[1]} {value[found.end() :]}" if known else value
