"""Comparisons over columns whose agreement is not independent: names and their order, street and number, place."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migrate.matching.comparing import kernels
from crm_migrate.matching.comparing.comparison import Compared, Comparison, Levels, by_value
from crm_migrate.matching.comparing.terms import Codes, Terms, joint, kept, numbered, shares

NAME = (*kernels.NAME[:3], "elsewhere", *kernels.NAME[3:])
_EQUAL, _ELSEWHERE, _LIKE = len(NAME) - 1, NAME.index("elsewhere"), NAME.index("alike")
# What a level of two names counts for when it is decided whether they stand exchanged; chosen, not measured.
_WORTH = np.array([0.0, -2.0, -0.5, 0.5, 0.5, 1.0, 2.0, 3.0])
HOUSEHOLD = "household"
STREET = (
    "missing", "different", "number only", "street alike", "street equal", "number near", "no number", "alike", "equal",
)  # fmt: skip
PLACE = (
    "missing", "different", "state only", "alike", "area equal",
    "city equal", "city and area", "code alike", "code equal",
)  # fmt: skip


def person_names(
    given: Terms, family: Terms, between: Sequence[Terms] = (), others: tuple[str, str] = (HOUSEHOLD, "")
) -> tuple[Comparison, ...]:
    """Given and family name over one dictionary, whichever of them stands in the other's place.

    `between` are the words between them: a family name found among those of the other record is there `elsewhere`.
    `others` are the contexts whose members differ in their given, and in their family names.
    """
    remembered: dict[str, object] = {}

    def both(i: Codes, j: Codes) -> tuple[Compared, Compared]:
        if remembered.get("i") is not i or remembered.get("j") is not j:
            remembered.update(i=i, j=j, found=_names(given, family, between, homes, i, j))
        return remembered["found"]  # type: ignore[return-value]

    size, homes = len(given.texts), _homes(given, family)
    known = ((given.codes, size), (family.codes, size))
    return (
        Comparison(
            "given_name", NAME, lambda i, j: both(i, j)[0], others[0], known, 0.1, variants=(given.codes, size, _LIKE),
            equal=lambda i, j: _met(given, family, homes, i, j), agreeing=(_EQUAL,), cost=size,
        ),
        Comparison(
            "family_name", NAME, lambda i, j: both(i, j)[1], others[1], known, 0.15,
            variants=(family.codes, size, _LIKE), equal=lambda i, j: _met(family, given, homes, i, j, size),
            agreeing=(_EQUAL,), cost=size,
        ),
    )  # fmt: skip


def _homes(given: Terms, family: Terms) -> Codes:
    """Per value its code in the column where it stands more often: who exchanges names makes no name rare."""
    size = len(given.texts)
    counts = [np.bincount(column.codes[column.codes >= 0], minlength=size) for column in (given, family)]
    return np.arange(size) + np.where(counts[0] >= counts[1], 0, size)


def _met(name: Terms, other: Terms, homes: Codes, i: Codes, j: Codes, offset: int = 0) -> Codes:
    """What the comparison of names may agree on: the name of record i where record j has it, in either place."""
    here = name.codes[i]
    crosswise = np.where((here >= 0) & (here == other.codes[j]), homes[here], -1)
    return np.where((here >= 0) & (here == name.codes[j]), here + offset, crosswise)


def _names(
    given: Terms, family: Terms, between: Sequence[Terms], homes: Codes, i: Codes, j: Codes
) -> tuple[Compared, Compared]:
    size = len(given.texts)
    ends = {"gg": (given.codes[i], given.codes[j]), "ff": (family.codes[i], family.codes[j])}
    ends |= {"gf": (given.codes[i], family.codes[j]), "fg": (family.codes[i], given.codes[j])}
    level = {k: _alike(a, b, given) for k, (a, b) in ends.items()}
    straight = _WORTH[level["gg"]] + _WORTH[level["ff"]]
    crossed = _WORTH[level["gf"]] + _WORTH[level["fg"]]
    turn = (crossed >= 2) & (crossed > straight + 1)
    first = np.where(turn, level["gf"], level["gg"])
    last = np.where(turn, level["fg"], level["ff"])
    unlike = ~turn & (first > 0) & (last > 0)
    # One word that stands in both places is the family name: what stands beside it are two given names.
    once = unlike & (first < _ELSEWHERE) & (last < _ELSEWHERE) & _elsewhere(given.codes, (family,), i, j)
    beside = np.where(ends["gf"][0] == ends["gf"][1], level["fg"], level["gf"])
    first, last = np.where(once, beside, first), np.where(once, _ELSEWHERE, last)
    for level_of, column, others in ((first, given, between), (last, family, (given, *between))):
        at = np.flatnonzero(unlike & (level_of < _ELSEWHERE))
        level_of[at[_elsewhere(column.codes, others, i[at], j[at])]] = _ELSEWHERE
    # What agrees crosswise is as frequent as it is where it usually stands.
    agreed = [
        np.where(turn, homes[code], code + offset) for code, offset in ((ends["gg"][0], 0), (ends["ff"][0], size))
    ]
    pair = (given.codes >= 0) & (family.codes >= 0)  # who has one name only has no order of names
    return (
        Compared(first, np.where(first == _EQUAL, agreed[0], -1), turn & pair[i] & pair[j]),
        Compared(last, np.where(last == _EQUAL, agreed[1], -1)),
    )


def _alike(a: Codes, b: Codes, words: Terms) -> Levels:
    found = by_value(a, b, words, kernels.names, _EQUAL - 1)
    return found + (found >= _ELSEWHERE)


def _elsewhere(name: Codes, others: Sequence[Terms], i: Codes, j: Codes) -> npt.NDArray[np.bool_]:
    """The name of one record is another word of the name of the other."""
    found = np.zeros(len(i), dtype=bool)
    for other in others:
        found |= (name[i] == other.codes[j]) | (other.codes[i] == name[j])
    return found


def street_lines(numbers: Terms, streets: Terms) -> Comparison:
    """House number and street: equal together, one of them, or alike."""
    together = joint(numbers.codes, streets.codes)
    whole = kept(_renumbered(together))
    size, count = int(whole.max(initial=-1)) + 1, len(streets.texts)
    known = ((whole, size), (streets.codes, count))

    def compare(i: Codes, j: Codes) -> Compared:
        street = by_value(streets.codes[i], streets.codes[j], streets, kernels.streets, 5)
        at = by_value(numbers.codes[i], numbers.codes[j], numbers, kernels.codes, 4)
        levels = np.select(
            [
                (street == 5) & (at == 4),
                (street >= 3) & (at == 4),
                (street >= 3) & (at == 0),
                (street >= 3) & (at == 3),
                street == 5,
                street >= 3,
                at == 4,
                (street > 0) | (at > 0),
            ],
            [8, 7, 6, 5, 4, 3, 2, 1],
            0,
        ).astype(np.uint8)
        agreed = np.where(levels == 8, whole[i], np.where(levels == 4, streets.codes[i] + size, -1))
        return Compared(levels, agreed)

    return Comparison(
        "street", STREET, compare, "", known,
        equal=lambda i, j: _first_equal(known, i, j), agreeing=(8, 4), cost=size,
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
    area = code.mapped(area_of)
    both = kept(_renumbered(joint(area.codes, town.codes)))
    known = [(c, int(c.max(initial=-1)) + 1) for c in (code.codes, both, town.codes, area.codes, land.codes)]
    starts = np.cumsum([0, *(size for _, size in known)])

    def compare(i: Codes, j: Codes) -> Compared:
        by_code = by_value(code.codes[i], code.codes[j], code, kernels.codes, 4)
        by_town = by_value(town.codes[i], town.codes[j], town, kernels.texts, 5)
        by_land = by_value(land.codes[i], land.codes[j], land, kernels.choices, 2)
        near = (area.codes[i] >= 0) & (area.codes[i] == area.codes[j])
        found = [
            by_code == 4,
            (by_code == 3) & (by_town >= 3),
            near & (by_town == 5),
            by_town == 5,
            near,
            (by_town >= 3) | (by_code == 3),
            by_land == 2,
        ]
        anything = (by_code > 0) | (by_town > 0) | (by_land > 0)
        levels = np.select([*found, anything], [8, 7, 6, 5, 4, 3, 2, 1], 0).astype(np.uint8)
        agreed = np.full(len(i), -1, dtype=np.int64)
        for level, (codes, _), start in zip((8, 6, 5, 4, 2), known, starts[:-1], strict=True):
            agreed = np.where(levels == level, codes[i] + start, agreed)
        return Compared(levels, agreed)

    return Comparison(
        "place", PLACE, compare, "", tuple(known), variants=(town.codes, len(town.texts), PLACE.index("alike")),
        equal=lambda i, j: _first_equal(known, i, j), agreeing=(8, 6, 5, 4, 2),
        cost=max(len(code.texts), len(town.texts)),
    )  # fmt: skip


def area_of(postal: pl.Series) -> pl.Series:
    """The first half of a postal code: most countries number them from large to small areas."""
    return postal.str.slice(0, postal.str.len_chars() // 2)


GENERATION = ("missing", "different", "one says it", "equal")


def generations(said: Terms) -> Comparison:
    """Senior, junior, the third: who says two different things is two; often only one of two entries says it."""

    def compare(i: Codes, j: Codes) -> Compared:
        a, b = said.codes[i], said.codes[j]
        levels = np.select([(a < 0) & (b < 0), (a < 0) | (b < 0), a != b], [0, 2, 1], 3).astype(np.uint8)
        return Compared(levels, np.full(len(i), -1, dtype=np.int64))

    return Comparison("generation", GENERATION, compare, HOUSEHOLD, differs=0.02)


def origins(source: Terms) -> Comparison:
    """Where the two come from: both from one source, or from two; a source without doubles says that they differ."""
    count = len(source.texts)
    labels = ("missing", *(f"both {value}" for value in source.texts.to_list()), "two sources")

    def compare(i: Codes, j: Codes) -> Compared:
        a, b = source.codes[i], source.codes[j]
        levels = np.where((a < 0) | (b < 0), 0, np.where(a == b, a + 1, count + 1)).astype(np.uint8)
        return Compared(levels, np.full(len(i), -1, dtype=np.int64))

    return Comparison("source", labels, compare, differs=1.0, ordered=False)


def frequencies(comparison: Comparison, entities: Codes | None) -> np.ndarray:
    """Share of every value of the vocabulary of a comparison, in the numbering of `Compared.agreed`."""
    parts = []
    for codes, size in comparison.vocabulary:
        rows = entities
        if entities is not None and len(codes) != len(entities):
            rows = np.tile(entities, len(codes) // len(entities))
        parts.append(shares(codes, size, rows))
    return np.concatenate(parts) if parts else np.zeros(0)
