"""What is remembered of a load: outcomes in the run; crosswalk, sent and seen beside the runs, per target identity."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import Target, WriteBatch
from crm_migrate.errors import DamagedFile
from crm_migrate.mapping.frozen import read_plan as read_frozen
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import members, names_field, plan_columns, text_columns
from crm_migrate.stages.load.objects import links, target_object
from crm_migrate.stages.load.remembering import keep_seen, keep_sent
from crm_migrate.stages.load.sending import KINDS
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import BatchLine, Ledger, Settled, checked
from crm_migrate.workspace.parts import Part, paths, read_manifest, verified
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.tables import CROSSWALK, EDITS, OUTCOMES, PLANNED

PUBLISHED = "published"
_REFUSED = pa.schema([("batch", pa.string()), ("__entity", pa.string()), ("message", pa.string())])


def write_outcomes(tables: Relations, lines: Mapping[str, BatchLine], object_plan: ObjectPlan, back: str) -> None:
    """Write `load/<object>/outcomes` from the ledger; `back` is a FROM item `target_id`, `__entity` of the target."""
    name = object_plan.name
    tables.connection.register("refused_", _refusals(lines, name))
    tables.publish(
        f"""WITH sent AS ({_sent(tables, lines, name)}),
        link AS (SELECT __entity, min(message) AS message FROM refused_ WHERE batch LIKE {literal(name + "/link/%")}
                 GROUP BY __entity),
        ids AS (SELECT __entity, min(target_id) AS target_id FROM {back} WHERE __entity IS NOT NULL GROUP BY __entity)
        SELECT s.__entity, CASE WHEN r.__entity IS NULL THEN 'loaded' ELSE 'rejected' END AS outcome,
               coalesce(r.message, 'link_open: ' || l.message, '') AS message, i.target_id, s.batch
        FROM sent s LEFT JOIN refused_ r ON r.batch = s.batch AND r.__entity = s.__entity
        LEFT JOIN link l ON l.__entity = s.__entity LEFT JOIN ids i ON i.__entity = s.__entity
        ORDER BY s.__entity, s.batch""",
        OUTCOMES,
        name,
    )
    tables.connection.unregister("refused_")


def _refusals(lines: Mapping[str, BatchLine], object_name: str) -> pa.Table:
    rows = [
        {"batch": name, "__entity": entity, "message": message}
        for name, line in lines.items()
        if line.outcome is not None and line.intent.object == object_name
        for entity, message in line.outcome.rejected.items()
    ]
    return pa.Table.from_pylist(rows, _REFUSED)


def _sent(tables: Relations, lines: Mapping[str, BatchLine], object_name: str) -> str:
    """Query: `__entity`, `batch` of every record that was sent, once; `refused_` is there.

    A record of which only links were to be written counts by its links, and is refused where all of them were.
    """
    first = " UNION ALL ".join(_parts(tables, lines, object_name, kind) for kind in KINDS if kind != "link")
    return f"""WITH first AS ({first}), linked AS ({_parts(tables, lines, object_name, "link")})
    SELECT __entity, batch FROM first UNION ALL
    SELECT l.__entity, coalesce(min(l.batch) FILTER (r.__entity IS NULL), min(l.batch)) AS batch FROM linked l
    ANTI JOIN first f ON f.__entity = l.__entity
    LEFT JOIN refused_ r ON r.batch = l.batch AND r.__entity = l.__entity GROUP BY l.__entity"""


def _parts(tables: Relations, lines: Mapping[str, BatchLine], object_name: str, kind: str) -> str:
    """Query over the parts of one kind that were answered: `__entity`, `batch`."""
    files = answered(tables.run, lines, object_name, kind)
    if not files:
        return "SELECT NULL::VARCHAR AS __entity, NULL::VARCHAR AS batch WHERE FALSE"
    listed = ", ".join(literal(str(file)) for file in files)
    batch = f"{literal(f'{object_name}/{kind}/')} || parse_filename(filename, true)"
    return f"SELECT __entity, {batch} AS batch FROM read_parquet([{listed}], filename = true, union_by_name = true)"


def answered(run: Run, lines: Mapping[str, BatchLine], object_name: str, kind: str) -> list[Path]:
    """The files of the batches of one kind that have a final answer."""
    folder = run.table("load", object_name, "batches", kind)
    parts = read_manifest(folder) or []
    return [
        verified(folder, part)
        for part in parts
        if (line := lines.get(f"{object_name}/{kind}/{part.name}")) is not None and line.settled
    ]


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
    known = scan_folder(project.crosswalk(identity, name), CROSSWALK.columns)
    fresh = f"""(SELECT m.__source, m.__key, a.__entity FROM {members(tables, name)} m
                 JOIN arrived_ a ON a.__cluster = m.__cluster)"""
    replace_table(
        tables.connection,
        f"SELECT __source, __key, __entity FROM {fresh} UNION SELECT k.__source, k.__key, k.__entity FROM {known} k "
        f"ANTI JOIN {fresh} f ON f.__source = k.__source AND f.__key = k.__key ORDER BY 1, 2",
        project.crosswalk(identity, name),
    )
    _edited(tables, name)
    keep_seen(tables, columns, back, project.seen(identity, name))
    later = [link.name for link in links(plan, object_plan) if link.later]
    keep_sent(tables, columns, paths(tables.run.table("load", name, "entities")), later, project.sent(identity, name))
    tables.execute("DROP TABLE arrived_; DROP TABLE edited_")


def _arrived(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, lines: Mapping[str, BatchLine], now: str, before: str
) -> None:
    """Create `arrived_`: entities that the target holds as we want them, with what was sent in the second pass."""
    name = object_plan.name
    later = {link.name for link in links(plan, object_plan) if link.later}
    entities = tables.scan(PLANNED, name, also=plan_columns(object_plan))
    tables.connection.register("refused_", _refusals(lines, name))
    values = "".join(f", {_link_value(f)} AS {quoted(f)}" for f in sorted(later))
    tables.execute(f"""CREATE TEMP TABLE arrived_ AS
    WITH sent AS ({_sent(tables, lines, name)}),
    taken AS (SELECT s.__entity FROM sent s ANTI JOIN refused_ r ON r.batch = s.batch AND r.__entity = s.__entity),
    linked AS ({_linked(tables, lines, name, sorted(later))}),
    ids AS (SELECT __entity, min(target_id) AS target_id FROM {now} WHERE __entity IS NOT NULL GROUP BY __entity)
    SELECT e.__cluster, e.__entity, i.target_id,
      CASE WHEN e.__code = 'existing' THEN 'true' ELSE o.__adopted END AS __adopted{values} FROM {entities} e
    LEFT JOIN {before} o ON o.__entity = e.__entity
    LEFT JOIN ids i ON i.__entity = e.__entity LEFT JOIN linked w ON w.__entity = e.__entity
    WHERE e.__action = 'unchanged' OR e.__entity IN (SELECT __entity FROM taken)""")
    tables.connection.unregister("refused_")


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
      AND NOT coalesce(list_contains(from_json(e.__changed_fields, '["VARCHAR"]'), c.field), FALSE)
    GROUP BY c.__entity""")


