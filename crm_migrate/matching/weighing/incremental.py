"""Incremental: new rows find their place among earlier clusters, which stay as they are.

Only pairs with a new row are compared. What matches look like is learned from a sample and from the earlier clusters;
two of these are never joined: where a new row fits both, the pair that says so is left for a person.
"""

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.weighing.blocking import Blocked, candidates
from crm_migrate.matching.weighing.engine import (
    CUT,
    KEPT,
    NEAR,
    SAMPLE,
    UNSEEN,
    Resolved,
    Scored,
    _relearn,
    _sampled,
    _scored,
)
from crm_migrate.matching.weighing.partition import Linked, _mutual_best, missing_pairs
from crm_migrate.matching.weighing.weights import Model, drawn_pairs, learn, prior, seeded

Flags = npt.NDArray[np.bool_]


def extended(records: Records, known: Codes) -> Resolved:
    """The known clusters (named by any of their rows; -1 for new rows), with the new rows in them or beside them."""
    fresh = known < 0
    label = np.where(fresh, np.arange(records.rows, dtype=np.int64), known)
    blocked = candidates(records.anchors, records.recipes, records.rows)
    model = _learned(records, label, blocked)
    i, j = _with_new(blocked.i, blocked.j, fresh)
    scored = _scored(model, i, j, KEPT)
    close = scored.odds > NEAR - 1
    more = _with_new(*missing_pairs(label, scored.i, scored.j, close, 3 * records.rows + 500_000), fresh)
    i, j = (np.concatenate([old, new]) for old, new in zip((scored.i, scored.j), more, strict=True))
    scored = _scored(model, i, j, -np.inf)
    placed = _placed(records, scored, model, label, ~fresh)
    none = np.zeros(records.rows, dtype=bool)
    return Resolved(placed, scored, model, Blocked(i, j, blocked.oversized), placed, placed, none)


def _learned(records: Records, label: Codes, blocked: Blocked) -> Model:
    """The model of all rows, from a sample of the candidates and then from the earlier clusters."""
    total = max(records.rows * (records.rows - 1) / 2, 1.0)
    pairs = drawn_pairs(records.rows)
    drawn = [c.compare(*pairs) for c in records.comparisons]
    model = seeded(records.comparisons, drawn, records.rows, total)
    if len(blocked.i):
        table, scale = _sampled(model, blocked.i, blocked.j)
        learn(table, model, scale, total)
    inside = missing_pairs(label, label[:0], label[:0], np.zeros(0, dtype=bool), 20 * records.rows + SAMPLE)
    if len(inside[0]):
        _relearn(model, label, inside, drawn, pairs, total)
    return model


def _with_new(i: Codes, j: Codes, fresh: Flags) -> tuple[Codes, Codes]:
    keep = fresh[i] | fresh[j]
    return i[keep], j[keep]


def _placed(records: Records, scored: Scored, model: Model, label: Codes, earlier: Flags) -> Codes:
    """Average linkage as in `partition`, from the earlier clusters on; no two of them are joined."""
    rows, before = records.rows, prior(model)
    taken = np.zeros(rows, dtype=bool)
    taken[label[earlier]] = True
    size = np.bincount(label, minlength=rows).astype(np.float64)
    pairs = np.ones(len(scored.i))
    edges = Linked(scored.i, scored.j, scored.gains, scored.known.astype(np.float32), pairs).joined(label)
    while len(edges.a):
        possible = size[edges.a] * size[edges.b]
        larger = records.growth * np.log(np.maximum(size[edges.a], size[edges.b]))
        weight = ((edges.weight(before) + larger) * edges.pairs + (possible - edges.pairs) * UNSEEN) / possible
        merged = _mutual_best(rows, edges.a, edges.b, np.where(taken[edges.a] & taken[edges.b], -np.inf, weight), CUT)
        if not merged.any():
            break
        into = np.arange(rows, dtype=np.int64)
        into[edges.b[merged]] = edges.a[merged]
        size[edges.a[merged]] += size[edges.b[merged]]
        taken[edges.a[merged]] |= taken[edges.b[merged]]
        label = into[label]
        edges = edges.joined(into)
    first = np.full(rows, rows, dtype=np.int64)
    np.minimum.at(first, label, np.arange(rows))
    return first[label]
