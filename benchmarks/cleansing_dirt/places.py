"""Dirt of addresses in one line and in lines, of postal codes and of countries."""

import random
import re
from collections.abc import Callable
from functools import partial

from benchmarks.cleansing_dirt.damage import ANYWHERE, lost_letters
from benchmarks.cleansing_dirt.material import digits, person, table, upper, words
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

Parts = dict[str, str]
_ORDER = ("street", "street2", "city", "state", "postal", "country")
_NAMES = {
    "DE": "Deutschland|Germany",
    "AT": "Österreich|Austria",
    "CH": "Schweiz|Switzerland",
    "US": "USA|United States",
    "GB": "United Kingdom|UK",
    "FR": "France|Frankreich",
    "ES": "España|Spain",
    "IT": "Italia|Italy",
    "NL": "Nederland|Netherlands",
    "PL": "Polska|Poland",
    "PT": "Portugal",
    "BR": "Brasil|Brazil",
    "TR": "Türkiye|Turkey",
    "ID": "Indonesia",
}


def _address(rng: random.Random, region: str) -> Parts:
    """Street, city, state (where one is written) and postal code."""
    place = table("places")[region]
    city, code, state = rng.choice(place["cities"]).split("|")
    street = rng.choice(place["streets"]).replace("#", str(rng.randrange(1, 199)))
    parts = {"street": street, "city": city, "postal": digits(rng, code)}
    return parts | ({"state": state} if state else {})


def _line(parts: Parts, region: str) -> str:
    """City and code as the country writes them."""
    return str(table("places")[region]["line"]).format(**parts)


def _truth(parts: Parts) -> str:
    return ";".join(f"{name}={parts[name]}" for name in _ORDER if parts.get(name))


def _written(write: Callable[[random.Random, Parts, str], str], *regions: str) -> Draw:
    def draw(rng: random.Random) -> Row:
        region = rng.choice(regions or tuple(table("places")))
        parts = _address(rng, region)
        typed = write(rng, parts, region)  # a writer adds to the parts what it adds to the text
        return Row(typed, (_truth(parts),), region)

    return draw


def _unit(rng: random.Random, parts: Parts, region: str, book: str = "words") -> str:
    """A flat or suite in a piece of its own, behind the street."""
    parts["street2"] = rng.choice(words(table("places")[region]["language"], "units", book))
    return f"{parts['street']}, {parts['street2']}, {_line(parts, region)}"


def _unit_line(rng: random.Random, parts: Parts, region: str) -> str:
    return _unit(rng, parts, region).replace(", ", "\n", 2) if "," not in parts["street"] else _unit(rng, parts, region)


def _unit_inside(rng: random.Random) -> Row:
    """A flat behind the street without a comma: it may stay in the street, as people write it."""
    region = rng.choice(("US", "DE", "TR", "GB", "PL"))
    parts = _address(rng, region)
    unit = rng.choice(words(table("places")[region]["language"], "units"))
    typed = f"{parts['street']} {unit}, {_line(parts, region)}"
    return Row(
        typed, (_truth(parts | {"street": f"{parts['street']} {unit}"}), _truth(parts | {"street2": unit})), region
    )


def _care(rng: random.Random, parts: Parts, region: str, book: str = "words") -> str:
    """In care of somebody, before the street or behind it."""
    of = table("places")[region]["language"]
    parts["street2"] = rng.choice(words(of, "care", book)).replace("#", " ".join(person(rng, of)))
    pieces = [parts["street"], parts["street2"]]
    if rng.random() < 0.6:
        pieces.reverse()
    return ", ".join([*pieces, _line(parts, region)])


def _unit_and_care(rng: random.Random) -> Row:
    """A flat and in whose care, in this order or the other."""
    region = rng.choice(tuple(table("places")))
    parts, of = _address(rng, region), table("places")[region]["language"]
    unit = rng.choice(words(of, "units"))
    care = rng.choice(words(of, "care")).replace("#", " ".join(person(rng, of)))
    before, behind = ([care], [unit]) if rng.random() < 0.5 else ([], [unit, care])
    truths = tuple(_truth(parts | {"street2": both}) for both in (f"{care}, {unit}", f"{unit}, {care}"))
    return Row(", ".join([*before, parts["street"], *behind, _line(parts, region)]), truths, region)


