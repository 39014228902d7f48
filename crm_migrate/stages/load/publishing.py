"""What is remembered of a load: outcomes in the run; crosswalk, sent and seen beside the runs, per target identity."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.load.keys import members, names_field, plan_columns, text_columns
from crm_migrate.stages.load.objects import waiting
from crm_migrate.stages.load.remembering import keep_seen, keep_sent
from crm_migrate.stages.load.sending import KINDS
from crm_migrate.stages.load.sending.answers import SCHEMA, files
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.ledger import BatchLine
from crm_migrate.workspace.parts import paths, read_manifest, verified
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import CROSSWALK, EDITS, OUTCOMES, PLANNED, VANISHED

PUBLISHED = "published"
# Why a file is not what was planned: the codes of our own refusals, which no target gives.
UNSENT = (
    "file_changed", "file_masked", "file_missing", "file_empty", "file_too_large", "file_forbidden", "file_outside",
    "file_link", "file_special", "file_unreadable",
)  # fmt: skip


def write_outcomes(tables: Relations, lines: Mapping[str, BatchLine], object_plan: ObjectPlan) -> None:
    """Write `load/<object>/outcomes` from what the target answered."""
    name = object_plan.name
    said = f"SELECT * FROM ({_outcomes(tables, lines, name)}) WHERE NOT ({is_unsent()}) ORDER BY __entity, batch"
    tables.publish(said, OUTCOMES, name)


def is_unsent() -> str:
    """SQL: whether an answer is our own word that a file was not sent. Its line of the plan waits, and says so."""
    codes = ", ".join(map(literal, UNSENT))
    return f"outcome = 'rejected' AND split_part(message, ': ', 1) IN ({codes})"


def _outcomes(tables: Relations, lines: Mapping[str, BatchLine], name: str) -> str:
    """Query: what became of every record that was sent, once.

    A record of which only links were to be written counts by its links, and is refused where all of them were.
    """
    first = answers(tables, lines, name, [kind for kind in KINDS if kind != "link"])
    return f"""WITH first AS (SELECT * FROM {first}),
    linked AS (SELECT __entity, min(outcome) AS outcome, min(target_id) AS target_id,
                 min(message) FILTER (outcome = 'rejected') AS refused,
                 coalesce(min(batch) FILTER (outcome = 'loaded'), min(batch)) AS batch
               FROM {answers(tables, lines, name, ["link"])} GROUP BY __entity)
    SELECT f.__entity, f.outcome, coalesce(nullif(f.message, ''), 'link_open: ' || l.refused, '') AS message,
      f.target_id, f.batch FROM first f LEFT JOIN linked l USING (__entity)
    UNION ALL
    SELECT __entity, outcome, CASE outcome WHEN 'rejected' THEN refused ELSE coalesce('link_open: ' || refused, '') END,
      target_id, batch FROM linked WHERE __entity NOT IN (SELECT __entity FROM first)"""


def loaded_ids(tables: Relations, lines: Mapping[str, BatchLine], object_name: str) -> str:
    """A FROM item: `target_id`, `__entity` of the records of an object that the target has said it took."""
    said = answers(tables, lines, object_name, KINDS)
    return f"(SELECT min(target_id) AS target_id, __entity FROM {said} WHERE outcome = 'loaded' GROUP BY __entity)"


def answers(tables: Relations, lines: Mapping[str, BatchLine], object_name: str, kinds: Sequence[str]) -> str:
    """A FROM item: `batch`, `__entity`, `outcome`, `target_id`, `message` of every answer about these kinds."""
    found = ", ".join(literal(str(file)) for file in files(tables.run, lines, object_name, kinds))
    nulls = ", ".join(f"NULL::VARCHAR AS {quoted(name)}" for name in SCHEMA.names)
    return f"read_parquet([{found}])" if found else f"(SELECT {nulls} WHERE FALSE)"


def publish_memory(
    tables: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan,
    lines: Mapping[str, BatchLine], back: Path,
) -> None:  # fmt: skip
    """Carry what was loaded into crosswalk, sent and seen, each replaced whole; saying it twice changes nothing.

    `back` is the table of the target as read back after the load.
    """
    name = object_plan.name
    columns = text_columns(object_plan, "__entity", "target_id", "__adopted")
    now = scan_folder(back, columns)
    _arrived(tables, plan, object_plan, lines, now, scan_folder(project.sent(identity, name), columns))
    walked = project.crosswalk(identity, object_plan.identity)
    known = scan_folder(walked, CROSSWALK.columns)
    _removed(tables, lines, name, now)
    fresh = f"""(SELECT m.__source, m.__key, a.__entity FROM {members(tables, name)} m
                 JOIN arrived_ a ON a.__cluster = m.__cluster
                 ANTI JOIN ({_apart(tables, name, known, now)}) s ON s.__source = m.__source AND s.__key = m.__key)"""
    replace_table(
        tables.connection,
        f"SELECT __source, __key, __entity FROM {fresh} UNION SELECT k.__source, k.__key, k.__entity FROM {known} k "
        f"ANTI JOIN {fresh} f ON f.__source = k.__source AND f.__key = k.__key "
        "ANTI JOIN removed_ r ON r.__entity = k.__entity ORDER BY 1, 2",
        walked,
    )
    _edited(tables, name)
    keep_seen(tables, columns, back, project.seen(identity, name))
    later = waiting(plan, object_plan)
    keep_sent(tables, columns, paths(tables.run.table("load", name, "entities")), later, project.sent(identity, name))
    tables.execute("DROP TABLE arrived_; DROP TABLE edited_; DROP TABLE removed_")


def _removed(tables: Relations, lines: Mapping[str, BatchLine], name: str, now: str) -> None:
    """Create `removed_`: records that this run was to remove and that are not there any more."""
    folder = tables.run.table("load", name, "batches", "remove")
    sent = [part for part in read_manifest(folder) or [] if f"{name}/remove/{part.name}" in lines]
    found = ", ".join(literal(str(verified(folder, part))) for part in sent)
    asked = f"read_parquet([{found}])" if found else "(SELECT NULL::VARCHAR AS __entity WHERE FALSE)"
    tables.execute(
        f"CREATE TEMP TABLE removed_ AS SELECT a.__entity FROM {asked} a ANTI JOIN {now} n ON n.__entity = a.__entity"
    )


def _apart(tables: Relations, name: str, known: str, now: str) -> str:
    """Query: the members of records that are still in the target though others took their rows in: they stay theirs
    until these records go. Those of records that users of the target have merged stay theirs for good, so that every
    later run finds again what it follows."""
    left = tables.scan(VANISHED, name) if tables.finished(VANISHED, name) else "(SELECT '' AS __entity, '' AS code)"
    return f"""SELECT k.__source, k.__key FROM {known} k JOIN {left} v ON v.__entity = k.__entity
      AND v.code IN ('now_merged', 'merged_there')
    WHERE v.code = 'merged_there' OR k.__entity IN (SELECT __entity FROM {now})"""


def _arrived(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, lines: Mapping[str, BatchLine], now: str, before: str
) -> None:
    """Create `arrived_`: entities that the target holds as we want them, with what was sent in the second pass."""
    name = object_plan.name
    later = waiting(plan, object_plan)
    entities = tables.scan(PLANNED, name, also=plan_columns(object_plan))
    values = "".join(f", {_link_value(f)} AS {quoted(f)}" for f in sorted(later))
    tables.execute(f"""CREATE TEMP TABLE arrived_ AS
    WITH taken AS (SELECT __entity FROM ({_outcomes(tables, lines, name)}) WHERE outcome = 'loaded'),
    linked AS ({_linked(tables, lines, name, sorted(later))}),
    ids AS (SELECT __entity, min(target_id) AS target_id FROM {now} WHERE __entity IS NOT NULL GROUP BY __entity)
    SELECT e.__cluster, e.__entity, i.target_id,
      CASE WHEN e.__code = 'existing' THEN 'true' ELSE o.__adopted END AS __adopted{values} FROM {entities} e
    LEFT JOIN {before} o ON o.__entity = e.__entity
    LEFT JOIN ids i ON i.__entity = e.__entity LEFT JOIN linked w ON w.__entity = e.__entity
    WHERE e.__action = 'unchanged' OR e.__entity IN (SELECT __entity FROM taken)""")


def _edited(tables: Relations, name: str) -> None:
    """Create `edited_`: records that arrived and the `fields` of them that somebody edited and that we did not write.

    What was read back of these cells is not what we left there: the edit stays an edit in every later run.
    """
    there = tables.finished(EDITS, name)
    cells = tables.scan(EDITS, name) if there else "(SELECT '' AS __entity, '' AS field WHERE FALSE)"
    lines = tables.scan(PLANNED, name)
    tables.execute(f"""CREATE TEMP TABLE edited_ AS SELECT c.__entity, list(c.field) AS fields FROM {cells} c
    JOIN arrived_ USING (__entity) JOIN {lines} e USING (__entity)
    WHERE e.__code IS DISTINCT FROM 'agreed'
      AND NOT coalesce(list_contains({names_of("e.__changed_fields")}, c.field), FALSE)
    GROUP BY c.__entity""")


def _link_value(name: str) -> str:
    """A field of the second pass counts as sent only where it was written."""
    changed = names_field("e.__changed_fields", name)
    kept = f"e.__action = 'unchanged' OR (e.__action = 'update' AND NOT {changed})"
    return f"CASE WHEN {kept} OR w.{quoted(name)} IS NOT NULL THEN e.{quoted(name)} END"


def _linked(tables: Relations, lines: Mapping[str, BatchLine], object_name: str, later: list[str]) -> str:
    """Query: the fields that were written in the second pass, by entity."""
    folder = tables.run.table("load", object_name, "batches", "link")
    parts = [verified(folder, part) for part in (read_manifest(folder) or []) if later]
    if not parts:
        return f"SELECT NULL::VARCHAR AS __entity{''.join(f', NULL AS {quoted(n)}' for n in later)} WHERE FALSE"
    there = {name for part in parts for name in pq.read_schema(part).names}
    listed = ", ".join(literal(str(part)) for part in parts)
    cells = "".join(f", {f'min(p.{quoted(n)})' if n in there else 'NULL'} AS {quoted(n)}" for n in later)
    batch = f"{literal(f'{object_name}/link/')} || parse_filename(p.filename, true)"
    return f"""SELECT p.__entity{cells} FROM read_parquet([{listed}], filename = true, union_by_name = true) p
    JOIN {answers(tables, lines, object_name, ["link"])} a
      ON a.__entity = p.__entity AND a.batch = {batch} AND a.outcome = 'loaded' GROUP BY p.__entity"""
