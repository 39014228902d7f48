"""A town with its postal code or its province in one cell, without a street."""

import re

from crm_migrate.cleansing.cells import Cell, invalid
from crm_migrate.cleansing.places.addresses import address_cell

NO_TOWN = invalid("no town that is certain")
_STREET = "Weg 1"  # stands before a town, so that it is read as the end of an address
_CODE = r"\d{4} ?[A-Z]{2}(?= [^\W\d_]+[a-z])|\d{4,6}"  # of most countries, and of the Netherlands
_TOWN = r"[^\W\d_][^\d,;|]+"
_PLAIN = (
    re.compile(rf"(?:[A-Z]{{1,3}}[- ])?(?P<postal>{_CODE}),?\s+(?P<city>{_TOWN})"),
    re.compile(rf"(?P<city>{_TOWN}),?\s+(?P<postal>\d{{4,6}})"),
    re.compile(r"(?:[A-Z]{1,3}[- ])?(?P<postal>\d{4,6})"),
)


def place_cell(text: str, region: str | None) -> Cell:
    """The parts of a cell that holds a town and no street (`8001 Zürich`, `Tuzla/İstanbul`); invalid where unsure.

    Without a country, and in another form than its country's, four to six digits before or behind letters are its code.
    """
    line = " ".join(text.split())
    found = address_cell(f"{_STREET}\n{line}", region)
    parts = dict(found.parts[0]) if found.parts else {}
    if parts.pop("street", "") == _STREET and parts.get("city"):
        return Cell(line, parts=(parts,))
    if plain := next(filter(None, (form.fullmatch(line) for form in _PLAIN)), None):
        return Cell(line, parts=(plain.groupdict(),))
    alone = address_cell(line, region)
    if alone.value is None:
        return alone
    return NO_TOWN if re.search(r"[\d,;|]", line) else Cell(line, parts=({"city": line},))
