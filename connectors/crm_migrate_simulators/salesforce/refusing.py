"""A refusal as each API words it: a list in JSON, an error of the older bulk API, a fault of SOAP."""

from typing import TYPE_CHECKING

from crm_migrate_simulators.salesforce import soap
from crm_migrate_simulators.salesforce.bulk.classic import in_xml
from crm_migrate_simulators.salesforce.failures import STATUS, Failure
from crm_migrate_simulators.wire import Reply, Request

if TYPE_CHECKING:
    from crm_migrate_simulators.salesforce.org import Org

_CLASSIC = {
    "INVALID_SESSION_ID": "InvalidSessionId",
    "NOT_FOUND": "InvalidJob",
    "REQUEST_LIMIT_EXCEEDED": "ExceededQuota",
}


def worded(org: "Org", request: Request, failed: Failure) -> Reply:
    """The answer to a request that is refused."""
    if request.path.startswith("/services/Soap"):
        return soap.fault(failed)
    if not request.path.startswith("/services/async"):
        return org.refused(failed)
    said = {"exceptionCode": _CLASSIC.get(failed.code, failed.code), "exceptionMessage": failed.message}
    status = STATUS.get(failed.code, 400) if failed.code != "NOT_FOUND" else 400
    if request.headers.get("content-type", "").startswith("application/json"):
        return Reply(status, said)
    return Reply(status, in_xml("error", dict(said)), {"Content-Type": "application/xml"})
