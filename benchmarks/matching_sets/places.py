"""Addresses and telephone numbers of six countries; streets and numbers (area code, 55 ...) are made up."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.tables import more, tables


@dataclass(frozen=True, slots=True)
class Country:
    """How a country writes its addresses and numbers; `#` in a pattern is a digit."""

    name: str
    dial: str
    trunk: str
    cities: tuple[str, ...]  # city|first digits of postal codes|area code|district,district
    code_digits: int
    stems: tuple[str, ...]
    kinds: tuple[str, ...]  # how a street is called: long|short|shorter
    shape: str
    flats: tuple[str, ...]
    mobiles: tuple[str, ...]


COUNTRIES = {
    code: Country(**{name: tuple(part) if isinstance(part, list) else part for name, part in parts.items()})
    for code, parts in tables("places").items()
    if not code.startswith("more_")
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address, by its parts: what is written in a cell is up to a `System`."""

    country: str
    city: int
    street: str
    other: str
    kind: str  # long|short|shorter
    number: int
    flat: str
    code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """Country and national number without trunk prefix, `area` digits of which are the area code."""

    country: str
    digits: str
    area: int


def address(random_: Draws, country: str, city: int | None = None) -> Address:
    """Any address of a country."""
    there = COUNTRIES[country]
    at = random_.randrange(len(there.cities)) if city is None else city
    first = there.cities[at].split("|")[1]
    digits = "".join(random_.choices("0123456789", k=max(0, there.code_digits - len(first))))
    code = (
        first + digits
        if there.code_digits
        else f"{first}{random_.randrange(1, 10)}{random_.choice('ABDEFGH')}{random_.choice('JLNPQ')}"
    )
    street, other = (random_.choice(there.stems).replace("_", " ") for _ in range(2))
    number = 1 + int(180 * random_.random() ** 2)
    kind = random_.choice(_kinds(random_, country))
    return Address(country, at, street, other, kind, number, random_.choice(there.flats), code)


def _kinds(random_: Draws, country: str) -> Sequence[str]:
    """How streets are called in this set."""
    if not random_.part:
        return COUNTRIES[country].kinds
    return random_.part_of(more("places", country).get("kinds", COUNTRIES[country].kinds))


def landline(random_: Draws, home: Address) -> Phone:
    """A number of the place, or of its switchboard."""
    return _number(random_, home.country, COUNTRIES[home.country].cities[home.city].split("|")[2])


def mobile(random_: Draws, country: str) -> Phone:
    """A number of a mobile network."""
    return _number(random_, country, random_.choice(COUNTRIES[country].mobiles))


def _number(random_: Draws, country: str, area: str) -> Phone:
    digits = random_.once(lambda: f"{area}55{random_.randrange(10**5):05}")
    return Phone(country, digits, len(area))


def written_phone(phone: Phone, style: int) -> str:
    """The number as one of six habits writes it."""
    there = COUNTRIES[phone.country]
    area, rest = phone.digits[: phone.area], phone.digits[phone.area :]
    return (
        f"+{there.dial} {area} {rest[:3]} {rest[3:]}",
        f"{there.trunk}{area}/{rest}",
        f"{there.trunk}{area} {rest[:3]} {rest[3:5]} {rest[5:]}",
        f"({there.trunk}{area}) {rest[:3]}-{rest[3:]}",
        f"00{there.dial}{area}{rest}",
        f"{area}{rest}",
    )[style]


def written_street(home: Address, style: int, flat: bool) -> str:
    """Street and house number as one of three habits writes them."""
    there = COUNTRIES[home.country]
    kind = home.kind.split("|")[style]
    line = there.shape.format(street=home.street, other=home.other, kind=kind, number=home.number)
    return line + (home.flat if flat else "")


def written_city(random_: Draws, home: Address, strange: float) -> str:
    """The city, or with chance `strange` another name or a district of it."""
    name, _, _, others = COUNTRIES[home.country].cities[home.city].split("|")
    if others and random_.random() < strange:
        return random_.choice(others.split(","))
    return name
