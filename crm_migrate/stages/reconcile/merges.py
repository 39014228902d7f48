"""What the match rules and decisions did, and the largest merged clusters with who won which cell."""

import json
from typing import Literal, cast

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.matching.explaining.likely import reasoned
from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.workspace.figures import Example, MergedCluster, MergeFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, COMPLETED, NODES, PAIRS, SURVIVORS, texts

SHOWN = 200
Outcome = Literal["merge", "review", "apart", "vetoed", "held"]


def merge_figures(tables: Relations, object_name: str) -> tuple[MergeFigure, ...]:
    """Pairs and records by rule and outcome, and clusters that are held."""
    pairs = tables.scan(PAIRS, object_name)
    rows = tables.rows(
        f"""SELECT coalesce(rule, '') AS rule, outcome, count(*), count(DISTINCT node) FROM (
          SELECT rule, outcome, a, b, unnest([a, b]) AS node FROM {pairs}) GROUP BY ALL ORDER BY ALL"""
    )
    figures = [
        MergeFigure(
            object=object_name,
            rule=rule,
            outcome=cast("Outcome", outcome),
            pairs=count // 2,
            records=records,
            examples=_pair_examples(tables, object_name, rule, outcome),
        )
        for rule, outcome, count, records in rows
    ]
    return (*figures, *_held(tables, object_name))


def _held(tables: Relations, object_name: str) -> tuple[MergeFigure, ...]:
    clusters = tables.scan(CLUSTERS, object_name)
    rows = tables.rows(
        f"SELECT coalesce(rule, ''), count(DISTINCT __cluster), count(*) FROM {clusters} WHERE state = 'held' "
        "GROUP BY ALL ORDER BY ALL"
    )
    return tuple(
        MergeFigure(object=object_name, rule=rule, outcome="held", pairs=count, records=records)
        for rule, count, records in rows
    )


def _pair_examples(tables: Relations, object_name: str, rule: str, outcome: str) -> tuple[Example, ...]:
    pairs = tables.scan(PAIRS, object_name)
    nodes = tables.scan(NODES, object_name)
    rows = tables.rows(
        f"""SELECT x.__source || ':' || x.__key, y.__source || ':' || y.__key, p.why, p.evidence, p.probability
        FROM (SELECT * FROM {pairs} WHERE coalesce(rule, '') = ? AND outcome = ? ORDER BY a, b LIMIT {EXAMPLES}) p
        LEFT JOIN {nodes} x ON x.__node = p.a LEFT JOIN {nodes} y ON y.__node = p.b ORDER BY p.a, p.b""",
        [rule, outcome],
    )
    return tuple(
        Example(
            record=f"{left} + {right}",
            source=_side(evidence, 0),
            expected=_side(evidence, 1),
            message=reasoned(why, probability),
        )
        for left, right, why, evidence, probability in rows
    )


def _side(evidence: str | None, side: int) -> str | None:
    """The values of one record that were compared, as one line."""
    if not evidence:
        return None
    compared = json.loads(evidence)
    if not isinstance(compared, dict):
        return None
    pairs = ((field, pair) for field, pair in compared.items() if isinstance(pair, list) and len(pair) > side)
    values = [f"{field}: {pair[side]}" for field, pair in pairs]
    return ", ".join(values)


def merged_clusters(tables: Relations, object_plan: ObjectPlan) -> tuple[MergedCluster, ...]:
    """The largest merged clusters, survivor first; ties by the smallest cluster number."""
    name = object_plan.name
    clusters = tables.scan(CLUSTERS, name)
    shown = [
        int(row[0])
        for row in tables.rows(
            f"SELECT __cluster FROM {clusters} WHERE state = 'merged' GROUP BY __cluster HAVING count(*) > 1 "
            f"ORDER BY count(*) DESC, __cluster LIMIT {SHOWN}"
        )
    ]
    members, why = _members(tables, name, shown)
    cells = _cells(tables, object_plan, shown)
    return tuple(
        MergedCluster(
            object=name,
            cluster=members[cluster][0] if members.get(cluster) else str(cluster),
            members=tuple(members.get(cluster, ())),
            why=tuple(why.get(cluster, ())),
            cells=tuple(cells.get(cluster, ())),
        )
        for cluster in shown
    )


def _members(tables: Relations, name: str, shown: list[int]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    clusters = tables.scan(CLUSTERS, name)
    nodes = tables.scan(NODES, name)
    rows = tables.rows(
        f"""SELECT k.__cluster, n.__source || ':' || n.__key, k.why FROM {clusters} k JOIN {nodes} n USING (__node)
        WHERE k.__cluster IN (SELECT unnest(?)) ORDER BY k.__cluster, n.__trust, n.__changed DESC NULLS LAST, n.__key,
        n.__source, n.__node""",
        [shown],
    )
    members: dict[int, list[str]] = {}
    reasons: dict[int, list[str]] = {}
    for cluster, record, why in rows:
        members.setdefault(cluster, []).append(record)
        if why and why not in reasons.setdefault(cluster, []):
            reasons[cluster].append(why)
    return members, reasons


def _cells(tables: Relations, object_plan: ObjectPlan, shown: list[int]) -> dict[int, list[tuple[str, str, str, str]]]:
    """Cluster -> (field, value, winner, rule) in the order of the mapping."""
    name = object_plan.name
    survivors = tables.scan(SURVIVORS, name)
    nodes = tables.scan(NODES, name)
    fields = [f.name for f in object_plan.fields]
    complete = tables.scan(COMPLETED, name, also=texts(*fields))
    rows = tables.rows(
        f"""SELECT s.__cluster, s.field, coalesce(n.__source || ':' || n.__key, ''), coalesce(s.rule, '')
        FROM {survivors} s LEFT JOIN {nodes} n USING (__node) WHERE s.__cluster IN (SELECT unnest(?))
        ORDER BY s.__cluster, s.field""",
        [shown],
    )
    listed = ", ".join(f"{quoted(field)}::VARCHAR" for field in fields)
    found = tables.rows(f"SELECT __cluster, {listed} FROM {complete} WHERE __cluster IN (SELECT unnest(?))", [shown])
    values = {row[0]: dict(zip(fields, row[1:], strict=True)) for row in found}
    cells: dict[int, list[tuple[str, str, str, str]]] = {}
    place = {field: number for number, field in enumerate(fields)}
    for cluster, field, winner, rule in sorted(rows, key=lambda row: (row[0], place.get(row[1], len(fields)))):
        value = values.get(cluster, {}).get(field) or ""
        cells.setdefault(cluster, []).append((field, value, winner, rule))
    return cells
