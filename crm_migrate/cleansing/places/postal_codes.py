"""Postal codes by the shape of their country (UPU), zeros restored only where the shape proves the loss."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.places.states import state_cell
from crm_migrate.cleansing.vocabulary import table, words

# N digit, A letter, X either; other characters stand for themselves. Of equal length, the first shape is canonical.
SHAPES = table("postal_codes") | dict.fromkeys(("GB", "GG", "JE", "IM", "FK"), "")
# UPU: countries without postal codes; what stands there is a filler.
NONE = words("postal_none")
# Countries with codes that begin with 0 (US New England, German east, ...): only there may a zero have been lost.
_ZEROS = words("postal_zeros")
# How codes begin, where not every beginning is in use (national postal services).
_FIRST = table("postal_first")
_GB = re.compile(
    r"(GIR|[A-PR-UWYZ](?:[0-9][0-9A-HJKPS-UW]?|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?))\s*([0-9][ABD-HJLNP-UW-Z]{2})"
)
_CA = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d")
_CONFUSED = str.maketrans("IOSBZ", "10582")


_TWO_ZEROS = frozenset({"IT", "US", "PR", "FI", "PL", "NO"})  # where codes begin with two of them
_LONGEST = 60  # characters


def _without_state(value: str, region: str) -> tuple[str, str]:
    """A code without the state that was typed before it (`QC G1R 3P1`), and that state."""
    found = re.fullmatch(r"([A-Z]{2,3})[\s,\-]*(\d.*|[A-Z]\d.*)", value) if region in _STATE_FIRST else None
    state = state_cell(found[1], region) if found else None
    return (found[2], found[1]) if found and state and state.value and not state.flag else (value, "")


def postal_cell(text: str, region: str | None) -> Cell:
    """A postal code in the written form of its country; without a country only trimmed."""
    if len(text) > _LONGEST:
        return invalid("too long for a postal code")
    value = unicodedata.normalize("NFKC", text).strip().strip("'\"").strip().upper()
    formula = re.fullmatch(r'="?([^"]*)"?', value)
    value = formula[1] if formula else value
    if is_null(value) or value in {"0"}:
        return NULL
    if region is None:
        return Cell(value)
    if region in NONE:
        return Cell(None, "suspect", "this country has no postal codes")
    value = (
        re.sub(rf"^(?:{region}|{_POSTAL_SIGN.get(region, region)})\s*[-–]?\s*(?=\d)", "", value)
        if "NN" in SHAPES.get(region, "NN")[:2]
        else value
    )
    if re.search(r"\dE\+\d", value):
        return invalid("scientific notation: digits were lost")
    bare, state = _without_state(value, region)
    if state:
        cell = postal_cell(bare, region)
        return Cell(cell.value, cell.flag, cell.note or f"{state} is a state: move it") if cell.value else cell
    number = re.fullmatch(r"(\d+)[.,]0+", value)
    cell = _british(value) if region in _BRITISH else _shaped(number[1] if number else value, region)
    return (
        Cell(cell.value, "suspect", "a number with `.0`: zeros may be lost")
        if number and cell.value and not cell.flag and re.match("0", cell.value)
        else cell
    )


_STATE_FIRST = frozenset(("US", "CA", "AU", "BR", "MX", "IN"))
_BRITISH = frozenset(("GB", "GG", "JE", "IM", "FK"))
_POSTAL_SIGN = {
    "DE": "D",
    "LI": "FL",
    "AT": "A",
    "CH": "CH",
    "FR": "F",
    "IT": "I",
    "BE": "B",
    "LU": "L",
    "SE": "S",
    "NO": "N",
    "FI": "FIN?",
    "DK": "DK",
    "ES": "E",
    "PT": "P",
    "HU": "H",
    "JP": "〒",
}


def _british(value: str) -> Cell:
    """The United Kingdom and its islands (Royal Mail PAF)."""
    bare = re.sub(r"[\s.\-]+", "", value)
    found = _GB.fullmatch(f"{bare[:-3]} {bare[-3:]}") if len(bare) >= 5 else None
    if found:
        return Cell(f"{found[1]} {found[2]}")
    for at, char in enumerate(bare):
        other = (
            char.translate(_CONFUSED)
            if char.isalpha()
            else {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"}.get(char, char)
        )
        swapped = bare[:at] + other + bare[at + 1 :]
        again = _GB.fullmatch(f"{swapped[:-3]} {swapped[-3:]}") if other != char and len(bare) >= 5 else None
        if again:
            return invalid(f"did you mean {again[1]} {again[2]}?")
    return invalid("no postal code of the United Kingdom")


def _shaped(value: str, region: str) -> Cell:
    """A code brought into the shape of its country."""
    if region == "US" and re.search(r"\d-\d", value) and not re.fullmatch(r"\d{3,5}-\d{4}", value):
        return invalid("a hyphen where this country's codes have none")
    bare = re.sub(r"[\s.\-‐‑–—−_]+", "", value)
    for shape in SHAPES.get(region, "").split():
        code = _fitted(bare, shape)
        if code:
            return _checked(code, bare, region)
    if region not in SHAPES:
        return Cell(value, "suspect", "the shape of this country's codes is not known")
    return _lost_zeros(bare, region)


def _fitted(bare: str, shape: str) -> str | None:
    """The characters in a shape, or None where they do not fit; a country's own prefix may be missing."""
    fixed = re.match(r"(?:LV|LT|MD|AD|AZ|KY|GX11)", shape)
    slots = re.sub(r"[-_]", "", shape)
    if fixed and not bare.startswith(fixed[0]):
        bare = fixed[0] + bare
    if len(bare) != len(slots):
        return None
    out, chars = [], iter(bare)
    for at, slot in enumerate(shape):
        if slot in "-_":
            out.append("-" if slot == "-" else " ")
            continue
        char = next(chars)
        literal = fixed is not None and at < len(fixed[0])
        fits = (
            char == slot
            if literal
            else {"N": char.isdigit(), "A": char.isalpha(), "X": char.isalnum()}.get(slot, char == slot)
        )
        if not fits:
            return None
        out.append(char)
    return "".join(out)


