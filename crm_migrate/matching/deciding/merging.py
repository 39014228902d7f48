"""Merging: the surest pairs first, never across a contradiction, as long as few wrong merges are expected.

Kruskal's order (the maximum spanning forest), so that a record is merged by the best pair that joins it, and the
weakest link of a cluster is as strong as it can be.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.weighing.weights import Reals

MAX_MERGED = 50  # records; what is larger is held: no customer has been entered so often
ALONE = 10.0  # one merge may be so many times as risky as all of them are on average; chosen
# Times as sure: then a record belongs to one side of a contradiction, although it fits the other too. Chosen; 5 and 80
# move recall of fake_1000 by .008 at most.
LIKELIER = 20.0


Against = dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs that may be merged, the surest first, with their log odds and the chance that each is wrong."""

    i: Codes
    j: Codes
    odds: Reals
    wrong: Reals

    def where(self, keep: npt.NDArray[np.generic]) -> "Links":
        """Some of the links (flags), or the links in another order (positions)."""
        return Links(self.i[keep], self.j[keep], self.odds[keep], self.wrong[keep])


@dataclass(slots=True)
class Forest:
    """Clusters that grow. `against`: per row the rows that contradict it, and the chance that they are two; `bridges`:
    rows that fit both sides of a contradiction, and the chance that they are on the wrong one.

    `links` counts the links that were looked at, `wrong` the expected wrong merges among `records` merged records.
    """

    root: list[int]
    against: Against
    members: dict[int, list[int]] = field(default_factory=dict)
    bridges: dict[int, float] = field(default_factory=dict)
    best: dict[int, float] = field(default_factory=dict)
    wrong: float = 0.0
    records: int = 0
    links: int = 0

    def of(self, row: int) -> list[int]:
        """The rows of the cluster of a row."""
        return self.members.get(self.root[row], [row])

    def contradicted(self, a: int, b: int) -> float:
        """The greatest chance that two rows of the clusters of a and b which contradict each other are two; else 0."""
        small, large = sorted((self.of(a), self.of(b)), key=len)
        home, root, against = self.root[large[0]], self.root, self.against
        return max(
            (two for row in small if row in against for other, two in against[row].items() if root[other] == home),
            default=0.0,
        )

    def fits(self, row: int, other: int) -> bool:
        """Whether nothing in the cluster of the other contradicts the row itself."""
        return self.against.get(row, {}).keys().isdisjoint(self.of(other))

    def join(self, a: int, b: int, wrong: float) -> None:
        """The clusters of two rows become one, named by its smallest row."""
        one, other = self.of(a), self.of(b)
        homes = self.root[a], self.root[b]
        self.records += (len(one) == 1) + (len(other) == 1)
        self.wrong += wrong
        for home in homes:
            self.members.pop(home, None)
        self.members[min(homes)] = one + other
        for row in other if min(homes) == homes[0] else one:
            self.root[row] = min(homes)

    def refuse(self, a: int, b: int, wrong: float, two: float) -> None:
        """A link across a contradiction: an end that the other side does not contradict may be on the wrong side."""
        for row, other in ((a, b), (b, a)):
            if self.best.get(row, 1.0) * LIKELIER > wrong and self.fits(row, other):
                self.bridges[row] = max(self.bridges.get(row, 0.0), two / 2)


def grown(rows: int, links: Links, against: Against, limit: float, first: list[tuple[int, int]]) -> Forest:
    """Clusters from the surest links on, until the next would make more than `limit` wrong merges per merged record.

    `first` are pairs that people or rules have decided: they are joined before anything else.
    """
    forest = Forest(list(range(rows)), against)
    for a, b in first:
        if forest.root[a] != forest.root[b]:
            forest.join(a, b, 0.0)
    for a, b, wrong in zip(links.i.tolist(), links.j.tolist(), links.wrong.tolist(), strict=True):
        if wrong > ALONE * limit or not _affordable(forest, a, b, wrong, limit):
            break
        forest.links += 1
        if forest.root[a] != forest.root[b]:
            two = forest.contradicted(a, b)
            if two:
                forest.refuse(a, b, wrong, two)
                continue
            if len(forest.of(a)) + len(forest.of(b)) > MAX_MERGED:
                continue
            forest.join(a, b, wrong)
        for row in (a, b):
            forest.best.setdefault(row, wrong)
    return forest


def _affordable(forest: Forest, a: int, b: int, wrong: float, limit: float) -> bool:
    if forest.root[a] == forest.root[b]:
        return True
    records = forest.records + (len(forest.of(a)) == 1) + (len(forest.of(b)) == 1)
    return forest.wrong + wrong <= limit * records
