"""Nothing was done, and the answer says so."""

from email.utils import formatdate

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.quotas import next_midnight
from crm_migrate_simulators.wire import Reply


@kind("refused", "any", "document RFC 9110 15.6.1")
def error_before(call: Call, _: float) -> Reply:
    """500, and nothing was done."""
    return call.error(500, "INTERNAL", "something went wrong")


@kind("refused", "any", "document RFC 9110 15.6.3")
def bad_gateway(call: Call, _: float) -> Reply:
    """502 with a page of HTML: a proxy did not reach the system; nothing was done."""
    del call
    return Reply(502, b"<html><body>Bad Gateway</body></html>", {"Content-Type": "text/html"})


@kind("refused", "any", "document RFC 9110 15.6.4", 1)
def unavailable(call: Call, seconds: float) -> Reply:
    """503 with Retry-After in seconds, answered before anything was done."""
    return _not_before(call, 503, "UNAVAILABLE", str(int(seconds)))


@kind("refused", "any", "document RFC 6585 4, HubSpot and Dataverse limits", 1)
def throttled(call: Call, seconds: float) -> Reply:
    """429 with Retry-After in seconds."""
    return _not_before(call, 429, "TOO_MANY_REQUESTS", str(int(seconds)))


@kind("refused", "any", "document RFC 9110 10.2.3", 1)
def throttled_date(call: Call, seconds: float) -> Reply:
    """429 with Retry-After as a date."""
    return _not_before(call, 429, "TOO_MANY_REQUESTS", formatdate(call.clock.now() + seconds, usegmt=True))


@kind("refused", "any", "document Zoho limits: no Retry-After")
def throttled_silent(call: Call, _: float) -> Reply:
    """429 that does not say until when."""
    return call.error(429, "TOO_MANY_REQUESTS", "too many requests")


@kind("refused", "any", "assumed")
def throttled_past(call: Call, _: float) -> Reply:
    """429 with a Retry-After that is an hour ago."""
    return _not_before(call, 429, "TOO_MANY_REQUESTS", formatdate(call.clock.now() - 3600, usegmt=True))


@kind("refused", "any", "assumed")
def throttled_absurd(call: Call, _: float) -> Reply:
    """429 with a Retry-After of thirty years."""
    return _not_before(call, 429, "TOO_MANY_REQUESTS", "946080000")


@kind("refused", "any", "assumed")
def throttled_garbage(call: Call, _: float) -> Reply:
    """429 with a Retry-After that is neither a number nor a date."""
    return _not_before(call, 429, "TOO_MANY_REQUESTS", "soon")


@kind("refused", "any", "recording salesforce/error_request_limit_exceeded_403")
def quota_gone(call: Call, _: float) -> Reply:
    """The day's requests are used up; nothing is taken before midnight UTC."""
    return call.error(403, "QUOTA_GONE", "the daily limit is reached", until=next_midnight(call.clock.now()))


@kind("refused", "any", "document RFC 6750 3.1")
def token_expired(call: Call, _: float) -> Reply:
    """401: every token that was given out is worth nothing any more."""
    call.crm.forget_tokens()
    return call.error(401, "INVALID_TOKEN", "the token has expired")


@kind("refused", "any", "assumed")
def redirected(call: Call, _: float) -> Reply:
    """307 to another host, which would be shown the token."""
    return Reply(307, b"", {"Location": f"https://elsewhere.example{call.request.path}"})


@kind("refused", "write", "document Salesforce UNABLE_TO_LOCK_ROW", 0.2)
def parent_locked(call: Call, seconds: float) -> Reply:
    """The parents of these records are held for a while: other requests about children of theirs are refused."""
    parents = call.parents()
    call.store.locked |= parents
    try:
        call.clock.wait(seconds)
    finally:
        call.store.locked -= parents
    return call.proceed()


@kind("refused", "write", "document Salesforce and HubSpot duplicate rules")
def duplicate_rule(call: Call, _: float) -> Reply:
    """A rule takes each record for a double of another and refuses it."""
    return call.proceed(bent="duplicate_rule")


def _not_before(call: Call, status: int, code: str, retry_after: str) -> Reply:
    reply = call.error(status, code, "not now")
    reply.headers["Retry-After"] = retry_after
    return reply