def _checked(code: str, bare: str, region: str) -> Cell:
    """Fillers, and letters that a country does not use."""
    if (bare.isdigit() and len(set(bare)) == 1 and (bare[0] == "0" or (bare[0] == "9" and region in {"US", "DE"}))) or (
        bare in {"12345", "123456"} and region in {"IT", "FR", "ES"}
    ):
        return Cell(None, "placeholder", "a filler")
    if len(set(bare)) == 1 and bare.isdigit() and not re.match(_FIRST.get(region, ""), bare):
        return Cell(None, "placeholder", "a filler")
    if region == "CA" and not _CA.fullmatch(bare):
        return invalid("a letter that Canadian codes do not use")
    if not re.match(_FIRST.get(region, ""), bare.lstrip("LTVMD-AZ") if region in {"LT", "LV"} else bare):
        return invalid("no postal code of this country begins so")
    if region == "US" and code.endswith("-0000"):
        return Cell(code[:5])
    return Cell(code)


@cache
def short_codes(region: str) -> Mapping[int, int]:
    """Digits that are left of a country's codes which lost leading zeros -> digits of a whole one. Empty for countries
    whose codes do not begin with zeros."""
    shapes = (re.sub("[-_]", "", shape) for shape in SHAPES.get(region, "").split() if region in _ZEROS)
    found: dict[int, int] = {}
    for whole in sorted(len(shape) for shape in shapes if set(shape) == {"N"}):
        for lost in (1, 2) if region in _TWO_ZEROS else (1,):
            found.setdefault(whole - lost, whole)
    return found


def _lost_zeros(bare: str, region: str) -> Cell:
    """Digits one or two short in a country whose codes begin with zeros."""
    whole = short_codes(region).get(len(bare)) if bare.isdigit() else None
    if whole is None:
        return invalid("not the shape of this country's postal codes")
    cell = _shaped(bare.zfill(whole), region)
    return Cell(cell.value, "suspect", f"{whole - len(bare)} leading zero(s) restored") if cell.value else cell
