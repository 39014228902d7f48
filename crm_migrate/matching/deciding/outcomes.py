"""Outcomes: which clusters may be merged, which pairs people are asked about, and what is held apart, with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migrate.matching.comparing.facts import Facts, facts_of
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes, numbered
from crm_migrate.matching.deciding.bridges import Odds, doubted
from crm_migrate.matching.deciding.chains import of_a_chain
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.deciding.evidence import KINDS_NEEDED, Weighed, weigh
from crm_migrate.matching.deciding.groups import Group, groups
from crm_migrate.matching.deciding.limits import UNLEARNED, Belief, believed
from crm_migrate.matching.deciding.merging import MAX_MERGED, Against, Forest, Links, grown
from crm_migrate.matching.deciding.vetoes import ELSEWHERE, SENTENCES, VETOES, contradictions, first_reason
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.partition import missing_pairs
from crm_migrate.matching.weighing.weights import Reals

LIMIT = 0.001  # expected wrong merges per merged record
ASKED = -1.0  # log odds of the weakest pair that people are asked about; chosen, as `engine.NEAR`
_MOST = 5_000_000  # pairs inside clusters that are weighed again
# Why a pair is not merged, the weightiest first; `SENTENCES` holds the contradictions.
_WHY = {
    **SENTENCES,
    "bridge": "one of them fits records that contradict each other",
    "joint": "one of them alone joins parts that are otherwise unlike",
    "giant": f"more than {MAX_MERGED} records would become one",
    "chain": "a chain has what they agree in at many doors, and neither address nor telephone says which",
    "one_kind": "only one kind of evidence agrees",
    "weak": "the evidence is not strong enough to merge within the limit",
}
# Of copies. Of 2,241 pairs of them in generated contacts (seeds 101 to 109) 16 of 38 were wrong at log odds below 3,
# 1 of 47 between 3 and 5, and none above.
_WHOLE = Belief(share=1.0)
# Nats less for a first name alone. Of such pairs of generated contacts (seeds 301 to 306) 16 of 197 were wrong at log
# odds between 5 and 6, 11 of 239 between 6 and 7, as of pairs with both names at log odds two to three lower.
_HALF_NAMED = 2.0
_MORE_ALIKE = 20.0  # times as many contradicting pairs are two as their odds say; chosen, 5 and 80 merge the same
_RANK = {key: at for at, key in enumerate(_WHY)}
Pairs = Iterable[tuple[int, int]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happens to the rows.

    `merged`: cluster of each row (its smallest row), as far as merging is allowed; finer than `Resolved.label`, except
    where `together` joins more. `review_i`, `review_j`, `review_odds`, `review_why`: pairs to be asked about, the most
    probable first (as many as would connect the clusters, no more), and why they were not merged. `held`: clusters of
    the best partition (by their smallest row) that were split or held, and a sentence. `expected_wrong`: expected wrong
    merges (joins of two entities) among `merged_records`, the records in clusters of more than one. `cut`: natural log
    odds above which merges are made (rows that say the same of everything are merged below it, too). `groups`:
    households and shared contacts. `belief`: how far odds are believed.
    """

    merged: Codes
    review_i: Codes
    review_j: Codes
    review_odds: Reals
    review_why: list[str]
    held: dict[int, str]
    expected_wrong: float
    merged_records: int
    cut: float
    groups: tuple[Group, ...] = ()
    belief: Belief = UNLEARNED


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known before a limit is chosen: pairs, why they must not be one (key or None), links, decisions."""

    label: Codes
    pairs: Weighed
    reasons: npt.NDArray[np.object_]
    links: Links
    against: Against
    together: list[tuple[int, int]]
    apart: list[tuple[int, int]]
    belief: Belief


def outcomes(
    found: Resolved, records: Records, limit: float = LIMIT, together: Pairs = (), apart: Pairs = (),
    belief: Belief | None = None,
) -> Outcomes:  # fmt: skip
    """What may be merged so that at most `limit` wrong merges per merged record are expected.

    `together` and `apart` are pairs of rows that people or rules have decided: the first are merged whatever their
    odds, the second are never in one cluster; where both would be, the rows that `together` joins are held apart.
    `belief` was learned before; else it is learned here.
    """
    case = opened(found, records, together, apart, belief)
    return replace(decided(case, limit), groups=groups(facts_of(records), entities(case), found.doors, found.companies))


def opened(
    found: Resolved, records: Records, together: Pairs = (), apart: Pairs = (), belief: Belief | None = None
) -> Case:
    """The evidence for and against every pair that may matter, under any limit."""
    rows, facts = records.rows, facts_of(records)
    apart = [(min(pair), max(pair)) for pair in apart]
    joined, clashing = _consistent(rows, list(together), apart)
    home = _joined(found.label, joined)
    inside = missing_pairs(home, home[:0], home[:0], np.zeros(0, dtype=bool), _MOST)
    scored = found.scored
    near = (scored.odds > ASKED) & (home[scored.i] != home[scored.j])
    i, j = (np.concatenate([a, b[near]]) for a, b in zip(inside, (scored.i, scored.j), strict=True))
    pairs = weigh(found, i, j, records, facts)
    against = contradictions(pairs, records.comparisons, facts)
    decided_one = _joined(np.arange(rows, dtype=np.int64), joined)
    against = {name: flags & (decided_one[i] != decided_one[j]) for name, flags in against.items()}
    against = {"clash": clashing[i] & clashing[j], "apart": _among(i, j, apart, rows), **against}
    reasons = first_reason(against, len(i))
    belief = belief or believed(found, records)
    same = {c.name: c.same for c in records.comparisons}
    chain = of_a_chain(pairs, facts)
    links = _links(pairs, np.where(chain, "chain", reasons), home, belief, facts, same)
    elsewhere = np.isin(reasons, ELSEWHERE)
    enemies = _enemies(i, j, reasons, belief.wrong(np.where(elsewhere, pairs.odds, pairs.strict)))
    links, doubts = doubted(rows, links, enemies, joined, Odds(i, j, pairs.odds, rows))
    for key, held in doubts.items():
        flags = np.zeros(rows, dtype=bool)
        flags[list(held)] = True
        reasons[np.equal(reasons, None) & (flags[i] | flags[j])] = key  # type: ignore[call-overload]
    reasons[np.equal(reasons, None) & chain] = "chain"  # type: ignore[call-overload]
    reasons[np.equal(reasons, None) & (pairs.strong() < KINDS_NEEDED)] = "one_kind"  # type: ignore[call-overload]
    return Case(found.label, pairs, reasons, links, enemies, joined, apart, belief)


def decided(case: Case, limit: float) -> Outcomes:
    """The outcomes under a limit."""
    rows = len(case.label)
    forest = grown(rows, case.links, case.against, limit, case.together)
    merged = np.array(forest.root, dtype=np.int64)
    size = np.bincount(merged, minlength=rows)[merged]
    i, j, odds, why = _asked(case, merged)
    odds_used, wrong = case.links.odds[: forest.links], case.links.wrong[: forest.links]
    used = odds_used[wrong >= case.belief.wrong(odds_used)]
    return Outcomes(
        merged, i, j, odds, why, _held(case, merged), forest.wrong, int((size > 1).sum()),
        float(used.min(initial=np.inf)), (), case.belief,
    )  # fmt: skip


def waits(sentence: str) -> bool:
    """Whether a sentence says that there is not enough evidence, rather than evidence against."""
    return sentence in (_WHY["chain"], _WHY["one_kind"], _WHY["weak"])


def entities(case: Case) -> Codes:
    """Who is who for groups: the best partition, but nobody with two who contradict each other."""
    pairs = case.pairs
    fit = (case.label[pairs.i] == case.label[pairs.j]) & ~np.isin(case.reasons, list(SENTENCES))
    at = np.flatnonzero(fit)
    at = at[np.lexsort((pairs.j[at], pairs.i[at], -pairs.odds[at]))]
    links = Links(pairs.i[at], pairs.j[at], pairs.odds[at], case.belief.wrong(pairs.odds[at]))
    return np.array(grown(len(case.label), links, case.against, np.inf, case.together).root, dtype=np.int64)


def _joined(label: Codes, pairs: list[tuple[int, int]]) -> Codes:
    """The clusters after some pairs of rows became one, named by their smallest row."""
    if not pairs:
        return label
    ends = np.array(pairs, dtype=np.int64)
    homes, smallest = components(label[ends[:, 0]], label[ends[:, 1]])
    into = np.arange(len(label), dtype=np.int64)
    into[homes] = smallest
    return into[label]


def _consistent(
    rows: int, together: list[tuple[int, int]], apart: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], Flags]:
    """The pairs decided to be one that no decision contradicts through others, and the rows of the rest."""
    label = _joined(np.arange(rows, dtype=np.int64), together)
    clashing = {int(label[a]) for a, b in apart if label[a] == label[b]}
    flags = np.isin(label, list(clashing)) if clashing else np.zeros(rows, dtype=bool)
    return [(a, b) for a, b in together if not flags[a]], flags


def _among(i: Codes, j: Codes, pairs: list[tuple[int, int]], rows: int) -> Flags:
    return np.isin(i * rows + j, [a * rows + b for a, b in pairs])


def _copies(pairs: Weighed, facts: Facts, same_from: dict[str, int]) -> tuple[Flags, Flags]:
    """Pairs that say the same of everything and leave out the same, and those that are also written the same."""
    rows, places = numbered(np.concatenate([pairs.i, pairs.j]))
    i, j = places.reshape(2, -1)
    texts = facts.at(rows).texts
    written = texts.hash_rows(11).to_numpy()
    filled = texts.select(pl.all().is_null()).hash_rows(11).to_numpy()
    same = filled[i] == filled[j]
    for name, levels in pairs.levels.items():
        most = min(levels.max(initial=0), same_from[name])  # nobody has a postal code: the city is the most there is
        same &= (levels == 0) | (levels >= most) | (name == "source")
    return same, np.asarray(written[i] == written[j])


def _half_named(pairs: Weighed) -> Flags:
    """People of whom only one name can be compared, where nobody's birth date is known."""
    names = [pairs.levels[name] == 0 for name in ("given_name", "family_name") if name in pairs.levels]
    if not names or "birth_date" in pairs.levels:
        return np.zeros(len(pairs.i), dtype=bool)
    return np.asarray(np.logical_or.reduce(names))


