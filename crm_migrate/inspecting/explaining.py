"""`explain`: one record from the target back to file and line, by replaying the same pure steps on the raw row."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import FieldPlan, Plan
from crm_migrate.matching.explaining.likely import reasoned
from crm_migrate.stages.map.batch import prepared
from crm_migrate.stages.map.keys import KEY_JOINER
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.stages.transform import SPLIT, FieldTrace, replay
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
    EXTRACTED,
    KNOWN,
    MASKED,
    MERGED,
    NODES,
    OUTCOMES,
    PAIRS,
    PLANNED,
    QUARANTINE,
    SURVIVORS,
    VANISHED,
)

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class RowStory:
    """One source row of the record: where it stands, its raw cells, every step, and what became of it.

    `raw` has cells that a person corrected as they are now.
    """

    source: str
    file: str
    line: int
    row: int
    split: int
    key: str
    state: str
    code: str
    rule: str
    message: str
    survivor: str
    raw: dict[str, str | None]
    corrected: tuple[tuple[str, str, str, str], ...]  # column, cell as exported, who corrected it, id of the correction
    fields: tuple[FieldTrace, ...]
    findings: tuple[tuple[str, str, str], ...]  # field, code, cell as it was


@dataclass(frozen=True, slots=True)
class CellStory:
    """One cell of the surviving record: value as expected, who won it by which rule, and the value in the target."""

    field: str
    expected: str | None
    winner: str
    rule: str
    losers: int
    actual: str | None
    difference: str


@dataclass(frozen=True, slots=True)
class RecordStory:
    """What the rows became as one object: merge decisions, the load, and the target as read back."""

    object: str
    cluster: int | None
    entity: str
    target_id: str
    action: str
    batch: str
    outcome: str
    message: str
    rows: tuple[RowStory, ...]
    merges: tuple[tuple[str, str, str, str, str], ...]  # left, right, rule, outcome, why
    cells: tuple[CellStory, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole lineage of a subject: one record for every object that its row, or its entity, became."""

    subject: str
    run: str
    records: tuple[RecordStory, ...] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def explain(plan: Plan, project: Project, run: Run, subject: str) -> Explanation:
    """Explain `contacts:17` (target id), an entity, `kisi:4711` (source and key) or `kisi.csv:1042` (file and line).

    Raises UsageError where nothing of the run answers to that name.
    """
    with relations(run, "reconcile", partial=True) as tables:
        found = list(dict.fromkeys(_find(tables, plan, subject)))
        gone = tuple(_gone(tables, plan, project, subject)) if not found else ()
        if not found and not gone:
            _refuse_unreadable(tables, plan, subject)
            raise UsageError(
                f"nothing in run {run.id} is called {subject!r}",
                hint="name a target id (contacts:17), a source and key (kisi:4711) or a file and line (kisi.csv:1042)",
            )
        records = gone + tuple(_record(tables, plan, place) for place in found)
    return Explanation(subject, run.id, records)


# --------------------------------------------------------------------------------------------- what is meant

Origin = tuple[str, int, int]  # source, row, split
Place = tuple[str, int | None, Origin | None]  # object, and cluster of a record or origin of a row without one


def _find(tables: Relations, plan: Plan, subject: str) -> Iterator[Place]:
    """Every record, and every row that became none, that a person can mean by that name."""
    subject = subject.replace(" · ", KEY_JOINER).replace(" ·", KEY_JOINER)  # as reports show it
    head, _, tail = subject.rpartition(":")
    for object_plan in plan.objects:
        name = object_plan.name
        view = tables.scan(DISPOSITIONS, name)
        conditions: list[tuple[str, list[Any]]] = [("__entity = ?", [subject])]
        if head == name:
            conditions.append(("target_id = ? OR __entity = ?", [tail, tail]))
        sources = {feed.source for feed in object_plan.feeds} | {enrich.source for enrich in object_plan.enrich}
        for source in sorted(sources) or [plain.name for plain in plan.sources]:
            if subject.startswith(f"{source}:"):
                conditions.append(("__source = ? AND __key = ?", [source, subject[len(source) + 1 :]]))
            conditions.extend(
                ("__source = ? AND __row = ?", [source, row]) for row in _rows_at(tables, source, head, tail)
            )
        for condition, bound in conditions:
            for cluster, source, row, split in tables.rows(
                f"SELECT DISTINCT __cluster, __source, __row, __split FROM {view} WHERE {condition} ORDER BY ALL", bound
            ):
                yield (name, cluster, None) if cluster is not None else (name, None, (source, row, split))


