"""What was learned, told: the limit and what it leaves, groups that share a home or a mailbox, blocks left out."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa

from crm_migrate.mapping.plan import LearnedPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.learned import Learned
from crm_migrate.stages.dedupe.pairs import MODEL as NAME
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import GROUPS, LEARNED, MODEL, Table

Line = tuple[str, str, str, int]  # code, rule, message, count


def publish_learned(work: Relations, each: ObjectPlan, learned: Learned | None) -> None:
    """Tables `dedupe/<object>/learned` (one line), `model` and `groups`; empty where no model spoke."""
    _publish(work, each, LEARNED, _summary(each.learned, learned) if each.learned else LEARNED.schema.empty_table())
    document = pa.table([[learned.model.text()] if learned else []], schema=MODEL.schema)
    _publish(work, each, MODEL, document)
    _publish(work, each, GROUPS, _groups(learned))


def _publish(work: Relations, each: ObjectPlan, table: Table, lines: pa.Table) -> None:
    work.connection.register("told_table", lines)
    work.publish("SELECT * FROM told_table ORDER BY ALL", table, each.name)
    work.connection.unregister("told_table")


def _summary(asked: LearnedPlan, learned: Learned | None) -> pa.Table:
    """`cut` is the probability from which pairs are merged; null where nothing is."""
    if learned is None:
        return pa.table([[asked.do], [asked.limit], [0.0], [0], [None]], schema=LEARNED.schema)
    found = learned.found
    cut = round(float(1 / (1 + np.exp(-min(found.cut, 50.0)))), 6) if np.isfinite(found.cut) else None
    wrong = round(found.expected_wrong, 6)
    return pa.table([[asked.do], [asked.limit], [wrong], [found.merged_records], [cut]], schema=LEARNED.schema)


def _groups(learned: Learned | None) -> pa.Table:
    """One line per group and member; a group has the number of its smallest node."""
    groups = learned.found.groups if learned else ()
    if learned is None or not groups:
        return GROUPS.schema.empty_table()
    sizes = [len(group.members) for group in groups]
    rows = np.fromiter(chain.from_iterable(group.members for group in groups), dtype=np.int64, count=sum(sizes))
    at = np.repeat(np.arange(len(groups)), sizes)
    first = np.array([learned.node[list(group.members)].min() for group in groups], dtype=np.int64)
    told = (pa.array([getattr(group, word) for group in groups]).take(at) for word in ("kind", "shared_value"))
    return pa.table([first[at], *told, learned.node[rows]], schema=GROUPS.schema)


def told(work: Relations, each: ObjectPlan, learned: Learned | None) -> Iterator[Line]:
    """Blocks that were too big for the model, and likely clusters that it did not merge as a whole."""
    if each.learned is None:
        return
    if learned is None:
        message = "The records say too little about who they are: nothing was compared by the model."
        yield "learned_nothing", NAME, message, 1
        return
    if learned.outgrown:
        yield "model_outgrown", NAME, learned.outgrown, 1
    for key, rows in sorted(learned.oversized.items()):
        message = f"{rows} records agree in {key} with more others than can be compared for that alone."
        yield "block_too_big", NAME, message, rows
    yield from _split(work, each, learned)


def _split(work: Relations, each: ObjectPlan, learned: Learned) -> Iterator[Line]:
    reasons: dict[str, list[int]] = {}
    for row, why in learned.found.held.items():
        reasons.setdefault(why, []).append(int(learned.node[row]))
    for why, nodes in sorted((why, sorted(nodes)) for why, nodes in reasons.items()):
        query = f"SELECT concat(__source, ':', __key) FROM {quoted(f'nodes/{each.name}')} WHERE __node = ?"
        first = str(work.rows(query, nodes[:1])[0][0])
        message = f"{len(nodes)} likely clusters were not merged as a whole (the first is that of {first}): {why}."
        yield "cluster_split", NAME, message, len(nodes)
