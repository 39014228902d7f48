"""Words of other scripts in Latin letters, for comparing only: no value is changed.

A word is romanised letter by letter. Romanisations differ (`Юрий` is Yuri, Iurii, Juri, Jurij), so a word becomes the
Latin word of the same column that it is another spelling of, where there is one. Arabic and Hebrew are written without
short vowels: there a Latin word is a spelling if it has the consonants and the long vowels (`محمد`: Mohammed, Mehmet).

Sources: ISO 9, ICAO 9303, BGN/PCGN 1947 and the German dictionaries for Cyrillic, ELOT 743 for Greek, BGN/PCGN 1956 for
Arabic; letters that these do not have are anyascii's.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import product

from rapidfuzz.distance import OSA

from crm_migrate.matching.comparing.words import word_map

OTHER_SCRIPT = r"[\p{L}--\p{Latin}]"
_WORD = re.compile(r"[^\s\-.,;:/()«»\"'&+·•|]+")
_OTHER = re.compile("[\u0370-\U0010ffff]")
_ABJAD = re.compile("[\u0590-\u06ff]")
_VOWEL_SIGNS = re.compile("[\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
_SERVANT = re.compile(r"عبد\s+(?=ال)")
_ARTICLE = "ال"
_NEAR = 0.5  # share of letters that two spellings of one word have in common, at the least
_SHORT = 3  # letters from which a word is looked for among the Latin ones

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), instead) for pattern, instead in pairs)


# Digraphs of Greek, without accents (ELOT 743); a digraph at the beginning that is one sound.
_GREEK = _rules(
    ("^μπ", "b"), ("^ντ", "d"), ("^γκ", "g"), ("γγ", "ng"), ("ου", "ou"), ("γ(?=[ξχ])", "n"),
    ("([αεη])υ(?=[θκξπσςτφχψ]|$)", r"\1φ"), ("([αεη])υ", r"\1β"),
)  # fmt: skip
# Spellings of one sound in the romanisations of scripts with vowels, in the order in which they are looked for.
_SOUNDS = _rules(
    ("schtsch|shch|tsch|dsch|tch|dzh|sch|sh|zh|cz|ts|tz|dz|ds|z", "s"), ("^mp", "v"), ("^nt", "d"), ("mp", "mv"),
    ("gg", "ng"), ("gk|kh|gh|[ghq]", "k"), ("ph|[bwf]", "v"), ("th", "t"), ("dh", "d"), ("[yj]", "i"), ("ou|oo", "u"),
    ("i+", "i"), ("ai", "e"), ("[eo]i", "i"), ("i[eo]", "e"), (r"(.)\1+", r"\1"),
)  # fmt: skip
# The same for the consonants alone.
_CONSONANTS = _rules(
    ("tsch|tch|sch|sh|ts|tz|z", "s"), ("kh|gh|[gqh]", "k"), ("dh|th|d", "t"), ("ph|[bfv]", "p"), ("[aeiouyw]", ""),
    (r"(.)\1+", r"\1"), ("(?<=.)k$", ""),
)  # fmt: skip
# What is spelled alike and is two sounds: German and English `ch`, `j` of English and of German.
_READINGS = {"ch": ("s", "k"), "c": ("k", "s"), "j": ("i", "s"), "x": ("ks", "k")}
_ABJAD_READINGS = {
    "ch": ("s", "k"),
    "c": ("k", "s"),
    "j": ("s", "k"),
    "dj": ("s", "k"),
    "th": ("t", "s"),
    "dh": ("t", "s"),
}
_VOWEL = "[aeiouy]?"
_LONG = {
    "a": "[aeiou]{0,2}",
    "A": "(?:aa|[aeu])",
    "U": "(?:[ou]{1,2}|[wv]|[ao][uw])[aeiou]?",
    "I": "(?:[iey]{1,2}|[ae][iyj]|j|ij)[aeiou]?",
    "E": "(?:[aeio]?[ht]?)",
}


class Spellings:
    """The Latin words of a column, by what they sound like; `known` are folded words."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(word for word in known if word.isascii() and word.isalpha())
        self._latin: dict[str, str] = {}
        self._by_sound: dict[str, list[str]] | None = None
        self._by_consonants: dict[str, list[str]] | None = None

    def latin(self, text: str) -> str:
        """A text in lower case whose words of other scripts are in Latin letters."""
        text = _SERVANT.sub("عبد", _VOWEL_SIGNS.sub("", unicodedata.normalize("NFC", text)))
        return _WORD.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        word = found[0]
        if word not in self._latin:
            self._latin[word] = self._word(word) if _OTHER.search(word) else word
        return self._latin[word]

    def _word(self, word: str) -> str:
        if not _ABJAD.search(word):
            plain = romanised(word)
            known = plain in self._known or len(plain) < _SHORT
            return plain if known else _nearest(plain, self._alike(plain), _NEAR) or plain
        return self._abjad(word)

    def _abjad(self, word: str) -> str:
        plain = romanised(word)
        found = _nearest(plain, self._written(word, plain))
        if found or not word.startswith(_ARTICLE) or len(word) < len(_ARTICLE) + 2:
            return found or plain
        return f"al {self._abjad(word.removeprefix(_ARTICLE))}"

    def _alike(self, plain: str) -> list[str]:
        if self._by_sound is None:
            self._by_sound = _index(self._known, sounds)
        return [word for key in sounds(plain) for word in self._by_sound.get(key, ())]

    def _written(self, word: str, plain: str) -> list[str]:
        """The Latin words with the letters of a word of an abjad."""
        if self._by_consonants is None:
            self._by_consonants = _index(self._known, consonants)
        spelled = re.compile(_pattern(word))
        heard = plain.replace("v", "w")  # only vav is one, and it may be a vowel
        found = [latin for key in consonants(heard) for latin in self._by_consonants.get(key, ())]
        return [latin for latin in found if spelled.fullmatch(latin)]


