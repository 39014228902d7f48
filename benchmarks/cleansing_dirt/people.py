"""Dirt of names of people: what stands beside, around and between the names, in ten languages."""

import random
from collections.abc import Callable
from functools import partial

from benchmarks.cleansing_dirt.damage import ANYWHERE, Damage, doubly_quoted, lost_letters, quoted
from benchmarks.cleansing_dirt.material import LOCALES, firm, language, lower, person, upper, words
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_TITLES = {
    "en": "Mr Mrs Ms Dr. Prof.",
    "de": "Herr Frau Dr. Prof._Dr.",
    "tr": "Dr. Prof._Dr. Av. Sayın",
    "es": "Sr. Sra. Dr. Dra. Don",
    "fr": "M. Mme Dr Me",
    "it": "Sig. Sig.ra Dott. Dott.ssa Ing.",
    "pt": "Sr. Sra. Dr. Eng.",
    "pl": "Pan Pani dr mgr inż.",
    "nl": "Dhr. Mevr. Dr. Ir.",
    "id": "Bapak Ibu Dr. Drs.",
}
_SUFFIXES = ("Jr.", "Sr.", "III", "PhD", "MBA")
_REMARKS = {
    "en": "duplicate do_not_call old left_2019 deceased",
    "de": "doppelt bitte_nicht_anrufen verstorben inaktiv",
    "tr": "mükerrer_kayıt aramayın vefat_etti pasif",
    "es": "duplicado no_llamar fallecido inactivo",
    "fr": "doublon ne_pas_appeler décédé inactif",
    "it": "duplicato non_chiamare deceduto inattivo",
    "pt": "duplicado não_ligar falecido inativo",
    "pl": "duplikat nie_dzwonić zmarł nieaktywny",
    "nl": "dubbel niet_bellen overleden inactief",
    "id": "duplikat jangan_ditelepon meninggal tidak_aktif",
}
_AND = {
    "en": "and",
    "de": "und",
    "tr": "ve",
    "es": "y",
    "fr": "et",
    "it": "e",
    "pt": "e",
    "pl": "i",
    "nl": "en",
    "id": "dan",
}


def _words(found: str) -> list[str]:
    return [word.replace("_", " ") for word in found.split()]


def _spoken(given: str, family: str) -> str:
    return f"first={given};last={family}"


def _written(write: Callable[[random.Random, str, str, str], str]) -> Draw:
    """A dirt that writes given and family name in another way."""

    def draw(rng: random.Random) -> Row:
        of = language(rng)
        given, family = person(rng, of)
        spoken = _spoken(given, family)
        return Row(write(rng, given, family, of), (spoken, spoken.replace("ß", "ss")), LOCALES[of])  # STRÄSSER

    return draw


def _damaged(damage: Damage) -> Draw:
    return _written(lambda rng, given, family, of: damage(rng, f"{given} {family}"))


def _title(rng: random.Random) -> Row:
    of = language(rng)
    given, family = person(rng, of)
    title = rng.choice(_words(_TITLES[of]))
    return Row(f"{title} {given} {family}", (f"prefix={title};{_spoken(given, family)}",), LOCALES[of])


def _suffix(rng: random.Random) -> Row:
    given, family = person(rng, "en")
    suffix = rng.choice(_SUFFIXES)
    typed = f"{given} {family}{rng.choice((' ', ', '))}{suffix}"
    return Row(typed, (f"{_spoken(given, family)};suffix={suffix}",), "en-US")


def _former(rng: random.Random, book: str = "words") -> Row:
    """A former name with the word for it; it belongs to no part and may not vanish."""
    of = language(rng)
    given, family = person(rng, of)
    before = rng.choice([name for name in words(of, "family") if name != family])
    said = rng.choice(words(of, "former", book)).replace("#", before)
    return Row(f"{given} {family} ({said})", (_spoken(given, family),), LOCALES[of], (before,))


def _bracketed_family(rng: random.Random) -> Row:
    """A family name in brackets behind the name, without a word: a former one, or not."""
    of = language(rng)
    given, family = person(rng, of)
    before = rng.choice([name for name in words(of, "family") if name != family])
    return Row(f"{given} {family} ({before})", (), LOCALES[of])


