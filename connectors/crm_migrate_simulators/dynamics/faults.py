"""What goes wrong with Dataverse alone, beside what goes wrong with any CRM."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.dynamics.problems import body
from crm_migrate_simulators.dynamics.queries import JSON
from crm_migrate_simulators.faults.catalogue import Kind, kind
from crm_migrate_simulators.wire import Reply

KINDS: dict[str, Kind] = {}


@kind("refused", "any", "recording dataverse/throttle_execution_time_429", 1, into=KINDS)
def execution_time(call: Call, seconds: float) -> Reply:
    """429 with Retry-After: the requests of five minutes took longer than they may together."""
    del call
    words = (
        "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 "
        "seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."
    )
    return Reply(429, body("0x80072321", words), dict(JSON) | {"Retry-After": str(int(seconds))})


@kind("refused", "write", "recording dataverse/error_with_annotations_400", into=KINDS)
def plugin_fails(call: Call, _: float) -> Reply:
    """A plug-in of the customer refuses every record of the request, in words of its own."""
    return call.proceed(bent="plugin_fails")


@kind("refused", "write", "document Dataverse security roles", into=KINDS)
def privilege_missing(call: Call, _: float) -> Reply:
    """403: the application user lost the right to write."""
    del call
    return Reply(403, body("0x80040220", "Principal user is missing prvWrite privilege"), dict(JSON))


@kind("doubt", "write", "document Dataverse: messages end after two minutes", into=KINDS)
def sql_timeout(call: Call, _: float) -> Reply:
    """500 with the code of a time-out; everything was rolled back, which the words do not say."""
    del call
    return Reply(500, body("0x80044151", "Generic SQL error: SQL timeout expired."), dict(JSON))
