"""Something may have been done, and the answer does not say what."""

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.wire import Reply


@kind("doubt", "any", "document RFC 9110 15.6.1")
def error_after(call: Call, _: float) -> Reply:
    """500, though all was done."""
    call.proceed()
    return call.error(500, "INTERNAL", "something went wrong")


@kind("doubt", "any", "recording salesforce/composite_http_500_empty_body")
def error_empty(call: Call, _: float) -> Reply:
    """500 without a body, though all was done."""
    call.proceed()
    return Reply(500)


@kind("doubt", "any", "document RFC 9110 15.6.5")
def gateway_timeout(call: Call, _: float) -> Reply:
    """504: the proxy lost its patience, the system behind it did all."""
    call.proceed()
    return Reply(504, b"<html><body>Gateway Timeout</body></html>", {"Content-Type": "text/html"})


@kind("doubt", "any", "document RFC 9112 9.5")
def reset_before(call: Call, _: float) -> Reply:
    """The connection is reset; nothing was done, which nobody can know."""
    del call
    return Reply(drop="reset")


@kind("doubt", "any", "document RFC 9112 9.5")
def reset_after(call: Call, _: float) -> Reply:
    """The connection is reset after all was done."""
    call.proceed()
    return Reply(drop="reset")


@kind("doubt", "any", "document RFC 9112 9.3.1")
def closed_before(call: Call, _: float) -> Reply:
    """The connection is closed without an answer, as an idle one is; nothing was done."""
    del call
    return Reply(drop="close")


@kind("doubt", "any", "document RFC 9112 9.3.1")
def closed_after(call: Call, _: float) -> Reply:
    """The connection is closed without an answer after all was done."""
    call.proceed()
    return Reply(drop="close")


@kind("doubt", "any", "assumed", 60)
def hang_before(call: Call, seconds: float) -> Reply:
    """No answer for that long, then the connection is closed; nothing was done."""
    call.clock.wait(seconds)
    return Reply(drop="close")


@kind("doubt", "any", "assumed", 60)
def hang_after(call: Call, seconds: float) -> Reply:
    """All was done, and there is no answer for that long, then the connection is closed."""
    call.proceed()
    call.clock.wait(seconds)
    return Reply(drop="close")


@kind("doubt", "write", "document FoundationDB automatic idempotency; Dataverse two minutes", 1)
def late_commit(call: Call, seconds: float) -> Reply:
    """The client is cut off at once; it is all done that many seconds later."""
    call.later(seconds)
    return Reply(drop="reset")


@kind("doubt", "write", "assumed", 0.5)
def partial_batch(call: Call, share: float) -> Reply:
    """That share of the records was done, then 500. An atomic system does none."""
    call.proceed(share=share)
    return call.error(500, "INTERNAL", "something went wrong")


@kind("doubt", "any", "document RFC 9112 8", 0.5)
def cut_answer(call: Call, share: float) -> Reply:
    """All was done, and the answer ends after that share of its bytes."""
    reply = call.proceed()
    reply.cut = share
    return reply


@kind("doubt", "any", "assumed", 60)
def dripping(call: Call, seconds: float) -> Reply:
    """All was done, and the answer comes byte by byte, that many seconds apart."""
    reply = call.proceed()
    reply.drip = seconds
    return reply


@kind("doubt", "any", "assumed")
def empty_body(call: Call, _: float) -> Reply:
    """All was done; the answer is 200 without a body."""
    call.proceed()
    return Reply(200)


@kind("doubt", "any", "recording hubspot/company_4_read_deleted_404_html")
def page_of_html(call: Call, _: float) -> Reply:
    """All was done; the answer is 200 with a page of HTML."""
    call.proceed()
    return Reply(200, b"<html><body>Please sign in</body></html>", {"Content-Type": "text/html"})


@kind("doubt", "write", "recording hubspot/list_3_add_member_again_empty")
def nothing_written(call: Call, _: float) -> Reply:
    """200 with empty results and no errors, and nothing was written."""
    return call.crm.without_results()
