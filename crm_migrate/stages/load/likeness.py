"""Records of the target that are not ours, matched with what is to be loaded by the learned model.

Ours and theirs are matched together. What lies above the limit is a match; what is only more likely than not waits for
a person. Several of ours or of theirs in one cluster are ambiguous, and wait too.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from crm_migrate.mapping.plan import LearnedPlan, ObjectPlan
from crm_migrate.matching.comparing.records import Records, prepare
from crm_migrate.matching.comparing.sentences import sentences
from crm_migrate.matching.deciding.outcomes import Outcomes, outcomes
from crm_migrate.matching.weighing.engine import resolve
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.identities import told_by
from crm_migrate.stages.dedupe.keys import without_placeholders
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import THEIRS

Pair = tuple[int, str, bool, str]  # cluster of ours, id of theirs, above the limit, why
_PAIRS = pa.schema([("__cluster", pa.int64()), ("target_id", pa.string()), ("sure", pa.bool_()), ("why", pa.string())])


def create_alike(relations: Relations, object_plan: ObjectPlan, learned: LearnedPlan) -> None:
    """Table `alike/<object>`: `__cluster`, `target_id`, `sure`, `why` of ours and theirs that may be one."""
    kinds = {str(f.target): told_by(object_plan.entity, f.type) for f in loaded_fields(object_plan) if f.ref is None}
    kinds = {name: kind for name, kind in kinds.items() if kind}
    ours, theirs = _frames(relations, object_plan, list(kinds))
    pairs = list(_pairs(object_plan, kinds, learned, ours, theirs)) if len(ours) and len(theirs) else []
    columns = list(zip(*pairs, strict=True)) or [()] * len(_PAIRS)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, _PAIRS, strict=True)]
    relations.connection.register("alike_", pa.table(arrays, schema=_PAIRS))
    relations.execute(f"CREATE TEMP TABLE {Names(object_plan.name).alike} AS SELECT * FROM alike_")
    relations.connection.unregister("alike_")


def _frames(relations: Relations, object_plan: ObjectPlan, fields: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is ready and was never sent, and what the target holds without our key; `__id` and the fields."""
    names = Names(object_plan.name)
    listed = "".join(f", w.{quoted(name)}::VARCHAR AS {quoted(name)}" for name in fields)
    ours = (
        f"SELECT w.__cluster::VARCHAR AS __id{listed} FROM {names.clear} w ANTI JOIN {names.sent} s"
        " ON s.__entity = w.__entity WHERE w.__state = 'ready' ORDER BY w.__cluster"
    )
    theirs = relations.scan(THEIRS, object_plan.name, also=text_columns(object_plan))
    held = f"SELECT w.target_id AS __id{listed} FROM {theirs} w WHERE w.__entity IS NULL ORDER BY w.target_id"
    frames = (pl.DataFrame(pl.from_arrow(relations.connection.sql(q).to_arrow_table())) for q in (ours, held))
    first, second = frames
    return first, second


def _pairs(
    object_plan: ObjectPlan, kinds: dict[str, str], learned: LearnedPlan, ours: pl.DataFrame, theirs: pl.DataFrame
) -> Iterator[Pair]:
    ids = pl.concat([ours["__id"], theirs["__id"]]).to_list()
    frame = pl.concat([ours.drop("__id"), theirs.drop("__id")])
    types = {str(f.target): f.type for f in loaded_fields(object_plan)}
    texts = frame.select(without_placeholders(frame[name], types[name]) for name in frame.columns)
    records = prepare(texts, kinds, object_plan.entity)
    if not records.comparisons:
        return
    found = outcomes(resolve(records, learned.sites == "one"), records, learned.limit)
    for (i, j), sure, why in _across(records, found, len(ours)):
        yield int(ids[i]), str(ids[j]), sure, why


def _across(records: Records, found: Outcomes, ours: int) -> Iterator[tuple[tuple[int, int], bool, str]]:
    """Pairs of one of ours (rows below `ours`) and one of theirs: all in one merged cluster, then the likely ones."""
    members: dict[int, list[int]] = {}
    for row in np.flatnonzero(np.bincount(found.merged, minlength=records.rows)[found.merged] > 1).tolist():
        members.setdefault(int(found.merged[row]), []).append(row)
    pairs = [(i, j) for rows in members.values() for i in rows if i < ours for j in rows if j >= ours]
    likely = (found.review_odds > 0) & ((found.review_i < ours) != (found.review_j < ours))
    low, high = np.minimum(found.review_i, found.review_j)[likely], np.maximum(found.review_i, found.review_j)[likely]
    every = [*pairs, *zip(low.tolist(), high.tolist(), strict=True)]
    ends = np.array(every, dtype=np.int64).reshape(-1, 2)
    told = sentences(records.comparisons, ends[:, 0], ends[:, 1])
    for at, (pair, why) in enumerate(zip(every, told, strict=True)):
        yield pair, at < len(pairs), why
