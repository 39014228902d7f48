"""A person's name into prefix, given, middle, nickname, family name and suffix, by the order of its language."""

import re
import unicodedata
from collections.abc import Callable

from crm_migrate.cleansing.organisations.legal_forms import form_key, forms
from crm_migrate.cleansing.people.person_capitals import is_family_loud, marked, shouted
from crm_migrate.cleansing.people.person_case import one_case, recased
from crm_migrate.cleansing.people.person_order import MONONYMS, split_words
from crm_migrate.cleansing.people.person_titles import (
    GENERATIONS,
    INITIALS,
    all_suffix,
    before_suffixes,
    behind_prefixes,
    behind_titles,
    is_addressed,
    is_only_suffix,
    is_prefix,
    is_short_name,
    is_suffix,
    key_of,
    opened,
    without_address,
)
from crm_migrate.cleansing.people.person_words import PARTICLES
from crm_migrate.cleansing.text.letters import fold

Parts = dict[str, str]

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]")
_NICKNAME = re.compile(r"\s*(?:\(([^()]+)\)|\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|(?<=\s)['‘]([^'’]+)['’](?=\s))\s*")
_BORN = (
    r"(?:née|nee|né|geb\.?|geboren\w*|född|født|born|roz\.?|rozená|nata|z domu|szül\.?|de soltera|"
    r"(?:apellido|nome|nom) de (?:soltera|solteira|jeune fille)|(?:de|em) solteira|da nubile|meisjesnaam|nama gadis|"
    r"kızlık soyadı:?|formerly|previously|fka|f/k/a|anciennement|ehemals|ehem\.|vormals|früher|voorheen|dawniej|"
    r"eski soyadı:?|dahulu)"
)
_MAYBE_BORN = re.compile(
    r"\b(?:n[ée]|geb|f[öø]d|born|roz|nata|z domu|szül|d?em? solt|kızl|formerly|previously|fka|f/k|ancien|de jeune|"
    r"da nub|meisjes|nama g|ehem|vorm|früher|voorh|dawn|eski s|dahulu)",
    re.IGNORECASE,
)
_MAIDEN = re.compile(rf"\s*\({_BORN}\s+([^()]+)\)|\s*,?\s+{_BORN}\s+([^()]+?)\s*$", re.IGNORECASE)


