"""A model that was learned, as a document: written once, read by people, and applied again without learning.

Shares and factors have six digits that tell. Who learns writes the document first and weighs by what it says, so that
a later run, which only reads it, weighs the same. How rare a value is, is no part of it: that is counted in the records
as they are.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from crm_migrate.matching.comparing.comparison import Comparison
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.weighing.blocking import candidates
from crm_migrate.matching.weighing.engine import KEPT, MANY, TURNS, Resolved, _clustered, _scored, again, resolved
from crm_migrate.matching.weighing.variants import NONE, learned
from crm_migrate.matching.weighing.weights import Context, Model, Reals, count

_DIGITS = 6
_OUTGROWN = 2.0  # times as many records, or as few, as it was learned from: what is one in so many has changed


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelShare(_Frozen):
    """A level of agreement: its share among pairs that are one, and among pairs by chance."""

    level: str
    same: float
    chance: float


class ComparisonShares(_Frozen):
    """What was learned of one comparison. `rare`: how many times as often as they are seen values are met again by
    chance, by how many records have them."""

    name: str
    levels: tuple[LevelShare, ...]
    rare: tuple[float, ...]


class ContextShares(_Frozen):
    """A class of pairs that share something and are two: in what they differ, the share of such pairs among all, how
    often they have each level of each comparison, and how many times as often as matches they share a value of many."""

    differ_in: tuple[str, ...]
    share: float
    tied: bool
    levels: dict[str, tuple[float, ...]]
    common: tuple[float, ...]


class BeliefShares(_Frozen):
    """How far log odds are believed (`limits.Belief`)."""

    base: float
    share: float
    held_out: str = ""


class Source(_Frozen):
    """What a model was learned from: how many records, and a digest of each column that was compared."""

    records: int
    columns: dict[str, str]


class FrozenModel(_Frozen):
    """The whole model. `same`: the share of pairs that are one among all pairs, which is the prior."""

    learned_from: Source
    same: float
    comparisons: tuple[ComparisonShares, ...]
    contexts: tuple[ContextShares, ...]
    belief: BeliefShares

    def text(self) -> str:
        """The document, one text for one meaning."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """sha256 of the text: its name in plans and reports."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def frozen(model: Model, learned_from: Source, belief: BeliefShares) -> FrozenModel:
    """The document of a model."""
    names = [c.name for c in model.comparisons]
    parts = zip(model.comparisons, model.m, model.u, model.rare, strict=True)
    return FrozenModel(
        learned_from=learned_from,
        same=_digits(model.same),
        comparisons=tuple(_comparison(*part) for part in parts),
        contexts=tuple(_context(names, each) for each in model.contexts),
        belief=belief,
    )


def _comparison(comparison: Comparison, m: Reals, u: Reals, rare: Reals) -> ComparisonShares:
    shares = zip(comparison.labels[1:], _shares(m[1:]), _shares(u[1:]), strict=True)
    levels = tuple(LevelShare(level=label, same=same, chance=chance) for label, same, chance in shares)
    return ComparisonShares(name=comparison.name, levels=levels, rare=_shares(rare))


def _context(names: Sequence[str], context: Context) -> ContextShares:
    levels = {name: _shares(logs[1:]) for name, logs in zip(names, context.levels, strict=True)}
    differ = tuple(names[k] for k in sorted(context.apart))
    return ContextShares(
        differ_in=differ, share=_digits(context.share), tied=context.tied, levels=levels, common=_shares(context.common)
    )


def _shares(logs: Reals) -> tuple[float, ...]:
    return tuple(map(_digits, np.exp(logs).tolist()))


def _digits(share: float) -> float:
    return float(f"{share:.{_DIGITS}g}")


# ---------------------------------------------------------------------------------------------------- applied again


def known_comparisons(document: FrozenModel, comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Those of the comparisons that the model knows, with the levels that they have now."""
    known = {each.name: tuple(level.level for level in each.levels) for each in document.comparisons}
    return tuple(c for c in comparisons if known.get(c.name) == c.labels[1:])


def outgrown(document: FrozenModel, rows: int, comparisons: Sequence[Comparison]) -> str:
    """Why a model should be learned anew, as a sentence; empty where it still fits."""
    then = document.learned_from.records
    here = {c.name for c in comparisons}
    fresh = sorted(here - {c.name for c in known_comparisons(document, comparisons)})
    gone = sorted({each.name for each in document.comparisons} - here)
    if fresh:
        return f"The model knows nothing of {_listed(fresh)}: it should be learned anew."
    if gone:
        return f"The model knows {_listed(gone)}, which no record has any more: it should be learned anew."
    if rows >= then * _OUTGROWN or rows * _OUTGROWN <= then:
        return f"The model was learned from {then} records, and there are {rows} now: it should be learned anew."
    return ""


def _listed(names: Sequence[str]) -> str:
    words = [name.replace("_", " ") for name in names]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def applied(records: Records, document: FrozenModel, sites: bool = True) -> Resolved:
    """The best partition of the records by a model that was learned before; what it does not know is not compared.

    The steps are those of `engine.resolve`, without what is learned between them.
    """
    model, rows = _model(document, known_comparisons(document, records.comparisons)), records.rows
    blocked = candidates(records.anchors, records.recipes, rows)
    count(model, None)
    scored = _scored(model, blocked.i, blocked.j, KEPT)
    label = _clustered(records, scored, model)
    for _ in range(TURNS if rows < MANY else 1):
        count(model, label)
        model.variants = [learned(c, label) for c in model.comparisons]
        scored, label = again(records, scored, model, label)
    return resolved(records, label, scored, model, blocked, sites)


def _model(document: FrozenModel, comparisons: tuple[Comparison, ...]) -> Model:
    """The model over the comparisons, without what is counted in the records."""
    by_name = {each.name: each for each in document.comparisons}
    told = [by_name[c.name] for c in comparisons]
    m = [_logs([level.same for level in each.levels]) for each in told]
    u = [_logs([level.chance for level in each.levels]) for each in told]
    contexts = [found for each in document.contexts if (found := _known_context(each, comparisons)) is not None]
    rare = [np.log(each.rare) for each in told]
    return Model(comparisons, m, u, [], document.same, contexts, [NONE] * len(comparisons), [], rare)


def _known_context(each: ContextShares, comparisons: Sequence[Comparison]) -> Context | None:
    """None where all that is still compared differs in it: such pairs are chance."""
    apart = frozenset(k for k, c in enumerate(comparisons) if c.name in each.differ_in)
    if not apart or len(apart) == len(comparisons):
        return None
    levels = [_logs(each.levels[c.name]) for c in comparisons]
    return Context(apart, levels, each.share, np.log(each.common), each.tied)


def _logs(shares: Sequence[float]) -> Reals:
    return np.concatenate([[0.0], np.log(shares)])
