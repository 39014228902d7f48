"""The end of a load: records that were merged into others go, once everything else is written. Children go first.

Every start reads and judges anew whatever is not done yet: a batch of which one record may not go any more stays back.
"""

import shutil
from collections.abc import Iterator, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.contract import TARGET_ID, Journal, Limits
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.load.claims import claim_members
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.merged import going, judge, look_again, publish, read_back, still_refers
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.load.publishing import answers
from crm_migrate.stages.load.sending import Batch, Sender, cut, slices
from crm_migrate.stages.load.sending.requests import standing
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import LOOKED, OUTCOMES, PLANNED, REMOVALS
from crm_migrate.workspace.undoing import loads


def remove_merged(tables: Relations, sender: Sender, project: Project, plan: Plan) -> None:
    """Remove what the plan lets go and nothing speaks against now; `removals` says what became of it."""
    for each in plan.objects:
        removals = tables.scan(REMOVALS, each.name) if tables.finished(REMOVALS, each.name) else _nobody()
        tables.execute(f"CREATE TEMP TABLE {Names(each.name).merged} AS SELECT * FROM {removals}")
    look_again(tables, project, sender.identity, plan, sender.target)
    for each in reversed(plan.objects):
        if going(tables, each.name):
            _remove(tables, sender, project, plan, each)
            publish(tables, each.name)
            if isinstance(sender.target, Journal):
                claim_members(tables, sender.target, plan, each)


def _nobody() -> str:
    return f"(SELECT {', '.join(f'NULL::VARCHAR AS {name}' for name in REMOVALS.columns)} WHERE FALSE)"


def _remove(tables: Relations, sender: Sender, project: Project, plan: Plan, object_plan: ObjectPlan) -> None:
    name, object = object_plan.name, target_object(plan, object_plan)
    seen = read_back(tables, project, sender.identity, object_plan, loads(sender.ledger, sender.identity))
    judge(tables, plan, object_plan, sender.target, seen, _written(tables, object_plan), still_refers)
    if not any(line.startswith(f"{name}/remove/") for line in sender.lines):  # what nobody has sent is cut anew
        shutil.rmtree(sender.run.table("load", name, "batches", "remove"), ignore_errors=True)
    rows = sender.target.limits(object, "remove").rows
    batches = cut(sender.run, name, object, "remove", partial(_cut, tables, object_plan, rows))
    goes = {str(entity) for (entity,) in tables.rows(f"SELECT __entity FROM {_going(name)}")}
    sender.send([batch for batch in batches if goes.issuperset(_open(sender, batch))])
    _hear(tables, sender, name)


def _going(name: str) -> str:
    return f"(SELECT * FROM {Names(name).merged} WHERE outcome = 'remove')"


def _written(tables: Relations, object_plan: ObjectPlan) -> str:
    """A FROM item: the records of this load that are in the target as they were to be written, as they are now."""
    planned, outcomes = tables.scan(PLANNED, object_plan.name), tables.scan(OUTCOMES, object_plan.name)
    now = tables.scan(LOOKED, object_plan.name, also=text_columns(object_plan))
    taken = "outcome = 'loaded' AND NOT starts_with(coalesce(message, ''), 'link_open')"
    return f"""(SELECT * FROM {now} WHERE __entity IN (
      SELECT __entity FROM {planned} WHERE __action = 'unchanged' UNION ALL
      SELECT __entity FROM {outcomes} WHERE {taken}))"""


def _cut(tables: Relations, object_plan: ObjectPlan, rows: int) -> Iterator[pa.Table]:
    now = tables.scan(LOOKED, object_plan.name)
    query = f"""SELECT m.__entity, m.target_id AS {TARGET_ID} FROM {_going(object_plan.name)} m
    SEMI JOIN {now} n ON n.target_id = m.target_id AND n.__entity = m.__entity ORDER BY m.__entity"""
    yield from slices(iter(stream(tables.connection, query, rows)), rows)


def _open(sender: Sender, batch: Batch) -> Sequence[str]:
    """The records of a batch of which nobody has said what became of them."""
    requests = standing(batch, sender.lines.get(batch.name), Limits(rows=batch.part.rows))
    return [entity for request in requests for entity in request.listed()]


def _hear(tables: Relations, sender: Sender, name: str) -> None:
    """What the target said; who was not sent stays."""
    said = answers(tables, sender.ledger.lines(sender.run.id), name, ["remove"])
    tables.execute(f"""UPDATE {Names(name).merged} m
    SET outcome = CASE WHEN a.outcome = 'loaded' THEN 'removed' ELSE 'kept' END,
      message = CASE WHEN a.outcome = 'rejected' THEN 'the target refused it: ' || a.message END
    FROM {said} a WHERE a.__entity = m.__entity AND a.outcome IN ('loaded', 'rejected');
    UPDATE {Names(name).merged} SET outcome = 'kept', message = 'this load could not ask again whether it may go'
    WHERE outcome = 'remove'""")
