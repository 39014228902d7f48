"""The target stores something else than what was sent."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.wire import Reply


@kind("values", "write", "recording dataverse/create_return_representation_201")
def truncating(call: Call, _: float) -> Reply:
    """A text that is too long is cut without a word."""
    return call.proceed(bent="truncate")


@kind("values", "write", "assumed")
def defaulting(call: Call, _: float) -> Reply:
    """An unknown choice becomes the first one without a word."""
    return call.proceed(bent="default_choice")


@kind("values", "write", "document CRM workflow rules: field updates")
def rewriting(call: Call, _: float) -> Reply:
    """Automation writes a text of each created record in capitals."""
    reply = call.proceed()
    for record in list(call.created):
        field = call.plain_text(record)
        if field:
            call.touch(call.store.update, record, {field: str(record.values[field]).upper()})
    return reply
