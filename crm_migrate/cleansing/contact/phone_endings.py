"""One number with several last digits: `123 45 67/68`, `5000 - 5009`, `-001 bis -005`, `123 45 67 or 68`."""

import re
from dataclasses import dataclass

_WORDS = (
    r"or|oder|ou|o|u\.?|veya|ya da|atau|of|lub|или|and|und|et|ve|y|e|dan|bis|to|till|until|thru|through|ile|ila|s/d|"
    r"s\.d\.|sd|sampai|al?|au|do|tot|до|por|à"
)
_SIGN = rf"\s*[/|,;&~]\s*|\s*(?:\.\.+|…)\s*|\s+(?:{_WORDS})\s+|\s+[-–—]\s+|\s*[–—]\s*"
_ENDINGS = re.compile(rf"(?P<number>.*?\d)(?P<endings>(?:(?:{_SIGN})-?\d{{1,4}})+)", re.IGNORECASE)
_EACH = re.compile(rf"(?P<sign>{_SIGN})(?P<digits>-?\d{{1,4}})", re.IGNORECASE)
# Two last groups of one length, close to each other: a range written without blanks (`23125-001-005`).
_CLOSE = re.compile(r"\d[\s./]*[-\s](\d{3,4})-(\d{3,4})$")
_NEAR = 50  # last digits so close are one block of extensions; chosen, not measured


@dataclass(frozen=True, slots=True)
class Endings:
    """The first whole number, the others with their last digits exchanged, and whether the sign says so for certain."""

    first: str
    others: tuple[str, ...]
    certain: bool


def endings(text: str) -> Endings | None:
    """The numbers that a text may hold by its last digits, or None where its shape is another one."""
    found = _ENDINGS.fullmatch(text)
    if found is None:
        return None
    first = found["number"]
    pieces = [(each["sign"].strip(), each["digits"]) for each in _EACH.finditer(found["endings"])]
    group = re.findall(r"\d+", first)[-1]
    if any(sign in {"-", "–", "—"} and not _goes_on(group, digits) for sign, digits in pieces):
        return None  # a dash before an extension, or between groups of one number
    certain = all(digits.startswith("-") or len(digits) <= len(group) for _, digits in pieces)
    return Endings(first, tuple(_exchanged(first, digits) for _, digits in pieces), certain)


def _goes_on(group: str, digits: str) -> bool:
    """The second group counts on from the first: 5000 - 5009."""
    bare = digits.lstrip("-")
    return len(group) == len(bare) and int(bare) > int(group)


def _exchanged(first: str, digits: str) -> str:
    """The number with other last digits; behind a hyphen they take the place of the whole extension."""
    if digits.startswith("-") and "-" in first:
        return first[: first.rindex("-")] + digits
    bare = digits.lstrip("-")
    return first[: -len(bare)] + bare if first[-len(bare) :].isdigit() else f"{first} {bare}"


def may_be_range(text: str) -> bool:
    """Whether the last two groups of a number look like the ends of a range (`-001-005`)."""
    found = _CLOSE.search(text)
    return found is not None and len(found[1]) == len(found[2]) and 0 < int(found[2]) - int(found[1]) < _NEAR