def _no_family(rng: random.Random) -> Row:
    """A form wanted a family name and got a mark."""
    of = language(rng)
    given, _ = person(rng, of)
    mark = rng.choice((".", "-", "..", "?", "x", "_", ","))
    return Row(f"{given} {mark}", (f"first={given}", f"last={given}"), LOCALES[of])


def _no_family_more(rng: random.Random) -> Row:
    """Marks that a hand writes where it has no family name."""
    of = language(rng)
    given, _ = person(rng, of)
    mark = rng.choice(("*", "#", "--", "---", ". .", "/", "~", "N.N.", "n/a", "xx", "...", "\u2013"))
    return Row(f"{given} {mark}", (f"first={given}", f"last={given}"), LOCALES[of])


def _no_given(rng: random.Random) -> Row:
    of = language(rng)
    _, family = person(rng, of)
    return Row(f"{rng.choice(('.', '-', '..', '_'))} {family}", (f"last={family}", f"first={family}"), LOCALES[of])


def _stop_behind(rng: random.Random) -> Row:
    of = language(rng)
    given, family = person(rng, of)
    typed = f"{given} {family}{rng.choice((' .', '.', ',', ' ,', ';', ' -'))}"
    return Row(typed, (_spoken(given, family),), LOCALES[of])


def _remark(rng: random.Random) -> Row:
    of = language(rng)
    given, family = person(rng, of)
    said = rng.choice(_words(_REMARKS[of]))
    typed = f"{given} {family}{rng.choice((f' ({said})', f' - {said}'))}"
    return Row(typed, (_spoken(given, family),), LOCALES[of], (said,))


def _company(rng: random.Random) -> Row:
    of = language(rng)
    name, form = firm(rng, of)
    return Row(f"{name} {form}", (), LOCALES[of])


def _mailbox(rng: random.Random) -> Row:
    of = language(rng)
    return Row(f"info{rng.randrange(10**6)}@firma.example", (), LOCALES[of])


def _number(rng: random.Random) -> Row:
    return Row(f"+1 202 555 01{rng.randrange(100):02}", (), LOCALES[language(rng)])


def _couple(rng: random.Random) -> Row:
    of = language(rng)
    given, family = person(rng, of)
    other = rng.choice([name for name in words(of, "given") if name != given])
    joiner = rng.choice(("&", "&", "+", _AND[of]))
    return Row(
        f"{given} {joiner} {other} {family}", (f"{_spoken(given, family)}|{_spoken(other, family)}",), LOCALES[of]
    )


def _lost(rng: random.Random) -> Row:
    while True:
        of = language(rng)
        typed = lost_letters(rng, " ".join(person(rng, of)))
        if not typed.isascii() or "?" in typed:
            return Row(typed, (), LOCALES[of])


DIRTS: Dirts = {
    "clean": _written(lambda rng, given, family, of: f"{given} {family}"),
    "capitals": _written(lambda rng, given, family, of: upper(f"{given} {family}", of)),
    "small letters": _written(lambda rng, given, family, of: lower(f"{given} {family}", of)),
    "family name in capitals": _written(lambda rng, given, family, of: f"{given} {upper(family, of)}"),
    "family name first, comma": _written(lambda rng, given, family, of: f"{family}, {given}"),
    "family name first, capitals": _written(lambda rng, given, family, of: f"{upper(family, of)} {given}"),
    "title": _title,
    "suffix": _suffix,
    "former name, said": _former,
    "family name in brackets": _bracketed_family,
    "mark for a family name": _no_family,
    "mark for a family name, others": _no_family_more,
    "mark for a given name": _no_given,
    "sign behind": _stop_behind,
    "remark": _remark,
    "a company": _company,
    "a mailbox": _mailbox,
    "a number": _number,
    "a couple": _couple,
    "letters lost": _lost,
    "quotes": _damaged(quoted),
    "doubled quotes": _damaged(doubly_quoted),
    **{name: _damaged(damage) for name, damage in ANYWHERE.items()},
}


def said(book: str) -> Dirts:
    """The dirts that live from words, with those of another file."""
    return {"former name, said": partial(_former, book=book)}
