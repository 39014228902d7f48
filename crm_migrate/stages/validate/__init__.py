"""Validate: do the rules of plan and target hold before the load, and do they hold in the target afterwards.

A record that was not read is not validated: `validate_after` reads every record back and asks for every one that the
load says it wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.contract import Target, TargetField, TargetObject, TargetSchema, Withholds
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quality.relational import doubled, orphaned
from crm_migrate.quality.schemas import breaches, merged_field, ruled
from crm_migrate.quoting import quoted
from crm_migrate.stages.load.keys import text_columns
from crm_migrate.stages.load.lookups import called
from crm_migrate.stages.load.objects import links, loaded_fields, target_object
from crm_migrate.stages.load.theirs import ask_again, read_theirs
from crm_migrate.stages.mask.reading import to_load
from crm_migrate.stages.validate.reaching import reaching
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import tables as parts
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import ACTUAL, AFTER, BREACHES, COMPLETED, OUTCOMES, PLANNED, texts

BATCH = 100_000
_LOADED = "l.outcome = 'loaded'"  # a field of the target may be called so, too
_FOUND = "CREATE TEMP TABLE found_ (key VARCHAR, field VARCHAR, code VARCHAR, message VARCHAR)"


def validate_before(plan: Plan, run: Run, schema: TargetSchema) -> tuple[Finding, ...]:
    """Check the records that are ready to be loaded; breaches with `when` = before, and a finding per rule.

    `schema` is what the target holds now; an object that it does not have yet is checked against the plan alone.
    """
    findings: list[Finding] = []
    with relations(run, "validate") as tables:
        for object_plan in plan.objects:
            fields = _fields(object_plan, target_object(plan, object_plan), schema)
            tables.execute(_FOUND)
            tables.execute(f"CREATE TEMP VIEW ready_ AS {_ready(tables, plan, object_plan)}")
            _cells(tables, "ready_", "__cluster", fields)
            for field in (f for f in fields if f.unique):
                _note(tables, doubled("ready_", "__cluster", field.name))
            for link in links(plan, object_plan):
                clusters = tables.scan(COMPLETED, link.parent, also={"__cluster": "VARCHAR"})
                _note(tables, orphaned("ready_", "__cluster", link.name, clusters, "__cluster"))
            line = "NULL::VARCHAR AS __entity, NULL::VARCHAR AS target_id, field, code, message"
            query = f"SELECT {line}, 'before' AS \"when\", key::BIGINT AS __cluster FROM found_"
            findings += _publish(tables, object_plan, query, "before")
            tables.execute("DROP VIEW ready_")
    return tuple(findings)


def validate_after(plan: Plan, run: Run, target: Target) -> tuple[Finding, ...]:
    """Read the target back into `validate/<object>/actual` and check it; breaches with `when` = after."""
    findings: list[Finding] = []
    naming = {o.name: partial(called, only=_found(run, o)) if o.existing.only else None for o in plan.objects}
    told = {each.name: _told(target, target_object(plan, each)) for each in plan.objects}
    for each in plan.objects:
        read_theirs(target, told[each.name], run, ACTUAL, each.name, naming[each.name])
    schema = target.describe([o.target for o in plan.objects])
    with relations(run, "validate") as tables:
        for each in plan.objects:
            ours = _ours(tables, each.name)
            settling = target.limits(told[each.name], "create").settle_seconds
            ask_again(tables, target, told[each.name], ACTUAL, each.name, ours, naming[each.name], settling)
        for object_plan in plan.objects:
            tables.execute(_FOUND)
            columns = text_columns(object_plan, "target_id", "__entity")
            actual = tables.scan(ACTUAL, object_plan.name, also=columns)
            tables.publish(f"SELECT target_id, __entity FROM {actual} ORDER BY target_id", AFTER, object_plan.name)
            tables.execute(f"CREATE TEMP VIEW ours_ AS SELECT * FROM {actual} WHERE __entity IS NOT NULL")
            _cells(tables, "ours_", "target_id", _fields(object_plan, told[object_plan.name], schema))
            _note(tables, doubled("ours_", "target_id", "__entity", "key_doubled"))
            written = not object_plan.existing.only  # what is only looked up says what its users say
            for table in list(reaching(tables, plan, object_plan, "ours_") if written else ()):  # one query at a time
                _note_table(tables, table)
            for link in links(plan, object_plan):
                parents = tables.scan(ACTUAL, link.parent)
                _note(tables, orphaned("ours_", "target_id", link.name, parents, "target_id"))
            findings += _publish(tables, object_plan, _after(tables, object_plan), "after")
            tables.execute("DROP VIEW ours_")
    return tuple(findings)


def _ours(tables: Relations, name: str) -> str:
    """A FROM item: the records of an object that the plan found in the target, and those that the load made there."""
    found = tables.scan(PLANNED, name) if tables.finished(PLANNED, name) else None
    made = tables.scan(OUTCOMES, name) if tables.finished(OUTCOMES, name) else None
    parts = ["SELECT NULL::VARCHAR AS __entity, NULL::VARCHAR AS target_id WHERE FALSE"]
    parts += [f"SELECT __entity, __target_id FROM {found} WHERE __target_id IS NOT NULL"] if found else []
    parts += [f"SELECT l.__entity, l.target_id FROM {made} l WHERE {_LOADED}"] if made else []
    return f"({' UNION '.join(parts)})"


def _found(run: Run, object_plan: ObjectPlan) -> set[str]:
    """The ids of the records that were looked up: they alone of their object concern us."""
    found = set()
    for part in parts(run.table(*PLANNED.path(object_plan.name))):
        lines = part.select(["__action", "__target_id"]).to_pylist()
        found |= {str(line["__target_id"]) for line in lines if line["__action"] == "unchanged"}
    return found


def _told(target: Target, object: TargetObject) -> TargetObject:
    """An object with the fields of which the target says something."""
    silent = target.withheld(object) if isinstance(target, Withholds) else ()
    return replace(object, fields=tuple(field for field in object.fields if field.name not in silent))


def _fields(object_plan: ObjectPlan, wanted: TargetObject, schema: TargetSchema) -> list[TargetField]:
    """The fields whose values must keep the rules of the target: none of a record that nobody writes."""
    if object_plan.existing.only:
        return []
    there: TargetObject | None = schema.object(wanted.name)
    return [merged_field(field, there) for field in wanted.fields]


def _ready(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Records that are ready, by the target's field names; references as clusters, in text."""
    view = to_load(tables, plan, object_plan, texts(*(f.name for f in loaded_fields(object_plan))))
    listed = "".join(f", {quoted(f.name)} AS {quoted(str(f.target))}" for f in loaded_fields(object_plan))
    return f"SELECT __cluster::VARCHAR AS __cluster{listed} FROM {view} WHERE __state = 'ready'"


