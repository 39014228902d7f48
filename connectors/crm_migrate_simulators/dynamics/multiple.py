"""CreateMultiple, UpdateMultiple and UpsertMultiple: many records as one transaction, and no word of each."""

import math
from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.dynamics import records
from crm_migrate_simulators.dynamics.binding import pairs, record_of
from crm_migrate_simulators.dynamics.keys import holder
from crm_migrate_simulators.dynamics.problems import Failure, no_segment, unreadable
from crm_migrate_simulators.dynamics.queries import JSON
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.wire import Reply

MESSAGES = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")
MOST = 1000  # a request of more is not tried: messages end after two minutes
Body = dict[str, Any]


def many(work: Work, table: str, message: str, body: Body) -> Reply:
    """All of them, or none. Raises Failure of the first that is refused."""
    if table in work.habits.one_by_one.split(","):
        raise no_segment(f"Microsoft.Dynamics.CRM.{message}")
    targets = body.get("Targets")
    if not isinstance(targets, list) or not targets or not all(isinstance(each, dict) for each in targets):
        raise unreadable("Targets is a list of records")
    if len(targets) > MOST:
        raise Failure(400, "0x80044150", f"Targets has more than {MOST} records")
    if wrong := next((each for each in targets if each.get("@odata.type") != f"Microsoft.Dynamics.CRM.{table}"), None):
        raise unreadable(f"'@odata.type' of a target is not that of {table}: {wrong.get('@odata.type')}")
    one = {"CreateMultiple": _create, "UpdateMultiple": _update, "UpsertMultiple": _upsert}[message]
    ids = _together(work, table, targets, one)
    if message != "CreateMultiple":
        return Reply(204, None, {"OData-Version": "4.0"})
    context = f"{work.host}/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return Reply(200, {"@odata.context": context, "Ids": ids}, dict(JSON))


def _together(work: Work, table: str, targets: list[Body], one: Callable[[Work, str, Body], str]) -> list[str]:
    work.call.asked.records += len(targets)
    with work.store.all_or_nothing():
        ids = [one(work, table, each) for each in targets]
        if math.floor(len(targets) * work.call.share) < len(targets):
            raise Failure(500, "0x80040216", "An unexpected error occurred.")
        return ids


def _create(work: Work, table: str, target: Body) -> str:
    return records.create(work, table, target).id


def _update(work: Work, table: str, target: Body) -> str:
    key = work.store.words(table)["id"]
    if target.get(key):
        id = record_of(work, table, str(target[key])).id
    elif "@odata.id" in target:
        id = record_of(work, table, _bracketed(target)).id
    else:
        raise unreadable(f"a target has {key} or '@odata.id'")
    return records.update(work, table, id, target).id


def _upsert(work: Work, table: str, target: Body) -> str:
    if "@odata.id" not in target:
        return _create(work, table, target)
    values = pairs(_bracketed(target))
    found = holder(work, table, values)
    if found is not None:
        return records.update(work, table, found.id, target).id
    if set(values) & set(target):
        raise Failure(400, "0x80040216", "An unexpected error occurred.")
    return records.create(work, table, {**target, **values}).id


def _bracketed(target: Body) -> str:
    _, bracket, what = str(target["@odata.id"]).partition("(")
    if not bracket or not what.endswith(")"):
        raise unreadable("'@odata.id' names no record")
    return what[:-1]
