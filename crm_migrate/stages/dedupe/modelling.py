"""The model of an object: that of the plan, or, where there is none or it knows nothing of the records, a new one.

A new one is written down first and weighs by what is written, so that the next run, which reads it, weighs the same.
"""

import hashlib

import polars as pl

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.deciding.limits import Belief, believed
from crm_migrate.matching.weighing.engine import resolve
from crm_migrate.matching.weighing.frozen import BeliefShares, FrozenModel, Source, frozen, known_comparisons


def modelled(plan: Plan, each: ObjectPlan, records: Records, frame: pl.DataFrame) -> FrozenModel:
    """The model by which the records are weighed; `frame` holds their texts."""
    if each.name in plan.models:
        standing = FrozenModel.model_validate_json(plan.models[each.name])
        if known_comparisons(standing, records.comparisons):
            return standing
    return _learned(each, records, frame)


def _learned(each: ObjectPlan, records: Records, frame: pl.DataFrame) -> FrozenModel:
    assert each.learned is not None
    found = resolve(records, each.learned.sites == "one")
    belief = believed(found, records)
    source = Source(records=records.rows, columns={name: _digest(frame[name]) for name in frame.columns})
    shares = BeliefShares(base=_rounded(belief.base), share=_rounded(belief.share), held_out=belief.held_out)
    return frozen(found.model, source, shares)


def belief_of(model: FrozenModel) -> Belief:
    """How far the odds of a model are believed."""
    return Belief(**model.belief.model_dump())


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _digest(column: pl.Series) -> str:
    """Of a column's values, whatever their order."""
    digest = hashlib.sha256()
    for value in column.fill_null("").sort():
        digest.update(str(value).encode() + b"\0")
    return digest.hexdigest()
