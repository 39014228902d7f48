"""Replay: what people decided about pairs of records, put beside what the rules say."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.pairs import DECIDED
from crm_migrate.workspace.decisions import DuplicateDecision, obsolete, stale
from crm_migrate.workspace.relations import Relations

DECISION = "decision"
Cells = dict[str, str | None]


def replay(work: Relations, plan: ObjectPlan, nodes: str, decisions: Sequence[DuplicateDecision]) -> list[Finding]:
    """Add the decisions about this object to `verdicts/<object>`; what has lost its record is a finding.

    A decision whose records say something else than then is stale: its pairs are asked again (review).
    Table `chosen/<object>` (`node`, `field`, `decision`, `number`) has the records that people chose for a field.
    """
    mine = [decision for decision in decisions if decision.object == plan.name]
    if not mine:
        return []
    found = _records(work, plan, nodes, {member for decision in mine for member in decision.members})
    findings, lines, chosen = [], [], []
    for decision in sorted(mine, key=lambda d: (d.when, d.name)):
        if gone := [member for member in decision.members if member not in found]:
            findings.append(obsolete(decision, gone))
        here = {member: found[member] for member in decision.members if member in found}
        lines += _lines(decision, here, complete=not gone)
        chosen += _chosen(decision, here, complete=not gone)
    _insert(work, plan, lines)
    _create_chosen(work, plan, chosen)
    return findings


def _records(work: Relations, plan: ObjectPlan, nodes: str, names: Iterable[str]) -> dict[str, tuple[int, Cells]]:
    """Node and own values of the records of these names."""
    fields = [field.name for field in plan.fields if field.ref is None]
    work.connection.register("decided", pa.table({"name": sorted(names)}))
    cells = "".join(f", n.{quoted(name)}" for name in fields)
    rows = work.rows(
        f"SELECT d.name, n.__node{cells} FROM {nodes} n JOIN decided d ON d.name = concat(n.__source, ':', n.__key)"
    )
    work.connection.unregister("decided")
    return {row[0]: (row[1], dict(zip(fields, row[2:], strict=True))) for row in rows}


def _lines(
    decision: DuplicateDecision, here: dict[str, tuple[int, Cells]], *, complete: bool
) -> list[tuple[int, int, str, str, str]]:
    """(a, b, outcome, why, decision) of every pair of its records that are still there."""
    is_stale = complete and _is_stale(decision, here)
    outcome = "review" if is_stale else decision.decision
    why = f"{decision.who} on {decision.when}: {decision.why}"
    why = f"decision_stale: the records have changed since {why}" if is_stale else why
    pairs = [(here[x][0], here[y][0]) for x, y in decision.pairs if x in here and y in here]
    return [(min(pair), max(pair), outcome, why, decision.name) for pair in pairs]


def _is_stale(decision: DuplicateDecision, here: dict[str, tuple[int, Cells]]) -> bool:
    return stale(decision, {name: cells for name, (_, cells) in here.items()})


def _chosen(
    decision: DuplicateDecision, here: dict[str, tuple[int, Cells]], *, complete: bool
) -> list[tuple[int, str, str]]:
    """(node, field, decision) of the choices of a merge that still stands."""
    if decision.decision != "merge" or (complete and _is_stale(decision, here)):
        return []
    return [(here[record][0], field, decision.name) for field, record in decision.survivor if record in here]


def _create_chosen(work: Relations, plan: ObjectPlan, chosen: list[tuple[int, str, str]]) -> None:
    columns = list(zip(*chosen, strict=True)) or [()] * 3
    arrays = [
        pa.array(column, type=t) for column, t in zip(columns, (pa.int64(), pa.string(), pa.string()), strict=True)
    ]
    arrays.append(pa.array(range(len(chosen)), type=pa.int64()))
    work.connection.register("picked", pa.table(arrays, names=["node", "field", "decision", "number"]))
    work.execute(f"CREATE TABLE {quoted(f'chosen/{plan.name}')} AS SELECT * FROM picked")
    work.connection.unregister("picked")


def _insert(work: Relations, plan: ObjectPlan, lines: list[tuple[int, int, str, str, str]]) -> None:
    columns = list(zip(*lines, strict=True)) or [()] * 5
    types = (pa.int64(), pa.int64(), pa.string(), pa.string(), pa.string())
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, types, strict=True)]
    work.connection.register("lines", pa.table(arrays, names=["a", "b", "outcome", "why", "decision"]))
    # Among several decisions about one pair `apart` counts before `review` before `merge`, and all of them
    # before what users have merged in the target (-1).
    work.execute(
        f"INSERT INTO {quoted(f'verdicts/{plan.name}')} SELECT a, b, CASE outcome WHEN 'apart' THEN -4 WHEN"
        f" 'review' THEN -3"
        f" ELSE -2 END, '{DECISION}', outcome, why, {DECIDED}, [], decision FROM lines WHERE a <> b"
    )
    work.connection.unregister("lines")
