"""What is sent of the plan, in batches: new records, changed ones by what changed, and the fields of the second pass.

A batch holds what one request of the target takes, or one job where so many are to be written that a job is worth it.
"""

import json
from collections.abc import Iterator
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Target, TargetObject
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.files import content_fields, join_files, takes_files
from crm_migrate.stages.load.keys import names_field, plan_columns
from crm_migrate.stages.load.objects import Link, links, loaded_fields, target_object, waiting, written_of
from crm_migrate.stages.load.sending import ACTIONS, Kind, batch_limits, slices
from crm_migrate.stages.load.sending.uploading import COLUMNS
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import LOADED_IDS, PLANNED


def cut_records(
    tables: Relations, target: Target, plan: Plan, object_plan: ObjectPlan, kind: Kind, condition: str
) -> Iterator[pa.Table]:
    """The batches of one kind; an update that only changes fields of the second pass has nothing to send now."""
    entities = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    count = partial(tables.count, f"{entities} e WHERE {condition}")
    rows = batch_limits(target, target_object(plan, object_plan), ACTIONS[kind], count).rows
    spans = tables.spans("__cluster", PLANNED, object_plan.name)
    files = takes_files(target, plan, object_plan)
    queries = (
        _rows(tables, plan, object_plan, f"{condition} AND {span.holds('e.__cluster')}", files=files) for span in spans
    )
    batches = (batch for query in queries for batch in stream(tables.connection, query, rows))
    for table in slices(batches, rows):
        for alike in [table] if kind == "create" else _by_change(table):
            sent = _narrowed(alike, kind, plan, object_plan)
            if files and not content_fields(object_plan).isdisjoint(sent.column_names):
                sent = _with_files(sent, alike)
            if sent.num_columns > 1:
                yield sent


def _by_change(table: pa.Table) -> Iterator[pa.Table]:
    """The rows in tables of one set of changed fields each: what did not change of a record is never sent with it."""
    changes = table["__changed_fields"]
    for names in pc.unique(changes):
        yield table.filter(pc.equal(changes, names))


def _with_files(sent: pa.Table, rows: pa.Table) -> pa.Table:
    """What is sent, and the columns that say with which file."""
    for name in COLUMNS:
        sent = sent.append_column(name, rows[name])
    return sent


def _rows(tables: Relations, plan: Plan, object_plan: ObjectPlan, condition: str, *, files: bool) -> str:
    """The rows of one kind in the order of the plan, references as target ids; with `files` what is sent with each."""
    entities = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    points = {link.name: link for link in links(plan, object_plan) if not link.later}
    later = waiting(plan, object_plan)
    listed, joins = join_files(tables, plan, object_plan) if files else ("", "")
    for number, name in enumerate(str(f.target) for f in loaded_fields(object_plan)):
        if name in points:
            joins += join_parent(tables, points[name], number)
            listed += f", p{number}.target_id AS {quoted(name)}"
        elif name not in later:
            listed += f", e.{quoted(name)}"
    return (
        f"SELECT e.__entity, e.__target_id, e.__changed_fields{listed} "
        f"FROM {entities} e{joins} WHERE {condition} ORDER BY e.__cluster"
    )


def join_parent(tables: Relations, link: Link, number: int) -> str:
    """A JOIN of planned records `e` with the target ids of a parent, as `p` and the number."""
    ids = tables.scan(LOADED_IDS, link.parent)
    return f" LEFT JOIN {ids} p{number} ON p{number}.__entity = e.{quoted(link.name)}"


def _narrowed(table: pa.Table, kind: Kind, plan: Plan, object_plan: ObjectPlan) -> pa.Table:
    """Only what is sent: everything of a new record, of changed ones (that changed alike) the fields that changed."""
    ours = [TARGET_ID, "__changed_fields"]
    if kind == "create":
        return table.drop_columns([*ours, *(name for name in COLUMNS if name in table.column_names)])
    changed = set(_names(table["__changed_fields"][0].as_py())).difference(waiting(plan, object_plan))
    kept = [ENTITY, *([TARGET_ID] if kind == "adopt" else []), *(n for n in table.column_names if n in changed)]
    return table.select(kept)


def _names(text: str | None) -> list[str]:
    return list(json.loads(text or "[]"))


def cut_links(
    tables: Relations, target: Target, object: TargetObject, object_plan: ObjectPlan, later: list[Link]
) -> Iterator[pa.Table]:
    """The batches of the second pass, link by link: a record whose other link did not change keeps it untouched."""
    for link in later:
        wanted = wanted_links(tables, object_plan, link)
        rows = batch_limits(target, object, "update", partial(tables.count, f"({wanted})")).rows
        query = f"{wanted} ORDER BY e.__cluster"
        for table in slices(iter(stream(tables.connection, query, rows)), rows):
            yield table.drop_columns("__cluster")


def cut_last(
    tables: Relations, target: Target, object: TargetObject, object_plan: ObjectPlan, names: list[str]
) -> Iterator[pa.Table]:
    """The batches of what is written last and is no link: of a record all of it together, as one may say how another
    one is meant."""
    entities = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    written, ids = written_of(names), tables.scan(LOADED_IDS, object_plan.name)
    wanted = f"SELECT *, {written} AS __written FROM {entities} WHERE __entity IN (SELECT __entity FROM {ids})"
    sets = tables.rows(f"SELECT __written, count(*) FROM ({wanted}) WHERE len(__written) > 0 GROUP BY 1 ORDER BY 1")
    for mine, count in sets:
        rows = batch_limits(target, object, "update", partial(int, count)).rows
        alike = f"__written = [{', '.join(map(literal, mine))}]"
        query = f"SELECT __entity, {', '.join(map(quoted, mine))} FROM ({wanted}) WHERE {alike} ORDER BY __cluster"
        yield from slices(iter(stream(tables.connection, query, rows)), rows)


def wanted_links(tables: Relations, object_plan: ObjectPlan, link: Link, *, lost: bool = False) -> str:
    """Query: the records that one link is to be written of, and its target id; or those whose parent is not there.

    A link whose parent was refused is not sent: it would empty what the record points to now.
    """
    entities = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    ids = tables.scan(LOADED_IDS, object_plan.name)
    name = quoted(link.name)
    missing = f"(e.{name} IS NOT NULL AND p0.target_id IS NULL)"
    return (
        f"SELECT e.__cluster, e.__entity, p0.target_id AS {name} FROM {entities} e{join_parent(tables, link, 0)}"
        f" WHERE e.__entity IN (SELECT __entity FROM {ids}) AND {'' if lost else 'NOT '}{missing}"
        f" AND ((e.__action = 'create' AND e.{name} IS NOT NULL) OR {names_field('e.__changed_fields', link.name)})"
    )
