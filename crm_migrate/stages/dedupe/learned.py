"""Learned matching in a project: the engine over the nodes of an object, and its words put beside those of the rules.

Rules and people go first: what they said about a pair is given to the model as decided, and stays as it was said. The
model speaks about the other pairs: likely ones that contradict each other in a hard field are vetoed, the surest are
merged (or only proposed) as long as the limit of expected wrong merges holds, the rest is asked about.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migrate.mapping.plan import LearnedPlan, ObjectPlan, Plan
from crm_migrate.matching.comparing.records import Records, prepare
from crm_migrate.matching.comparing.sentences import sentences
from crm_migrate.matching.comparing.terms import Codes, encode
from crm_migrate.matching.deciding.clusters import components
from crm_migrate.matching.deciding.outcomes import Outcomes, outcomes
from crm_migrate.matching.deciding.vetoes import DIFFERENT
from crm_migrate.matching.weighing.engine import Resolved, odds_of
from crm_migrate.matching.weighing.frozen import FrozenModel, applied, outgrown
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.identities import identities, kinds
from crm_migrate.stages.dedupe.modelling import belief_of, modelled
from crm_migrate.stages.dedupe.pairs import LEARNED, MODEL, SILENT
from crm_migrate.stages.dedupe.rules import hard_fields
from crm_migrate.workspace.relations import Relations

Flags = npt.NDArray[np.bool_]
Ends = tuple[Codes, Codes]
_LINE = {"a": pl.Int64, "b": pl.Int64, "outcome": pl.String, "why": pl.String, "probability": pl.Float64}

SURE = ": sure enough to be merged, once `match:` says `learned: merge`"  # for who writes the mapping


@dataclass(frozen=True, slots=True)
class Learned:
    """What the model says of the nodes of an object: `node` of each row, the outcomes in rows, blocks left out, the
    model as a document, and why it should be learned anew ("" where it still fits)."""

    node: Codes
    found: Outcomes
    oversized: dict[str, int]
    model: FrozenModel
    outgrown: str


def learn(work: Relations, plan: Plan, each: ObjectPlan, nodes: str) -> Learned | None:
    """Add what the model says to `pairs/<object>`; needs `keys/` and settled pairs. None with nothing to compare."""
    assert each.learned is not None
    node, frame = identities(work, plan, each, nodes)
    if len(node) < 2 or frame.select(pl.all().is_null().all()).row(0) == (True,) * frame.width:
        return None
    records = prepare(frame, kinds(plan, each), each.entity)
    if not records.comparisons:
        return None
    model = modelled(plan, each, records, frame)
    del frame
    resolved = applied(records, model, each.learned.sites == "one")
    hard = _contradictions(work, each, resolved, node)
    together, apart = _decided(work, each, node)
    likely = hard & (resolved.scored.odds > 0)
    different = resolved.scored.i[likely], resolved.scored.j[likely]
    apart_all, belief = _pairs(apart, different), belief_of(model)
    found = outcomes(resolved, records, each.learned.limit, _pairs(together), apart_all, belief)
    lines = [
        _merged(records, resolved, found, together, each.learned),
        _asked(records, resolved, found),
        _contradicting(work, each, records, resolved, likely, node),
    ]
    _insert(work, each, node, pl.concat(lines))
    told = outgrown(model, records.rows, records.comparisons)
    return Learned(node, found, resolved.blocked.oversized, model, told)


def _decided(work: Relations, each: ObjectPlan, node: Codes) -> tuple[Ends, Ends]:
    """Rows of the pairs that rules and people joined, and of those that they keep apart or want to look at."""
    said = work.connection.execute(
        f"SELECT a, b, outcome = 'merge' AS joined FROM {quoted(f'pairs/{each.name}')} ORDER BY a, b"
    ).fetchnumpy()
    ascending = np.argsort(node)
    a, b = (ascending[np.searchsorted(node, said[end], sorter=ascending)] for end in ("a", "b"))
    joined = np.asarray(said["joined"], dtype=bool)
    return (a[joined], b[joined]), (a[~joined], b[~joined])


def _pairs(*ends: Ends) -> list[tuple[int, int]]:
    return [pair for i, j in ends for pair in zip(i.tolist(), j.tolist(), strict=True)]


def _contradictions(work: Relations, each: ObjectPlan, resolved: Resolved, node: Codes) -> Flags:
    """Scored pairs with two different values in a hard field (by the keys that rules compare)."""
    i, j = resolved.scored.i, resolved.scored.j
    differs = np.zeros(len(i), dtype=bool)
    for codes in _hard_codes(work, each, node):
        differs |= (codes[i] >= 0) & (codes[j] >= 0) & (codes[i] != codes[j])
    return differs


def _hard_codes(work: Relations, each: ObjectPlan, node: Codes) -> list[Codes]:
    """The keys of each hard field as codes, one per row."""
    fields = hard_fields(each)
    if not fields:
        return []
    listed = ", ".join(quoted(field.name) for field in fields)
    query = f"SELECT {listed} FROM {quoted(f'keys/{each.name}')} ORDER BY node"
    frame = pl.DataFrame(pl.from_arrow(work.connection.sql(query).to_arrow_table()))
    rank = np.argsort(np.argsort(node))
    return [encode(frame[field.name])[0].codes[rank] for field in fields]


# ------------------------------------------------------------------------------------------------------- the lines


def _merged(
    records: Records, resolved: Resolved, found: Outcomes, together: Ends, learned: LearnedPlan
) -> pl.DataFrame:
    """Pairs inside of what may be merged; merged where the project opted in, else asked about."""
    scored = resolved.scored
    inside = (found.merged[scored.i] == found.merged[scored.j]) & (scored.odds > 0)
    i, j, odds = scored.i[inside], scored.j[inside], scored.odds[inside]
    lone = _unjoined(found.merged, (np.concatenate([i, together[0]]), np.concatenate([j, together[1]])))
    told = sentences(records.comparisons, i, j) + ["together with the others of its cluster"] * len(lone)
    probability = np.concatenate([_probability(odds), np.full(len(lone), np.nan)])
    i, j = np.concatenate([i, found.merged[lone]]), np.concatenate([j, lone])
    outcome = "merge" if learned.do == "merge" else "review"
    end = "" if learned.do == "merge" else SURE
    return _lines(i, j, outcome, [f"{why}{end}" for why in told], probability)


def _unjoined(merged: Codes, edges: Ends) -> Codes:
    """Rows of clusters that the edges do not connect with the cluster's first row."""
    label = np.arange(len(merged), dtype=np.int64)
    nodes, component = components(*edges)
    label[nodes] = component
    return np.flatnonzero(label != merged[label]) if len(label) else label