def _cells(tables: Relations, view: str, key: str, fields: Sequence[TargetField]) -> None:
    """Check the cells of a view that can break a rule, a batch at a time."""
    checked = ruled(fields)
    listed = ", ".join(quoted(name) for name in (key, *(field.name for field in checked)))
    rows = stream(tables.connection, f"SELECT {listed} FROM {view}", BATCH) if checked else ()
    found = list(_cell_breaches(rows, key, checked))
    for table in found:
        _note_table(tables, table)


def _cell_breaches(batches: Iterable[pa.RecordBatch], key: str, fields: Sequence[TargetField]) -> Iterator[pa.Table]:
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        found = breaches(rows, fields)
        if found:
            keys = rows[key]
            names = ("field", "code", "message")
            lines = [{"key": keys[b.index].as_py(), **{name: getattr(b, name) for name in names}} for b in found]
            yield pa.Table.from_pylist(lines)


def _note_table(tables: Relations, table: pa.Table) -> None:
    tables.connection.register("batch_", table)
    _note(tables, "SELECT key, field, code, message FROM batch_")
    tables.connection.unregister("batch_")


def _note(tables: Relations, query: str) -> None:
    tables.execute(f"INSERT INTO found_ SELECT key::VARCHAR, field, code, message FROM ({query})")


def _after(tables: Relations, object_plan: ObjectPlan) -> str:
    """The breaches before the load as they were, those of the target as found, and records that are not there."""
    name = object_plan.name
    before = tables.scan(BREACHES, name) if tables.finished(BREACHES, name) else None
    loaded = tables.scan(OUTCOMES, name) if tables.finished(OUTCOMES, name) else None
    query = """SELECT a.__entity, f.key AS target_id, f.field, f.code, f.message, 'after' AS "when",
      NULL::BIGINT AS __cluster FROM found_ f JOIN ours_ a ON a.target_id = f.key"""
    if loaded:
        query += f""" UNION ALL SELECT l.__entity, l.target_id, '', 'target_lost',
          'the load says it arrived, the target does not give it back', 'after', NULL
          FROM {loaded} l ANTI JOIN ours_ a ON a.__entity = l.__entity WHERE {_LOADED}
          UNION ALL SELECT l.__entity, a.target_id, '', 'other_id',
          'the target answered with the id ' || l.target_id || ' and holds the record as ' || a.target_id, 'after', NULL
          FROM {loaded} l JOIN ours_ a ON a.__entity = l.__entity
          ANTI JOIN ours_ s ON s.__entity = l.__entity AND s.target_id = l.target_id WHERE {_LOADED}"""
    if before:
        listed = ", ".join(map(quoted, BREACHES.columns))
        tables.execute(
            f"CREATE OR REPLACE TEMP TABLE before_ AS SELECT {listed} FROM {before} WHERE \"when\" = 'before'"
        )
        query += f" UNION ALL SELECT {listed} FROM before_"
    return query


def _publish(tables: Relations, object_plan: ObjectPlan, query: str, when: str) -> Iterator[Finding]:
    """Write the breaches of one object and count them by rule."""
    name, listed = object_plan.name, ", ".join(map(quoted, BREACHES.columns))
    tables.execute(f"CREATE TEMP TABLE lines_ AS SELECT {listed} FROM ({query})")
    order = '"when", __entity, __cluster, target_id, field, code'
    tables.publish(f"SELECT * FROM lines_ ORDER BY {order}", BREACHES, name)
    counted = tables.rows(
        'SELECT code, field, count(*) FROM lines_ WHERE "when" = ? GROUP BY code, field ORDER BY code, field', [when]
    )
    tables.execute("DROP TABLE lines_; DROP TABLE found_")
    for code, field, count in counted:
        words = f"{name}: {count} record(s): {field or 'record'}: {code.replace('_', ' ')} ({when} the load)"
        yield Finding(code, words, Severity.WARNING, Place(source=name, field=field), count=int(count))
