"""Dirt of amounts: separators of countries, signs, currencies, and what is no amount."""

import random
from collections.abc import Callable

from benchmarks.cleansing_dirt.damage import hard_blanks, invisible, wide
from benchmarks.cleansing_dirt.material import LOCALES, language
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

# Grouping and decimal mark, currency and its sign.
_LOCAL = {
    "en": (",", ".", "USD", "$"),
    "de": (".", ",", "EUR", "€"),
    "tr": (".", ",", "TRY", "₺"),
    "es": (".", ",", "EUR", "€"),
    "fr": ("\u202f", ",", "EUR", "€"),
    "it": (".", ",", "EUR", "€"),
    "pt": (".", ",", "EUR", "€"),
    "pl": ("\u00a0", ",", "PLN", "zł"),
    "nl": (".", ",", "EUR", "€"),
    "id": (".", ",", "IDR", "Rp"),
}
_WORDS = (
    "auf Anfrage",
    "ca. 1000",
    "12 kg",
    "8 h",
    "10%",
    "1000-2000",
    "> 500",
    "free",
    "gratis",
    "1 000 000?",
    "zwei",
)
Write = Callable[[random.Random, str, str], str]


def _amount(rng: random.Random) -> tuple[int, int]:
    return rng.choice((rng.randrange(1, 999), rng.randrange(1000, 99_999), rng.randrange(10**5, 10**7))), rng.randrange(
        100
    )


def _grouped(whole: int, cents: int, of: str) -> str:
    group, mark, _, _ = _LOCAL[of]
    return f"{whole:,}".replace(",", group) + f"{mark}{cents:02}"


def _written(write: Write, sign: str = "", *, currency: bool = False) -> Draw:
    """A dirt of an amount in the writing of its country."""

    def draw(rng: random.Random) -> Row:
        of = language(rng)
        whole, cents = _amount(rng)
        truth = f"{sign}{whole}.{cents:02}" + (f" {_LOCAL[of][2]}" if currency else "")
        return Row(write(rng, _grouped(whole, cents, of), of), (truth,), LOCALES[of])

    return draw


def _plain(rng: random.Random) -> Row:
    of = language(rng)
    whole, cents = _amount(rng)
    return Row(f"{whole}{_LOCAL[of][1]}{cents:02}", (f"{whole}.{cents:02}",), LOCALES[of])


def _clean(rng: random.Random) -> Row:
    whole, cents = _amount(rng)
    return Row(f"{whole}.{cents:02}", (f"{whole}.{cents:02}",), "en-US")


def _whole(rng: random.Random) -> Row:
    """An amount with groups and no decimals: the locale says what the mark is."""
    of = language(rng)
    whole = rng.randrange(10**6, 10**8)
    return Row(f"{whole:,}".replace(",", _LOCAL[of][0]), (str(whole),), LOCALES[of])


def _letters(rng: random.Random) -> Row:
    of = language(rng)
    typed = (
        f"{rng.randrange(1, 9)}O{rng.randrange(10, 99)}"
        if rng.random() < 0.5
        else f"{rng.randrange(10, 99)}l{rng.randrange(9)}"
    )
    return Row(typed, (), LOCALES[of])


def _cut(rng: random.Random) -> Row:
    return Row(
        f"{rng.randrange(1, 9)}.{rng.randrange(10000, 99999)}E+{rng.randrange(9, 15):02}", (), LOCALES[language(rng)]
    )


DIRTS: Dirts = {
    "clean": _clean,
    "decimals of the country": _plain,
    "groups of the country": _written(lambda rng, text, of: text),
    "groups without decimals": _whole,
    "sign before": _written(lambda rng, text, of: f"{_LOCAL[of][3]}{rng.choice((' ', ''))}{text}", currency=True),
    "sign behind": _written(
        lambda rng, text, of: f"{text}{rng.choice((' ', '', chr(160)))}{_LOCAL[of][3]}", currency=True
    ),
    "code before": _written(lambda rng, text, of: f"{_LOCAL[of][2]} {text}", currency=True),
    "code behind": _written(
        lambda rng, text, of: f"{text} {_LOCAL[of][2].lower() if rng.random() < 0.3 else _LOCAL[of][2]}", currency=True
    ),
    "minus": _written(lambda rng, text, of: f"{rng.choice(('-', chr(0x2212), '- '))}{text}", "-"),
    "minus behind": _written(lambda rng, text, of: f"{text}{rng.choice(('-', ' -'))}", "-"),
    "brackets": _written(lambda rng, text, of: f"({text})", "-"),
    "plus": _written(lambda rng, text, of: f"+{text}"),
    "blanks around": _written(lambda rng, text, of: f"  {text}\t"),
    "hard blanks": _written(lambda rng, text, of: hard_blanks(rng, text + " ")),
    "invisible characters": _written(lambda rng, text, of: invisible(rng, text)),
    "full-width digits": _written(lambda rng, text, of: wide(rng, text)),
    "apostrophe": _written(lambda rng, text, of: f"'{text}"),
    "look-alike letters": _letters,
    "cut by a spreadsheet": _cut,
    "no amount": lambda rng: Row(rng.choice(_WORDS), (), LOCALES[language(rng)]),
    "nothing": lambda rng: Row(
        rng.choice(("-", "n/a", "k.A.", "null", "--", "brak", "yok")), ("",), LOCALES[language(rng)]
    ),
}
