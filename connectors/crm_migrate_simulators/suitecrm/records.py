"""One record: read, created, changed, deleted."""

from dataclasses import replace

from crm_migrate_simulators.store import Record
from crm_migrate_simulators.suitecrm.taking import taken
from crm_migrate_simulators.suitecrm.telling import told
from crm_migrate_simulators.suitecrm.visit import TYPE, Failed, Visit, error
from crm_migrate_simulators.wire import Reply


def get(visit: Visit) -> Reply:
    """All attributes."""
    return Reply(200, {"data": told(visit, visit.live())}, dict(TYPE))


def post(visit: Visit) -> Reply:
    """A new record. An id is good once, whatever became of its record; whether one is filled nobody looks."""
    if visit.id and visit.store.get(visit.module, visit.id) is not None:
        raise Failed(f"Bean {visit.module} with id {visit.id} is already exist")
    _no_hook(visit)
    values = taken(visit, visit.attributes(), None)
    return _saved(visit, visit.store.create_as(visit.id, visit.module, values, visit.now))


def patch(visit: Visit) -> Reply:
    """The attributes that are named."""
    record = visit.live()
    _no_hook(visit)
    values = taken(visit, visit.attributes(), record)
    return _saved(visit, visit.store.update(visit.module, record.id, values, visit.now)[1])


def delete(visit: Visit) -> Reply:
    """A record is marked as deleted; links to it are emptied."""
    record = visit.live()
    visit.store.delete(visit.module, record.id, visit.now)
    for name, module in visit.store.schema.objects.items():
        links = [each.name for each in module.fields.values() if visit.module in each.reference]
        for other in visit.store.all(name) if links else ():
            emptied = {each: None for each in links if other.values.get(each) == record.id}
            if emptied:
                visit.store.update(name, other.id, emptied, visit.now)
    return Reply(200, {"meta": {"message": f"Record with id {record.id} is deleted"}}, dict(TYPE))


def _no_hook(visit: Visit) -> None:
    if "duplicate_rule" in visit.call.bent:
        raise Failed("a logic hook found a duplicate")


def _saved(visit: Visit, record: Record) -> Reply:
    if visit.habits.hook:
        return error("a logic hook behind it failed")
    return Reply(201, {"data": told(replace(visit, id=record.id), record)}, dict(TYPE))
