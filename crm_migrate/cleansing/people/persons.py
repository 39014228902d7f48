"""A person's name into prefix, given, middle, nickname, family name and suffix, by the order of its language."""

import re
import unicodedata
from collections.abc import Callable

from crm_migrate.cleansing.organisations.legal_forms import form_key, forms
from crm_migrate.cleansing.people.person_case import one_case, recased
from crm_migrate.cleansing.people.person_order import MONONYMS, split_words
from crm_migrate.cleansing.people.person_words import (
    AFTER,
    DOTTED,
    LOCAL_TITLES,
    PARTICLES,
    PREFIXES,
    SUFFIXES,
    UNSURE_SUFFIXES,
)
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import words as words_of

Parts = dict[str, str]

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]")
_NICKNAME = re.compile(r"\s*(?:\(([^()]+)\)|\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|(?<=\s)['‘]([^'’]+)['’](?=\s))\s*")
_BORN = (
    r"(?:née|nee|né|geb\.?|geborene|geborener|född|født|born|roz\.?|rozená|nata|z domu|szül\.?|de soltera|"
    r"kızlık soyadı:?)"
)
_MAYBE_BORN = re.compile(r"\b(?:n[ée]|geb|f[öø]d|born|roz|nata|z domu|szül|de solt|kızl)", re.IGNORECASE)
_MAIDEN = re.compile(rf"\s*\({_BORN}\s+([^()]+)\)|\s*,?\s+{_BORN}\s+([^()]+?)\s*$", re.IGNORECASE)


def person(text: str, locale: str) -> Parts:
    """The parts of one person's name, in the order in which they are written; letter case restored if it was lost."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    value = _taken(_MAIDEN, value)[0] if _MAYBE_BORN.search(value) else value
    value, nickname = _taken(_NICKNAME, value)
    restore = _restoring(value, locale)
    value, inverted, suffix = _commas(value, locale)
    words, prefix = _titles(_opened(value).split(), inverted, locale)
    words, more = _suffixes(words)
    words = words if inverted else _without_address(words, locale)
    parts: Parts = {"prefix": _title(prefix, value)} if prefix else {}
    parts |= _names(_joined(words), inverted, locale, restore, bool(prefix) and not _is_addressed(value, locale))
    if nickname:
        parts = _with_nickname(parts, restore(nickname, True))
    suffixes = " ".join(s for s in (more, suffix) if s)
    if suffixes:
        parts["suffix"] = _WRITTEN.get(suffixes, suffixes)
    return parts


_GLUED_TITLE = re.compile(r"((?:[^\W\d_]{1,5}\.){1,4})(?=([^\W\d_])[^\W\d_]+(?:\s|$))")


def _opened(value: str) -> str:
    """`Prof.Dr.Hasan Tekin`: titles glued to the name stand apart."""
    found = _GLUED_TITLE.match(value) if "." in value else None
    if not found or not found[2].isupper() or _key(value.split()[0]) in PREFIXES:
        return value
    known = all(fold(title) in PREFIXES for title in found[1].split(".") if title)
    return f"{found[1]} {value[found.end() :]}" if known else value


def _title(prefix: str, value: str) -> str:
    """Titles as typed; in their usual letter case where everything is in one case."""
    shouted = one_case(value) and len(value) > len(prefix)
    return (
        " ".join(w[:1].upper() + w[1:].lower() if w.isalpha() or w[:-1].isalpha() else w for w in prefix.split())
        if shouted
        else prefix
    )


# Generational suffixes and degrees of names in capitals.
_WRITTEN = {
    "JR": "Jr",
    "JR.": "Jr.",
    "SR": "Sr",
    "SR.": "Sr.",
    "PHD": "PhD",
    "PH.D.": "Ph.D.",
    "ESQ": "Esq",
    "ESQ.": "Esq.",
    "jr": "Jr",
    "jr.": "Jr.",
    "sr.": "Sr.",
    "iii": "III",
    "ii": "II",
    "iv": "IV",
    "phd": "PhD",
    "md": "MD",
    "mba": "MBA",
}


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without what the pattern finds, and that."""
    found = pattern.search(text)
    if not found:
        return text, ""
    inner = next(g for g in found.groups() if g)
    return f"{text[: found.start()]} {text[found.end() :]}".strip(), inner.strip()


