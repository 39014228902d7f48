"""What goes wrong with HubSpot alone, beside what goes wrong with any CRM."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import Kind, kind
from crm_migrate_simulators.hubspot.problems import JSON, problem
from crm_migrate_simulators.wire import Reply

KINDS: dict[str, Kind] = {}


def _json(reply: Reply) -> Reply:
    reply.headers["Content-Type"] = JSON
    return reply


@kind("refused", "any", "document developers.hubspot.com error handling: 477", 1, into=KINDS)
def account_moving(call: Call, seconds: float) -> Reply:
    """477 with Retry-After in seconds: the account is being moved to another data centre; nothing was done."""
    del call
    reply = problem(477, "This account is being migrated between data hosting locations", "MIGRATION_IN_PROGRESS")
    reply.headers["Retry-After"] = str(int(seconds))
    return _json(reply)


@kind("refused", "write", "document developers.hubspot.com error handling: 423", into=KINDS)
def account_locked(call: Call, _: float) -> Reply:
    """423 without Retry-After: too many records at once; nothing was done, and two seconds should pass."""
    del call
    return _json(problem(423, "Too many requests are writing to this account", "LOCKED"))


@kind("refused", "any", "document hubspot-api-nodejs RetryDecorator: secondly limit", into=KINDS)
def secondly(call: Call, _: float) -> Reply:
    """429 of the limit per second, as searches meet it; it does not say until when."""
    del call
    words = "You have reached your secondly limit."
    return _json(problem(429, words, "RATE_LIMITS", errorType="RATE_LIMIT", policyName="SECONDLY"))


@kind("refused", "any", "recording hubspot/read_contact_missing_scopes_403", into=KINDS)
def scope_missing(call: Call, _: float) -> Reply:
    """403: an administrator has taken a right from the app; nothing was done."""
    del call
    error = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredScopes": ["contacts"]},
    }
    words = "This app hasn't been granted all required scopes to make this call."
    return _json(problem(403, words, "MISSING_SCOPES", errors=[error]))


@kind("doubt", "write", "document RudderStack, HubSpot community: batch answers 207 with nothing in it", into=KINDS)
def nothing_said(call: Call, _: float) -> Reply:
    """207 with empty results and no errors, though all was done."""
    reply = call.proceed()
    if isinstance(reply.body, dict) and "results" in reply.body:
        reply.status = 207
        reply.body = {**reply.body, "results": [], "errors": [], "numErrors": 0}
    return reply


@kind(
    "answer", "write", "recording hubspot/batch_update_partial_207_unknown_id: an error without a trace id", into=KINDS
)
def errors_unnamed(call: Call, _: float) -> Reply:
    """The errors of a batch do not say whom they are about."""
    reply = call.proceed()
    for error in reply.body.get("errors", []) if isinstance(reply.body, dict) else []:
        error.pop("context", None)
    return reply


@kind(
    "answer",
    "write",
    "document developers.hubspot.com batch status: PENDING, PROCESSING, CANCELED, COMPLETE",
    into=KINDS,
)
def still_processing(call: Call, _: float) -> Reply:
    """All was done; the answer says that it is still being worked at, and lists nothing."""
    reply = call.proceed()
    if isinstance(reply.body, dict) and "results" in reply.body:
        reply.body = {"status": "PROCESSING", "results": [], "startedAt": reply.body.get("startedAt")}
    return reply