def _asked(records: Records, resolved: Resolved, found: Outcomes) -> pl.DataFrame:
    """What people are asked about, with the model's own probability: what merging leaves out of account stays in it."""
    i, j = found.review_i, found.review_j
    told = [
        f"{why}: {reason}" for why, reason in zip(sentences(records.comparisons, i, j), found.review_why, strict=True)
    ]
    return _lines(i, j, "review", told, _probability(odds_of(resolved.model, i, j)))


def _contradicting(
    work: Relations, each: ObjectPlan, records: Records, resolved: Resolved, likely: Flags, node: Codes
) -> pl.DataFrame:
    """Likely pairs that differ in a hard field: vetoed, or asked about where it may be a typing error."""
    i, j = resolved.scored.i[likely], resolved.scored.j[likely]
    names, vetoed = np.full(len(i), "", dtype=object), np.zeros(len(i), dtype=bool)
    for field, codes in zip(hard_fields(each), _hard_codes(work, each, node), strict=True):
        differs = (codes[i] >= 0) & (codes[j] >= 0) & (codes[i] != codes[j])
        names[differs & (names == "")] = f"{field.name} differs"
        vetoed |= differs & ~_slip(records, field.type, i, j)
    told = [f"{why}; but {veto}" for why, veto in zip(sentences(records.comparisons, i, j), names, strict=True)]
    lines = _lines(i, j, "review", told, _probability(resolved.scored.odds[likely]))
    return lines.with_columns(outcome=np.where(vetoed, "vetoed", "review"))


def _slip(records: Records, kind: str, i: Codes, j: Codes) -> Flags:
    """Pairs whose values of a kind differ by what may be a typing error."""
    for comparison in records.comparisons:
        if comparison.name == kind:
            levels = [at for at, label in enumerate(comparison.labels) if at and label not in DIFFERENT[kind]]
            return np.isin(comparison.compare(i, j).levels, levels)
    return np.zeros(len(i), dtype=bool)


def _lines(i: Codes, j: Codes, outcome: str, why: list[str], probability: npt.NDArray[np.float64]) -> pl.DataFrame:
    columns = {"a": i, "b": j, "outcome": [outcome] * len(i), "why": why, "probability": probability}
    return pl.DataFrame(columns, schema=_LINE)


def _probability(odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50)))).round(6)


def _insert(work: Relations, each: ObjectPlan, node: Codes, lines: pl.DataFrame) -> None:
    """The lines as nodes, one per pair (the first said counts), where rules and people said nothing."""
    a, b = (node[lines[end].to_numpy()] for end in ("a", "b"))
    ordered = lines.with_columns(a=np.minimum(a, b), b=np.maximum(a, b), said=np.arange(len(lines)))
    work.connection.register("lines", ordered.to_arrow())
    pairs = quoted(f"pairs/{each.name}")
    work.execute(
        f"INSERT INTO {pairs} SELECT a, b, {LEARNED}, '{MODEL}', outcome, why, {SILENT}, [],"
        f" NULL, CASE WHEN isnan(probability) THEN NULL ELSE probability END FROM lines l ANTI JOIN {pairs} p"
        " ON p.a = l.a AND p.b = l.b QUALIFY row_number() OVER (PARTITION BY a, b ORDER BY said) = 1"
    )
    work.connection.unregister("lines")
