"""The learned model as tables for people: how often each level of agreement is seen, and what it is worth in bits."""

from dataclasses import dataclass

import numpy as np

from crm_migrate.matching.weighing.weights import Context, Model, Reals, prior

BIT = float(np.log(2))
CHANCE = "chance"
_WORDS = {"email": "e-mail", "url": "web address", "tax_id": "tax number", "phone": "phone number"}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of agreement: its share among pairs that are one, by chance, and its bits against each rival."""

    label: str
    same: float
    chance: float
    bits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of one comparison; the first level is `different`."""

    what: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class ModelTable:
    """The whole model: what two records that are not one may be to each other (`chance`, or the words of a context)
    with the bits before anything is compared, and the comparisons."""

    rivals: tuple[str, ...]
    priors: tuple[float, ...]
    learned: tuple[Learned, ...]


def model_table(model: Model) -> ModelTable:
    """The model in bits. What a rare value adds to a level is a pair's own."""
    rivals = (CHANCE, *(_context(model, context) for context in model.contexts))
    learned = tuple(_learned(model, k) for k in range(len(model.comparisons)))
    return ModelTable(rivals, tuple(float(bits) for bits in prior(model) / BIT), learned)


def what(name: str) -> str:
    """A comparison as people call it."""
    return _WORDS.get(name, name.replace("_", " "))


def _learned(model: Model, k: int) -> Learned:
    comparison, same, chance = model.comparisons[k], model.m[k], model.u[k]
    others = [chance, *(_in_context(model, k, context) for context in model.contexts)]
    levels = tuple(
        Level(
            comparison.labels[at],
            float(np.exp(same[at])),
            float(np.exp(chance[at])),
            tuple(float((same[at] - other[at]) / BIT) for other in others),
        )
        for at in range(1, len(comparison.labels))
    )
    return Learned(what(comparison.name), levels)


def _in_context(model: Model, k: int, context: Context) -> Reals:
    """Log probability of the levels of a comparison in a context, before it is known what both agree on."""
    if k not in context.apart:
        return context.levels[k]
    unlike = list(model.comparisons[k].unlike)
    logs = model.u[k].copy()
    if len(unlike) > 1:
        logs[unlike] = context.levels[k][unlike]
    return logs


def _context(model: Model, context: Context) -> str:
    """The names of the groups whose members are apart in just these comparisons."""
    groups = sorted({group for c in model.comparisons for group in c.apart.split()})
    members = {g: frozenset(k for k, c in enumerate(model.comparisons) if g in c.apart.split()) for g in groups}
    return " ".join(group for group in groups if members[group] == context.apart)
