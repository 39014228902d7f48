"""The target's own words for ours: a stage `closedwon` is `Closed Won` there, wherever the mapping speaks of it.

The plan is put into them as a whole (cells, constants, branches, conditions, checks, figures, examples), so every stage
behind it, and every figure on each side, has one word for one thing. Any other word goes as it is.
"""

from collections.abc import Iterator, Mapping
from unicodedata import normalize

from crm_migrate.finding import Severity
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.expressions import ExpressionError, parse
from crm_migrate.mapping.plan import (
    TARGET_WORDS,
    CasePlan,
    CellPlan,
    CheckPlan,
    ExamplePlan,
    FieldPlan,
    KpiPlan,
    ObjectPlan,
    Plan,
    StepPlan,
    ValueMapPlan,
)
from crm_migrate.quoting import literal

Words = Mapping[str, Mapping[str, str]]  # field -> our word -> the target's


def in_words_of_target(desk: Desk, plan: Plan) -> Plan:
    """The plan in the target's words, each field of it told; the plan itself where the profile has none."""
    spoken: dict[str, Words] = {each.name: words for each in plan.objects if (words := _words(desk, each))}
    if not spoken:
        return plan
    for name, fields in spoken.items():
        for field, said in fields.items():
            _tell(desk, name, field, said)
    kpis = tuple(_kpi(each, spoken.get(each.object, {})) for each in plan.reconcile.kpis)
    return plan.model_copy(update={
        "value_maps": {**plan.value_maps, **{made.name: made for made in _maps(spoken)}},
        "objects": tuple(_object(each, spoken.get(each.name, {})) for each in plan.objects),
        "checks": tuple(_check(each, spoken.get(each.object, {})) for each in plan.checks),
        "reconcile": plan.reconcile.model_copy(update={"kpis": kpis}),
        "examples": tuple(_example(each, spoken) for each in plan.examples),
    })  # fmt: skip


def reworded(text: str, words: Words) -> str:
    """An expression over a record whose constants beside a field of `words` are the target's words.

    One that cannot be understood stays as it is: that was told.
    """
    text = normalize("NFC", text)  # places are those of the composed text
    try:
        found = sorted(set(_constants(text, words)), reverse=True)
    except ExpressionError:
        return text
    for at, ours, theirs in found:
        text = text[:at] + literal(theirs) + text[at + len(literal(ours)) :]
    return text


def _constants(text: str, words: Words) -> Iterator[tuple[int, str, str]]:
    """Where a constant stands that is compared with such a field: its place, our word, the target's."""
    for name, constant in parse(text).compared():
        theirs = words.get(name.name, {}).get(constant.value) if name.alias is None else None
        if theirs is not None and constant.kind == "text":
            yield constant.at, constant.value, theirs


def _words(desk: Desk, each: ObjectPlan) -> dict[str, dict[str, str]]:
    profile = desk.profile_of(each.name)
    known = profile.fields if profile else {}
    return {f.name: known[f.name].map for f in each.fields if f.target and f.name in known and known[f.name].map}


def _maps(spoken: Mapping[str, Words]) -> Iterator[ValueMapPlan]:
    for name, fields in spoken.items():
        for field, words in fields.items():
            yield ValueMapPlan(name=_map_of(name, field), entries=dict(words), unmapped="keep")


def _map_of(object: str, field: str) -> str:
    return f"{object}.{field} of the target"


def _object(each: ObjectPlan, words: Words) -> ObjectPlan:
    return (
        each.model_copy(update={"fields": tuple(_field(each.name, f, words) for f in each.fields)}) if words else each
    )


def _field(object: str, field: FieldPlan, words: Words) -> FieldPlan:
    """Its own values in the target's words, and those of other fields that its branches ask for."""
    own = words.get(field.name, {})
    step = StepPlan(name=TARGET_WORDS, args=(_map_of(object, field.name),))
    return field.model_copy(update={
        "cells": {source: _cell(cell, step) for source, cell in field.cells.items()} if own else field.cells,
        "case": tuple(_branch(each, own, words) for each in field.case),
        "constant": _spoken(field.constant, own),
        "default": _spoken(field.default, own),
    })  # fmt: skip


def _cell(cell: CellPlan, step: StepPlan) -> CellPlan:
    return cell.model_copy(update={"steps": (*cell.steps, step)})


def _branch(branch: CasePlan, own: Mapping[str, str], words: Words) -> CasePlan:
    then = branch.then
    if then is not None and then.startswith("="):
        then = f"={reworded(then[1:], words)}"
    return CasePlan(when=branch.when and reworded(branch.when, words), then=_spoken(then, own))


def _check(check: CheckPlan, words: Words) -> CheckPlan:
    return check.model_copy(update={"expression": reworded(check.expression, words)}) if words else check


def _kpi(kpi: KpiPlan, words: Words) -> KpiPlan:
    return kpi.model_copy(update={"where": reworded(kpi.where, words)}) if words and kpi.where else kpi


def _example(example: ExamplePlan, spoken: Mapping[str, Words]) -> ExamplePlan:
    def row(cells: Mapping[str, str | None], words: Words) -> dict[str, str | None]:
        return {name: _spoken(text, words.get(name, {})) for name, text in cells.items()}

    expect = {name: tuple(row(each, spoken.get(name, {})) for each in rows) for name, rows in example.expect.items()}
    return example.model_copy(update={"expect": expect})


def _spoken(text: str | None, words: Mapping[str, str]) -> str | None:
    return words.get(text, text) if text is not None else None


def _tell(desk: Desk, name: str, field: str, words: Mapping[str, str]) -> None:
    assert desk.target is not None
    listed = ", ".join(f"`{ours}` as `{theirs}`" for ours, theirs in words.items())
    message = f"`{name}.{field}` goes in the words of {desk.target.called}: {listed}; any other goes as it is"
    hint = "Where your CRM has other words, write those in the mapping: they go as they are."
    desk.tell("target_words", message, ("objects", name, "fields", field), hint, Severity.NOTE)
