"""Cells -> clean values, by the steps of the mapping: pure functions of one batch of rows.

`transform_cell` is what the pipeline runs on columns and what `explain` replays on one row: there is only this one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.steps import CLOCK_FLAGS, FILE_FLAGS, INVALID_FLAGS, STRAY_FLAGS
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import BY, TARGET_WORDS, CellPlan, FieldPlan, Plan, SourcePlan, StepPlan
from crm_migrate.stages.transform.by_country import by_country
from crm_migrate.stages.transform.own_code import OWN_FLAGS, call_own_code
from crm_migrate.stages.transform.translating import OWNER_UNKNOWN, UNMAPPED, shown, translate, translate_owner
from crm_migrate.workspace.tables import SET_ASIDE, Table

NOT_COMPARABLE = "not_comparable"
ODD = "__odd_"  # whether the `= expression` of that field meets a value that it cannot compare or compute

SPLIT = "__split"
KEY = "__key"
ROW_KEY = "__row_key"  # the row's own key, where `one_per` makes the key of its record

Beside = Callable[[str], pl.Series]  # another column of the rows whose cells are transformed, by its name


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


@dataclass(slots=True)
class Collected:
    """Findings and changes of the cells of one batch while its fields are transformed."""

    changes: list[pl.DataFrame] = field(default_factory=list)
    cells: list[pl.DataFrame] = field(default_factory=list)
    refused: list[pl.DataFrame] = field(default_factory=list)


def blank_to_null(values: pl.Series) -> pl.Series:
    """Text without surrounding white space and with composed letters (NFC); nothing left is null.

    Every cell and key comes through here, so that two writings of one letter are one key, one owner, one translation.
    """
    stripped = values.str.strip_chars().str.normalize("NFC")
    return stripped.set(stripped == "", None)


def context_of(plan: Plan, source: SourcePlan, column: str | None) -> Context:
    """What the steps of a cell may know: the source's locale and zone and the evidence of its column."""
    evidence = plan.evidence.get(source.name, {}).get(column or "", {})
    return Context(locale=source.locale, time_zone=source.time_zone, as_of=plan.as_of, evidence=evidence)


def transform_cell(
    raw: pl.Series, cell: CellPlan, plan: Plan, source: SourcePlan, beside: Beside
) -> Iterator[StepTrace]:
    """Run the steps of one cell over a column of raw text, yielding what each step made of it."""
    values = blank_to_null(raw)
    context = context_of(plan, source, cell.column)
    for step in cell.steps:
        frame = run_step(step, values, context, plan, beside)
        after = frame["value"]
        changed = after.ne_missing(values)
        yield StepTrace(step, frame, changed)
        values = after


def written(target: FieldPlan, plan: Plan, source: SourcePlan, rows: pl.DataFrame) -> pl.Series:
    """What the steps of a field leave of its cells, whatever they found about them."""
    cell = target.cells[source.name]
    raw = _raw(target, cell, rows)
    values = blank_to_null(raw)
    for trace in transform_cell(raw, cell, plan, source, rows.get_column):
        values = trace.frame["value"]
    return values


def _raw(target: FieldPlan, cell: CellPlan, rows: pl.DataFrame) -> pl.Series:
    """The text that a field's cells begin with."""
    return rows[cell.column if cell.column is not None else f"__cell_{target.name}"].cast(pl.String)


def run_step(step: StepPlan, values: pl.Series, context: Context, plan: Plan, beside: Beside) -> pl.DataFrame:
    """One step of the language: a value map, the owners, own code, or a function of the cleansing room."""
    if step.is_own_code:
        return call_own_code(step, values, [blank_to_null(beside(column)) for column in step.beside], plan)
    if step.name in ("map", TARGET_WORDS):
        others = [blank_to_null(beside(column)) for column in step.beside]
        return translate(values, plan.value_maps[step.args[0]], others)
    if step.name == "owner":
        return translate_owner(values, plan.owners)
    if BY in step.options:
        return by_country(step, values, blank_to_null(beside(step.options[BY])), context)
    return STEPS[step.name].function(values, context, *step.args, **step.options)


def policy_of(flag: str, field: FieldPlan, cell: CellPlan, plan: Plan) -> str:
    """What happens to a cell with that flag: keep, clear, hold or reject. Each source has its own value map."""
    if flag == UNMAPPED:
        unmapped = next(plan.value_maps[step.args[0]].unmapped for step in cell.steps if step.name == "map")
        return {"warn": "clear", "reject": "reject"}.get(unmapped, "hold")
    if flag == OWNER_UNKNOWN:
        # A name that is kept as text is moved to its field when the record is complete.
        return {"clear": "clear", "keep_as_text": "keep"}.get(plan.owners.unknown if plan.owners else "hold", "hold")
    if flag == NOT_COMPARABLE:  # what came out of it is an accident: nothing to keep
        return "hold" if field.on_invalid == "keep" else field.on_invalid
    if flag in OWN_FLAGS:  # there is no value to keep
        return "hold" if field.on_invalid == "keep" else field.on_invalid
    if flag in STRAY_FLAGS and field.on_invalid == "keep":
        return "hold"
    if flag in INVALID_FLAGS or flag in FILE_FLAGS:
        return field.on_invalid
    if flag in CLOCK_FLAGS:
        return field.on_clock_change
    return "keep"


def stacked(frames: list[pl.DataFrame], table: Table) -> pl.DataFrame:
    schema = table.frame
    return pl.concat(
        [pl.DataFrame(schema=schema), *(frame.select(pl.col(n).cast(t) for n, t in schema.items()) for frame in frames)]
    )


