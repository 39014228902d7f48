"""Cells -> clean values, by the steps of the mapping: pure functions of one batch of rows.

`transform_cell` is what the pipeline runs on columns and what `explain` replays on one row: there is only this one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.near import did_you_mean, word_key
from crm_migrate.cleansing.steps import CLOCK_FLAGS, INVALID_FLAGS, cleaned
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import CellPlan, FieldPlan, OwnersPlan, Plan, SourcePlan, StepPlan, ValueMapPlan
from crm_migrate.workspace.tables import SET_ASIDE, Table

UNMAPPED = "value_unmapped"
OWNER_UNKNOWN = "owner_unknown"
NOT_COMPARABLE = "not_comparable"
ODD = "__odd_"  # whether the `= expression` of that field meets a value that it cannot compare or compute

SPLIT = "__split"
KEY = "__key"
ROW_KEY = "__row_key"  # the row's own key, where `one_per` makes the key of its record


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


def written(raw: pl.Series, cell: CellPlan, plan: Plan, source: SourcePlan) -> pl.Series:
    """What the steps of a cell leave of a column, whatever they found about it."""
    values = blank_to_null(raw.cast(pl.String))
    for trace in transform_cell(raw.cast(pl.String), cell, plan, source):
        values = trace.frame["value"]
    return values


def run_step(step: StepPlan, values: pl.Series, context: Context, plan: Plan) -> pl.DataFrame:
    """One step of the language: a value map, the owners, or a function of the cleansing room."""
    if step.name == "map":
        return translate(values, plan.value_maps[step.args[0]])
    if step.name == "owner":
        return translate_owner(values, plan.owners)
    return STEPS[step.name].function(values, context, *step.args, **step.options)


def translate(values: pl.Series, value_map: ValueMapPlan) -> pl.DataFrame:
    """Translate by a value map; what has no translation is flagged `value_unmapped` or takes the declared way.

    A near miss of a known word is told whatever the way: nobody declared that a slip becomes the default.
    """
    entries = {key: value or None for key, value in value_map.entries.items()}
    keys = values.fill_null("")
    known = keys.is_in(list(entries))
    translated = keys.replace_strict(entries, default=None, return_dtype=pl.String)
    # An empty cell needs no translation: without an entry for "" it stays empty.
    unmapped = ~known & values.is_not_null()
    targets = [value for value in entries.values() if value]
    asked = _asked(values.filter(unmapped), entries, targets)
    near = values.replace_strict(asked, default=None, return_dtype=pl.String).set(~unmapped, None)
    if value_map.unmapped == "default":
        return _typos(translated.set(unmapped, value_map.default), near)
    kept = translated.zip_with(~unmapped, values)
    if value_map.unmapped == "keep":
        return _typos(kept, near.set(values.is_in(targets).fill_null(False), None))
    flag = pl.Series([UNMAPPED]).new_from_index(0, len(values)).set(~unmapped, None)
    return cleaned(kept, flag, _with_question("no translation in value map " + value_map.name + ": " + values, near))


def _asked(values: pl.Series, words: Iterable[str], meanings: Iterable[str]) -> dict[str, str]:
    """The question about each distinct value that is nearly a word of a list, or nearly what such a word means."""
    keys = {word_key(word) for word in words}
    known = (*words, *(meaning for meaning in meanings if word_key(meaning) not in keys))
    questions = {value: did_you_mean(value, known) for value in values.drop_nulls().unique(maintain_order=True)}
    return {value: question for value, question in questions.items() if question}


def _typos(values: pl.Series, near: pl.Series) -> pl.DataFrame:
    """Values by their declared way, and the cells that are near misses told."""
    return cleaned(values, pl.Series(["typo"]).new_from_index(0, len(values)).set(near.is_null(), None), near)


def _with_question(notes: pl.Series, near: pl.Series) -> pl.Series:
    return notes + ("; " + near).fill_null("")


def translate_owner(values: pl.Series, owners: OwnersPlan | None) -> pl.DataFrame:
    """Translate a legacy login to the owner in the target; leavers are settled on the merged record."""
    if owners is None:
        return cleaned(values)
    entries = {owner.login.lower(): owner.target for owner in owners.entries}
    entries |= {owner.target.lower(): owner.target for owner in owners.entries}
    known = values.str.to_lowercase().replace_strict(entries, default=None, return_dtype=pl.String)
    unknown = known.is_null() & values.is_not_null()
    flag = pl.Series([OWNER_UNKNOWN]).new_from_index(0, len(values)).set(~unknown, None)
    asked = _asked(values.filter(unknown), [o.login for o in owners.entries], [o.target for o in owners.entries])
    near = values.replace_strict(asked, default=None, return_dtype=pl.String)
    return cleaned(known.zip_with(~unknown, values), flag, _with_question("not in the owners file: " + values, near))


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
    if flag in INVALID_FLAGS:
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
    raw = rows[cell.column] if cell.column is not None else rows[f"__cell_{target.name}"]
    value, flag, note = blank_to_null(raw.cast(pl.String)), None, None
    for trace in transform_cell(raw.cast(pl.String), cell, plan, source):
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
            raw,
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
        steps = [(t.step, *t.frame.row(0)) for t in transform_cell(column, cell, plan, source)]
        value = steps[-1][1] if steps else blank_to_null(column)[0]
        traces.append(
            FieldTrace(target.name, origin, text, tuple((name_of(s), v, f, n) for s, v, f, n in steps), value)
        )
    return traces


def name_of(step: StepPlan) -> str:
    """A step as it is written in the mapping: `phone(TR)`."""
    arguments = [*step.args, *(f"{key}={value}" for key, value in step.options.items())]
    return f"{step.name}({', '.join(arguments)})" if arguments else step.name
