"""The target's own words for ours: a stage `closedwon` is `Closed Won` there, wherever the mapping speaks of it.

The plan is put into them as a whole (cells, constants, branches, conditions, checks, figures, examples), so every stage
behind it, and every figure on each side, has one word for one thing. Any other word goes as it is.
"""

from collections.abc import Iterator, Mapping
from unicodedata import normalize

from crm_migrate.finding import Severity
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.expression_syntax import LiteralNode
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import CasePlan, CellPlan, FieldPlan, ObjectPlan, Plan, StepPlan, ValueMapPlan

Words = Mapping[str, Mapping[str, str]]  # field -> our word -> the target's


def in_words_of_target(desk: Desk, plan: Plan) -> Plan:
    """The plan in the target's words, each field of it told; the plan itself where the profile has none."""
    spoken = {each.name: words for each in plan.objects if (words := _words(desk, each))}
    if not spoken or desk.target is None:
        return plan
    title = desk.target.title.partition(" (")[0]
    made = {_name(name, field, title): words for name, fields in spoken.items() for field, words in fields.items()}
    maps = {name: ValueMapPlan(name=name, entries=dict(words), unmapped="keep") for name, words in made.items()}
    for name, spoken_fields in spoken.items():
        for field, said in spoken_fields.items():
            _tell(desk, name, field, said, title)
    figures = plan.reconcile
    return plan.model_copy(update={
        "value_maps": {**plan.value_maps, **maps},
        "objects": tuple(_object(each, spoken.get(each.name, {}), title) for each in plan.objects),
        "checks": tuple(
            each.model_copy(update={"expression": reworded(each.expression, spoken.get(each.object, {}))})
            for each in plan.checks
        ),
        "reconcile": figures.model_copy(update={"kpis": tuple(
            each.model_copy(update={"where": each.where and reworded(each.where, spoken.get(each.object, {}))})
            for each in figures.kpis
        )}),
        "examples": tuple(
            each.model_copy(update={"expect": {
                name: tuple(_expected(row, spoken.get(name, {})) for row in rows) for name, rows in each.expect.items()
            }})
            for each in plan.examples
        ),
    })  # fmt: skip


def reworded(text: str, words: Words) -> str:
    """An expression over a record whose constants beside a field of `words` are the target's words."""
    if not words:
        return text
    text = normalize("NFC", text)  # places are those of the composed text
    found = {at: (ours, theirs) for at, ours, theirs in _constants(text, words)}
    for at, (ours, theirs) in sorted(found.items(), reverse=True):
        written = _quoted(ours)
        text = text[:at] + _quoted(theirs) + text[at + len(written) :]
    return text


def _constants(text: str, words: Words) -> Iterator[tuple[int, str, str]]:
    """Where a constant stands that is compared with such a field: its place, our word, the target's."""
    for name, constant in parse(text).compared():
        theirs = words.get(name.name, {}).get(constant.value) if name.alias is None else None
        if theirs is not None and _is_text(constant):
            yield constant.at, constant.value, theirs


def _is_text(node: LiteralNode) -> bool:
    return node.kind == "text"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _words(desk: Desk, each: ObjectPlan) -> dict[str, dict[str, str]]:
    profile = desk.profile_of(each.name)
    known = profile.fields if profile else {}
    return {f.name: known[f.name].map for f in each.fields if f.target and f.name in known and known[f.name].map}


def _name(object: str, field: str, title: str) -> str:
    return f"{object}.{field} in {title}"


def _object(each: ObjectPlan, words: Words, title: str) -> ObjectPlan:
    if not words:
        return each
    return each.model_copy(update={"fields": tuple(_field(each.name, f, words, title) for f in each.fields)})


def _field(object: str, field: FieldPlan, all_words: Words, title: str) -> FieldPlan:
    words = all_words.get(field.name, {})
    case = tuple(_branch(each, words, all_words) for each in field.case)
    if not words:
        return field.model_copy(update={"case": case}) if case else field
    step = StepPlan(name="map", args=(_name(object, field.name, title),))
    return field.model_copy(update={
        "cells": {source: _cell(cell, step) for source, cell in field.cells.items()},
        "case": case,
        "constant": _spoken(field.constant, words),
        "default": _spoken(field.default, words),
    })  # fmt: skip


def _cell(cell: CellPlan, step: StepPlan) -> CellPlan:
    return cell.model_copy(update={"steps": (*cell.steps, step)})


def _branch(branch: CasePlan, words: Mapping[str, str], all_words: Words) -> CasePlan:
    then = branch.then
    if then is not None and then.startswith("="):
        then = f"={reworded(then[1:], all_words)}"
    return CasePlan(when=branch.when and reworded(branch.when, all_words), then=_spoken(then, words))


def _spoken(text: str | None, words: Mapping[str, str]) -> str | None:
    return words.get(text, text) if text is not None else None


def _expected(row: Mapping[str, str | None], words: Words) -> dict[str, str | None]:
    return {name: _spoken(text, words.get(name, {})) for name, text in row.items()}


def _tell(desk: Desk, name: str, field: str, words: Mapping[str, str], title: str) -> None:
    listed = ", ".join(f"`{ours}` as `{theirs}`" for ours, theirs in words.items())
    message = f"`{name}.{field}` goes in the words of {title}: {listed}; any other goes as it is"
    hint = "Where your CRM has other words, write those in the mapping: they go as they are."
    desk.tell("target_words", message, ("objects", name, "fields", field), hint, Severity.NOTE)