def transform_field(
    plan: Plan, target: FieldPlan, source: SourcePlan, rows: pl.DataFrame, collected: Collected
) -> pl.Series:
    """One field of every row; changes, findings and refusals of its cells go to `collected`."""
    cell = target.cells[source.name]
    raw = _raw(target, cell, rows)
    value, flag, note = blank_to_null(raw), None, None
    for trace in transform_cell(raw, cell, plan, source, rows.get_column):
        if trace.changed.any():
            collected.changes.append(
                rows.select(ROW, SPLIT)
                .filter(trace.changed)
                .with_columns(pl.lit(target.name).alias("field"), pl.lit(name_of(trace.step)).alias("rule"))
            )
        value = trace.frame["value"]
        flag, note = _said(trace.frame, flag, note)
    if cell.expression is not None:
        flag, note = _computed(rows[f"{ODD}{target.name}"], cell.expression, flag, note)
    if flag is not None and note is not None and flag.is_not_null().any():
        value = _judged(
            plan,
            target,
            cell,
            rows,
            shown([*(blank_to_null(rows[column]) for column in cell.beside), raw]),
            pl.DataFrame([value.alias("value"), flag.alias("flag"), note.alias("note")]),
            collected,
        )
    return value.alias(target.name)


def _said(frame: pl.DataFrame, flag: pl.Series | None, note: pl.Series | None) -> tuple[pl.Series, pl.Series]:
    """Flag and note of a cell after one more step: the last word counts, but a mere doubt hides no stronger one."""
    if flag is None or note is None:
        return frame["flag"], frame["note"]
    said = frame["flag"].is_not_null() & ((frame["flag"] != "suspect") | flag.is_null())
    said = said.fill_null(False)
    return frame["flag"].zip_with(said, flag), frame["note"].zip_with(said, note)


def _computed(
    odd: pl.Series, expression: str, flag: pl.Series | None, note: pl.Series | None
) -> tuple[pl.Series, pl.Series]:
    """Flag and note of a computed cell: where it could not be computed, nothing else that was said counts."""
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(odd))
    message = f"a value cannot be compared or computed as `= {expression}` asks"
    return (none if flag is None else flag).set(odd, NOT_COMPARABLE), (none if note is None else note).set(odd, message)


def _judged(
    plan: Plan,
    target: FieldPlan,
    cell: CellPlan,
    rows: pl.DataFrame,
    raw: pl.Series,
    frame: pl.DataFrame,
    collected: Collected,
) -> pl.Series:
    """Apply the policy of each flag: keep or clear the cell, or set the row aside; every flag leaves a finding."""
    flags = frame["flag"].unique().drop_nulls().sort().to_list()
    policies = {flag: policy_of(flag, target, cell, plan) for flag in flags}
    policy = frame["flag"].replace_strict(policies, default=None, return_dtype=pl.String)
    value = frame["value"].set((policy != "keep").fill_null(False), None)
    flagged = frame["flag"].is_not_null()
    code = frame["flag"].replace_strict({flag: TYPES[target.type].reason(flag) for flag in flags}, default=None)
    collected.cells.append(
        rows.select(ROW, SPLIT)
        .with_columns(
            pl.lit(target.name).alias("field"),
            code.alias("code"),
            raw.alias("before"),
            value.alias("after"),
            frame["note"].fill_null("").alias("message"),
        )
        .filter(flagged)
    )
    stops = policy.is_in(["hold", "reject"]).fill_null(False)
    state = policy.replace_strict({"hold": "held", "reject": "rejected"}, default=None, return_dtype=pl.String)
    collected.refused.append(
        rows.select(ROW, SPLIT, KEY).with_columns(
            pl.lit(None, pl.String).alias(ROW_KEY), state.alias("state"), code.alias("code"),
            pl.lit(target.name).alias("rule"), pl.lit(target.name).alias("field"),
            frame["note"].fill_null("").alias("message"),
        ).filter(stops)
    )  # fmt: skip
    return value


def first_refusal(records: pl.DataFrame, refused: list[pl.DataFrame]) -> pl.DataFrame:
    """One refusal per row: a rejection before a hold, then the first field of the mapping; keys as in the records."""
    rejected_first = stacked(refused, SET_ASIDE).sort(pl.col("state") != "rejected", maintain_order=True)
    first = rejected_first.unique([ROW, SPLIT], keep="first", maintain_order=True)
    keys = [name for name in (KEY, ROW_KEY) if name in records.columns]
    return (
        first.drop(keys).join(records.select(ROW, SPLIT, *keys), on=[ROW, SPLIT], how="left").select(*SET_ASIDE.columns)
    )


def replay(plan: Plan, object_name: str, source_name: str, raw: Mapping[str, str | None]) -> list[FieldTrace]:
    """Run one raw row through every cell of an object that its source feeds, as the pipeline did.

    `raw` maps column names to the text of the source and `=expression` cells (by field name) to their value.
    """
    source = plan.source(source_name)
    traces = []
    for target in plan.object(object_name).fields:
        cell = target.cells.get(source_name)
        if cell is None:
            continue
        origin = cell.column if cell.column is not None else f"= {cell.expression}"
        text = raw.get(origin if cell.column is not None else target.name)
        column = pl.Series([text], dtype=pl.String)
        traced = transform_cell(column, cell, plan, source, lambda name: pl.Series([raw.get(name)], dtype=pl.String))
        steps = [(t.step, *t.frame.row(0)) for t in traced]
        value = steps[-1][1] if steps else blank_to_null(column)[0]
        traces.append(
            FieldTrace(target.name, origin, text, tuple((name_of(s), v, f, n) for s, v, f, n in steps), value)
        )
    return traces


def name_of(step: StepPlan) -> str:
    """A step as it is written in the mapping: `phone(TR)`."""
    arguments = [*step.args, *(f"{key}={value}" for key, value in step.options.items())]
    return f"{step.name}({', '.join(arguments)})" if arguments else step.name
