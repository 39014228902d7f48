"""Users and automation change records meanwhile, by the rules of the schema: what they may not do is not done."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.wire import Reply


@kind("people", "write", "document CRM workflow rules: tasks")
def adding_tasks(call: Call, _: float) -> Reply:
    """Automation creates a task without a key for each created record, where the schema has an object of tasks."""
    reply = call.proceed()
    object, values = call.crm.task()
    if object in call.store.schema.objects:
        for _record in list(call.created):
            call.as_user(call.store.create, object, values)
    return reply


@kind("people", "write", "document CRM assignment rules")
def reassigning(call: Call, _: float) -> Reply:
    """Automation gives each created record to another owner, where there is a field for it."""
    reply = call.proceed()
    for record in list(call.created):
        call.touch(call.store.update, record, call.crm.another_owner())
    return reply


@kind("people", "any", "document merge in every CRM's user interface")
def merged_by_user(call: Call, _: float) -> Reply:
    """Before the request is handled a user merges two records of one object."""
    for records in call.at_hand():
        if len(records) >= 2:
            winner, loser = call.random.sample(records, 2)
            if call.as_user(call.store.merge, winner.object, winner.id, loser.id):
                call.asked.touched += [winner.id, loser.id]
                break
    return call.proceed()


@kind("people", "any", "document recycle bins")
def deleted_by_user(call: Call, _: float) -> Reply:
    """Before the request is handled a user deletes a record."""
    record = call.any_record()
    if record:
        call.touch(call.store.delete, record)
    return call.proceed()


@kind("people", "any", "document any CRM: it is in use while we load")
def edited_by_user(call: Call, _: float) -> Reply:
    """Before the request is handled a user edits a text of a record."""
    record = call.any_record()
    field = call.plain_text(record) if record else None
    if record and field:
        edited = f"{record.values[field]} (edited)"
        call.touch(call.store.update, record, {field: edited})
    return call.proceed()
