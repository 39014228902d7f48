"""`explain`: one record from the target back to file and line, by replaying the same pure steps on the raw row."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.errors import UsageError
from crm_migrate.inspecting.meant import Place, find, one_record, raw_row, refuse_unreadable
from crm_migrate.inspecting.stories import CellStory, Explanation, RecordStory, RowStory
from crm_migrate.mapping.plan import FieldPlan, Plan
from crm_migrate.matching.explaining.likely import reasoned
from crm_migrate.stages.map.batch import prepared
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.stages.transform import SPLIT, replay
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.tables import (
    ACTUAL,
    CELLS,
    CLUSTERS,
    CORRECTED,
    CROSSWALK,
    DIFFERENCES,
    DISPOSITIONS,
    ENRICHMENT,
    KNOWN,
    MASKED,
    MERGED,
    NODES,
    OUTCOMES,
    PAIRS,
    PLANNED,
    REMOVALS,
    SURVIVORS,
    VANISHED,
    VERDICTS,
)

MOST_ROWS = 50


def explain(plan: Plan, project: Project, run: Run, subject: str) -> Explanation:
    """Explain `contacts:17` (target id), an entity, `kisi:4711` (source and key) or `kisi.csv:1042` (file and line).

    Raises UsageError where nothing of the run answers to that name.
    """
    with relations(run, "reconcile", partial=True) as tables:
        found = list(dict.fromkeys(find(tables, plan, subject)))
        gone = tuple(_gone(tables, plan, project, subject)) if not found else ()
        if not found and not gone:
            refuse_unreadable(tables, plan, subject)
            raise UsageError(
                f"nothing in run {run.id} is called {subject!r}",
                hint="name a target id (contacts:17), a source and key (kisi:4711) or a file and line (kisi.csv:1042)",
            )
        records = gone + tuple(_record(tables, plan, place) for place in found)
    return Explanation(subject, run.id, records)


# -------------------------------------------------------------------------------------------------- the record


def _record(tables: Relations, plan: Plan, found: Place) -> RecordStory:
    name, cluster, origin = found
    view = tables.scan(DISPOSITIONS, name)
    if origin is not None:
        where, bound = "__source = ? AND __row = ? AND __split = ?", list[Any](origin)
    else:
        where, bound = f"__cluster = ? OR {_adding(tables, name)}", [cluster, cluster]
    lines = tables.rows(
        f"""SELECT __source, __row, __split, coalesce(__key, ''), state, code, rule, message, coalesce(survivor, ''),
        coalesce(__entity, ''), coalesce(target_id, '') FROM {view} WHERE {where}
        ORDER BY state = 'enrichment', survivor IS NOT NULL, __source, __row, __split LIMIT {MOST_ROWS}""",
        bound,
    )
    entity, target_id = (lines[0][9], lines[0][10]) if lines else ("", "")
    action, batch, outcome, message = _load(tables, name, cluster, entity)
    return RecordStory(
        object=name,
        cluster=cluster,
        entity=entity,
        target_id=target_id,
        action=action,
        batch=batch,
        outcome=outcome,
        message=message,
        rows=tuple(_row(tables, plan, name, line[:9]) for line in lines),
        merges=_merges(tables, name, cluster),
        cells=_cells(tables, plan, name, cluster, entity),
        undone=_undone(tables, name, entity),
    )


def _adding(tables: Relations, name: str) -> str:
    """SQL over dispositions: the row only adds to a record of the cluster that is bound."""
    reached = tables.scan(ENRICHMENT, name)
    clusters = tables.scan(CLUSTERS, name)
    return f"""(state = 'enrichment' AND (__source, __row) IN (SELECT (x.__source, x.__row) FROM {reached} x
      JOIN {clusters} k ON k.__node = x.__node WHERE k.__cluster = ?))"""


def _gone(tables: Relations, plan: Plan, project: Project, subject: str) -> Iterator[RecordStory]:
    """Records that an earlier run loaded and no row feeds any more: what they were made of, and why they are left."""
    head, _, tail = subject.rpartition(":")
    for each in plan.objects:
        known = tables.scan(KNOWN, each.name)
        left, removals = tables.scan(VANISHED, each.name), tables.scan(REMOVALS, each.name)
        for entity, target_id, code, message in tables.rows(
            f"""SELECT k.__entity, coalesce(k.target_id, ''), coalesce(v.code, ''), concat_ws(', and ', v.message,
              CASE r.outcome WHEN 'removed' THEN 'removed at the end of the load' ELSE 'stays: ' || r.message END)
            FROM {known} k LEFT JOIN {left} v USING (__entity) LEFT JOIN {removals} r USING (__entity)
            WHERE k.__entity = ? OR (? = ? AND (k.target_id = ? OR k.__entity = ?)) ORDER BY ALL""",
            [subject, head, each.name, tail, tail],
        ):
            members = ", ".join(_members(tables, project, each.identity, entity))
            told = "; ".join(filter(None, (message, members and f"it was loaded from {members}")))
            undone = _undone(tables, each.name, entity)
            yield RecordStory(
                each.name, None, entity, target_id, code or "loaded before", "", "", told, (), (), (), undone
            )


def _members(tables: Relations, project: Project, name: str, entity: str) -> list[str]:
    """The rows (`source:key`) that a loaded entity was made of, in any target."""
    folder = project.work / "targets"
    found: set[str] = set()
    for identity in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ():
        crosswalk = scan_folder(project.crosswalk(identity, name), CROSSWALK.columns)
        rows = tables.rows(f"SELECT __source || ':' || __key FROM {crosswalk} WHERE __entity = ?", [entity])
        found |= {str(row[0]) for row in rows}
    return sorted(found)


def _row(tables: Relations, plan: Plan, object_name: str, line: tuple[Any, ...]) -> RowStory:
    source, row, split, key, state, code, rule, message, survivor = line
    raw = raw_row(tables, source, row)
    files = source_facts(tables, source).get("files", ())
    number = raw.pop("__file", None)
    path = str(files[int(number)]["path"]) if number is not None and int(number) < len(files) else ""
    physical = int(raw.pop("__line", None) or 0)
    raw.pop("__row", None)
    parted = _parted(plan, object_name, source, split, raw)
    return RowStory(
        source=source,
        file=path,
        line=physical,
        row=row,
        split=split,
        key=key,
        state=state,
        code=code or "",
        rule=rule or "",
        message=message or "",
        survivor=survivor,
        raw=raw,
        corrected=_corrected(tables, plan, source, row),
        fields=tuple(replay(plan, object_name, source, parted)),
        findings=_findings(tables, object_name, source, row, split),
    )


def _corrected(tables: Relations, plan: Plan, source: str, row: int) -> tuple[tuple[str, str, str, str], ...]:
    if not plan.corrections.get(source):
        return ()
    table = tables.scan(CORRECTED, source)
    rows = tables.rows(f"SELECT name, was, who, correction FROM {table} WHERE __row = ? ORDER BY name", [row])
    return tuple((str(column), str(was), str(who), str(name)) for column, was, who, name in rows)


def _parted(plan: Plan, object_name: str, source: str, split: int, raw: dict[str, Any]) -> dict[str, str | None]:
    """The raw row as the transform saw it, and the value of every `= expression` cell by field: by `map` itself."""
    object_plan = plan.object(object_name)
    cells = {name: pl.Series([value], dtype=pl.String) for name, value in raw.items()}
    batch = pl.DataFrame({ROW: pl.Series([0], dtype=pl.Int64), **cells})
    parts = prepared(object_plan, plan.source(source), batch)
    row = next((part for part in parts.iter_rows(named=True) if part[SPLIT] == split), None)
    if row is None:
        return raw
    evaluated = {f.name: row[f"__cell_{f.name}"] for f in object_plan.fields if f"__cell_{f.name}" in row}
    return {name: row[name] for name in raw} | evaluated


def _findings(
    tables: Relations, object_name: str, source: str, row: int, split: int
) -> tuple[tuple[str, str, str], ...]:
    view = tables.scan(CELLS, object_name, source)
    rows = tables.rows(
        f"SELECT field, code, coalesce(before, '') FROM {view} WHERE __row = ? AND __split = ? ORDER BY ALL",
        [row, split],
    )
    return tuple((str(a), str(b), str(c)) for a, b, c in rows)


# ------------------------------------------------------------------------------------ merging, loading, the target


def _merges(tables: Relations, name: str, cluster: int | None) -> tuple[tuple[str, str, str, str, str], ...]:
    """What rules and decisions said about pairs of the cluster's members, and about its members and others."""
    if cluster is None:
        return ()
    pairs = tables.scan(PAIRS, name)
    clusters = tables.scan(CLUSTERS, name)
    nodes = tables.scan(NODES, name)
    rows = tables.rows(
        f"""WITH k AS (SELECT __node FROM {clusters} WHERE __cluster = ?)
        SELECT x.__source || ':' || x.__key, y.__source || ':' || y.__key, coalesce(p.rule, ''), p.outcome,
               p.why, coalesce(' (decision ' || nullif(p.decision, '') || ')', ''), p.probability
        FROM {pairs} p JOIN {nodes} x ON x.__node = p.a JOIN {nodes} y ON y.__node = p.b
        WHERE p.a IN (SELECT __node FROM k) OR p.b IN (SELECT __node FROM k)
        ORDER BY p.a, p.b, p.rule LIMIT {MOST_ROWS}""",
        [cluster],
    )
    return tuple(
        (str(left), str(right), str(rule), str(outcome), f"{reasoned(why, probability)}{decision}")
        for left, right, rule, outcome, why, decision, probability in rows
    )


