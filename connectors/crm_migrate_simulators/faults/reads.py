"""A read that lies."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.answers import changed_results
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.wire import Reply


@kind("read", "write", "document HubSpot search, Salesforce SOSL: eventually consistent", 2)
def settling(call: Call, seconds: float) -> Reply:
    """Reads do not find what was created for that many seconds."""
    reply = call.proceed()
    now = call.clock.now()
    for record in call.created:
        call.store.hide(record.object, record.id, ((now, now + seconds),))
    return reply


@kind("read", "write", "document RudderStack live test of HubSpot search: found, then not", 2)
def flickering(call: Call, seconds: float) -> Reply:
    """What was created is found for that many seconds, then lost for as many, then found for good."""
    reply = call.proceed()
    now = call.clock.now()
    for record in call.created:
        call.store.hide(record.object, record.id, ((now + seconds, now + 2 * seconds),))
    return reply


@kind("read", "read", "assumed")
def read_short(call: Call, _: float) -> Reply:
    """A read leaves out one of the records that are there."""
    return changed_results(call, lambda results: results.pop(call.random.randrange(len(results))))
