"""Raw rows -> records of each object: filter, split, choose columns, and the transform of every chosen cell.

`map_batch` is a pure function of one batch of one source for one object; the pool around it is in `workers.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from crm_migrate.cleansing import STEPS
from crm_migrate.cleansing.steps import CLOCK_FLAGS
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import EnrichPlan, FeedPlan, ObjectPlan, Plan, SkipPlan, SourcePlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.map.keys import source_keys
from crm_migrate.stages.map.parts import naming, part_names
from crm_migrate.stages.map.variants import sent_off
from crm_migrate.stages.transform import (
    KEY,
    ODD,
    ROW_KEY,
    SPLIT,
    Collected,
    blank_to_null,
    context_of,
    first_refusal,
    stacked,
    transform_field,
    written,
)
from crm_migrate.workspace.tables import CELLS, CHANGES, SET_ASIDE

PART_NAME = "__part"
_INCOMPARABLE = "a value cannot be compared as the rule asks"


@dataclass(slots=True)
class Mapped:
    """What one batch became for one object: the four tables of `map/<object>/<source>/`."""

    records: pl.DataFrame
    set_aside: pl.DataFrame
    cells: pl.DataFrame
    changes: pl.DataFrame


def map_batch(
    plan: Plan, object_plan: ObjectPlan, source: SourcePlan, batch: pl.DataFrame, erased: pl.DataFrame | None = None
) -> Mapped:
    """Map one batch of raw rows of `source` to records of one object.

    `erased` marks rows (and parts) of people who are erased: no rule looks at them.
    """
    feed = _feed(object_plan, source.name)
    raw = batch.with_columns(_evaluated(_expressions(object_plan, source.name), source, feed, batch))
    raw = raw.with_columns(pl.lit(0, pl.Int32).alias(SPLIT), source_keys(batch, source.key).alias(KEY))
    gone: list[pl.DataFrame] = []
    if erased is not None and feed.split is None:
        raw, gone = _without(raw, erased)
    kept, left_out = _filtered(raw, source, feed)
    split, no_part = _split(kept, feed, naming(object_plan, feed))
    if erased is not None and feed.split is not None:  # a row may be of several people, and not all of them erased
        split, gone = _without(split, erased)
    return _transformed(plan, object_plan, source, feed, split, [*gone, *left_out, no_part])


def _without(rows: pl.DataFrame, erased: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows of nobody who is erased; and the others, set aside by what they were found by."""
    marks = erased.select(pl.col(ROW), pl.col(SPLIT), *(pl.col(name).alias(alias) for alias, name in _MARK.items()))
    found = rows.join(marks, on=[ROW, SPLIT], how="inner", maintain_order="left")
    if found.is_empty():
        return rows, []
    gone = pl.col("__erased_state") == "excluded"
    line = pl.col("__erased_line").cast(pl.String)
    aside = found.select(
        ROW, SPLIT, KEY, pl.lit(None, pl.String).alias(ROW_KEY), pl.col("__erased_state").alias("state"),
        pl.when(gone).then(pl.lit("erased")).otherwise(pl.lit("erase_several")).alias("code"),
        pl.col("__erased_by").alias("rule"), pl.lit("").alias("field"),
        pl.when(gone).then(pl.concat_str(pl.lit(_ERASED), line, pl.lit(").")))
        .otherwise(pl.concat_str(pl.lit("Line "), line, pl.lit(_SEVERAL))).alias("message"),
    )  # fmt: skip
    return rows.join(marks, on=[ROW, SPLIT], how="anti"), [aside]


_MARK = {"__erased_state": "state", "__erased_by": "by", "__erased_line": "line"}
_ERASED = "The person is on the list of people to erase (line "
_SEVERAL = " of the list of people to erase reaches several records that are not one."