def _links(
    pairs: Weighed, reasons: npt.NDArray[np.object_], home: Codes, belief: Belief, facts: Facts, same: dict[str, int]
) -> Links:
    """Pairs that nothing contradicts and two kinds of evidence support, the surest first.

    What is written the same is certain. Of what says the same and is written otherwise the whole of the odds is
    believed: nothing was left out that may differ.
    """
    fit = (pairs.strong() >= KINDS_NEEDED) & np.equal(reasons, None) & (home[pairs.i] == home[pairs.j])  # type: ignore[call-overload]
    at = np.flatnonzero(fit)
    i, j, odds = pairs.i[at], pairs.j[at], pairs.odds[at]
    copies, written = (flags[at] for flags in _copies(pairs, facts, same))
    less = odds - _HALF_NAMED * _half_named(pairs)[at]
    wrong = np.where(copies, np.minimum(_WHOLE.wrong(less), belief.wrong(less)), belief.wrong(less))
    wrong[written] = 0.0
    order = np.lexsort((j, i, wrong))
    return Links(i[order], j[order], odds[order], wrong[order])


def _enemies(i: Codes, j: Codes, reasons: npt.NDArray[np.object_], wrong: Reals) -> Against:
    """Per row the rows that contradict it, with the chance that they are two: errors contradict too, but homes and
    chains hold many more who are alike and two than the odds know of.
    """
    against = np.not_equal(reasons, None)  # type: ignore[call-overload]
    sure = np.isin(reasons[against], VETOES)
    two = np.where(sure, 1.0, np.minimum(wrong[against] * _MORE_ALIKE, 1.0))
    found: Against = {}
    for a, b, chance in zip(i[against].tolist(), j[against].tolist(), two.tolist(), strict=True):
        found.setdefault(a, {})[b] = chance
        found.setdefault(b, {})[a] = chance
    return found


