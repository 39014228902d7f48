"""Letter case and folding that know Turkish: I/ı and İ/i are four letters, and ß, ø, ł have no decomposition."""

import unicodedata
from functools import lru_cache

_TURKIC = ("tr", "az")
_TO_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_TO_LOWER = str.maketrans({"I": "ı", "İ": "i"})
# Letters that NFD does not take apart (Unicode CLDR Latin-ASCII transform).
STROKED = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
        "İ": "I",
        "ħ": "h",
        "Ħ": "H",
        "ŋ": "ng",
        "Ŋ": "NG",
        "ŧ": "t",
        "Ŧ": "T",
        "ə": "e",
        "Ə": "E",
        "ĸ": "k",
        "ŀ": "l",
        "Ŀ": "L",
        "ĳ": "ij",
        "Ĳ": "IJ",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
    }
)


def is_turkic(locale: str) -> bool:
    """Turkish and Azeri case rules (Unicode SpecialCasing)."""
    return locale.replace("_", "-").split("-")[0].lower() in _TURKIC


def upper(text: str, locale: str = "en") -> str:
    """Upper case by the rules of the locale."""
    return (text.translate(_TO_UPPER) if is_turkic(locale) else text).upper()


def lower(text: str, locale: str = "en") -> str:
    """Lower case by the rules of the locale; İ never leaves a combining dot behind."""
    if is_turkic(locale):
        return text.translate(_TO_LOWER).lower()
    return text.replace("İ", "i").lower()


def ascii_lower(text: str) -> str:
    """Only A-Z become a-z: the rule for mailboxes and host names, whatever the locale."""
    return text.translate(_ASCII_LOWER)


_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without diacritics, for comparing only: `IŞIK`, `Işık`, `isik` are one, so are `Łódź`, `Lodz`."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(STROKED))
    kept = "".join(c for at, c in enumerate(plain) if not unicodedata.combining(c) or _is_letter_mark(plain, at))
    return unicodedata.normalize("NFC", kept.translate(STROKED).lower().replace("ı", "i"))


def _is_letter_mark(plain: str, at: int) -> bool:
    """A mark that makes another letter, not an accent: й, the voiced kana, nukta and virama of Indic scripts, the
    vowels and tones of Thai and Lao.
    """
    return unicodedata.combining(plain[at]) in {7, 8, 9, 103, 107, 118, 122} or (
        plain[at] == "\u0306" and plain[at - 1 : at] in {"и", "И"}
    )
