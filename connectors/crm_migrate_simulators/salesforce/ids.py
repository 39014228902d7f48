"""Record ids: a key prefix, the instance, nine places in base 62, and the three characters that make case safe."""

from string import ascii_lowercase, ascii_uppercase, digits

_PLACES = digits + ascii_uppercase + ascii_lowercase
_CHECK = ascii_uppercase + "012345"
_INSTANCE = "Sm0"
_WORTH = {character: place for place, character in enumerate(_PLACES)}


def make(prefix: str, number: int) -> str:
    """The 18 characters of the record with that number; `prefix` has three."""
    places = ""
    for _ in range(9):
        number, place = divmod(number, 62)
        places = _PLACES[place] + places
    short = prefix + _INSTANCE + places
    return short + checksum(short)


def number(id: str) -> int:
    """The number that `make` was given."""
    worth = 0
    for character in id[6:15]:
        worth = worth * 62 + _WORTH[character]
    return worth


def checksum(short: str) -> str:
    """The three characters behind an id of 15: which of its letters are capitals, five to a character."""
    fives = (short[at : at + 5] for at in (0, 5, 10))
    return "".join(_CHECK[sum(1 << at for at, letter in enumerate(five) if "A" <= letter <= "Z")] for five in fives)


def whole(text: str) -> str | None:
    """The id with all 18 characters, None where it is none."""
    if len(text) not in (15, 18) or not text.isascii() or not text.isalnum():
        return None
    short = text[:15]
    return short + checksum(short) if len(text) == 15 or checksum(short) == text[15:] else None