def _link_value(name: str) -> str:
    """A link of the second pass counts as sent only where it was written."""
    changed = names_field("e.__changed_fields", name)
    kept = f"e.__action = 'unchanged' OR (e.__action = 'update' AND NOT {changed})"
    return f"CASE WHEN {kept} OR w.{quoted(name)} IS NOT NULL THEN e.{quoted(name)} END"


def _linked(tables: Relations, lines: Mapping[str, BatchLine], object_name: str, later: list[str]) -> str:
    """Links that were written in the second pass, by entity."""
    files = answered(tables.run, lines, object_name, "link") if later else []
    if not files:
        return f"SELECT NULL::VARCHAR AS __entity{''.join(f', NULL AS {quoted(n)}' for n in later)} WHERE FALSE"
    there = {name for file in files for name in pq.read_schema(file).names}
    listed = ", ".join(literal(str(file)) for file in files)
    cells = "".join(f", {f'min(p.{quoted(n)})' if n in there else 'NULL'} AS {quoted(n)}" for n in later)
    batch = f"{literal(f'{object_name}/link/')} || parse_filename(p.filename, true)"
    return (
        f"SELECT p.__entity{cells} FROM read_parquet([{listed}], filename = true, union_by_name = true) p "
        f"ANTI JOIN refused_ r ON r.__entity = p.__entity AND r.batch = {batch} GROUP BY p.__entity"
    )


def settle_earlier(plan: Plan, project: Project, run: Run, target: Target, identity: str) -> tuple[str, ...]:
    """Remember what earlier runs loaded that were stopped before they could: this plan compares with that too.

    Returns a sentence for each whose files are damaged: what it loaded is found in the target by our key, but what it
    sent is not known any more.
    """
    if not project.ledger.exists():
        return ()
    notes = []
    with checked(project.ledger) as ledger:
        done = {(body["run"], body["identity"]) for body in ledger.bodies(PUBLISHED)}
        for earlier in ledger.runs_of(identity):
            if earlier != run.id and (earlier, identity) not in done and project.run(earlier).plan.exists():
                try:
                    _settle_run(plan, project, run, project.run(earlier), target, ledger, identity)
                except DamagedFile as error:
                    notes.append(f"what run {earlier} sent is not known any more: {error.message}")
    return tuple(notes)


def _settle_run(
    plan: Plan, project: Project, run: Run, earlier: Run, target: Target, ledger: Ledger, identity: str
) -> None:
    then = read_frozen(earlier)
    committed = target.committed(then.project, earlier.id)
    for line in ledger.batches(earlier.id):
        if not line.settled and line.intent.name in committed:
            _replay(then, earlier, target, ledger, line)
    lines = {line.intent.name: line for line in ledger.batches(earlier.id)}
    present = {o.name for o in plan.objects}
    with relations(earlier, "load") as tables:
        for object_plan in then.objects:
            if object_plan.name in present and tables.finished(PLANNED, object_plan.name):
                back = run.table("load", object_plan.name, "theirs")
                publish_memory(tables, project, identity, then, object_plan, lines, back)
    ledger.note(PUBLISHED, {"run": earlier.id, "identity": identity})


def _replay(plan: Plan, run: Run, target: Target, ledger: Ledger, line: BatchLine) -> None:
    """Ask the target's journal for the answer of a committed batch; it writes nothing."""
    intent = line.intent
    object = target_object(plan, plan.object(intent.object))
    file = run.folder / intent.part
    rows = pq.read_table(verified(file.parent, Part(file.stem, "", intent.count, intent.digest)))
    batch = WriteBatch(plan.project, run.id, intent.name, object, intent.action, rows, intent.digest)
    result = target.write(batch)
    loaded = rows.num_rows - len(result.rejected)
    ledger.settle(Settled(run.id, intent.object, intent.name, "settled", loaded, dict(result.rejected), (), True))
