"""The partner API in SOAP, as far as REST has nothing of the kind: undelete, merge, converting leads."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce import dml, soap, xml
from crm_migrate_simulators.salesforce.converting import convert
from crm_migrate_simulators.salesforce.failures import Failure, failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.reading import instant_text
from crm_migrate_simulators.salesforce.routing import At, routes
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

Result = dict[str, Any]


def _asked(org: Org, work: Work, at: At) -> Reply:
    asked = soap.operation(work.call.request)
    name = xml.name(asked)
    if name == "getServerTimestamp":
        return soap.answer(soap.PARTNER, name, [{"timestamp": instant_text(work.now).replace("+0000", "Z")}])
    if name == "getUserInfo":
        user = work.store.get("User", work.user)
        told = {"organizationId": org.organisation(work.store), "userId": work.user}
        return soap.answer(soap.PARTNER, name, [told | {"userName": user.values["Username"] if user else ""}])
    verbs: dict[str, tuple[str, Callable[[Work, Any], Result]]] = {
        "undelete": ("ids", _undelete),
        "emptyRecycleBin": ("ids", _empty),
        "merge": ("request", _merge),
        "convertLead": ("leadConverts", _convert),
    }
    if name not in verbs:
        raise Failure("INVALID_OPERATION", f"This simulator does not know {name}; REST does what it is for")
    member, verb = verbs[name]
    return soap.answer(soap.PARTNER, name, [_one(work, each, verb) for each in _members(asked, member)])


def _members(asked: ElementTree.Element, member: str) -> list[Any]:
    return [xml.said(child) for child in asked if xml.name(child).casefold() == member.casefold()]


def _one(work: Work, said: Any, verb: Callable[[Work, Any], Result]) -> Result:
    try:
        with work.store.all_or_nothing():
            return {**verb(work, said), "success": True}
    except Refused as refused:
        failed = failure(refused)
        return {"errors": {"message": failed.message, "statusCode": failed.code}, "success": False}


def _undelete(work: Work, said: Any) -> Result:
    object, id = _known(work, said)
    if not work.store.compact(object).get("undeletable"):
        raise Failure("UNDELETE_FAILED", "Entity type is not undeletable")
    return {"id": work.store.undelete(object, id, work.now).id}


def _empty(work: Work, said: Any) -> Result:
    object, id = _known(work, said)
    record = work.store.get(object, id)
    if record is None or not record.deleted:
        raise Failure("INVALID_ID_FIELD", "Id does not exist in the recycle bin")
    work.store.purge(id)
    return {"id": id}


def _merge(work: Work, said: Any) -> Result:
    """The master keeps its values but for those that are sent with it; at most two others go into it."""
    master = said.get("masterRecord") or {}
    object, winner = _known(work, master.get("Id") or master.get("id"))
    losers = [_known(work, each)[1] for each in xml.several(said.get("recordToMergeIds"))]
    if not 1 <= len(losers) <= 2:
        raise Failure("INVALID_INPUT", "One or two records are merged into another")
    for loser in losers:
        work.store.merge(object, winner, loser, work.now)
    changes = {name: value for name, value in master.items() if name.casefold() not in ("id", "type", "fieldstonull")}
    if changes:
        dml.update(work, object, winner, changes)
    return {"id": winner, "mergedRecordIds": losers[0] if len(losers) == 1 else " ".join(losers)}


def _convert(work: Work, said: Any) -> Result:
    return convert(work, said)


def _known(work: Work, said: Any) -> tuple[str, str]:
    object = work.store.object_of(str(said)) if said else None
    if object is None:
        raise Failure("MALFORMED_ID", f"malformed id {said}")
    return object, dml.known_id(work, object, said)


ROUTES = (*routes("write", _asked, r"POST /services/Soap/(?:u|c)/(?P<plain>\d+\.\d)(?:/\w+)?"),)
