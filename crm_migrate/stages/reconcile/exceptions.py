"""Exceptions: everything a person has to look at, grouped by cause, with examples and the fix from the catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from crm_migrate.codes import CODES
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quality.evidence import doubts
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.erase import read_told
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED, MISSING, fix_of
from crm_migrate.stages.reconcile.examples import EXAMPLES, with_parents
from crm_migrate.stages.reconcile.left_out import Told
from crm_migrate.stages.reconcile.likeness import matching_notes
from crm_migrate.stages.reconcile.sides import loaded_fields
from crm_migrate.stages.reconcile.target_sets import VANISHED_ID
from crm_migrate.stages.reconcile.twice import held_twice
from crm_migrate.workspace.figures import DELETED, IN_TARGET, REMOVED, Example, ExceptionGroup, TargetSet
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import (
    AFTER,
    BREACHES,
    CELLS,
    CLUSTERS,
    COMPLETED,
    DISPOSITIONS,
    LINK_NOTES,
    NODES,
    PLANNED,
    QUARANTINE,
    REMOVALS,
    VANISHED,
    WARNINGS,
    texts,
)

Severity = Literal["error", "warning", "note"]

LOST = "target_lost"  # the code of a record that was there, or that the load says arrived, and is not

_COMPARE_CODES = (
    (MISSING, LOST), ("lost", "lost"), ("truncated", "truncated"), ("date ", "shifted_day"),
    ("shifted row", "row_shifted"), ("shifted", "shifted_hours"), ("default value", "defaulted"),
    ("rounding", "rounded"), ("encoding", "encoding"), ("case", "case_only"), ("swapped", "swapped"),
    ("wrong parent", "wrong_parent"), ("set by the target", "unexpected_field"),
    (EDITED, "edited_in_target"), (EMPTIED, "emptied_in_source"),
)  # fmt: skip

# Their messages are rules and sentences of the mapping itself, never a value.
_OWN_WORDS = frozenset({"excluded_rule", "skipped_line", "check_failed", "retention", "retention_undated"})

_LINE = listing.line("__source", "__row", "__split")


def code_of(cls: str, cause: str, link: bool) -> str:
    """The stable code of a difference."""
    if link and cls == "lost" and cause != MISSING:
        return "link_missing"
    if link and cls == "filled_by_target":
        return "link_extra"
    return next((code for start, code in _COMPARE_CODES if cause.startswith(start)), "different")


def quarantine_exceptions(tables: Relations, plan: Plan) -> Iterator[ExceptionGroup]:
    """Rows that could not be read."""
    return _grouped(tables, "", [("error", _unread(tables, source.name)) for source in plan.sources])


def reading_exceptions(tables: Relations, plan: Plan) -> Iterator[ExceptionGroup]:
    """What was odd about the sources as they were read: a guessed encoding, hidden rows, rows that look like totals."""
    for doubt in doubts(plan.evidence):
        where = (str(doubt.place.source), str(doubt.place.field), "", "read")
        example = Example(record=where[0], field=where[1], source=None, expected=None, message=doubt.message)
        yield _group(doubt.code, "warning", "", where, doubt.count, (example,), doubt.hint)
    severities: dict[str, Severity] = {"error": "error", "warning": "warning"}
    for each in read_told(tables.run):
        where = (each.place.source or each.place.file, each.place.field, "", "read")
        example = Example(record=where[0], field=where[1], source=None, expected=None, message=each.message)
        yield _group(each.code, severities.get(each.severity, "note"), "", where, each.count, (example,), each.hint)
    for source in plan.sources:
        for told in source_facts(tables, source.name).get("findings", ()):
            field, message = told["place"]["field"], told["message"]
            example = Example(record=source.name, field=field, source=None, expected=None, message=message)
            yield _group(
                told["code"], severities.get(told["severity"], "note"), "", (source.name, field, "", "read"),
                told["count"], (example,), told["hint"],
            )  # fmt: skip


def object_exceptions(tables: Relations, object_plan: ObjectPlan, sourced: list[str]) -> Iterator[ExceptionGroup]:
    """Everything of one object: rows, cells, notes, warnings, breaches and differences."""
    name = object_plan.name
    sources = [*(feed.source for feed in object_plan.feeds), *(enrich.source for enrich in object_plan.enrich)]
    found: list[tuple[Severity, str]] = [
        ("error", _rows(tables, name, "('unexplained', 'failed', 'rejected', 'held')")),
        ("note", _rows(tables, name, "('excluded')")),
        ("note", _unmatched(tables, name)),
        *(("warning", _cells(tables, name, source)) for source in sources),
        ("warning", _notes(tables, name)),
        ("warning", _warnings(tables, name)),
        *(("warning", _emptied(tables, object_plan, field)) for field in _may_be_emptied(object_plan)),
        ("error", _breaches(tables, object_plan)),
        ("warning", _left_behind(tables, name)),
        ("note", _followed(tables, name)),
    ]
    yield from _grouped(tables, name, found)
    for number, table in enumerate(sourced):
        yield from _differences(tables, object_plan, table, link=number > 0)


def matching_exceptions(tables: Relations, object_name: str) -> Iterator[ExceptionGroup]:
    """What matching noted: blocks too big for all pairs, clusters that were split, decisions about records gone."""
    for code, rule, message, count in matching_notes(tables, object_name):
        example = Example(record=object_name, message=message)
        yield _group(code, "note", object_name, ("", "", rule, "matched"), count, (example,))


def left_out_exceptions(object_name: str, told: Iterable[Told]) -> Iterator[ExceptionGroup]:
    """Amounts and open work that do not arrive, and totals in the sources that cannot be checked."""
    for code, source, rule, state, count, examples in told:
        severity: Severity = "error" if code in ("left_out_amount", "left_out_open") else "warning"
        yield _group(code, severity, object_name, (source, "", rule, state), count, examples)


def unexpected_exceptions(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, found: TargetSet
) -> Iterator[ExceptionGroup]:
    """Records in the target that nobody sent, apart from those that are ours once more, and records that are gone,
    apart from those whose rows say so."""
    name, again = object_plan.name, 0
    if found.unexpected:
        twice = held_twice(tables, plan, object_plan)
        again = tables.count(twice)
        yield from _held_twice(tables, name, twice, again)
        others = f"{quoted(f'ids/{name}')} ANTI JOIN {twice} USING (target_id) WHERE unexpected"
        ids = [id for (id,) in tables.rows(f"SELECT target_id FROM {others} ORDER BY 1 LIMIT {EXAMPLES}")]
        yield from _of_ids(name, "unexpected_record", found.unexpected - again, ids)
    if found.vanished:
        lost = _lost(tables, name, "target_id")
        gone = f"{quoted(f'ids/{name}')} ANTI JOIN {lost} USING (target_id) WHERE {VANISHED_ID}"
        ids = [id for (id,) in tables.rows(f"SELECT target_id FROM {gone} ORDER BY 1 LIMIT {EXAMPLES}")]
        yield from _of_ids(name, "vanished_record", tables.count(gone), ids)


def _lost(tables: Relations, name: str, by: str) -> str:
    """Our records that the target does not give back. Each is told once, as what became of its rows, with their source
    and money: neither its cells nor its id are told again."""
    lost = f"SELECT DISTINCT {by} FROM {tables.scan(DISPOSITIONS, name)} WHERE code = {literal(LOST)}"
    return f"({lost} AND {by} IS NOT NULL)"


def _held_twice(tables: Relations, name: str, twice: str, count: int) -> Iterator[ExceptionGroup]:
    """By the name of our record, with the id that we know and the other one."""
    code, place = "doubled_record", ("", "", "", IN_TARGET)
    listing.add(tables, f"SELECT {', '.join(map(literal, (name, code, *place)))}, record, NULL FROM {twice}")
    rows = tables.rows(f"SELECT record, first, target_id FROM {twice} ORDER BY ALL LIMIT {EXAMPLES}")
    examples = (Example(record=ours, expected=first, actual=id, personal=False) for ours, first, id in rows)
    if count:
        yield _group(code, "error", name, place, count, tuple(examples))


def _of_ids(name: str, code: str, count: int, ids: Sequence[str]) -> Iterator[ExceptionGroup]:
    examples = tuple(Example(record=f"{name}:{id}", personal=False) for id in ids[:EXAMPLES])
    if count:
        yield _group(code, "error", name, ("", "", "", IN_TARGET), count, examples)


def _unread(tables: Relations, source: str) -> str:
    view = tables.scan(QUARANTINE, source)
    return f"""SELECT code, '' AS rule, '' AS field, 'quarantined' AS state, {literal(source)} AS source,
      {literal(source)} || ':' || coalesce(line::VARCHAR, '?') AS record, NULL AS line, raw AS before,
      NULL::VARCHAR AS after, message FROM {view}"""


def _rows(tables: Relations, name: str, states: str) -> str:
    view = tables.scan(DISPOSITIONS, name)
    return f"""SELECT code, rule, field, state, __source AS source,
      {listing.RECORD} AS record, {_LINE} AS line, NULL::VARCHAR AS before,
      NULL::VARCHAR AS after, message FROM {view} WHERE state IN {states}"""


def _unmatched(tables: Relations, name: str) -> str:
    view = tables.scan(DISPOSITIONS, name)
    return f"""SELECT code, rule, field, state, __source AS source,
      __source || ':' || coalesce(__key, 'row ' || __row) AS record, {_LINE} AS line,
      NULL::VARCHAR AS before, NULL::VARCHAR AS after, message FROM {view} WHERE code = 'enrichment_unmatched'"""


def _cells(tables: Relations, name: str, source: str) -> str:
    """Cells with a finding whose row went on; those that stopped their row are told as its state."""
    cells = tables.scan(CELLS, name, source)
    view = tables.scan(DISPOSITIONS, name)
    return f"""SELECT c.code, '' AS rule, c.field, 'kept' AS state, d.__source AS source,
      d.__source || ':' || coalesce(d.__key, 'row ' || d.__row) AS record,
      {listing.line("d.__source", "d.__row", "d.__split")} AS line, c.before, c.after, c.message
    FROM {cells} c JOIN {view} d USING (__row, __split) WHERE d.__source = {literal(source)}
    AND d.state NOT IN ('rejected', 'held', 'excluded', 'absent')"""


def _notes(tables: Relations, name: str) -> str:
    notes = tables.scan(LINK_NOTES, name)
    nodes = tables.scan(NODES, name)
    return f"""SELECT x.code, '' AS rule, x.field, 'kept' AS state, n.__source AS source,
      n.__source || ':' || n.__key AS record, NULL AS line,
      NULL::VARCHAR AS before, NULL::VARCHAR AS after, x.message FROM {notes} x LEFT JOIN {nodes} n USING (__node)"""


def _warnings(tables: Relations, name: str) -> str:
    """What was noted of records; a link that was emptied only where its record is written, for others wait whole."""
    warnings = tables.scan(WARNINGS, name)
    clusters = tables.scan(CLUSTERS, name)
    nodes = tables.scan(NODES, name)
    planned = tables.scan(PLANNED, name)
    return f"""SELECT w.code, w.rule, w.field, 'kept' AS state, n.__source AS source,
      n.__source || ':' || n.__key AS record, NULL AS line,
      NULL::VARCHAR AS before, NULL::VARCHAR AS after, w.message
    FROM {warnings} w LEFT JOIN {clusters} k ON k.__cluster = w.__cluster AND k.__node = w.__cluster
    LEFT JOIN {nodes} n ON n.__node = k.__node
    WHERE w.code <> 'parent_excluded' OR w.__cluster NOT IN
      (SELECT __cluster FROM {planned} WHERE __action = 'held' AND __code = 'parent_held')"""


def _may_be_emptied(object_plan: ObjectPlan) -> list[FieldPlan]:
    linked = [f for f in object_plan.fields if f.ref is not None and f.ref.parent_excluded == "clear"]
    return [f for f in linked if f.target is not None]


def _emptied(tables: Relations, object_plan: ObjectPlan, field: FieldPlan) -> str:
    """Links that the load emptied, because only the target could say that their record is left out (`existing: only`);
    those that were emptied before, by a rule, are among the warnings."""
    assert field.ref is not None
    name, target = object_plan.name, str(field.target)
    completed = tables.scan(COMPLETED, name, also=texts(field.name))
    own = tables.scan(PLANNED, name, also=texts(target))
    parents, nodes = tables.scan(PLANNED, field.ref.object), tables.scan(NODES, name)
    return f"""SELECT 'parent_excluded' AS code, 'ref' AS rule, {literal(field.name)} AS field, 'kept' AS state,
      n.__source AS source, n.__source || ':' || n.__key AS record, NULL AS line,
      NULL::VARCHAR AS before, NULL::VARCHAR AS after,
      'The record it points to was left out. The link was cleared.' AS message
    FROM {completed} c JOIN {parents} p ON p.__cluster = TRY_CAST(c.{quoted(field.name)} AS BIGINT)
      AND p.__action = 'excluded'
    JOIN {own} o ON o.__cluster = c.__cluster AND o.__action IN ('create', 'update', 'unchanged')
      AND o.{quoted(target)} IS NULL
    LEFT JOIN {nodes} n ON n.__node = c.__cluster"""


def _breaches(tables: Relations, object_plan: ObjectPlan) -> str:
    """Rules that do not hold; a choice that the target does not take with the value that was to be written."""
    breaches = tables.scan(BREACHES, object_plan.name)
    lost = _lost(tables, object_plan.name, "__entity")
    names = quoted(f"names/{object_plan.name}")
    targets = [str(field.target) for field in loaded_fields(object_plan) if field.ref is None]
    planned = tables.scan(PLANNED, object_plan.name, also=texts(*targets))
    values = " ".join(f"WHEN {literal(target)} THEN p.{quoted(target)}" for target in targets) or "WHEN '' THEN ''"
    return f"""SELECT b.code, '' AS rule, b.field, b."when" AS state, '' AS source,
      coalesce(m.record, b.__entity, 'target:' || b.target_id) AS record, NULL AS line,
      CASE WHEN b.code = 'not_a_choice' THEN CASE b.field {values} ELSE NULL::VARCHAR END END AS before,
      NULL::VARCHAR AS after, b.message
    FROM {breaches} b LEFT JOIN {planned} p ON p.__cluster = b.__cluster AND b."when" = 'before'
    LEFT JOIN {names} m ON m.__entity = coalesce(b.__entity, p.__entity)
    WHERE b.code <> {literal(LOST)} OR b.__entity NOT IN {lost}"""


def _left_behind(tables: Relations, name: str) -> str:
    """Loaded records that no source row feeds any more: they stay in the target as they are, and somebody must know.

    Of those that somebody has deleted there, or that we have removed because others have taken them in, nothing is left
    behind; that they are gone is told all the same.
    """
    vanished = tables.scan(VANISHED, name)
    after = tables.scan(AFTER, name)
    there = "a.__entity IS NOT NULL" if tables.finished(AFTER, name) else "TRUE"
    judged = "(SELECT '' AS __entity, '' AS target_id, '' AS outcome, '' AS message WHERE FALSE)"
    removals = tables.scan(REMOVALS, name) if tables.finished(REMOVALS, name) else judged
    said = "v.message || coalesce(', and stays: ' || r.message, '')"
    return f"""SELECT v.code, '' AS rule, '' AS field,
      CASE WHEN {there} THEN {literal(IN_TARGET)} WHEN r.outcome = 'removed' THEN {literal(REMOVED)}
        ELSE {literal(DELETED)} END AS state, '' AS source,
      coalesce({literal(name)} || ':' || coalesce(a.target_id, r.target_id), v.__entity) AS record, NULL AS line,
      NULL::VARCHAR AS before, NULL::VARCHAR AS after, {said} || ' (on_rerun: ' || v.policy || ')' AS message
    FROM {vanished} v LEFT JOIN {after} a USING (__entity) LEFT JOIN {removals} r USING (__entity)
    WHERE v.code <> 'merged_there'"""


def _followed(tables: Relations, name: str) -> str:
    """Records that users of the target have merged into others of ours: nothing is lost, their rows belong to those."""
    return f"""SELECT code, '' AS rule, '' AS field, {literal(DELETED)} AS state, '' AS source, __entity AS record,
      NULL AS line, NULL::VARCHAR AS before, NULL::VARCHAR AS after, message
    FROM {tables.scan(VANISHED, name)} WHERE code = 'merged_there'"""


def _differences(tables: Relations, object_plan: ObjectPlan, sourced: str, *, link: bool) -> Iterator[ExceptionGroup]:
    """Differences that are neither a match nor what the target had before us, one group per field and cause.

    What the target keeps because it was edited there, or emptied here, is told as a warning. Cells of records that are
    lost as a whole are those of one loss.
    """
    name, told = object_plan.name, ", ".join(map(literal, (EDITED, EMPTIED)))
    lost = _lost(tables, name, "__entity")
    differing = f"""FROM {sourced} WHERE (class IN ('lost', 'different', 'filled_by_target') OR cause IN ({told}))
      AND (cause IS DISTINCT FROM {literal(MISSING)} OR __entity NOT IN {lost})"""
    listing.add(tables, f"SELECT {literal(name)}, '', '', name, coalesce(cause, ''), class, record, NULL {differing}")
    rows = tables.rows(
        f"""SELECT name, class, cause, n, record, source_value, expected, actual FROM (
          SELECT *, count(*) OVER g AS n, row_number() OVER (g ORDER BY record, __entity) AS i {differing}
          WINDOW g AS (PARTITION BY name, class, cause))
        WHERE i <= {EXAMPLES} ORDER BY n DESC, name, class, cause, i"""
    )
    groups: dict[tuple[str, str, str, int], list[Example]] = {}
    for field, cls, cause, count, record, source, expected, actual in rows:
        example = Example(record=record, field=field, source=source, expected=expected, actual=actual)
        groups.setdefault((field, cls, cause, count), []).append(example)
    for (field, cls, cause, count), examples in groups.items():
        code = code_of(cls, cause, link)
        severity: Severity = "warning" if cls == "kept_in_target" else "error"
        shown = with_parents(tables, object_plan.field(field), examples) if link else tuple(examples)
        yield _group(code, severity, name, ("", field, cause, cls), count, shown, fix_of(cause))


def _grouped(tables: Relations, object_name: str, found: Sequence[tuple[Severity, str]]) -> Iterator[ExceptionGroup]:
    """One group per code, source, field, rule and state of each query of lines, in the order of the queries.

    Its examples show every value once before they show one again.
    """
    keys = "code, source, field, rule, state"
    value = f"{keys}, coalesce(before, message)"  # a row that waits says its value in words
    texts = ", ".join(f"coalesce({key}, '') AS {key}" for key in keys.split(", "))
    lines = " UNION ALL ".join(
        f"SELECT {part} AS part, {texts}, record, line, before, after, message FROM ({query})"
        for part, (_, query) in enumerate(found)
    )
    tables.execute(f"CREATE OR REPLACE TEMP TABLE found_ AS {lines}")
    listing.add(tables, f"SELECT {literal(object_name)}, {keys}, record, line FROM found_")
    rows = tables.rows(
        f"""WITH v AS (SELECT *, row_number() OVER (PARTITION BY part, {value} ORDER BY record, message) AS again
          FROM found_),
        g AS (SELECT *, count(*) OVER w AS n, row_number() OVER (w ORDER BY again, record, message, before) AS i
          FROM v WINDOW w AS (PARTITION BY part, {keys}))
        SELECT part, {keys}, n, record, before, after, message FROM g WHERE i <= {EXAMPLES}
        ORDER BY part, n DESC, {keys}, i"""
    )
    groups: dict[tuple[int, str, str, str, str, str, int], list[Example]] = {}
    for part, code, source, field, rule, state, count, record, before, after, message in rows:
        example = Example(
            record=record or "", field=field, source=before, expected=after, message=message or "",
            personal=code not in _OWN_WORDS,
        )  # fmt: skip
        groups.setdefault((part, code, source, field, rule, state, count), []).append(example)
    for (part, code, source, field, rule, state, count), examples in groups.items():
        yield _group(code, found[part][0], object_name, (source, field, rule, state), count, tuple(examples))


def _group(
    code: str, severity: Severity, object_name: str, place: tuple[str, str, str, str], count: int,
    examples: tuple[Example, ...], fix: str = "",
) -> ExceptionGroup:  # fmt: skip
    source, field, rule, state = place
    known = CODES.get(code)
    return ExceptionGroup(
        code=code,
        severity=severity,
        object=object_name,
        source=source,
        field=field,
        rule=rule,
        state=state,
        count=count,
        title=known.title if known else code.replace("_", " "),
        fix=fix or (known.fix if known else ""),
        examples=examples,
    )