def _restoring(value: str, locale: str) -> Callable[[str, bool], str]:
    """The function that restores letter case: of everything, of words in capitals among others, or of nothing."""
    bare = re.sub(r"(?:\b[^\W\d_]{1,4}\.\s?)+", "", value)
    if all(one_case(w) for w in re.findall(r"[^\W\d_]{2,}", bare)) and re.search(r"[^\W\d_]{2}", bare):
        return lambda text, first: recased(text, locale, first=first)
    if re.search(r"[^\W\d_]{3}", value):
        return lambda text, first: " ".join(_capitals(w, locale) for w in text.split())  # noqa: ARG005
    return lambda text, first: text  # noqa: ARG005


def _capitals(word: str, locale: str) -> str:
    """A surname in capitals beside names that are not (the French, Turkish and Spanish way to mark it)."""
    letters = re.sub(r"[\W\d_]", "", word)
    shouted = (
        len(letters) > 2 and letters.isupper() and re.search(r"[AEIOUY]", fold(letters).upper()) and "." not in word
    )
    return recased(word, locale) if shouted else word


def _commas(value: str, locale: str) -> tuple[str, int, str]:
    """The name in spoken order, how many of its last words are the family name (0: not said), and the suffix."""
    head, *tail = (part.strip() for part in value.split(","))
    names, titles = _prefixes(head.split(), locale)
    tail, suffix = _behind_comma(names, tail, locale)
    if len(tail) > 1 and all(_is_prefix(w, 1, True, locale) for w in tail[-1].split()):
        tail = [f"{tail[-1]} {tail[0]}", *tail[1:-1]]  # `Becker, Thomas, Dr.`
    if tail and titles and len(names) > 1:
        return ", ".join([head, *tail]), 0, suffix
    if not head:
        return " ".join(tail).strip(), 0, suffix
    if not tail:  # `Smith, PhD`: what stands before the comma is the family name where it is one name
        return head, len(names) if value != head and len(names) == 1 and not titles else 0, suffix
    given = " ".join(tail)
    return f"{given} {head}", len(_suffixes(head.split())[0]), suffix


def _behind_comma(names: list[str], tail: list[str], locale: str) -> tuple[list[str], str]:
    """What follows the comma as given names and as suffixes.

    Behind one name stands a given name, be it short or initials that are a degree too (`Nguyen, Vi`; `Smith, B.S.`),
    save where many have one name only; behind several stand degrees (`John Smith, MD`).
    """
    tail = [part for part in tail if part]
    first = tail[:1] if tail and _is_given(names, tail[0], locale) else []
    rest = tail[len(first) :]
    suffixes = [part for part in rest if _all_suffix(part, after_comma=True)]
    if first:
        words = first[0].split()
        at = len(words)
        while at > 1 and _is_suffix(words[at - 1], False) and not _is_short_name(words[at - 1]):
            at -= 1
        first, suffixes = [" ".join(words[:at])], [*([" ".join(words[at:])] if at < len(words) else []), *suffixes]
    return [*first, *(part for part in rest if not _all_suffix(part, after_comma=True))], ", ".join(suffixes)


def _is_given(names: list[str], part: str, locale: str) -> bool:
    """Whether the first thing behind the comma is a given name."""
    if not _all_suffix(part, after_comma=True):
        return True
    dotted = locale[:2] in MONONYMS and "." in part
    return _is_family_name(names, locale) and not dotted and not _is_only_suffix(part.split()[0])


def _is_family_name(words: list[str], locale: str) -> bool:
    """One name, perhaps with particles and a suffix (`van der Berg`, `Smith II`); two where people have two."""
    bare = _suffixes(words)[0]
    names = len(bare) if len(bare) < 2 else sum(fold(word) not in PARTICLES for word in bare)
    return names == 1 or (names == 2 and locale[:2] in _TWO_FAMILY_NAMES)


_TWO_FAMILY_NAMES = frozenset(("es", "ca", "gl", "pt"))
# Degrees of three letters that are names when written as one.
_NAMES_TOO = frozenset(("bed", "eng", "mag", "mak", "sag", "sip"))
_GENERATIONS = frozenset(("jr", "jnr", "sr", "snr", "ii", "iii", "iv", "2nd", "3rd", "4th", "junior", "senior", "neto"))
_INITIALS = re.compile(r"[^\W\d_]\.(?:[^\W\d_]\.?)+")


def _is_only_suffix(word: str) -> bool:
    """A suffix that is neither a given name nor initials: generations, and degrees of three letters and more."""
    key = _key(word)
    if key in _GENERATIONS:
        return not (len(key) == 2 and _INITIALS.fullmatch(word)) and not (key == "iv" and not word.isupper())
    known = key in SUFFIXES and key not in UNSURE_SUFFIXES and len(key) > 2
    return (known or _DEGREE.fullmatch(word) is not None) and not (key in _NAMES_TOO and "." not in word)


