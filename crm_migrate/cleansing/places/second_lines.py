"""What stands in an address beside the street: a flat or floor, in whose care it is, and that it is another address."""

import re

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import phrases, table

_UNITS = table("address_units")
# `Apt 4`, `3. OG`, `2º B`, `bajo` (on folded text); `m. 4` only with a number, as `M` begins names of streets.
_UNIT = re.compile(
    rf"(?:(?:{_UNITS['word']})\b\.?.*|(?:{_UNITS['numbered']})[.:]?\s*\d+\s?\w?|(?:{_UNITS['alone']})\.?"
    rf"|\d{{1,3}}(?:st|nd|rd|th|er|e|eme|o|a|[.ºª°])?\s*(?:{_UNITS['behind']})\.?(?:\s\w{{1,5}}\.?)?)"
)
_CARE = re.compile(rf"(?:{'|'.join(phrases('care_of'))})\s+[^\W\d_]\D*|\D{{3,}}\s(?:eliyle)", re.IGNORECASE)
_SAME = re.compile("|".join(f"(?:{pattern})" for pattern in phrases("same_address")))


def is_unit(piece: str) -> bool:
    """A flat, suite, floor or box, and nothing else."""
    return _UNIT.fullmatch(fold(piece)) is not None


def is_care(piece: str) -> bool:
    """In whose care a letter is, and nothing else (`c/o Anna Kühn`, `chez Noël`)."""
    return _CARE.fullmatch(piece) is not None


def is_another_address(folded: str) -> bool:
    """Says that another address of the record holds here too (`same as billing`); of a folded text."""
    return _SAME.fullmatch(folded) is not None


def with_number(place: dict[str, str], streets: list[str]) -> tuple[dict[str, str], list[str]]:
    """The house number back at its street where no comma stood behind it (`Rua Nova, 41 Curitiba`)."""
    found = re.fullmatch(r"(\d+\s?[A-Za-z]?)\s+(\D{2,})", place.get("city", ""))
    if not found or not streets or re.search(r"\d", streets[-1]):
        return place, streets
    return place | {"city": found[2]}, [*streets[:-1], f"{streets[-1]}, {found[1]}"]


_ADDRESS = re.compile(
    r"\w*(?:address|adresse|anschrift|adres|adresi|adress|direccion|domicilio|indirizzo|endereco|morada|alamat|facturation"
    r"|facturacion|fatturazione|faturacao|cobranca|billing|invoice|invoicing)\b|\b(?:see|siehe|voir|ver|vedi|zie|patrz|lihat)\b"
)


def speaks_of_addresses(folded: str) -> bool:
    """A text without a number in which an address is spoken of (`see above`, `address as billing`)."""
    return not re.search(r"\d", folded) and _ADDRESS.search(folded) is not None


def street_lines(pieces: list[str]) -> dict[str, str]:
    """Street and second line; a unit alone in its piece is the second line, more than two pieces stay together."""
    if len(pieces) >= 2 and is_unit(pieces[-1]):
        return {"street": ", ".join(pieces[:-1]), "street2": pieces[-1]}
    if len(pieces) >= 2 and is_unit(pieces[0]) and re.search(r"\d", pieces[1]):
        return {"street": ", ".join(pieces[1:]), "street2": pieces[0]}
    return {"street": ", ".join(pieces)} if pieces else {}
