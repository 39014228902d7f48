"""Dirt of company names: quotes, former names, legal forms in the wrong case, and what is no company."""

import random
from collections.abc import Callable
from functools import partial

from benchmarks.cleansing_dirt.damage import ANYWHERE, Damage, apostrophe, doubly_quoted, lost_letters, quoted
from benchmarks.cleansing_dirt.material import LOCALES, firm, language, lower, upper, words
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_NOBODY = ("n/a", "-", "none", "privat", "keine", "yok", "particular", "particulier", "privato", "brak", "geen", "???")


def _whole(name: str, form: str, of: str) -> str:
    return f"PT {name} {form}" if of == "id" else f"{name} {form}"


def _written(write: Callable[[random.Random, str, str, str], str]) -> Draw:
    """A dirt of a name and its form."""

    def draw(rng: random.Random) -> Row:
        of = language(rng)
        name, form = firm(rng, of)
        return Row(write(rng, name, form, of), (_whole(name, form, of),), LOCALES[of])

    return draw


def _damaged(damage: Damage) -> Draw:
    return _written(lambda rng, name, form, of: damage(rng, _whole(name, form, of)))


def _recased(rng: random.Random) -> Row:
    """The form in small letters, in capitals or with one capital, as hands and programs write it.

    A form with dots in capitals (`S.R.L.`) is a writing of some registers and may stay, as may small letters in Poland.
    """
    of = language(rng)
    name, form = firm(rng, of)
    first, loud = lower(form, of), upper(form, of)
    typed = _whole(name, rng.choice((first, loud, upper(first[:1], of) + first[1:])), of)
    stays = [_whole(name, loud, of)] if form.count(".") > 1 else []
    stays += [_whole(name, first, of)] if of == "pl" else []
    return Row(typed, (_whole(name, form, of), *stays), LOCALES[of])


def _undotted(rng: random.Random) -> Row:
    """A form without its dots is another usual writing: it stays or takes them."""
    of = rng.choice(("es", "it", "pt", "nl", "tr"))
    name, form = firm(rng, of)
    bare = f"{name} {form.replace('.', '')}"
    return Row(bare, (bare, _whole(name, form, of)), LOCALES[of])


def _own_quotes(rng: random.Random) -> Row:
    """A name that has quotes itself, doubled by a CSV, with the quotes around all or without."""
    of = language(rng)
    name, form = firm(rng, of)
    own, trade = name.rsplit(" ", 1)
    doubled = f'{trade} ""{own}"" {form}'
    return Row(rng.choice((doubled, f'"{doubled}"')), (f'{trade} "{own}" {form}',), LOCALES[of])


def _former(rng: random.Random, book: str = "words") -> Row:
    """A former name in brackets with the word for it: the name of today is the name, the other may not vanish."""
    of = language(rng)
    name, form = firm(rng, of)
    before = firm(rng, of)[0]
    said = rng.choice(words(of, "was", book)).replace("#", before)
    today = _whole(name, form, of)
    return Row(f"{today} ({said})", (today,), LOCALES[of], (before,))


def _bracketed(rng: random.Random) -> Row:
    """A place in brackets belongs to the name."""
    of = language(rng)
    name, form = firm(rng, of)
    typed = f"{name} ({rng.choice(('Nord', 'Berlin', 'UK', 'Export'))}) {form}"
    return Row(typed, (typed,), LOCALES[of])


def _one_sided(rng: random.Random, text: str) -> str:
    """Doubled quotes of which an importer has cut one pair."""
    return rng.choice((f'""{text}', f'{text}""', f'"{text}""', f'""{text}"'))


def _printed_quotes(rng: random.Random, text: str) -> str:
    """Quotes around all as they are printed."""
    opening, closing = rng.choice(("\u201e\u201c", "\u201c\u201d", "\u00ab\u00bb", "\u00bb\u00ab", "\u201e\u201d"))
    return f"{opening}{text}{closing}"


def _bracketed_form(rng: random.Random) -> Row:
    """The form in brackets stays so or comes out of them."""
    of = language(rng)
    name, form = firm(rng, of)
    typed = f"{name} ({form})"
    return Row(typed, (typed, f"{name} {form}"), LOCALES[of])


def _capitals(rng: random.Random) -> Row:
    """All in capitals is how registers write; whether the form keeps them is a matter of taste."""
    of = language(rng)
    name, form = firm(rng, of)
    loud = upper(name, of)
    return Row(
        _whole(loud, upper(form, of), of), (_whole(loud, upper(form, of), of), _whole(loud, form, of)), LOCALES[of]
    )


def _behind(rng: random.Random) -> Row:
    of = language(rng)
    name, form = firm(rng, of)
    return Row(
        f"{_whole(name, form, of)}{rng.choice((',', ';', ' ,', ' -', ' |'))}", (_whole(name, form, of),), LOCALES[of]
    )


def _ampersand(rng: random.Random) -> Row:
    of = language(rng)
    one, two = rng.sample(words(of, "family"), 2)
    return Row(f"{one} &amp; {two}", (f"{one} & {two}",), LOCALES[of])


def _lost(rng: random.Random) -> Row:
    while True:
        of = language(rng)
        typed = lost_letters(rng, firm(rng, of)[0])
        if not typed.isascii() or "?" in typed:
            return Row(typed, (), LOCALES[of])


DIRTS: Dirts = {
    "clean": _written(lambda rng, name, form, of: _whole(name, form, of)),
    "form in wrong case": _recased,
    "form without dots": _undotted,
    "all in capitals": _capitals,
    "quotes": _damaged(quoted),
    "doubled quotes": _damaged(doubly_quoted),
    "own quotes doubled": _own_quotes,
    "doubled quotes at one end": _damaged(_one_sided),
    "quotes of print": _damaged(_printed_quotes),
    "quotes of SQL": _damaged(lambda rng, text: f"''{text}''"),
    "form in brackets": _bracketed_form,
    "former name": _former,
    "brackets of its own": _bracketed,
    "sign behind": _behind,
    "apostrophe": _damaged(apostrophe),
    "ampersand": _ampersand,
    "nobody": lambda rng: Row(rng.choice(_NOBODY), ("",), LOCALES[language(rng)]),
    "a mailbox": lambda rng: Row(f"info{rng.randrange(999)}@firma.example", (), LOCALES[language(rng)]),
    "a web address": lambda rng: Row(f"www.firma{rng.randrange(999)}.example", (), LOCALES[language(rng)]),
    "letters lost": _lost,
    **{name: _damaged(damage) for name, damage in ANYWHERE.items()},
}


def said(book: str) -> Dirts:
    """The dirts that live from words, with those of another file."""
    return {"former name": partial(_former, book=book)}