def _is_short_name(word: str) -> bool:
    """`Md`, `Vi`: two letters, of which only the first is a capital, and no generation."""
    return len(word) == 2 and word.istitle() and _key(word) not in _GENERATIONS


def doubt(text: str, locale: str) -> str | None:
    """What another reader may take for something else in a name, or None."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    if "," in value:
        head, behind = (part.strip() for part in value.split(",")[:2])
        told = _doubt_behind_comma(value, _prefixes(head.split(), locale)[0], behind, locale)
        if told:
            return told
    if value.endswith((" V", " VI")) and locale[:2] != "vi" and len(_prefixes(value.split(), locale)[0]) > 2:
        return f"{value.split()[-1]} behind a name: a generation or an initial"
    return None


def _doubt_behind_comma(value: str, names: list[str], behind: str, locale: str) -> str | None:
    """Initials that are a degree or a legal form too, and degrees that are names too."""
    degree = _all_suffix(behind, after_comma=True)
    if len(behind.split()) != 1 or not (degree or form_key(behind) in forms()):
        return None
    if not _is_given(names, behind, locale):
        initials = _key(behind) in _GENERATIONS and _INITIALS.fullmatch(behind)
        return f"{behind} is read as a suffix; it may be a name" if initials or _is_short_name(behind) else None
    letters = re.sub(r"[\W\d_]", "", behind)
    said = "." in behind or not one_case(value) or not re.search("[aeiouy]", fold(letters))
    capitals = len(letters) > 1 and letters.isupper() and said
    return f"{behind} is read as a given name; it may be a degree or a legal form" if capitals else None


def _key(word: str) -> str:
    return fold(word).replace(".", "").strip("-,'")


def _all_suffix(text: str, *, after_comma: bool = False) -> bool:
    """Every word is a degree or a generational suffix."""
    words = text.split()
    return bool(words) and all(_is_suffix(w, after_comma) for w in words)


# `S.Kom.`, `M.Ec.`: a degree by its shape; initials (`J.P.`) have no small letters.
_DEGREE = re.compile(r"[A-Z][a-z]?\.[A-Z]?(?:[A-Z][a-z]+|[a-z]{2,})\.?(?:[A-Z][A-Za-z]*\.?)?")


def _is_suffix(word: str, sure: bool) -> bool:
    """A known suffix; doubtful ones need a comma before them, dots, or capitals."""
    key = _key(word)
    if key not in SUFFIXES:
        return sure and _DEGREE.fullmatch(word) is not None
    return sure or key not in UNSURE_SUFFIXES or ("." in word and len(key) > 1)


# Titles that need neither a dot nor a name behind them.
_PLAIN_TITLES = words_of("name_titles_plain")


def _titles(words: list[str], inverted: int, locale: str) -> tuple[list[str], str]:
    """As `_prefixes`; the only word behind a comma is a given name unless it is plainly a title (`Smith, Rae`)."""
    alone = inverted and len(words) == inverted + 1
    plain = (
        words[:1] and not _INITIALS.fullmatch(words[0]) and (words[0].endswith(".") or _key(words[0]) in _PLAIN_TITLES)
    )
    return (words, "") if alone and not plain else _prefixes(words, locale)


def _prefixes(words: list[str], locale: str) -> tuple[list[str], str]:
    """The words behind the titles at the start, and these."""
    at = 2 if locale[:2] == "nl" and [w.lower() for w in words[:2]] == ["de", "heer"] and len(words) > 2 else 0
    while at < len(words) - 1 and _is_prefix(words[at], len(words) - at - 1, at > 0, locale):
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


def _is_prefix(word: str, rest: int, behind_title: bool, locale: str) -> bool:
    """A known title; those that are names too need a dot, a title before them, or two names behind them."""
    key = _key(word)
    if len(key) == 2 and key in _PLAIN_TITLES and _INITIALS.fullmatch(word):
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


def _suffixes(words: list[str]) -> tuple[list[str], str]:
    """The words before the suffixes at the end, and these."""
    at = len(words) - (len(words) > 2 and _is_fifth(words))
    while at > 1 and _is_suffix(words[at - 1], False):
        known = words[at - 1].endswith(".") or _key(words[at - 1]) in {"jr", "phd", "md", "esq", "ii", "iii", "iv"}
        if at <= 2 and (not known or _is_short_name(words[at - 1])):
            break
        at -= 1
    return words[:at], " ".join(words[at:])


def _is_fifth(words: list[str]) -> bool:
    """`John Smith V`; VI only where capitals say something, as it is a given name too."""
    return words[-1] == "V" or (words[-1] == "VI" and not all(word.isupper() for word in words))


def _without_address(words: list[str], locale: str) -> list[str]:
    """Without `Bey`, `Hanım`, `様` behind the name: they say Mr and Ms."""
    known = AFTER["any"] | AFTER.get(locale[:2], frozenset())
    if words and len(words[-1]) > 2 and words[-1].endswith(("様", "さん", "先生", "님")):
        words = [*words[:-1], re.sub("(?:様|さん|先生|님)$", "", words[-1])]
    while len(words) > 1 and _key(words[-1]) in known:
        words = words[:-1]
    return words


def addressed(text: str, locale: str) -> bool:
    """Whether `Bey`, `Hanım`, `様` stand behind the name."""
    return " ".join(_without_address(text.split(), locale)) != " ".join(text.split())


def _is_addressed(value: str, locale: str) -> bool:
    """`Sn. Ahmet Bey`: Bey and Hanım go with the given name, whatever stands before it."""
    return locale[:2] in {"tr", "az"} and addressed(value, locale)


def _joined(words: list[str]) -> list[str]:
    """`St. John` is one given name."""
    return [" ".join(words[:2]), *words[2:]] if len(words) > 2 and words[0] in {"St.", "Ste."} else words


def maiden_name(text: str) -> str:
    """The name at birth that a cell gives besides (`geb. Winter`, `née Moreau`, `kızlık soyadı Ak`), or ""."""
    return _taken(_MAIDEN, " ".join(text.split()))[1] if _MAYBE_BORN.search(text) else ""


def _names(words: list[str], inverted: int, locale: str, restore: Callable[[str, bool], str], titled: bool) -> Parts:
    """Given, middle and family names of the words."""
    shouted = _shouted(words) if not inverted else 0
    marked = _marked(words) if not inverted and not shouted else 0
    if shouted:
        parts = split_words(words[shouted:], locale, family=words[:shouted])
    elif marked:
        parts = split_words(words[:marked], locale, family=words[marked:])
    elif inverted == len(words) == 1:
        parts = {"last": " ".join(words)}
    elif inverted and len(words) > inverted:
        given, family = words[: len(words) - inverted], words[len(words) - inverted :]
        moved: list[str] = []
        while len(given) > 1 and fold(given[-1]) in {
            "van",
            "von",
            "der",
            "den",
            "de",
            "da",
            "di",
            "dos",
            "zu",
            "la",
            "du",
            "ten",
            "ter",
        }:
            moved.insert(0, given.pop())
        parts = split_words(given, locale, family=[*moved, *family])
    else:
        parts = split_words(words, locale, titled=titled)
    if marked or shouted or _is_family_loud(parts):
        parts["last"] = recased(parts["last"], locale, first=False)
    return {k: restore(v, k != "last" or _is_alone(parts)) for k, v in parts.items() if v}


def _shouted(words: list[str]) -> int:
    """How many words at the start are a family name in capitals before a given name that is not (`DUPONT Jean`)."""
    at = 0
    while at < len(words) and _is_loud(words[at]):
        at += 1
    rest = words[at:]
    loud = any(len(w) > 2 for w in words[:at])
    return at if loud and rest and all(w[0].isupper() and len(w) > 1 and not one_case(w) for w in rest) else 0


def _is_family_loud(parts: Parts) -> bool:
    """A family name of several words in capitals beside a given name that is not (`DE LA TOUR, Marie`)."""
    last = parts.get("last", "")
    return " " in last and all(_is_loud(w) for w in last.split()) and not one_case(parts.get("first", "A"))


def _is_loud(word: str) -> bool:
    """A word of a family name in capitals, particles among them."""
    return word.isupper() and "." not in word and (len(word) > 2 or fold(word) in PARTICLES)


def _marked(words: list[str]) -> int:
    """Where the family name starts that is in capitals behind given names that are not (`Ayşe YILMAZ DEMİR`), or 0."""
    at = len(words)
    while at and words[at - 1].isupper() and re.search(r"[^\W\d_]{2}", words[at - 1]) and "." not in words[at - 1]:
        at -= 1
    long = any(len(re.sub(r"[\W\d_]", "", w)) > 2 and fold(w) not in PARTICLES for w in words[at:])
    given = words[:at]
    return at if long and given and all(w[0].isupper() and (len(w) < 3 or not one_case(w)) for w in given) else 0


def _is_alone(parts: Parts) -> bool:
    return "first" not in parts


def _with_nickname(parts: Parts, nickname: str) -> Parts:
    """The nickname stands behind the given name."""
    out: Parts = {}
    for name, value in parts.items():
        out[name] = value
        if name == "first":
            out["nickname"] = nickname
    return out if "nickname" in out else out | {"nickname": nickname}
