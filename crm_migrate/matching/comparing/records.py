"""Records: a frame with its semantic types as comparisons and blocking anchors."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from crm_migrate.matching.comparing import folding, kernels, organisations
from crm_migrate.matching.comparing.comparison import Comparison, simple
from crm_migrate.matching.comparing.composites import (
    HOUSEHOLD,
    area_of,
    generations,
    origins,
    person_names,
    places,
    street_lines,
)
from crm_migrate.matching.comparing.names import name_parts, words_between
from crm_migrate.matching.comparing.phones import phones
from crm_migrate.matching.comparing.terms import Codes, Terms, encode, joint, kept

Types = dict[str, str]
EMAIL = ("missing", "different", "vaguely alike", "alike", "nearly equal", "equal")

PERSON_RECIPES: tuple[tuple[str, ...], ...] = (
    ("email",), ("phone",), ("tax_id",), ("birth_date", "given1"), ("birth_date", "family1"), ("given", "family"),
    ("mailbox",), ("names", "year"), ("street", "given1"), ("street", "family3"), ("postal_code", "given"),
    ("postal_code", "family3"), ("family", "given1", "city"), ("family3", "given1", "year"), ("family", "year"),
    ("given", "day", "month"), ("family3", "day", "month"), ("family", "city"), ("given", "city", "year"),
    ("birth_date", "city"), ("birth_date", "postal_code"), ("names",), ("given", "year", "month"),
    ("family3", "given3"), ("city", "given3", "family1"),
)  # fmt: skip
# Between clusters: wider keys, for what is left after the surest have found each other.
PERSON_AGAIN: tuple[tuple[str, ...], ...] = (
    ("postal_code",), ("sector",), ("family",), ("city", "given3"), ("city", "family3"), ("city", "year"),
    ("area", "given3"), ("area", "family1"), ("area", "year"), ("family3", "given1"), ("birth_date",),
    ("city", "day", "month"), ("area", "day", "month"), ("street",), ("mailbox",), ("phone7",), ("given", "year"),
)  # fmt: skip
ORGANISATION_RECIPES: tuple[tuple[str, ...], ...] = (
    ("email",), ("phone",), ("tax_id",), ("company",), ("url",), ("host",), ("street",), ("company_rare",),
    ("company1", "postal_code"), ("company1", "street_number"),
    ("street_word", "street_number"), ("company1", "company2"), ("company1", "city"),
    ("street_word", "postal_code"), ("company_rare2",), ("phone7",),
)  # fmt: skip

SOURCES = 12  # more values than that, and the column says something else than which system a row is from
# A person known under many entries gathers more of them; the many sites of a chain are no reason for another one. The
# half is a choice: with 0 or 1 fake_1000 loses .002 to .004 of F1.
_GROWTH = {"person": 0.5, "organisation": 0.0}
_AGAIN: dict[str, tuple[tuple[str, ...], ...]] = {"person": PERSON_AGAIN, "organisation": ()}


# Nothing that is written in a name is taken for "nothing": there are people called Null.
_LONGER = ("company_name", "employer", "email", "url", "phone", "tax_id", "street", "city")
_NAMES = ("given_name", "middle_name", "family_name", "person_name")


@dataclass(frozen=True, slots=True)
class Records:
    """Comparisons and blocking anchors of the rows of a frame; `growth` as in `partition`.

    `again` are the recipes between clusters. `texts` and `types` are what `prepare` was given: vetoes and groups read
    facts that no comparison weighs.
    """

    rows: int
    comparisons: tuple[Comparison, ...]
    anchors: dict[str, Codes]
    recipes: tuple[tuple[str, ...], ...]
    growth: float
    texts: pl.DataFrame | None = None
    types: Types = field(default_factory=dict)
    again: tuple[tuple[str, ...], ...] = ()


class _Columns:
    """The columns of a frame by their semantic type, without what means "nothing" and in the right code page."""

    def __init__(self, frame: pl.DataFrame, types: Types) -> None:
        self._frame = frame
        self._by_type: dict[str, list[str]] = {}
        for column, kind in types.items():
            self._by_type.setdefault(kind, []).append(column)

    def has(self, kind: str) -> bool:
        return kind in self._by_type

    def all(self, kind: str) -> list[pl.Series]:
        found = [folding.mended(self._frame[name]) for name in self._by_type.get(kind, ())]
        if kind in _NAMES:
            return found
        return [folding.said(column, 2 if kind in _LONGER else 1) for column in found]

    def first(self, kind: str) -> pl.Series | None:
        found = self.all(kind)
        return found[0] if found else None

    def or_empty(self, kind: str) -> pl.Series:
        found = self.first(kind)
        return pl.Series(kind, [None], dtype=pl.String).new_from_index(0, len(self._frame)) if found is None else found


def prepare(frame: pl.DataFrame, types: Types, entity: str) -> Records:
    """Comparisons and anchors for a frame of texts whose columns have the given semantic types."""
    columns = _Columns(frame, types)
    comparisons: list[Comparison] = []
    anchors: dict[str, Codes] = {}
    if entity == "person":
        _names(columns, comparisons, anchors)
        _personal(columns, comparisons, anchors)
        _contacts(columns, comparisons, anchors)
    else:
        _companies(columns, comparisons, anchors)
    _address(columns, comparisons, anchors, entity)
    if entity == "person":
        _origins(columns, comparisons)
    recipes = PERSON_RECIPES if entity == "person" else ORGANISATION_RECIPES
    return Records(len(frame), tuple(comparisons), anchors, recipes, _GROWTH[entity], frame, types, _AGAIN[entity])


def _code(column: pl.Series) -> Codes:
    return encode(column)[0].codes


def _names(columns: _Columns, comparisons: list[Comparison], anchors: dict[str, Codes]) -> None:
    given, middle, family = (columns.or_empty(kind) for kind in ("given_name", "middle_name", "family_name"))
    parts = name_parts(given, middle, family, columns.first("person_name"), columns.or_empty("name_suffix"))
    given, middle, family = parts.given, parts.middle, parts.family
    if given.null_count() == len(given) and family.null_count() == len(family):
        return
    first, last, *between = encode(given, family, *words_between(middle))
    home, work = _others(columns)
    comparisons.extend(person_names(first, last, between, (f"{home} {work}", work)))
    if middle.null_count() < len(middle):
        comparisons.append(simple("middle_name", encode(middle), kernels.names, kernels.NAME, apart=work))
    if parts.generation.n_unique() > 2:
        comparisons.append(generations(encode(parts.generation)[0]))
    anchors |= {
        "given": first.codes, "family": last.codes, "given1": first.derived(_start(1)),
        "family1": last.derived(_start(1)), "given3": first.derived(_start(3)),
        "family3": last.derived(_start(3)), "names": _either_way(first.codes, last.codes),
    }  # fmt: skip


def _others(columns: _Columns) -> tuple[str, str]:
    """The contexts of persons: a household, and colleagues where it is known for whom somebody works."""
    return HOUSEHOLD, "colleague" if columns.has("employer") else ""


def _start(letters: int) -> Callable[[pl.Series], pl.Series]:
    return lambda texts: texts.str.slice(0, letters)


def _either_way(given: Codes, family: Codes) -> Codes:
    """Both names whatever their order; who has one name only has it twice."""
    low, high = np.minimum(given, family), np.maximum(given, family)
    return kept(joint(np.where(low < 0, high, low), high))


def _personal(columns: _Columns, comparisons: list[Comparison], anchors: dict[str, Codes]) -> None:
    born = columns.first("birth_date")
    if born is not None:
        day = folding.date(born)
        terms = encode(day)
        near = tuple(range(1, kernels.DATE.index("year, no day")))
        comparisons.append(
            simple(
                "birth_date", terms, kernels.dates, kernels.DATE,
                apart=" ".join(_others(columns)), differs=0.1, unlike=near, cost=1,
            )
        )  # fmt: skip
        anchors |= {
            "birth_date": terms[0].codes,
            "year": terms[0].derived(lambda texts: texts.str.slice(0, 4)),
            "month": terms[0].derived(lambda texts: texts.str.slice(4, 2)),
            "day": terms[0].derived(lambda texts: texts.str.slice(6, 2)),
        }
    for kind in ("gender", "choice", "employer"):
        for column in columns.all(kind):
            terms, apart = encode(folding.folded(column)), HOUSEHOLD if kind == "gender" else ""
            comparisons.append(simple(column.name, terms, *_TEXT[kind], apart=apart, variants=_VARIES[kind]))


_VARIES = {"gender": 0, "choice": kernels.TEXT.index("alike"), "employer": kernels.TEXT.index("alike")}
_TEXT = {
    "gender": (kernels.choices, kernels.CHOICE),
    "choice": (kernels.texts, kernels.TEXT),
    "employer": (kernels.texts, kernels.TEXT),
}


def _origins(columns: _Columns, comparisons: list[Comparison]) -> None:
    source = columns.first("source")
    if source is not None and comparisons and 2 <= source.n_unique() <= SOURCES:
        comparisons.append(origins(encode(source)[0]))


def _companies(columns: _Columns, comparisons: list[Comparison], anchors: dict[str, Codes]) -> None:
    name = columns.first("company_name")
    if name is not None:
        comparison, terms = organisations.named(name)
        comparisons.append(comparison)
        rare = _rarest(terms)
        anchors |= {"company": terms.codes, "company_rare": _code(rare[0]), "company_rare2": _code(rare[1])}
        anchors |= {f"company{at + 1}": terms.derived(_word(at)) for at in (0, 1)}
    if columns.has("email") or columns.has("url"):
        comparison, found = organisations.web(columns.all("email"), columns.all("url"))
        comparisons.append(comparison)
        anchors |= found
    for kind, fold in (("phone", folding.phone), ("tax_id", folding.code)):
        if columns.has(kind):
            terms_of = encode(*map(fold, columns.all(kind)))
            comparisons.append(organisations.numbered(kind, terms_of))
            anchors[kind] = terms_of[0].codes
            if kind == "phone":
                anchors["phone7"] = terms_of[0].derived(lambda texts: texts.str.tail(7))


def _word(at: int) -> Callable[[pl.Series], pl.Series]:
    return lambda texts: texts.str.split(" ").list.get(at, null_on_oob=True)


def _rarest(terms: Terms) -> tuple[pl.Series, pl.Series]:
    """The rarest word of each row that others have too, and the next one."""
    counts: dict[str, int] = {}
    split = [value.split() for value in terms.values.tolist()]
    for words in split:
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    ordered = [sorted((w for w in set(ws) if counts[w] > 1), key=lambda w: (counts[w], w)) for ws in split]
    found = [np.array([ws[at] if len(ws) > at else None for ws in ordered] + [None], dtype=object) for at in (0, 1)]
    first, second = (pl.Series(f[terms.codes].tolist(), dtype=pl.String) for f in found)
    return first, second


def _contacts(columns: _Columns, comparisons: list[Comparison], anchors: dict[str, Codes]) -> None:
    kinds = (
        ("email", folding.email, kernels.emails, EMAIL), ("phone", folding.phone, kernels.codes, kernels.CODE),
        ("tax_id", folding.code, kernels.codes, kernels.CODE), ("url", folding.domain, kernels.texts, kernels.TEXT),
    )  # fmt: skip
    for kind, fold, kernel, labels in kinds:
        series = [fold(column) for column in columns.all(kind)]
        if not series:
            continue
        terms = encode(*series)
        apart, differs = (HOUSEHOLD, 0.1) if kind == "tax_id" else ("", 0.35)
        several = kind == "phone" and len(terms) > 1
        comparisons.append(
            phones(terms) if several else simple(kind, terms, kernel, labels, apart=apart, differs=differs)
        )
        anchors[kind] = terms[0].codes
        if kind == "email":
            anchors["mailbox"] = terms[0].derived(lambda texts: texts.str.replace("@.*", ""))
        if kind == "phone":
            anchors["phone7"] = terms[0].derived(lambda texts: texts.str.tail(7))


def _address(columns: _Columns, comparisons: list[Comparison], anchors: dict[str, Codes], entity: str) -> None:
    where: list[Comparison | None] = [None, None]
    line, number = columns.first("street"), columns.first("house_number")
    if line is not None:
        plain = encode(folding.street(line))[0]
        if entity == "organisation":
            plain = plain.mapped(folding.umlauts)
        digits = plain.mapped(_number) if number is None else encode(folding.folded(number))[0]
        words = plain.mapped(_without_number) if number is None else plain
        where[0] = street_lines(digits, words)
        anchors["street"] = kept(joint(digits.codes, words.derived(_start(4))))
        anchors["street_number"] = digits.codes
        anchors["street_word"] = words.derived(lambda texts: texts.str.extract(r"(\p{L}{3,})"))
    postal, city, state = (columns.or_empty(kind) for kind in ("postal_code", "city", "state"))
    postal, city, state = folding.code(postal), folding.folded(city), folding.folded(state)
    if any(s.null_count() < len(s) for s in (postal, city, state)):
        codes, cities, states = (encode(column)[0] for column in (postal, city, state))
        if entity == "organisation":
            cities = cities.mapped(folding.umlauts)
        where[1] = places(codes, cities, states)
        anchors |= {"postal_code": codes.codes, "city": cities.codes}
        anchors |= {"area": codes.derived(area_of), "sector": codes.derived(_sector)}
    comparisons.extend(
        organisations.placed(*where) if entity == "organisation" else [c for c in where if c is not None]
    )
    for column in columns.all("address_rest"):
        comparisons.append(simple(column.name, encode(folding.street(column)), kernels.texts, kernels.TEXT))


def _sector(postal: pl.Series) -> pl.Series:
    length = postal.str.len_chars()
    return postal.str.slice(0, length - length // 3)


def _number(street: pl.Series) -> pl.Series:
    return street.str.extract(r"(?:^|\s)(\d+[a-z]?)(?:\s|$)")


def _without_number(street: pl.Series) -> pl.Series:
    return street.str.replace(r"(?:^|\s)\d+[a-z]?(?:\s|$)", " ").str.strip_chars()
