"""Letter case of names, restored only where the input is all one case."""

import re

from crm_migrate.cleansing.people.person_words import SMALL
from crm_migrate.cleansing.text.letters import fold, is_turkic, lower, upper
from crm_migrate.cleansing.vocabulary import words

# Mac- names whose second part is written large; others (Mackie, Macias, Machado) are not touched.
_MAC = words("names_mac")
# French articles are part of the name and large (Le Goff, La Bruyère), save in `de la`.
_ARTICLES = frozenset(("le", "la", "les"))
_ROMAN = re.compile(r"(?:x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
# Turkish words written in plain capitals whose I is ı beyond doubt (no such word with i).
_DOTLESS = {word.replace("ı", "i"): word for word in words("names_dotless")}
# The French particle d' is written small inside a name (Lexique des règles typographiques, Imprimerie nationale).
_FRENCH = re.compile(r"d['’ʼ](?=[^\W\d_]{2})", re.IGNORECASE)


def one_case(text: str) -> bool:
    """All letters are capitals, or all are small; one letter says nothing."""
    letters = [c for c in text if c.isalpha() and (c.islower() or c.isupper()) and c != "ß"]  # ß has no capital in use
    return len(letters) > 1 and (all(c.isupper() for c in letters) or all(c.islower() for c in letters))


def recased(name: str, locale: str, *, first: bool = True, beside: str = "") -> str:
    """A name of one case in the letter case of its language; `first` is false for what follows a given name.

    `beside` is the whole name: one Turkish letter there shows that its capital I is ı (`PINAR KÖSE` is `Pınar Köse`).
    """
    words = name.split()
    turkish = is_turkic(locale) and (any(c in "çğıöşüÇĞİÖŞÜ" for c in name + beside) or name.islower())
    written = [_word(w, locale, turkish, small=i > 0 or not first) for i, w in enumerate(words)]
    for at in range(1, len(written)):  # French: `Le Goff`, but `de la Tour`
        if locale.startswith("fr") and written[at - 1] == "de" and written[at] == "La":
            written[at] = "la"
    return " ".join(written)


def _word(word: str, locale: str, turkish: bool, small: bool) -> str:
    """One word; particles inside a name are small, save in Italian names, where they are large."""
    key = fold(word).strip(".")
    if (
        small
        and key in SMALL
        and not locale.startswith(("it", "tr"))
        and not (locale.startswith("fr") and key in _ARTICLES)
    ):
        return word.lower()
    if small and _ROMAN.fullmatch(key) and len(key) > 1:
        return word.upper()
    if small and locale.startswith("fr") and _FRENCH.match(word):
        return word[:2].lower() + _word(word[2:], locale, turkish, small=False)
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?", word):
        return upper(word, "tr" if turkish else "en")
    return "".join(_piece(p, locale, turkish) for p in re.split(r"([-‐‑–/ .])", word))


def _piece(piece: str, locale: str, turkish: bool) -> str:
    """A piece between hyphens: apostrophes, Mc, Mac, O', Dutch IJ."""
    if not piece or not piece[0].isalpha():
        return piece
    if is_turkic(locale) and not turkish and piece.isascii():
        known = _DOTLESS.get(lower(piece))
        return _capital(known, True) if known else _capital(lower(piece), False)
    small = lower(piece, "tr" if turkish else "en")
    if re.match(r"mc[^\W\d_]{2,}", small):
        return "Mc" + _capital(small[2:], False)
    if small.startswith("mac") and fold(small[3:]) in _MAC:
        return "Mac" + _capital(small[3:], False)
    if small.startswith("ij") and locale.startswith("nl"):
        return "IJ" + small[2:]
    found = re.match(r"([^\W\d_]{1,2})(['’ʼ])([^\W\d_]{2,}.*)", small)
    if found:
        return _capital(found[1], turkish) + found[2] + _capital(found[3], turkish)
    return _capital(small, turkish)


def _capital(word: str, turkish: bool) -> str:
    return upper(word[:1], "tr" if turkish else "en") + word[1:]