def _unit_inside_all(rng: random.Random) -> Row:
    """A flat between the street and the code, without any comma."""
    region = rng.choice(("DE", "TR", "FR", "PL", "ES", "IT"))
    parts = _address(rng, region)
    unit = rng.choice(words(table("places")[region]["language"], "units"))
    truths = (_truth(parts | {"street": f"{parts['street']} {unit}"}), _truth(parts | {"street2": unit}))
    return Row(f"{parts['street']} {unit} {_line(parts, region)}", truths, region)


_LABELS = {
    "en": "Address",
    "de": "Adresse",
    "tr": "Adres",
    "es": "Dirección",
    "fr": "Adresse",
    "it": "Indirizzo",
    "pt": "Morada",
    "pl": "Adres",
    "nl": "Adres",
    "id": "Alamat",
}


def _labelled(rng: random.Random, parts: Parts, region: str) -> str:
    label = _LABELS[table("places")[region]["language"]]
    return f"{label}{rng.choice((': ', ':', ' : '))}{parts['street']}, {_line(parts, region)}"


def _turned(rng: random.Random, parts: Parts, region: str) -> str:
    return f"{_line(parts, region)}, {parts['street']}"


def _capitals(rng: random.Random) -> Row:
    """All in capitals, as post offices ask for; the letters stay so."""
    region = rng.choice(tuple(table("places")))
    of = table("places")[region]["language"]
    parts = {name: upper(text, of) for name, text in _address(rng, region).items()}
    return Row(f"{parts['street']}, {_line(parts, region)}", (_truth(parts),), region)


def _lettered(rng: random.Random) -> Row:
    """`D-10115 Berlin`: whether the country is a part then is a matter of taste."""
    region, letter = rng.choice((("DE", "D"), ("AT", "A"), ("CH", "CH"), ("FR", "F"), ("IT", "I"), ("ES", "E")))
    parts = _address(rng, region)
    typed = f"{parts['street']}, {letter}-{_line(parts, region)}"
    return Row(typed, (_truth(parts), _truth(parts | {"country": region})), region)


def _plain_code(rng: random.Random) -> Row:
    region = rng.choice(("GB", "NL"))
    parts = _address(rng, region)
    code = rng.choice((parts["postal"].replace(" ", ""), parts["postal"].lower()))
    return Row(f"{parts['street']}, {_line(parts | {'postal': code}, region)}", (_truth(parts),), region)


def _box(rng: random.Random, parts: Parts, region: str) -> str:
    parts["street"] = f"{'Postfach' if region in ('DE', 'AT') else 'PO Box'} {rng.randrange(10, 9999)}"
    return f"{parts['street']}, {_line(parts, region)}"


def _commas(rng: random.Random, parts: Parts, region: str) -> str:
    """What joining empty columns leaves behind."""
    between, behind = rng.choice((",, ", ", , ", " , ", ";, ")), rng.choice((",", "", " ,", "."))
    return f"{parts['street']}{between}{_line(parts, region)}{behind}"


def _no_comma(rng: random.Random, parts: Parts, region: str) -> str:
    return f"{parts['street']} {_line(parts, region)}"


def _country(rng: random.Random, parts: Parts, region: str) -> str:
    name = rng.choice(_NAMES[region].split("|"))
    parts["country"] = region
    return f"{parts['street']}{rng.choice((', ', chr(10)))}{_line(parts, region)}{rng.choice((', ', chr(10)))}{name}"


def _same(rng: random.Random, book: str = "words") -> Row:
    region = rng.choice(tuple(table("places")))
    said = rng.choice(words(table("places")[region]["language"], "same", book))
    return Row(rng.choice((said, said.capitalize(), f"({said})", f"{said}.")), ("",), region)


def _damaged(name: str) -> Draw:
    damage = ANYWHERE[name]
    return _written(lambda rng, parts, region: damage(rng, f"{parts['street']}, {_line(parts, region)}"))