def _why(case: Case) -> npt.NDArray[np.int64]:
    """Per pair the rank of why it is not merged."""
    return np.array([_RANK[key or "weak"] for key in case.reasons], dtype=np.int64)


def _asked(case: Case, merged: Codes) -> tuple[Codes, Codes, Reals, list[str]]:
    """Pairs between merged clusters that are likely enough to be asked about; one question joins two clusters."""
    pairs, rows = case.pairs, len(merged)
    x, y = merged[pairs.i], merged[pairs.j]
    between = np.minimum(x, y) * rows + np.maximum(x, y)
    refused = [min(merged[a], merged[b]) * rows + max(merged[a], merged[b]) for a, b in case.apart]
    at = np.flatnonzero((pairs.odds > ASKED) & (x != y) & ~np.isin(between, refused))
    at = at[np.lexsort((pairs.j[at], pairs.i[at], -pairs.odds[at]))]
    at = at[_spanning(x[at], y[at], rows)]
    sentences, ranks = list(_WHY.values()), _why(case)
    return pairs.i[at], pairs.j[at], pairs.odds[at], [sentences[rank] for rank in ranks[at]]


def _spanning(x: Codes, y: Codes, rows: int) -> list[int]:
    """The first pairs that connect what earlier ones did not."""
    forest, kept = Forest(list(range(rows)), {}), []
    for at, (a, b) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if forest.root[a] != forest.root[b]:
            forest.join(a, b, 0.0)
            kept.append(at)
    return kept


def _held(case: Case, merged: Codes) -> dict[int, str]:
    """Why clusters of the best partition are not merged as a whole: the weightiest reason between their parts."""
    i, j = case.pairs.i, case.pairs.j
    split = (case.label[i] == case.label[j]) & (merged[i] != merged[j])
    weightiest = np.full(len(merged), len(_WHY), dtype=np.int64)
    np.minimum.at(weightiest, case.label[i[split]], _why(case)[split])
    sentences = list(_WHY.values())
    return {int(at): sentences[weightiest[at]] for at in np.flatnonzero(weightiest < len(_WHY))}
