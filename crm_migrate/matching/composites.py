"""Comparisons over columns whose agreement is not independent: names and their order, street and number, place."""

from collections.abc import Sequence

import numpy as np

from crm_migrate.matching import kernels
from crm_migrate.matching.comparison import Compared, Comparison, by_value
from crm_migrate.matching.terms import Codes, Terms, joint, numbered, shares

_WORTH = np.array([0.0, -2.0, -0.5, 0.5, 1.0, 2.0, 3.0])
_EQUAL = len(kernels.NAME) - 1
ORDER = ("missing", "crossed", "straight")
STREET = ("missing", "different", "number only", "street alike", "street equal", "no number", "alike", "equal")
PLACE = ("missing", "different", "state only", "alike", "city equal", "code alike", "code equal")


def person_names(given: Terms, family: Terms) -> tuple[Comparison, Comparison, Comparison]:
    """Given name, family name, and whether they stand in each other's place; both over one dictionary."""
    remembered: dict[str, object] = {}

    def both(i: Codes, j: Codes) -> tuple[Compared, Compared, Compared]:
        if remembered.get("i") is not i or remembered.get("j") is not j:
            remembered.update(i=i, j=j, found=_names(given, family, i, j))
        return remembered["found"]  # type: ignore[return-value]

    size = len(given.texts)
    known = ((given.codes, size), (family.codes, size))
    return (
        Comparison(
            "given_name", kernels.NAME, lambda i, j: both(i, j)[0], "household", known,
            equal=lambda i, j: _met(given, family, i, j), agreeing=(_EQUAL,), cost=size,
        ),
        Comparison(
            "family_name", kernels.NAME, lambda i, j: both(i, j)[1], "", known,
            equal=lambda i, j: _met(family, given, i, j, size), agreeing=(_EQUAL,), cost=size,
        ),
        Comparison("name_order", ORDER, lambda i, j: both(i, j)[2], cost=size),
    )  # fmt: skip


def _met(name: Terms, other: Terms, i: Codes, j: Codes, offset: int = 0) -> Codes:
    """What the comparison of names may agree on: the name of record i where record j has it, in either place."""
    here = name.codes[i]
    return np.where((here >= 0) & ((here == name.codes[j]) | (here == other.codes[j])), here + offset, -1)


def _names(given: Terms, family: Terms, i: Codes, j: Codes) -> tuple[Compared, Compared, Compared]:
    size = len(given.texts)
    ends = {"gg": (given.codes[i], given.codes[j]), "ff": (family.codes[i], family.codes[j])}
    ends |= {"gf": (given.codes[i], family.codes[j]), "fg": (family.codes[i], given.codes[j])}
    level = {k: by_value(a, b, given, kernels.names, _EQUAL) for k, (a, b) in ends.items()}
    straight = _WORTH[level["gg"]] + _WORTH[level["ff"]]
    crossed = _WORTH[level["gf"]] + _WORTH[level["fg"]]
    turn = (crossed >= 2) & (crossed > straight + 1)
    first = np.where(turn, level["gf"], level["gg"])
    last = np.where(turn, level["fg"], level["ff"])
    order = np.where(turn, 1, np.where((first > 0) | (last > 0), 2, 0)).astype(np.uint8)
    # What agrees crosswise is as frequent as it is in the column where record i has it.
    return (
        Compared(first, np.where(first == _EQUAL, ends["gg"][0], -1)),
        Compared(last, np.where(last == _EQUAL, ends["ff"][0] + size, -1)),
        Compared(order, np.full(len(i), -1, dtype=np.int64)),
    )


def street_lines(numbers: Terms, streets: Terms, apart: str = "") -> Comparison:
    """House number and street: equal together, one of them, or alike."""
    together = joint(numbers.codes, streets.codes)
    whole = _renumbered(together)
    size, count = int(whole.max(initial=-1)) + 1, len(streets.texts)
    known = ((whole, size), (streets.codes, count))

    def compare(i: Codes, j: Codes) -> Compared:
        street = by_value(streets.codes[i], streets.codes[j], streets, kernels.texts, 5)
        at = by_value(numbers.codes[i], numbers.codes[j], numbers, kernels.codes, 4)
        levels = np.select(
            [
                (street == 5) & (at == 4),
                (street >= 3) & (at >= 3),
                (street >= 3) & (at == 0),
                street == 5,
                street >= 3,
                at == 4,
                (street > 0) | (at > 0),
            ],
            [7, 6, 5, 4, 3, 2, 1],
            0,
        ).astype(np.uint8)
        agreed = np.where(levels == 7, whole[i], np.where(levels == 4, streets.codes[i] + size, -1))
        return Compared(levels, agreed)

    return Comparison(
        "street", STREET, compare, apart, known, 0.03 if apart else 0.35,
        equal=lambda i, j: _first_equal(known, i, j), agreeing=(7, 4), cost=size,
    )  # fmt: skip


def _first_equal(vocabulary: Sequence[tuple[Codes, int]], i: Codes, j: Codes) -> Codes:
    """The first of several columns of codes in which two records agree, in the numbering of their vocabulary."""
    found = np.full(len(i), -1, dtype=np.int64)
    start = 0
    for codes, size in vocabulary:
        here = codes[i]
        found = np.where((found < 0) & (here >= 0) & (here == codes[j]), here + start, found)
        start += size
    return found


def _renumbered(codes: Codes) -> Codes:
    """Codes from 0 without gaps, -1 stays."""
    found, index = numbered(codes)
    return index - int(len(found) > 0 and found[0] < 0)


def places(code: Terms, town: Terms, land: Terms) -> Comparison:
    """Postal code, city and state say one thing three times: the most telling of them that agrees counts."""
    sizes = [len(terms.texts) for terms in (code, town, land)]

    def compare(i: Codes, j: Codes) -> Compared:
        by_code = by_value(code.codes[i], code.codes[j], code, kernels.codes, 4)
        by_town = by_value(town.codes[i], town.codes[j], town, kernels.texts, 5)
        by_land = by_value(land.codes[i], land.codes[j], land, kernels.choices, 2)
        found = [
            by_code == 4,
            (by_code == 3) & (by_town >= 3),
            by_town == 5,
            (by_town >= 3) | (by_code == 3),
            by_land == 2,
        ]
        anything = (by_code > 0) | (by_town > 0) | (by_land > 0)
        levels = np.select([*found, anything], [6, 5, 4, 3, 2, 1], 0).astype(np.uint8)
        agreed = np.select(
            [levels == 6, levels == 4, levels == 2],
            [code.codes[i], town.codes[i] + sizes[0], land.codes[i] + sizes[0] + sizes[1]],
            -1,
        )
        return Compared(levels, agreed)

    vocabulary = tuple((terms.codes, size) for terms, size in zip((code, town, land), sizes, strict=True))
    return Comparison(
        "place", PLACE, compare, "", vocabulary,
        equal=lambda i, j: _first_equal(vocabulary, i, j), agreeing=(6, 4, 2), cost=max(sizes),
    )  # fmt: skip


def frequencies(comparison: Comparison, entities: Codes | None) -> np.ndarray:
    """Share of every value of the vocabulary of a comparison, in the numbering of `Compared.agreed`."""
    parts = []
    for codes, size in comparison.vocabulary:
        rows = entities
        if entities is not None and len(codes) != len(entities):
            rows = np.tile(entities, len(codes) // len(entities))
        parts.append(shares(codes, size, rows))
    return np.concatenate(parts) if parts else np.zeros(0)