def arriving(object_plan: ObjectPlan, source: SourcePlan, batch: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch that hold the object, with their expressions evaluated and split, before any step."""
    feed = _feed(object_plan, source.name)
    raw = batch.with_columns(_evaluated(_expressions(object_plan, source.name), source, feed, batch))
    raw = raw.with_columns(pl.lit(0, pl.Int32).alias(SPLIT), source_keys(batch, source.key).alias(KEY))
    return _split(_filtered(raw, source, feed)[0], feed, naming(object_plan, feed))[0]


def unfiltered(plan: Plan, object_plan: ObjectPlan, source: SourcePlan, batch: pl.DataFrame) -> pl.DataFrame:
    """Every row of a batch with the object's fields, as if no rule left a row out and no finding stopped one.

    `__changed` is in it too, and what a part puts behind the key of its row. What the mapping could not translate or
    read stays as it is written.
    """
    rows = prepared(object_plan, source, batch)
    fields = [written(f, plan, source, rows).alias(f.name) for f in object_plan.fields if source.name in f.cells]
    part = rows[KEY].alias(PART_NAME)
    return pl.DataFrame([rows[ROW], rows[SPLIT], part, _changed(plan, source, rows, Collected()), *fields])


def prepared(object_plan: ObjectPlan, source: SourcePlan, batch: pl.DataFrame) -> pl.DataFrame:
    """Every row of a batch with its expressions evaluated (`__cell_<field>`) and split, before any rule or step.

    A row that a split leaves nothing of stays as it is, as part 0. `__key` is only what a part puts behind its row's.
    """
    source, feed = source.model_copy(update={"skip": ()}), _feed(object_plan, source.name)
    open_feed = feed.model_copy(update={"where": None})
    raw = batch.with_columns(_evaluated(_expressions(object_plan, source.name), source, open_feed, batch))
    raw = raw.with_columns(pl.lit(0, pl.Int32).alias(SPLIT), pl.lit("").alias(KEY))
    rows, unsplit = _split(raw, feed, naming(object_plan, feed))
    missing = raw.join(unsplit, on=ROW, how="semi").with_columns(pl.lit(0, pl.Int32).alias(SPLIT))
    return pl.concat([rows, missing.select(rows.columns)])


def _feed(object_plan: ObjectPlan, source: str) -> FeedPlan:
    """The feed of a source; a source that only enriches feeds everything it has."""
    feeds: tuple[FeedPlan | EnrichPlan, ...] = (*object_plan.feeds, *object_plan.enrich)
    found = next(feed for feed in feeds if feed.source == source)
    return found if isinstance(found, FeedPlan) else FeedPlan(source=source)


# ------------------------------------------------------------------------------------------- filters and expressions


def skipped(source: SourcePlan, batch: pl.DataFrame) -> pl.Series:
    """Which rows of a batch the `skip:` rules of the source leave out, for every object."""
    raw = batch.with_columns(_evaluated([], source, FeedPlan(source=source.name), batch))
    out = pl.Series("skipped", [False], dtype=pl.Boolean).new_from_index(0, len(raw))
    for number, skip in enumerate(source.skip):
        out = out | _hit(raw, number, skip)
    return out


def _hit(raw: pl.DataFrame, number: int, skip: SkipPlan) -> pl.Series:
    """Which rows a `skip:` rule leaves out for certain: a value that it cannot compare is no reason to skip a row."""
    if skip.expression is None:
        return _all_blank(raw)
    return raw[f"__skip{number}"] & ~raw[f"__skip{number}_odd"]


def _evaluated(
    cells: Sequence[tuple[str, str]], source: SourcePlan, feed: FeedPlan, batch: pl.DataFrame
) -> list[pl.Series]:
    """Every expression over the batch, in one query: skip rules, `where`, and `= expression` cells."""
    selected: list[str] = []
    parameters: list[str] = []

    def column(name: Name) -> Column:
        return Column(f"batch.{quoted(name.name)}", "text")

    def select(alias: str, sql: str, bound: tuple[str, ...]) -> None:
        selected.append(f"({sql}) AS {quoted(alias)}")
        parameters.extend(bound)

    for number, skip in enumerate(source.skip):
        if skip.expression is not None:
            compiled = parse(skip.expression).condition(column)
            select(f"__skip{number}", compiled.sql, compiled.params)
            select(f"__skip{number}_odd", compiled.incomparable, compiled.incomparable_params)
    if feed.where is not None:
        compiled = parse(feed.where).condition(column)
        select("__where", compiled.sql, compiled.params)
        select("__incomparable", compiled.incomparable, compiled.incomparable_params)
    for name, text in cells:
        compiled = parse(text).value(column)
        select(f"__cell_{name}", compiled.sql, compiled.params)
        select(f"{ODD}{name}", compiled.incomparable, compiled.incomparable_params)
    if not selected:
        return []
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})
    try:
        connection.register("batch", batch.to_arrow())
        answer = connection.sql(f"SELECT {', '.join(selected)} FROM batch", params=parameters).to_arrow_table()
    finally:
        connection.close()
    return pl.DataFrame(answer).get_columns()


def _expressions(object_plan: ObjectPlan, source: str) -> list[tuple[str, str]]:
    cells = ((f.name, f.cells[source].expression) for f in object_plan.fields if source in f.cells)
    return [(name, text) for name, text in cells if text is not None]


def _filtered(raw: pl.DataFrame, source: SourcePlan, feed: FeedPlan) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows that hold the object, and those that a rule left out, each with its rule."""
    left_out = []
    for number, skip in enumerate(source.skip):
        hit = _hit(raw, number, skip)
        left_out.append(_aside(raw.filter(hit), "excluded", "skipped_line", skip.name, ""))
        raw = raw.filter(~hit)
    doubts = [(f"__skip{number}_odd", skip.name) for number, skip in enumerate(source.skip) if skip.expression]
    doubts += [("__incomparable", feed.where)] if feed.where is not None else []
    for odd, rule in doubts:  # after all rules, since what one of them leaves out for certain needs no other
        left_out.append(_aside(raw.filter(raw[odd]), "held", "not_comparable", rule, _INCOMPARABLE))
        raw = raw.filter(~raw[odd])
    if feed.where is not None:
        state, code = ("absent", "no_such_object") if feed.absent else ("excluded", "excluded_rule")
        rule = feed.because or feed.where
        left_out.append(_aside(raw.filter(~raw["__where"]), state, code, rule, feed.where))
        raw = raw.filter(raw["__where"])
    return raw, left_out


def _all_blank(raw: pl.DataFrame) -> pl.Series:
    texts = [name for name in raw.columns if not name.startswith("__")]
    blank = pl.all_horizontal((pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")) for name in texts)
    return raw.select(blank.alias("blank"))["blank"]


def _aside(rows: pl.DataFrame, state: str, code: str, rule: str, message: str) -> pl.DataFrame:
    """Rows that end here, in the columns of `set_aside`."""
    return rows.select(
        ROW, SPLIT, KEY, pl.lit(None, pl.String).alias(ROW_KEY), pl.lit(state).alias("state"),
        pl.lit(code).alias("code"), pl.lit(rule).alias("rule"), pl.lit("").alias("field"),
        pl.lit(message).alias("message"),
    )  # fmt: skip


def _split(rows: pl.DataFrame, feed: FeedPlan, named_by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One line per part of the split column, companions in step; a row without parts holds no such object."""
    if feed.split is None:
        return rows, _aside(rows.clear(), "", "", "", "")
    columns = [feed.split.column, *feed.split.companions]
    parts = rows.with_columns(_parts(column, feed.split.by, feed.split.column) for column in columns)
    empty = parts.select(pl.col(feed.split.column).list.len() == 0).to_series()
    no_part = _aside(rows.filter(empty), "absent", "no_such_object", f"split_rows {feed.split.column}", "")
    exploded = parts.filter(~empty).with_columns(
        pl.int_ranges(pl.col(feed.split.column).list.len(), dtype=pl.Int32).alias(SPLIT)
    )
    exploded = exploded.explode([*columns, SPLIT])
    names = part_names(exploded, feed.split, named_by, ROW)
    return exploded.with_columns(pl.concat_str(KEY, names).alias(KEY)), no_part


def _parts(column: str, by: str, leader: str) -> pl.Expr:
    """The parts of a cell; a companion is cut or filled up to as many parts as the leading column has.

    A companion with one part only where the leader has several belongs to the first: nothing is invented for the rest.
    """

    def listed(name: str) -> pl.Expr:
        return pl.col(name).fill_null("").str.split(by).list.eval(pl.element().str.strip_chars())

    if column == leader:
        return listed(column).list.eval(pl.element().filter(pl.element() != "")).alias(column)
    wanted = listed(leader).list.eval(pl.element().filter(pl.element() != "")).list.len()
    return listed(column).list.gather(pl.int_ranges(wanted), null_on_oob=True).alias(column)


# ------------------------------------------------------------------------------------------------------ transform


def _transformed(
    plan: Plan, object_plan: ObjectPlan, source: SourcePlan, feed: FeedPlan, rows: pl.DataFrame,
    left_out: list[pl.DataFrame],
) -> Mapped:  # fmt: skip
    collected = Collected()
    fields = {
        f.name: transform_field(plan, f, source, rows, collected) for f in object_plan.fields if source.name in f.cells
    }
    origin = [rows[ROW], rows[SPLIT], _record_keys(rows, feed, fields), _changed(plan, source, rows, collected)]
    if feed.one_per:  # many rows make one record, and references still name each of them by its own key
        origin.append(rows[KEY].alias(ROW_KEY))
    records = pl.DataFrame([*origin, _evidence_texts(object_plan, source, rows), *fields.values()])
    refused = first_refusal(records, collected.refused)
    if object_plan.variant is not None:
        records, refused, gone = sent_off(object_plan, object_plan.variant, records, refused)
        left_out = [*left_out, gone]
    records = records.join(refused, on=[ROW, SPLIT], how="anti")
    return Mapped(
        records.rechunk(),
        stacked([*left_out, refused], SET_ASIDE).sort(ROW, SPLIT),
        stacked(collected.cells, CELLS).sort(ROW, SPLIT, "field"),
        stacked(collected.changes, CHANGES).sort(ROW, SPLIT, maintain_order=True),
    )


def _record_keys(rows: pl.DataFrame, feed: FeedPlan, fields: dict[str, pl.Series]) -> pl.Series:
    """The key of a record: of its row, or, where many rows make one record, of what makes them one."""
    if not feed.one_per:
        return rows[KEY]
    return source_keys(pl.DataFrame([fields[name] for name in feed.one_per]), feed.one_per).alias(KEY)


def _changed(plan: Plan, source: SourcePlan, rows: pl.DataFrame, collected: Collected) -> pl.Series:
    """When the source changed the row, as ISO text; null where it does not say or cannot be read, which is told."""
    if source.changed is None:
        return pl.Series("__changed", [None], dtype=pl.String).new_from_index(0, len(rows))
    formats = (source.changed_format,) if source.changed_format else ()
    values = blank_to_null(rows[source.changed].cast(pl.String))
    frame = STEPS["instant"].function(values, context_of(plan, source, source.changed), *formats)
    unreadable = frame["flag"].is_not_null() & ~frame["flag"].is_in(CLOCK_FLAGS).fill_null(False)
    changed = frame["value"].set(unreadable, None).alias("__changed")
    collected.cells.append(_told_of(source.changed, values, frame.with_columns(changed.alias("value")), rows))
    return changed


def _told_of(column: str, values: pl.Series, frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What reading a column that is no field found, as cells: of the column's own name."""
    reasons = {flag: TYPES["instant"].reason(flag) for flag in frame["flag"].drop_nulls().unique()}
    told = frame.with_columns(rows[ROW], rows[SPLIT], values.alias("before")).filter(pl.col("flag").is_not_null())
    lost = pl.when(pl.col("value").is_null()).then(pl.lit("when the row changed counts as not known"))
    return told.select(
        ROW,
        SPLIT,
        pl.lit(column).alias("field"),
        pl.col("flag").replace_strict(reasons, default=None, return_dtype=pl.String).alias("code"),
        "before",
        pl.col("value").alias("after"),
        pl.concat_str("note", lost, separator="; ", ignore_nulls=True).alias("message"),
    )


def _evidence_texts(object_plan: ObjectPlan, source: SourcePlan, rows: pl.DataFrame) -> pl.Series:
    """The texts that prove a consent or similar, as a JSON list of `source.column: text`; null where there are none."""
    named = [text.partition(".") for f in object_plan.fields for text in f.evidence]
    columns = sorted({column for origin, _, column in named if origin == source.name and column in rows.columns})
    if not columns:
        return pl.Series("__ev", [None], dtype=pl.String).new_from_index(0, len(rows))
    texts = [
        pl.when(pl.col(c).is_not_null() & (pl.col(c) != "")).then(pl.concat_str(pl.lit(f"{source.name}.{c}: "), c))
        for c in columns
    ]
    listed = rows.select(pl.concat_list(texts).list.drop_nulls().alias("__ev"))["__ev"]
    encoded = pl.select(
        pl.when(listed.list.len() > 0).then(pl.struct(listed.alias("e")).struct.json_encode())
    ).to_series()
    return encoded.str.strip_prefix('{"e":').str.strip_suffix("}").alias("__ev")