def _only_street(rng: random.Random) -> Row:
    region = rng.choice(tuple(table("places")))
    street = _address(rng, region)["street"]
    return Row(street, (f"street={street}",), region)


def _other_country(rng: random.Random) -> Row:
    """An address of another country than the column's, which its last line says."""
    region = rng.choice(tuple(table("places")))
    parts = _address(rng, region)
    typed = _country(rng, parts, region)
    return Row(typed, (_truth(parts),), rng.choice([r for r in _NAMES if r != region]))


def _lost(rng: random.Random) -> Row:
    while True:
        region = rng.choice(tuple(table("places")))
        parts = _address(rng, region)
        typed = lost_letters(rng, f"{parts['street']}, {_line(parts, region)}")
        if re.search(r"[\ufffd?]", typed):
            return Row(typed, (), region)


ADDRESS: Dirts = {
    "clean": _written(lambda rng, parts, region: f"{parts['street']}, {_line(parts, region)}"),
    "street alone": _only_street,
    "two lines": _written(lambda rng, parts, region: f"{parts['street']}\n{_line(parts, region)}"),
    "semicolon or bar": _written(
        lambda rng, parts, region: f"{parts['street']}{rng.choice(('; ', ' | '))}{_line(parts, region)}"
    ),
    "no comma before code and city": _written(_no_comma),
    "unit": _written(_unit),
    "unit in a line": _written(_unit_line),
    "unit without a comma": _unit_inside,
    "care of": _written(_care),
    "country": _written(_country),
    "country of another": _other_country,
    "unit and care of": _unit_and_care,
    "unit without any comma": _unit_inside_all,
    "label before": _written(_labelled),
    "code and city first": _written(_turned, "DE", "AT", "CH", "FR", "ES", "IT", "NL", "PL"),
    "capitals": _capitals,
    "letters of the country before the code": _lettered,
    "code without its blank, or in small letters": _plain_code,
    "post box": _written(_box, "DE", "AT", "US", "GB"),
    "commas too many": _written(_commas),
    "same as billing": _same,
    "letters lost": _lost,
    **{name: _damaged(name) for name in ANYWHERE},
}


def said(book: str) -> Dirts:
    """The dirts that live from words, with those of another file."""
    return {
        "unit": _written(partial(_unit, book=book)),
        "care of": _written(partial(_care, book=book)),
        "same as billing": partial(_same, book=book),
    }


def _code(write: Callable[[random.Random, str, str], str], *regions: str, lost: bool = False) -> Draw:
    def draw(rng: random.Random) -> Row:
        region = rng.choice(regions or tuple(table("places")))
        code = _address(rng, region)["postal"]
        return Row(write(rng, code, region), () if lost else (code,), region)

    return draw


POSTAL: Dirts = {
    "clean": _code(lambda rng, code, region: code),
    "blanks around": _code(lambda rng, code, region: f" {code}\u00a0"),
    "without blank or hyphen": _code(lambda rng, code, region: re.sub("[ -]", "", code), "GB", "NL", "PL", "PT", "BR"),
    "small letters": _code(lambda rng, code, region: code.lower(), "GB", "NL"),
    "country before": _code(lambda rng, code, region: f"{region}-{code}", "DE", "AT", "CH", "FR", "IT", "ES"),
    "number of a spreadsheet": _code(lambda rng, code, region: f"{code}.0", "DE", "FR", "ES", "IT", "TR", "ID"),
    "city behind": _code(
        lambda rng, code, region: f"{code} {rng.choice(('Lübeck', 'Lyon', 'Roma'))}", "DE", "FR", "IT", lost=True
    ),
    "look-alike letters": _code(
        lambda rng, code, region: code[:2] + "O" + code[3:], "DE", "FR", "ES", "US", "IT", lost=True
    ),
    "digit too few": _code(lambda rng, code, region: code[:-1], "FR", "ES", "US", "TR", "ID", "PL", lost=True),
    "digit too many": _code(lambda rng, code, region: code + "7", "DE", "FR", "ES", "IT", "TR", lost=True),
    "full-width digits": _code(
        lambda rng, code, region: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in code)
    ),
}
