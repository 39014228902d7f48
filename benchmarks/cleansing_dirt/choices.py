"""Dirt of choices: countries, consent and yes or no, gender, picklists."""

import random
from collections.abc import Callable

from benchmarks.cleansing_dirt.damage import ANYWHERE, lost_letters
from benchmarks.cleansing_dirt.material import LANGUAGES, LOCALES, language, lower, table, upper, words
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_COUNTRIES = {
    "DE": "Germany Deutschland Almanya Alemania Allemagne Germania Alemanha Niemcy Duitsland Jerman",
    "TR": "Turkey Türkei Türkiye Turquía Turquie Turchia Turquia Turcja Turkije Turki",
    "ES": "Spain Spanien İspanya España Espagne Spagna Espanha Hiszpania Spanje Spanyol",
    "FR": "France Frankreich Fransa Francia France Francia França Francja Frankrijk Prancis",
    "IT": "Italy Italien İtalya Italia Italie Italia Itália Włochy Italië Italia",
    "PT": "Portugal Portugal Portekiz Portugal Portugal Portogallo Portugal Portugalia Portugal Portugal",
    "PL": "Poland Polen Polonya Polonia Pologne Polonia Polónia Polska Polen Polandia",
    "NL": "Netherlands Niederlande Hollanda Países_Bajos Pays-Bas Paesi_Bassi Países_Baixos Holandia Nederland Belanda",
    "GB": "United_Kingdom Großbritannien Birleşik_Krallık Reino_Unido Royaume-Uni Regno_Unito Reino_Unido "
    "Wielka_Brytania Verenigd_Koninkrijk Inggris",
    "US": "United_States USA ABD Estados_Unidos États-Unis Stati_Uniti Estados_Unidos "
    "Stany_Zjednoczone Verenigde_Staten Amerika_Serikat",
    "CH": "Switzerland Schweiz İsviçre Suiza Suisse Svizzera Suíça Szwajcaria Zwitserland Swiss",
    "AT": "Austria Österreich Avusturya Austria Autriche Austria Áustria Austria Oostenrijk Austria",
    "GR": "Greece Griechenland Yunanistan Grecia Grèce Grecia Grécia Grecja Griekenland Yunani",
    "JP": "Japan Japan Japonya Japón Japon Giappone Japão Japonia Japan Jepang",
    "EG": "Egypt Ägypten Mısır Egipto Égypte Egitto Egito Egipt Egypte Mesir",
    "HU": "Hungary Ungarn Macaristan Hungría Hongrie Ungheria Hungria Węgry Hongarije Hungaria",
}
_ALPHA3 = dict(zip(_COUNTRIES, "DEU TUR ESP FRA ITA PRT POL NLD GBR USA CHE AUT GRC JPN EGY HUN".split(), strict=True))


def _named(write: Callable[[random.Random, str, str], str]) -> Draw:
    def draw(rng: random.Random) -> Row:
        at = rng.randrange(len(LANGUAGES))
        code = rng.choice(list(_COUNTRIES))
        name = _COUNTRIES[code].split()[at].replace("_", " ")
        return Row(write(rng, name, LANGUAGES[at]), (code,), LOCALES[LANGUAGES[at]])

    return draw


def _damaged(name: str) -> Draw:
    damage = ANYWHERE[name]
    return _named(lambda rng, country, of: damage(rng, country))


def _beside(rng: random.Random) -> Row:
    code = rng.choice(list(_COUNTRIES))
    name = _COUNTRIES[code].split()[0].replace("_", " ")
    return Row(
        rng.choice((f"{code} - {name}", f"{name} ({code})", f"{code}: {name}", f"{name}, {code}")), (code,), "en-US"
    )


def _slip(rng: random.Random) -> Row:
    """A letter too few in a long name."""
    code = rng.choice(list(_COUNTRIES))
    name = rng.choice(
        [n for n in _COUNTRIES[code].replace("_", " ").split() if len(n) > 6] or [_COUNTRIES[code].split()[0]]
    )
    at = rng.randrange(1, len(name) - 1)
    return Row(name[:at] + name[at + 1 :], (code,), "en-US")


COUNTRY: Dirts = {
    "clean": lambda rng: (lambda code: Row(code, (code,), "en-US"))(rng.choice(list(_COUNTRIES))),
    "name": _named(lambda rng, name, of: name),
    "capitals": _named(lambda rng, name, of: upper(name, of)),
    "small letters": _named(lambda rng, name, of: lower(name, of)),
    "sign behind": _named(lambda rng, name, of: name + rng.choice((".", ",", ";", " ."))),
    "three letters": lambda rng: (lambda code: Row(_ALPHA3[code], (code,), "en-US"))(rng.choice(list(_COUNTRIES))),
    "code and name": _beside,
    "slip": _slip,
    "letters lost": lambda rng: Row(
        lost_letters(rng, rng.choice(("Türkiye", "Österreich", "España", "Suíça", "Węgry"))), (), "en-US"
    ),
    "no country": lambda rng: Row(
        rng.choice(("Europe", "abroad", "Bavaria", "EMEA", "Ausland", "worldwide")), (), "en-US"
    ),
    "nothing": lambda rng: Row(rng.choice(("-", "n/a", "unknown", "unbekannt", "?", "null")), ("",), "en-US"),
    **{name: _damaged(name) for name in ANYWHERE},
}

_YES = dict(zip(LANGUAGES, "Yes Ja Evet Sí Oui Sì Sim Tak Ja Ya".split(), strict=True))
_NO = dict(zip(LANGUAGES, "No Nein Hayır No Non No Não Nie Nee Tidak".split(), strict=True))
_CONSENT_TAILS = ("", ".", "!", " (03.04.2021)", " 2021-04-03", " (phone)")


