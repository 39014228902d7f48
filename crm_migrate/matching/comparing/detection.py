"""Detection: what a column holds, by its name in several languages and by its content, with the evidence."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import polars as pl

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.matching.comparing.folding import said
from crm_migrate.matching.comparing.words import lines

# Chosen, not measured: columns are mostly known by their names, and what these find is shown (`found.detected`).
SAMPLE = 5_000  # rows of a column that are looked at
_CONTENT = (
    ("email", r"^\s*[^@\s]+@[^@\s]+\.[A-Za-z]{2,}\s*$"),
    ("url", r"^\s*(https?://|www\.)\S+$"),
    ("birth_date", r"^\s*((1[89]|20)\d\d\D?\d\d\D?\d\d|\d{1,2}[./-]\d{1,2}[./-](1[89]|20)\d\d)\s*$"),
    ("phone", r"^\s*(\+\d[\d\s().\-/]{8,}|\(\d{2,5}\)\s?[\d\s.\-/]{5,}|\d{3}[-./ ]\d{3}[-./ ]\d{4})\s*$"),
    ("street", r"^\s*(\d+\w?,?\s+\p{L}.{4,}|\p{L}[\p{L} .\-]{4,}\s\d{1,4}\s?[a-z]?)\s*$"),
)
_ENOUGH = 0.7  # share of values in the shape of a type, from which a column without a telling name is of it
_POSSIBLE = {"url": r"\w\.\w", "company_name": r"\p{L}", "birth_date": r"\d"}
_MOST = 0.5  # share of values that must be possible for the type that a column's name tells
_FEW = 20  # rows; in smaller tables one value for all may still be the two doubles that are looked for
# A column of dates without a telling name holds births when enough of its years lie before any CRM began to be filled.
_BEFORE_CRM, _OLD_ENOUGH = 1990, 0.25
_NUMBERS = frozenset(
    ("id", "ids", "no", "nr", "nummer", "num", "number", "numarasi", "kodu", "kod", "guid", "uuid", "key")
)
_GIVEN = ("isim", "ad", "adi", "musteriadi", "nombre", "nome")  # of persons; of a firm it is the name
_NAME = ("name", "nama", "nom", "naam", "nazwa")  # of a person, a family or a firm: what else there is tells
_BROAD = ("company_name", "person_name", "street")
# What stands before these words says what the column holds; after them stand its owner, or what it may hold as well.
_OR = "or"
_BETWEEN = (
    _OR,
    "of", "de", "du", "des", "del", "della", "dell", "di", "da", "do", "dos", "das", "van", "der", "ou", "oder", "o",
    "ya", "veya", "lub", "atau",
)  # fmt: skip
_FAINT = ("nombre", "nome", "nama", "numero")  # a given name, a house number where nothing else says of what
# Words that are something else in another language, where most values are in its shape: Brazilian, Dutch, Polish codes.
_OTHERWISE = {
    "cep": ("postal_code", r"^\s*\d{5}-?\d{3}\s*$"),
    "pc": ("postal_code", r"^\s*\d{4} ?[A-Za-z]{2}\s*$"),
    "kod": ("postal_code", r"^\s*\d\d-\d{3}\s*$"),
}
_NUMBERED = ("phone", "fax", "tax_id", "house_number", "address_rest", "street")
KINDS = tuple(line.partition("=")[0].strip() for line in lines("columns"))


@dataclass(frozen=True, slots=True)
class Detected:
    """Semantic type of a column ("" when it says nothing about who somebody is) and why we think so."""

    column: str
    type: str
    because: str


def detect(frame: pl.DataFrame, entity: str) -> list[Detected]:
    """One finding per column, in the order of the frame."""
    return beside([alone(name, frame[name], entity) for name in frame.columns], entity)


def alone(name: str, values: pl.Series, entity: str) -> Detected:
    """What a column is by its own name and values; `beside` says what the other columns make of it."""
    return _detected(name, _seen(values), len(values), entity)


def beside(found: list[Detected], entity: str) -> list[Detected]:
    """The findings of all columns of a frame, each in the light of the others."""
    kinds = {each.type for each in found}
    if entity == "organisation" or "given_name" not in kinds or "family_name" in kinds:
        return found
    return [_family(each) if each.type and _closed(each.column) in _NAME else each for each in found]


def _family(found: Detected) -> Detected:
    """`Name` beside a column of given names and none of family names, as German and French exports have it."""
    return Detected(found.column, "family_name", f"{found.because}, and given names have a column of their own")


def _seen(values: pl.Series) -> pl.Series:
    """The texts of the first rows; those of all rows where the first are too few or all the same."""
    filled = _filled(values.head(10 * SAMPLE))
    return filled if len(filled) >= SAMPLE and filled.n_unique() > 1 else _filled(values)


def _filled(values: pl.Series) -> pl.Series:
    stripped = values.drop_nulls().str.strip_chars()
    return stripped.filter(stripped != "")


def _detected(name: str, filled: pl.Series, rows: int, entity: str) -> Detected:
    if filled.is_empty():
        return Detected(name, "", "no values")
    if rows >= _FEW and filled.n_unique() == 1:
        return Detected(name, "", "one value only")
    otherwise = next((_OTHERWISE[word] for word in _words(name) if word in _OTHERWISE), None)
    if otherwise and _share(filled, otherwise[1]) >= _MOST:
        return Detected(name, otherwise[0], f"the name says {name!r}, and the values look like it")
    by_name = _by_name(name, entity)
    if by_name and _possible(filled, by_name[0]):
        return Detected(name, by_name[0], f"the name says {by_name[1]!r}")
    for kind, pattern in _CONTENT:
        if kind == "birth_date" and (entity != "person" or not _of_birth(filled)):
            continue
        share = int(filled.head(SAMPLE).str.contains(pattern).sum()) / min(len(filled), SAMPLE)
        if share >= _ENOUGH:
            return Detected(name, kind, f"{share:.0%} of the values look like it")
    return Detected(name, "", "neither name nor values say what it is")


def _possible(values: pl.Series, kind: str) -> bool:
    """Most values can be what the name of the column says: `Website` may hold yes and no, `Sites` a count."""
    pattern = _POSSIBLE.get(kind)
    return pattern is None or _share(values, pattern) >= _MOST


def _share(values: pl.Series, pattern: str) -> float:
    """Share of the values that say something which look like this."""
    return float(said(values.head(SAMPLE)).str.contains(pattern).mean() or 0)  # type: ignore[arg-type]


def _of_birth(values: pl.Series) -> bool:
    years = values.head(SAMPLE).str.extract(r"((?:1[89]|20)\d\d)").cast(pl.Int32, strict=False).drop_nulls()
    return len(years) > 0 and int((years < _BEFORE_CRM).sum()) >= _OLD_ENOUGH * len(years)


def _by_name(name: str, entity: str) -> tuple[str, str] | None:
    words = _words(name)
    found = _whole(words, name, entity) or _part(_words(name.replace("/", f" {_OR} ")))
    if found and found[0] == "company_name" and entity == "person":
        return "employer", found[1]
    return found


def _words(name: str) -> list[str]:
    return re.sub(r"[^\w]+|_", " ", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))).split()


def _closed(name: str) -> str:
    return "".join(_words(name))


def _whole(words: list[str], name: str, entity: str) -> tuple[str, str] | None:
    """What the name as a whole says."""
    closed = "".join(words)
    known = _known()
    if closed in _NAME or (closed in _GIVEN and entity == "organisation"):
        return ("company_name" if entity == "organisation" else "person_name"), name
    for whole in (closed, closed.rstrip("0123456789")):
        if whole in known:
            return known[whole], name
    if {"given_name", "family_name"} <= {known.get(word) for word in words}:
        return "person_name", name
    return None


def _part(words: list[str]) -> tuple[str, str] | None:
    """What a part of the name says, unless another part says that it is about the record, its keeper or its number."""
    known = _known()
    about = next((word for word in words if known.get(word) == "record"), None)
    if about:
        return "record", about
    found = _longest(words, known)
    number = next((word for word in words if word in _NUMBERS), None)
    if number and (
        found is None or not (found[0] in _NUMBERED or found[1].startswith(number) or found[1].endswith(number))
    ):
        return "id", number
    return found


def _longest(words: list[str], known: dict[str, str]) -> tuple[str, str] | None:
    """The part that says most: rather city or mail than account, contact or address; what stands before `of` or a
    stroke; the longest; the last, as in `Account City`.
    """
    after = list(accumulate(word in _BETWEEN for word in words))
    found: dict[tuple[int, int, int, int], tuple[str, str]] = {}
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            part = "".join(words[start : start + length]).rstrip("0123456789")
            kind = known.get(part, "") if len(part) > 2 else ""
            if kind not in ("", "id", "source", "choice"):
                broad = 2 if part in _FAINT else int(kind in _BROAD)
                found[broad, after[start], -length, -start] = (kind, part)
    return found[min(found)] if found else None


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in lines("columns"):
        kind, _, words = line.partition("=")
        known |= {word: kind.strip() for word in words.split()}
    return known