def _load(tables: Relations, name: str, cluster: int | None, entity: str) -> tuple[str, str, str, str]:
    """Action, batch, outcome and message of the load."""
    load = tables.scan(PLANNED, name)
    outcomes = tables.scan(OUTCOMES, name)
    rows = tables.rows(
        f"""SELECT coalesce(l.__action, ''), coalesce(o.batch, ''), coalesce(o.outcome, ''),
        coalesce(nullif(o.message, ''), nullif(l.__message, ''), '')
        FROM {load} l LEFT JOIN {outcomes} o USING (__entity)
        WHERE l.__cluster = ? OR l.__entity = ? ORDER BY ALL LIMIT 1""",
        [cluster, entity],
    )
    action, batch, outcome, message = map(str, rows[0] if rows else ("", "", "", ""))
    return action, batch, outcome, message


def _undone(tables: Relations, name: str, entity: str) -> str:
    """What the last start of the undo of this run said of a record."""
    starts = sorted(tables.run.folder.glob("undo-*"), key=lambda path: int(path.name.partition("-")[2]))
    for folder in (start.joinpath(*VERDICTS.path(name)) for start in reversed(starts)):
        verdicts = scan_folder(folder, VERDICTS.columns)
        words = "concat_ws(' ', verdict, code, nullif(message, ''))"
        if rows := tables.rows(f"SELECT {words} FROM {verdicts} WHERE __entity = ?", [entity]):
            return str(rows[0][0])
    return ""


