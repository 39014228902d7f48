"""What every row says about who it is, in a form that can be compared: whatever becomes of the row later.

One line per value: `object`, `entity`, `source`, `__row`, `__split`, `field`, `type`, `value`, and `key`, what two
spellings have in common. The key of the row is a value of type `key`, a person's whole name one of type `name`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from crm_migrate.cleansing import Context
from crm_migrate.cleansing.keys import compare_key
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.mapping.erase_list import KEY, NAME
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.stages.map.batch import PART_NAME, unfiltered
from crm_migrate.stages.map.keys import source_keys
from crm_migrate.stages.transform import SPLIT
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.tables import EXTRACTED

SAID = {
    "object": pl.String, "entity": pl.String, "source": pl.String, ROW: pl.Int64, SPLIT: pl.Int32,
    "field": pl.String, "type": pl.String, "value": pl.String, "key": pl.String,
}  # fmt: skip


def write_said(plan: Plan, run: Run, columns: Iterable[str]) -> list[Path]:
    """Write down what all rows say; `columns` are those of the list. The files, in no order that matters."""
    files: list[Path] = []
    wanted = set(columns)
    folder = run.table("erase", "said")
    folder.mkdir(parents=True, exist_ok=True)
    for each in plan.objects:
        fields = tuple(f for f in each.fields if f.ref is None and _tells(f, wanted))
        bare = each.model_copy(update={"fields": fields})
        for source in each.sources:
            for part in paths(run.folder.joinpath(*EXTRACTED.path(source))):
                files.append(folder / f"{len(files):05}.parquet")
                lines = _lines(plan, bare, plan.source(source), pl.read_parquet(part))
                lines.write_parquet(files[-1])
    return files


def _tells(field: FieldPlan, wanted: set[str]) -> bool:
    kind = field.kind
    return bool({field.name, field.type} & wanted) or kind.names > 0 or kind.key in ("mailbox", "phone") or (
        kind.nobody == "day" or kind.storage == "list" or kind.role == "consent"
    )  # fmt: skip


def is_person(each: ObjectPlan) -> bool:
    """Whether its records are people, or say something of one mailbox."""
    return each.entity == "person" or each.name == SUPPRESSIONS


def _lines(plan: Plan, each: ObjectPlan, source: SourcePlan, batch: pl.DataFrame) -> pl.DataFrame:
    rows = unfiltered(plan, each, source, batch)
    context = Context(source.locale, source.time_zone, plan.as_of)
    found = [_of_field(rows, field, context) for field in each.fields if field.name in rows.columns]
    found += [*_keys(rows, source, batch), *_names(rows, each, context)]
    entity = "person" if is_person(each) else each.entity
    constant = {"object": each.name, "entity": entity, "source": source.name}
    marked = [frame.with_columns(**{name: pl.lit(value) for name, value in constant.items()}) for frame in found]
    shaped = [frame.select(pl.col(name).cast(kind) for name, kind in SAID.items()) for frame in marked]
    return pl.concat([pl.DataFrame(schema=SAID), *shaped]).filter(pl.col("key").is_not_null())


def _of_field(rows: pl.DataFrame, field: FieldPlan, context: Context) -> pl.DataFrame:
    """The values of one field; those of a list one by one, with the type that they look like."""
    frame = rows.select(ROW, SPLIT, pl.col(field.name).alias("value")).drop_nulls("value")
    kind = field.type
    if field.kind.storage == "list":
        listed = pl.col("value").str.strip_chars("[]").str.split('",').list.eval(pl.element().str.strip_chars('" '))
        frame, kind = frame.with_columns(listed).explode("value").filter(pl.col("value").str.contains("@")), "email"
    key = compare_key(frame["value"], kind, context).alias("key")
    return frame.with_columns(key, pl.lit(field.name).alias("field"), pl.lit(kind).alias("type"))


def _keys(rows: pl.DataFrame, source: SourcePlan, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The key of a row is that of each of its parts; those that are called apart have one of their own as well."""
    keys = batch.select(ROW).with_columns(source_keys(batch, source.key).alias("key"))
    frame = rows.select(ROW, SPLIT, PART_NAME).join(keys, on=ROW, how="left")
    own = frame.filter(pl.col(PART_NAME) != "").with_columns(pl.concat_str("key", PART_NAME))
    for each in (frame, own):
        yield each.drop(PART_NAME).with_columns(value="key", field=pl.lit(""), type=pl.lit(KEY))


def _names(rows: pl.DataFrame, each: ObjectPlan, context: Context) -> Iterator[pl.DataFrame]:
    """Whole names of people: given and family name together, or a field that has all of it."""
    by_type: dict[str, list[str]] = {}
    for field in each.fields:
        if field.name in rows.columns:
            by_type.setdefault(field.type, []).append(field.name)
    wholes = [[name] for name in by_type.get("person_name", [])]
    parts = [by_type[kind][0] for kind in ("given_name", "family_name") if kind in by_type]
    for names in [*wholes, *([parts] if parts else [])]:
        value = pl.concat_str(names, separator=" ", ignore_nulls=True).str.strip_chars().replace("", None)
        frame = rows.select(ROW, SPLIT, value.alias("value"))
        keys = compare_key(frame["value"], "person_name", context)
        sorted_words = keys.str.split(" ").list.sort().list.join(" ")
        yield frame.with_columns(sorted_words.alias("key"), field=pl.lit(NAME), type=pl.lit(NAME))