def _nearest(plain: str, words: list[str], least: float = 0) -> str:
    """The nearest of some words; nothing where none is near enough."""
    near = {word: OSA.normalized_similarity(plain, word) for word in words}
    best = min(near, key=lambda word: (-near[word], word), default="")
    return best if best and near[best] >= least else ""


def _index(words: Iterable[str], keys: Callable[[str], frozenset[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= _SHORT:
            for key in keys(word):
                found.setdefault(key, []).append(word)
    return found


@cache
def romanised(word: str) -> str:
    """A word in lower-case Latin letters and digits, without a look at how others spell it."""
    from anyascii import anyascii  # only files with another script pay for its tables

    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).replace("\u0301", ""))
    for pattern, instead in _GREEK:
        bare = pattern.sub(instead, bare)
    return "".join(letter for letter in anyascii(bare).lower() if letter.isalnum())


def sounds(word: str) -> frozenset[str]:
    """The keys of a Latin word: one for each way to read it; spellings of one word have a key in common."""
    return frozenset(_applied(reading, _SOUNDS) for reading in _read(word, _READINGS))


def consonants(word: str) -> frozenset[str]:
    """The keys of a Latin word by its consonants alone."""
    return frozenset(_applied(reading, _CONSONANTS) for reading in _read(word, _ABJAD_READINGS))


def _applied(word: str, rules: Rules) -> str:
    for pattern, instead in rules:
        word = pattern.sub(instead, word)
    return word


_AMBIGUOUS = re.compile(r"((?<![st])ch|dj|th|dh|(?<!s)c(?![hz])|(?<!d)j|x)")


def _read(word: str, readings: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    parts = _AMBIGUOUS.split(word)
    if len(parts) > 9:  # four ambiguous sounds are sixteen readings
        return [word]
    return map("".join, product(*(readings.get(part, (part,)) for part in parts)))


def _pattern(word: str) -> str:
    """The Latin spellings of a word of an abjad."""
    spelled = [_letter(letter) for letter in word]
    if word[0] in "اא":
        spelled[0] = _LONG["a"]
    return "".join(spelled)


@cache
def _letter(letter: str) -> str:
    choices = word_map("abjads").get(letter, "").split()
    if not choices:
        return re.escape(romanised(letter))
    if choices[0] in _LONG:
        return _LONG[choices[0]]
    return f"(?:{'|'.join(f'{c}+' if len(c) == 1 else c for c in choices)}){_VOWEL}"
