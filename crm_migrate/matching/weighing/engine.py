"""The engine: records -> candidates -> weights -> partition, learned and clustered in turns. Public door: `match`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.comparison import Compared, summed_up
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.weighing.blocking import ALL_PAIRS, Blocked, candidates
from crm_migrate.matching.weighing.neighbours import neighbours, unknown
from crm_migrate.matching.weighing.partition import Linked, missing_pairs, partition, within_reach
from crm_migrate.matching.weighing.sifting import Bound, bounds, sift
from crm_migrate.matching.weighing.sites import few, joined
from crm_migrate.matching.weighing.variants import learned
from crm_migrate.matching.weighing.weights import (
    Model,
    Reals,
    Table,
    chance,
    count,
    drawn_pairs,
    gains,
    learn,
    learn_from_clusters,
    log_odds,
    prior,
    seeded,
)

SAMPLE = 200_000  # pairs that the weights are learned from; chosen for time, not measured
CHUNK = 250_000  # pairs compared at a time, so that memory stays bounded
TURNS = 2  # frequencies over entities need one clustering; what a third would change was not measured
MANY = 200_000  # rows from which on there is one turn: so many pairs teach enough at once
CUT = 0.0  # log odds: a cluster is more likely than not
NEAR = -1.0  # log odds of a pair that can still matter for a cluster; with 0 or -3 fake_1000 loses .001 to .005 of F1
# Candidates below are forgotten; inside clusters they are compared again. With -9 early_childhood has 12 wrong merges.
KEPT = -6.0
UNSEEN = -4.0  # log odds of a pair that was not compared: no key proposed it; chosen, and -2 and -6 find the same


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their gains (pairs x comparisons x classes), what was known, and their natural log odds."""

    i: Codes
    j: Codes
    gains: npt.NDArray[np.float32]
    known: npt.NDArray[np.bool_]
    odds: Reals


@dataclass(frozen=True, slots=True)
class Resolved:
    """Cluster of each row (named by its smallest row), the pairs that counted, the model, and the blocking.

    Where a company stands at several addresses (`sites`), `doors` are the records of each of them and `companies` those
    of all; `label` is one of the two. `sited` are the rows of companies whose addresses, being few, are one.
    """

    label: Codes
    scored: Scored
    model: Model
    blocked: Blocked
    doors: Codes
    companies: Codes
    sited: npt.NDArray[np.bool_]


def resolve(records: Records, sites: bool = True) -> Resolved:
    """The best partition of the records; companies at several addresses are one with `sites`."""
    total = max(records.rows * (records.rows - 1) / 2, 1.0)
    blocked = candidates(records.anchors, records.recipes, records.rows)
    drawn_i, drawn_j = drawn_pairs(records.rows)
    drawn = [c.compare(drawn_i, drawn_j) for c in records.comparisons]
    model = seeded(records.comparisons, drawn, records.rows, total)
    i, j = blocked.i, blocked.j
    if len(i):
        table, scale = _sampled(model, i, j)
        learn(table, model, scale, total)
    scored = _scored(model, i, j, KEPT)
    label = _clustered(records, scored, model)
    for _ in range(TURNS if records.rows < MANY else 1):
        inside = missing_pairs(label, i[:0], j[:0], np.zeros(0, dtype=bool), 20 * records.rows + SAMPLE)
        if not len(inside[0]):
            break
        _relearn(model, label, inside, drawn, (drawn_i, drawn_j), total)
        scored, label = again(records, scored, model, label)
    return resolved(records, label, scored, model, blocked, sites)


def again(records: Records, scored: Scored, model: Model, label: Codes) -> tuple[Scored, Codes]:
    """Pairs inside and between neighbouring clusters that no key had proposed, weighed with the others; the clusters of
    all."""
    more = missing_pairs(label, scored.i, scored.j, scored.odds > NEAR - 1, 3 * records.rows + 500_000)
    if records.rows > ALL_PAIRS:
        met = neighbours(records.anchors, records.again, label)
        more = unknown([more, met], scored.i, scored.j, records.rows)
    i, j = (np.concatenate([old, new]) for old, new in zip((scored.i, scored.j), more, strict=True))
    scored = _scored(model, i, j, -np.inf)
    return scored, _clustered(records, scored, model)


def resolved(records: Records, label: Codes, scored: Scored, model: Model, blocked: Blocked, sites: bool) -> Resolved:
    """What was found, with the companies at several addresses; they are one with `sites`."""
    companies = joined(model, records, label)
    sited = few(records, label) if sites else np.zeros(len(label), dtype=bool)
    return Resolved(companies if sites else label, scored, model, blocked, label, companies, sited)


def _sampled(model: Model, i: Codes, j: Codes) -> tuple[Table, float]:
    """Levels of a sample of the pairs, and how many pairs each stands for."""
    step = max(len(i) // SAMPLE, 1)
    chosen = i[::step], j[::step]
    lines, weight = summed_up(model.compare(*chosen))
    return Table(lines, model, weight), len(i) / len(chosen[0])


def _relearn(
    model: Model,
    label: Codes,
    inside: tuple[Codes, Codes],
    drawn: list[Compared],
    pairs: tuple[Codes, Codes],
    total: float,
) -> None:
    """Frequencies over entities instead of rows, chance over pairs that are not one, variants and m from clusters."""
    apart = label[pairs[0]] != label[pairs[1]]
    count(model, label)
    model.variants = [learned(c, label) for c in model.comparisons]
    varied = zip(model.comparisons, model.variants, drawn, strict=True)
    model.u = [chance(c, v.applied(c, found, *pairs), apart) for c, v, found in varied]
    table, scale = _sampled(model, *inside)
    learn_from_clusters(table, model, scale, total)


def _scored(model: Model, i: Codes, j: Codes, above: float) -> Scored:
    """The pairs whose log odds are above a limit, compared chunk by chunk."""
    before, limits = prior(model), bounds(model)
    parts = [
        _chunk(model, limits, i[at : at + CHUNK], j[at : at + CHUNK], before, above)
        for at in range(0, max(len(i), 1), CHUNK)
    ]
    return Scored(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def odds_of(model: Model, i: Codes, j: Codes) -> Reals:
    """The natural log odds of any pairs, as the model has them."""
    return _scored(model, i, j, -np.inf).odds


def _chunk(
    model: Model, limits: list[Bound], i: Codes, j: Codes, before: Reals, above: float
) -> tuple[np.ndarray, ...]:
    i, j, compared = sift(model, limits, i, j, float(before[0]), above)
    table = Table(compared, model)
    found = gains(table, model)
    odds = log_odds(found, before)
    keep = odds > above
    return i[keep], j[keep], found[keep], table.known()[keep], odds[keep]


def _clustered(records: Records, scored: Scored, model: Model) -> Codes:
    near = within_reach(records.rows, scored.i, scored.j, scored.odds > NEAR)
    pairs = np.ones(int(near.sum()))
    edges = Linked(scored.i[near], scored.j[near], scored.gains[near], scored.known[near].astype(np.float32), pairs)
    return partition(records.rows, edges, prior(model), CUT, UNSEEN, records.growth)
