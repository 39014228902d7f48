"""Which object of the target a row goes to, where a mapping sends an object to several.

Every part of such an object looks at every row and takes those of its own branch; exactly one part takes a row, also
one that is held or rejected for its cells. What cannot be compared waits in the first part.
"""

import duckdb
import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import Column, Compiled, Name, parse
from crm_migrate.mapping.plan import ObjectPlan, VariantPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.transform import KEY, ROW_KEY, SPLIT
from crm_migrate.workspace.tables import SET_ASIDE

OTHER_TARGET, UNDECIDED = "other_target", "target_undecided"
_ODD = "a value cannot be compared as `to:` asks"


def sent_off(
    object_plan: ObjectPlan, variant: VariantPlan, records: pl.DataFrame, refused: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The records of this part, the rows of it that were refused, and the lines of `set_aside` of all other rows."""
    goes = _targets(object_plan, variant, records)
    here = goes["target"] == variant.target
    first = object_plan.name == variant.parts[0]
    odd = goes["odd"]
    mine = (here & ~odd) | (odd & first)
    gone = _lines(records.filter(~mine), goes["target"].filter(~mine), "absent", OTHER_TARGET, "")
    kept = refused.join(gone, on=[ROW, SPLIT], how="anti")
    waiting = _lines(records.filter(mine & odd), goes["target"].filter(mine & odd), "held", UNDECIDED, _ODD)
    waiting = waiting.join(kept, on=[ROW, SPLIT], how="anti")
    others = pl.concat([gone, waiting])
    return records.join(others, on=[ROW, SPLIT], how="anti"), kept, others


def _targets(object_plan: ObjectPlan, variant: VariantPlan, records: pl.DataFrame) -> pl.DataFrame:
    """`target` of every record, the first branch that holds, and whether a value on the way to it is `odd`."""
    storages = {field.name: TYPES[field.type].storage for field in object_plan.fields}

    def column(name: Name) -> Column:
        known = name.name in records.columns
        return Column(f"batch.{quoted(name.name)}" if known else "NULL::VARCHAR", storages[name.name])

    branches = [(parse(when).condition(column), str(target)) for when, target in variant.branches if when is not None]
    bound = [(str(target), ()) for when, target in variant.branches if when is None]
    target, values = _cases([(each.sql, each.params, "?", (name,)) for each, name in branches], ("?", (bound[0][0],)))
    odd, doubts = _cases([part for each, _ in branches for part in _doubt(each)], ("FALSE", ()))
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})
    try:
        connection.register("batch", records.to_arrow())
        query = f"SELECT {target}::VARCHAR AS target, {odd} AS odd FROM batch"
        return pl.DataFrame(connection.sql(query, params=[*values, *doubts]).to_arrow_table())
    finally:
        connection.close()


_Part = tuple[str, tuple[str, ...], str, tuple[str, ...]]  # a condition, what it binds, a value, what that binds


def _doubt(each: Compiled) -> list[_Part]:
    return [(each.incomparable, each.incomparable_params, "TRUE", ()), (each.sql, each.params, "FALSE", ())]


def _cases(parts: list[_Part], otherwise: tuple[str, tuple[str, ...]]) -> tuple[str, list[str]]:
    """SQL of the first part whose condition holds, and all that it binds in order."""
    text = "".join(f" WHEN {condition} THEN {value}" for condition, _, value, _ in parts)
    bound = [b for _, of_condition, _, of_value in parts for b in (*of_condition, *of_value)]
    return f"CASE{text} ELSE {otherwise[0]} END" if parts else otherwise[0], [*bound, *otherwise[1]]


def _lines(rows: pl.DataFrame, targets: pl.Series, state: str, code: str, message: str) -> pl.DataFrame:
    """Rows that end here, in the columns of `set_aside`; the rule is the object of the target that they go to."""
    own = pl.col(ROW_KEY) if ROW_KEY in rows.columns else pl.lit(None, pl.String)
    return rows.select(
        ROW, SPLIT, KEY, own.alias(ROW_KEY), pl.lit(state).alias("state"), pl.lit(code).alias("code"),
        targets.alias("rule"), pl.lit("").alias("field"), pl.lit(message).alias("message"),
    ).select(*SET_ASIDE.columns)  # fmt: skip
