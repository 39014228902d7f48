"""Cells -> clean values, by the steps of the mapping: pure functions of one batch of rows.

`transform_cell` is what the pipeline runs on columns and what `explain` replays on one row: there is only this one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.steps import INVALID_FLAGS, cleaned
from crm_migrate.mapping.plan import CellPlan, FieldPlan, OwnersPlan, Plan, SourcePlan, StepPlan, ValueMapPlan

UNMAPPED = "value_unmapped"
OWNER_UNKNOWN = "owner_unknown"


@dataclass(frozen=True, slots=True)
class StepTrace:
    """What one step made of a column: `frame` has `value`, `flag` and `note`; `changed` marks the cells it changed."""

    step: StepPlan
    frame: pl.DataFrame
    changed: pl.Series


@dataclass(frozen=True, slots=True)
class FieldTrace:
    """One field of one source row, step by step: (step, value, flag, note)."""

    field: str
    origin: str
    raw: str | None
    steps: tuple[tuple[str, str | None, str | None, str | None], ...]
    value: str | None


def blank_to_null(values: pl.Series) -> pl.Series:
    """Text without surrounding white space; nothing left is null."""
    stripped = values.str.strip_chars()
    return stripped.set(stripped == "", None)


def context_of(plan: Plan, source: SourcePlan, column: str | None) -> Context:
    """What the steps of a cell may know: the source's locale and zone and the evidence of its column."""
    evidence = plan.evidence.get(source.name, {}).get(column or "", {})
    return Context(locale=source.locale, time_zone=source.time_zone, as_of=plan.as_of, evidence=evidence)


def transform_cell(raw: pl.Series, cell: CellPlan, plan: Plan, source: SourcePlan) -> Iterator[StepTrace]:
    """Run the steps of one cell over a column of raw text, yielding what each step made of it."""
    values = blank_to_null(raw)
    context = context_of(plan, source, cell.column)
    for step in cell.steps:
        frame = run_step(step, values, context, plan)
        after = frame["value"]
        changed = after.ne_missing(values)
        yield StepTrace(step, frame, changed)
        values = after


def run_step(step: StepPlan, values: pl.Series, context: Context, plan: Plan) -> pl.DataFrame:
    """One step of the language: a value map, the owners, or a function of the cleansing room."""
    if step.name == "map":
        return translate(values, plan.value_maps[step.args[0]])
    if step.name == "owner":
        return translate_owner(values, plan.owners)
    return STEPS[step.name].function(values, context, *step.args, **step.options)


def translate(values: pl.Series, value_map: ValueMapPlan) -> pl.DataFrame:
    """Translate by a value map; what has no translation is flagged `value_unmapped` or takes the declared way."""
    entries = {key: value or None for key, value in value_map.entries.items()}
    keys = values.fill_null("")
    known = keys.is_in(list(entries))
    translated = keys.replace_strict(entries, default=None, return_dtype=pl.String)
    # An empty cell needs no translation: without an entry for "" it stays empty.
    unmapped = ~known & values.is_not_null()
    if value_map.unmapped == "default":
        return cleaned(translated.set(unmapped, value_map.default))
    kept = translated.zip_with(~unmapped, values)
    if value_map.unmapped == "keep":
        return cleaned(kept)
    flag = pl.Series([UNMAPPED]).new_from_index(0, len(values)).set(~unmapped, None)
    return cleaned(kept, flag, "no translation in value map " + value_map.name + ": " + values)


def translate_owner(values: pl.Series, owners: OwnersPlan | None) -> pl.DataFrame:
    """Translate a legacy login to the owner in the target; leavers are settled on the merged record."""
    if owners is None:
        return cleaned(values)
    entries = {owner.login.lower(): owner.target for owner in owners.entries}
    entries |= {owner.target.lower(): owner.target for owner in owners.entries}
    known = values.str.to_lowercase().replace_strict(entries, default=None, return_dtype=pl.String)
    unknown = known.is_null() & values.is_not_null()
    flag = pl.Series([OWNER_UNKNOWN]).new_from_index(0, len(values)).set(~unknown, None)
    return cleaned(known.zip_with(~unknown, values), flag, "not in the owners file: " + values)


def policy_of(flag: str, field: FieldPlan, plan: Plan) -> str:
    """What happens to a cell with that flag: keep, clear, hold or reject."""
    if flag == UNMAPPED:
        steps = [step for cell in field.cells.values() for step in cell.steps if step.name == "map"]
        policies = [plan.value_maps[step.args[0]].unmapped for step in steps]
        return {"warn": "clear", "reject": "reject"}.get(policies[0], "hold") if policies else "hold"
    if flag == OWNER_UNKNOWN:
        return {"clear": "clear", "keep_as_text": "clear"}.get(plan.owners.unknown if plan.owners else "hold", "hold")
    if flag in INVALID_FLAGS:
        return field.on_invalid
    return "keep"


def replay(plan: Plan, object_name: str, source_name: str, raw: Mapping[str, str | None]) -> list[FieldTrace]:
    """Run one raw row through every cell of an object that its source feeds, as the pipeline did.

    `raw` maps column names to the text of the source and `=expression` cells (by field name) to their value.
    """
    source = plan.source(source_name)
    traces = []
    for field in plan.object(object_name).fields:
        cell = field.cells.get(source_name)
        if cell is None:
            continue
        origin = cell.column if cell.column is not None else f"= {cell.expression}"
        text = raw.get(origin if cell.column is not None else field.name)
        column = pl.Series([text], dtype=pl.String)
        steps = [(t.step, *t.frame.row(0)) for t in transform_cell(column, cell, plan, source)]
        value = steps[-1][1] if steps else blank_to_null(column)[0]
        traces.append(FieldTrace(field.name, origin, text, tuple((name_of(s), v, f, n) for s, v, f, n in steps), value))
    return traces


def name_of(step: StepPlan) -> str:
    """A step as it is written in the mapping: `phone(TR)`."""
    arguments = [*step.args, *(f"{key}={value}" for key, value in step.options.items())]
    return f"{step.name}({', '.join(arguments)})" if arguments else step.name