def _cells(tables: Relations, plan: Plan, name: str, cluster: int | None, entity: str) -> tuple[CellStory, ...]:
    """Every field with a place in the target: expected, who won it, and what is there now."""
    if cluster is None:
        return ()
    fields = [f for f in plan.object(name).fields if f.target is not None]
    expected = one_record(tables, tables.whole(PLANNED, name), "__cluster = ?", cluster)
    actual = one_record(tables, tables.whole(ACTUAL, name), "__entity = ?", entity)
    won = _winners(tables, name, cluster)
    differing = _differences(tables, name, entity)
    merged = one_record(tables, tables.whole(MERGED, name), "__cluster = ?", cluster)
    is_masked = name in plan.environment.mask
    masks = one_record(tables, tables.whole(MASKED, name), "__cluster = ?", cluster) if is_masked else {}
    return tuple(
        CellStory(
            field=f.name,
            expected=expected.get(str(f.target)),
            winner=won.get(f.name, ("", "", 0))[0],
            rule=decided(plan, f, won.get(f.name, ("", "", 0))[1], merged, expected, masks),
            losers=won.get(f.name, ("", "", 0))[2],
            actual=actual.get(str(f.target)),
            difference=differing.get(str(f.target), ""),
        )
        for f in fields
    )


def decided(
    plan: Plan, field: FieldPlan, rule: str, merged: dict[str, Any], expected: dict[str, Any], masks: dict[str, Any]
) -> str:
    """The rule that won the cell, and what completing or masking the record made of it afterwards."""
    if masks.get(field.name) is not None:
        return ", ".join(filter(None, (rule, f"masked in {plan.environment.name}")))
    before, after = merged.get(field.name), expected.get(str(field.target))
    if not merged or field.ref is not None or before == after:
        return rule
    owners = plan.owners.entries if plan.owners is not None and field.kind.role == "owner" else ()
    left = any(o.target == before and not o.active for o in owners)
    then = f"{before} left: the owners' rule for leavers" if left else "set when the record was completed"
    return f"{rule}, {then}" if rule else then


def _winners(tables: Relations, name: str, cluster: int) -> dict[str, tuple[str, str, int]]:
    survivors = tables.scan(SURVIVORS, name)
    nodes = tables.scan(NODES, name)
    rows = tables.rows(
        f"""SELECT s.field, coalesce(n.__source || ':' || n.__key, ''), coalesce(s.rule, ''), coalesce(s.losers, 0)
        FROM {survivors} s LEFT JOIN {nodes} n USING (__node) WHERE s.__cluster = ?""",
        [cluster],
    )
    return {str(f): (str(winner), str(rule), int(losers)) for f, winner, rule, losers in rows}


def _differences(tables: Relations, name: str, entity: str) -> dict[str, str]:
    view = tables.scan(DIFFERENCES, name)
    rows = tables.rows(f"SELECT field, class || ': ' || cause FROM {view} WHERE __entity = ?", [entity])
    return {str(f): str(told) for f, told in rows}