def _rows_at(tables: Relations, source: str, file: str, line: str) -> list[int]:
    """Rows of a source that begin at, or contain, that physical line of that file."""
    if not line.isdigit():
        return []
    rows = []
    for number in _files(tables, source, file):
        begun = f"""SELECT __row, __line FROM {tables.scan(EXTRACTED, source)}
          WHERE __file = ? AND __line <= ? ORDER BY __line DESC LIMIT 1"""
        unread = f"""SELECT max(line) FROM {tables.scan(QUARANTINE, source)}
          WHERE file = ? AND line <= ?"""
        for row, start in tables.rows(begun, [number, int(line)]):
            cut = tables.one(unread, [number, int(line)])[0]
            height = sum(_line_ends(cell) for cell in _raw(tables, source, int(row)).values())
            if int(line) <= int(start) + height and (cut is None or int(cut) < int(start)):
                rows.append(int(row))
    return rows


def _files(tables: Relations, source: str, asked: str) -> list[int]:
    """The numbers of the files of a source that a person can mean by that name."""
    files = source_facts(tables, source).get("files", ())
    return [n for n, fact in enumerate(files) if _same_file(str(fact["path"]), asked)]


def _line_ends(cell: object) -> int:
    return 0 if not isinstance(cell, str) else cell.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def _refuse_unreadable(tables: Relations, plan: Plan, subject: str) -> None:
    """A line that could not be read has no story but its reason. Raises UsageError with it."""
    file, _, line = subject.rpartition(":")
    for source in plan.sources if line.isdigit() else ():
        view = tables.scan(QUARANTINE, source.name)
        for number in _files(tables, source.name, file):
            query = f"SELECT code, message FROM {view} WHERE file = ? AND line = ?"
            for code, message in tables.rows(query, [number, int(line)]):
                raise UsageError(f"{subject} could not be read: {message}", hint=f"crm-migrate codes {code}")


def _same_file(path: str, asked: str) -> bool:
    path, asked = path.replace("\\", "/"), asked.replace("\\", "/").removeprefix("./")
    return bool(asked) and (path == asked or path.endswith(f"/{asked}"))


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
        left = tables.scan(VANISHED, each.name)
        for entity, target_id, code, message in tables.rows(
            f"""SELECT k.__entity, coalesce(k.target_id, ''), coalesce(v.code, ''), coalesce(v.message, '')
            FROM {known} k LEFT JOIN {left} v USING (__entity)
            WHERE k.__entity = ? OR (? = ? AND (k.target_id = ? OR k.__entity = ?)) ORDER BY ALL""",
            [subject, head, each.name, tail, tail],
        ):
            members = ", ".join(_members(tables, project, each.name, entity))
            told = "; ".join(filter(None, (message, members and f"it was loaded from {members}")))
            yield RecordStory(each.name, None, entity, target_id, code or "loaded before", "", "", told, (), (), ())


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
    raw = _raw(tables, source, row)
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


def _raw(tables: Relations, source: str, row: int) -> dict[str, Any]:
    return _one_record(tables, tables.whole(EXTRACTED, source), "__row = ?", row)


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


def _cells(tables: Relations, plan: Plan, name: str, cluster: int | None, entity: str) -> tuple[CellStory, ...]:
    """Every field with a place in the target: expected, who won it, and what is there now."""
    if cluster is None:
        return ()
    fields = [f for f in plan.object(name).fields if f.target is not None]
    expected = _one_record(tables, tables.whole(PLANNED, name), "__cluster = ?", cluster)
    actual = _one_record(tables, tables.whole(ACTUAL, name), "__entity = ?", entity)
    won = _winners(tables, name, cluster)
    differing = _differences(tables, name, entity)
    merged = _one_record(tables, tables.whole(MERGED, name), "__cluster = ?", cluster)
    is_masked = name in plan.environment.mask
    masks = _one_record(tables, tables.whole(MASKED, name), "__cluster = ?", cluster) if is_masked else {}
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


def _one_record(tables: Relations, view: str, where: str, value: Any) -> dict[str, Any]:
    rows = tables.rows(f"SELECT * FROM {view} WHERE {where} LIMIT 1", [value])
    return dict(zip(tables.kinds(view), rows[0], strict=True)) if rows else {}


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