def _answer(rng: random.Random) -> tuple[str, str, str]:
    of, value = language(rng), rng.random() < 0.5
    return (_YES if value else _NO)[of], "true" if value else "false", of


def _answered(write: Callable[[random.Random, str, str], str]) -> Draw:
    def draw(rng: random.Random) -> Row:
        word, truth, of = _answer(rng)
        return Row(write(rng, word, of), (truth,), LOCALES[of])

    return draw


def _machine(rng: random.Random) -> Row:
    yes = rng.random() < 0.5
    pairs = (
        ("1", "0"),
        ("true", "false"),
        ("TRUE", "FALSE"),
        ("Y", "N"),
        ("on", "off"),
        ("T", "F"),
        ("1.0", "0.0"),
        ("-1", "0"),
    )
    pair = rng.choice(pairs)
    return Row(pair[0 if yes else 1], ("true" if yes else "false",), "en-US")


def phrase(rng: random.Random, of: str, what: str, book: str = "phrases") -> str:
    """A phrase of a language, `#` filled with a family name."""
    return rng.choice(str(table(book)[of][what]).split("|")).replace("#", rng.choice(words(of, "family")))


def _said(what: str, truth: str | None, write: Callable[[random.Random, str, str], str], book: str = "phrases") -> Draw:
    def draw(rng: random.Random) -> Row:
        of = language(rng)
        return Row(write(rng, phrase(rng, of, what, book), of), () if truth is None else (truth,), LOCALES[of])

    return draw


def _plain(rng: random.Random, text: str, of: str) -> str:
    return text


def _cased(rng: random.Random, text: str, of: str) -> str:
    return rng.choice((upper(text, of), lower(text, of)))


def _tailed(rng: random.Random, text: str, of: str) -> str:
    return f" {text}{rng.choice(_CONSENT_TAILS)}"


BOOLEAN: Dirts = {
    "clean": lambda rng: (lambda value: Row(value, (value,), "en-US"))(rng.choice(("true", "false"))),
    "word": _answered(lambda rng, word, of: word),
    "letter case": _answered(_cased),
    "blanks and signs": _answered(lambda rng, word, of: f" {word}{rng.choice(('.', '!', ' ', '  '))}"),
    "of programs": _machine,
    "neither": lambda rng: Row(
        rng.choice(("2", "maybe", "yes/no", "Ja/Nein", "?x", "y/n", "17")), (), LOCALES[language(rng)]
    ),
    "nothing": lambda rng: Row(rng.choice(("-", "n/a", "null", "", "?")), ("",), LOCALES[language(rng)]),
}
CONSENT: Dirts = {
    "given": _said("yes", "true", _plain),
    "given, letter case": _said("yes", "true", _cased),
    "given, more behind": _said("yes", "true", _tailed),
    "refused": _said("no", "false", _plain),
    "refused, letter case": _said("no", "false", _cased),
    "refused, more behind": _said("no", "false", _tailed),
    "unsure": _said("unsure", None, _plain),
}
GENDER: Dirts = {
    "clean": lambda rng: (lambda value: Row(value, (value,), "en-US"))(rng.choice(("male", "female"))),
    "man": _said("man", "male", _plain),
    "man, letter case": _said("man", "male", _cased),
    "woman": _said("woman", "female", _plain),
    "woman, letter case": _said("woman", "female", _cased),
    "blanks and signs": _said("woman", "female", lambda rng, text, of: f" {text}{rng.choice((' ', ',', ':', ' ,'))}"),
    "not said": _said("nobody", None, _plain),
}


def consent(book: str) -> Dirts:
    """Consent in the words of another file."""
    return {"given": _said("yes", "true", _plain, book), "refused": _said("no", "false", _plain, book)}


def gender(book: str) -> Dirts:
    """Gender in the words of another file."""
    return {"man": _said("man", "male", _plain, book), "woman": _said("woman", "female", _plain, book)}


_CHOICES = (
    "Proposal Sent",
    "Closed Won",
    "Closed Lost",
    "First Contact",
    "In Negotiation",
    "On Hold",
    "Key Account",
    "Wholesale",
)


def _chosen(write: Callable[[random.Random, str], str], *, lost: bool = False) -> Draw:
    def draw(rng: random.Random) -> Row:
        choice = rng.choice(_CHOICES)
        return Row(write(rng, choice), () if lost else (choice,), "", (), {"choices": _CHOICES})

    return draw


def _less(rng: random.Random, choice: str) -> str:
    at = rng.choice([i for i, c in enumerate(choice) if c != " " and i])
    return choice[:at] + choice[at + 1 :]


PICKLIST: Dirts = {
    "clean": _chosen(lambda rng, c: c),
    "letter case": _chosen(lambda rng, c: rng.choice((c.upper(), c.lower()))),
    "blanks": _chosen(lambda rng, c: f" {c.replace(' ', '  ')} "),
    "signs between": _chosen(lambda rng, c: c.replace(" ", rng.choice(("-", "_", " - ", "/", ".")))),
    "sign behind": _chosen(lambda rng, c: c + rng.choice((".", ",", ":", "!"))),
    "slip": _chosen(_less, lost=True),
    "other choice": _chosen(lambda rng, c: rng.choice(("Archived", "Lead", "Neukunde", "x", "4711", "Alt")), lost=True),
    "invisible characters": _chosen(lambda rng, c: ANYWHERE["invisible characters"](rng, c)),
    "hard blanks": _chosen(lambda rng, c: ANYWHERE["hard blanks"](rng, c)),
}