def person(text: str, locale: str) -> Parts:
    """The parts of one person's name, in the order in which they are written; letter case restored if it was lost."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    value = _taken(_MAIDEN, value)[0] if _MAYBE_BORN.search(value) else value
    value, nickname = _taken(_NICKNAME, value)
    restore = _restoring(value, locale)
    value, inverted, suffix = _commas(value, locale)
    words, prefix = behind_titles(opened(value).split(), inverted, locale)
    words, more = before_suffixes(words)
    words = words if inverted else without_address(words, locale)
    parts: Parts = {"prefix": _title(prefix, value)} if prefix else {}
    parts |= _names(_joined(words), inverted, locale, restore, bool(prefix) and not is_addressed(value, locale))
    if nickname:
        parts = _with_nickname(parts, restore(nickname, True))
    suffixes = " ".join(s for s in (more, suffix) if s)
    if suffixes:
        parts["suffix"] = _WRITTEN.get(suffixes, suffixes)
    return parts


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
        return lambda text, first: recased(text, locale, first=first, beside=value)
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
    names, titles = behind_prefixes(head.split(), locale)
    tail, suffix = _behind_comma(names, tail, locale)
    if len(tail) > 1 and all(is_prefix(w, 1, True, locale) for w in tail[-1].split()):
        tail = [f"{tail[-1]} {tail[0]}", *tail[1:-1]]  # `Becker, Thomas, Dr.`
    if tail and titles and len(names) > 1:
        return ", ".join([head, *tail]), 0, suffix
    if not head:
        return " ".join(tail).strip(), 0, suffix
    if not tail:  # `Smith, PhD`: what stands before the comma is the family name where it is one name
        return head, len(names) if value != head and len(names) == 1 and not titles else 0, suffix
    given = " ".join(tail)
    return f"{given} {head}", len(before_suffixes(head.split())[0]), suffix


def _behind_comma(names: list[str], tail: list[str], locale: str) -> tuple[list[str], str]:
    """What follows the comma as given names and as suffixes.

    Behind one name stands a given name, be it short or initials that are a degree too (`Nguyen, Vi`; `Smith, B.S.`),
    save where many have one name only; behind several stand degrees (`John Smith, MD`).
    """
    tail = [part for part in tail if part]
    first = tail[:1] if tail and _is_given(names, tail[0], locale) else []
    rest = tail[len(first) :]
    suffixes = [part for part in rest if all_suffix(part, after_comma=True)]
    if first:
        words = first[0].split()
        at = len(words)
        while at > 1 and is_suffix(words[at - 1], False) and not is_short_name(words[at - 1]):
            at -= 1
        first, suffixes = [" ".join(words[:at])], [*([" ".join(words[at:])] if at < len(words) else []), *suffixes]
    return [*first, *(part for part in rest if not all_suffix(part, after_comma=True))], ", ".join(suffixes)


def _is_given(names: list[str], part: str, locale: str) -> bool:
    """Whether the first thing behind the comma is a given name."""
    if not all_suffix(part, after_comma=True):
        return True
    dotted = locale[:2] in MONONYMS and "." in part
    return _is_family_name(names, locale) and not dotted and not is_only_suffix(part.split()[0])


def _is_family_name(words: list[str], locale: str) -> bool:
    """One name, perhaps with particles and a suffix (`van der Berg`, `Smith II`); two where people have two."""
    bare = before_suffixes(words)[0]
    names = len(bare) if len(bare) < 2 else sum(fold(word) not in PARTICLES for word in bare)
    return names == 1 or (names == 2 and locale[:2] in _TWO_FAMILY_NAMES)


_TWO_FAMILY_NAMES = frozenset(("es", "ca", "gl", "pt"))


def doubt(text: str, locale: str) -> str | None:
    """What another reader may take for something else in a name, or None."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    if "," in value:
        head, behind = (part.strip() for part in value.split(",")[:2])
        told = _doubt_behind_comma(value, behind_prefixes(head.split(), locale)[0], behind, locale)
        if told:
            return told
    if value.endswith((" V", " VI")) and locale[:2] != "vi" and len(behind_prefixes(value.split(), locale)[0]) > 2:
        return f"{value.split()[-1]} behind a name: a generation or an initial"
    return None


def _doubt_behind_comma(value: str, names: list[str], behind: str, locale: str) -> str | None:
    """Initials that are a degree or a legal form too, and degrees that are names too."""
    degree = all_suffix(behind, after_comma=True)
    if len(behind.split()) != 1 or not (degree or form_key(behind) in forms()):
        return None
    if not _is_given(names, behind, locale):
        initials = key_of(behind) in GENERATIONS and (INITIALS.fullmatch(behind) or behind in ("JR", "SR"))
        return f"{behind} is read as a suffix; it may be a name" if initials or is_short_name(behind) else None
    letters = re.sub(r"[\W\d_]", "", behind)
    said = "." in behind or not one_case(value) or not re.search("[aeiouy]", fold(letters))
    capitals = len(letters) > 1 and letters.isupper() and said
    return f"{behind} is read as a given name; it may be a degree or a legal form" if capitals else None


def _joined(words: list[str]) -> list[str]:
    """`St. John` is one given name."""
    return [" ".join(words[:2]), *words[2:]] if len(words) > 2 and words[0] in {"St.", "Ste."} else words


def maiden_name(text: str) -> str:
    """The name at birth that a cell gives besides (`geb. Winter`, `née Moreau`, `kızlık soyadı Ak`), or ""."""
    return _taken(_MAIDEN, " ".join(text.split()))[1] if _MAYBE_BORN.search(text) else ""


def _names(words: list[str], inverted: int, locale: str, restore: Callable[[str, bool], str], titled: bool) -> Parts:
    """Given, middle and family names of the words."""
    leading = shouted(words) if not inverted else 0
    trailing = marked(words) if not inverted and not leading else 0
    if leading:
        parts = split_words(words[leading:], locale, family=words[:leading])
    elif trailing:
        parts = split_words(words[:trailing], locale, family=words[trailing:])
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
    if trailing or leading or is_family_loud(parts):
        parts["last"] = recased(parts["last"], locale, first=False)
    return {k: restore(v, k != "last" or _is_alone(parts)) for k, v in parts.items() if v}


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
