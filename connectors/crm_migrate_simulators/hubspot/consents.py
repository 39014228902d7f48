"""Routes of subscriptions: whom may be written to, and why: /communication-preferences.

v3 does not bring back who has opted out; v4 and the dated versions do.
"""

from crm_migrate_simulators.hubspot.batches import error_of, told_batch
from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.visit import Visit, stamp
from crm_migrate_simulators.wire import Reply

KIND = "subscriptions"
BASES = frozenset(
    {
        "LEGITIMATE_INTEREST_PQL",
        "LEGITIMATE_INTEREST_CLIENT",
        "PERFORMANCE_OF_CONTRACT",
        "CONSENT_WITH_NOTICE",
        "NON_GDPR",
        "PROCESS_AND_STORE",
        "LEGITIMATE_INTEREST_OTHER",
    }
)
_STATES = ("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED")


def types(visit: Visit) -> Reply:
    """The kinds of subscription of the portal."""
    found = list(visit.store.settings("subscription_types").values())
    if visit.version == "v3":
        return Reply(200, {"subscriptionDefinitions": found})
    return told_batch(visit, found, [])


def _type(visit: Visit, id: object) -> Json:
    said: Json | None = visit.store.setting("subscription_types", str(id))
    if said is None:
        raise refused(400, f"There is no subscription type {id}")
    return said


def _kept(visit: Visit, address: str, id: str) -> Json:
    said: Json | None = visit.store.setting(KIND, f"{address.lower()} {id}")
    return said or {"status": "NOT_SPECIFIED"}


def _set(visit: Visit, address: str, said: Json, state: str) -> Json:
    """Write one state, and tell it."""
    type = _type(visit, said.get("subscriptionId"))
    basis, words = said.get("legalBasis"), said.get("legalBasisExplanation")
    if basis is not None and basis not in BASES:
        raise refused(400, f"{basis} is no legal basis")
    if basis is not None and not words:
        raise refused(400, "legalBasisExplanation is required with a legalBasis")
    if state not in _STATES:
        raise refused(400, f"{state} is no state of a subscription")
    before = _kept(visit, address, type["id"])
    kept: Json = {"status": state, "timestamp": stamp(visit.now)}
    kept |= {"legalBasis": basis, "legalBasisExplanation": words} if basis else {}
    visit.store.put(KIND, f"{address.lower()} {type['id']}", kept)
    return {**_told(visit, address, type), "setStatusSuccessReason": _reason(before["status"], state)}


def _reason(before: str, state: str) -> str:
    if before == state:
        return "NO_STATUS_CHANGE"
    return "RESUBSCRIBE_OCCURRED" if (before, state) == ("UNSUBSCRIBED", "SUBSCRIBED") else "REQUESTED_CHANGE_OCCURRED"


# ---------------------------------------------------------------------------------------------------- v3


def status(visit: Visit) -> Reply:
    """The state of an address in each kind."""
    address = visit.word("address")
    return Reply(
        200, {"recipient": address, "subscriptionStatuses": [_told_v3(visit, address, t) for t in _all(visit)]}
    )


def _all(visit: Visit) -> list[Json]:
    return list(visit.store.settings("subscription_types").values())


def _told_v3(visit: Visit, address: str, type: Json) -> Json:
    kept = _kept(visit, address, type["id"])
    words = {"SUBSCRIBED": "SUBSCRIBED"}.get(kept["status"], "NOT_SUBSCRIBED")
    said = {"id": type["id"], "name": type["name"], "description": type["description"], "status": words}
    bases: Json = {name: kept[name] for name in ("legalBasis", "legalBasisExplanation") if name in kept}
    return {**said, "sourceOfStatus": "SUBSCRIPTION_STATUS", "preferenceGroupName": None, **bases}


def subscribe(visit: Visit) -> Reply:
    """200; 400 for an address that has opted out."""
    said = visit.body()
    type = _type(visit, said["subscriptionId"])
    before = _kept(visit, said["emailAddress"], type["id"])
    if before["status"] == "UNSUBSCRIBED":
        words = f"{said['emailAddress']} has unsubscribed from this subscription and cannot be updated"
        raise refused(400, words, subCategory="SubscriptionError.CANNOT_UPDATE_SUBSCRIPTION")
    if before["status"] == "SUBSCRIBED":
        raise refused(400, f"{said['emailAddress']} is already subscribed to subscription {type['id']}")
    _set(visit, said["emailAddress"], said, "SUBSCRIBED")
    return Reply(200, _told_v3(visit, said["emailAddress"], type))


def unsubscribe(visit: Visit) -> Reply:
    """200; 400 for an address that has opted out already."""
    said = visit.body()
    type = _type(visit, said["subscriptionId"])
    if _kept(visit, said["emailAddress"], type["id"])["status"] == "UNSUBSCRIBED":
        raise refused(400, f"{said['emailAddress']} is already unsubscribed from subscription {type['id']}")
    _set(visit, said["emailAddress"], said, "UNSUBSCRIBED")
    return Reply(200, _told_v3(visit, said["emailAddress"], type))


# ---------------------------------------------------------------------------------------------------- v4 and dates


def _told(visit: Visit, address: str, type: Json) -> Json:
    kept = _kept(visit, address, type["id"])
    said = {"channel": "EMAIL", "subscriberIdString": address, "subscriptionId": int(type["id"])}
    said |= {"subscriptionName": type["name"], "status": kept["status"], "source": "API"}
    bases: Json = {name: kept[name] for name in ("legalBasis", "legalBasisExplanation") if name in kept}
    return {**said, "timestamp": kept.get("timestamp", stamp(visit.now)), **bases}


def statuses(visit: Visit) -> Reply:
    """The state of an address in each kind; the channel has to be said."""
    _channel(visit.query.get("channel"))
    address = visit.word("address")
    return told_batch(visit, [_told(visit, address, type) for type in _all(visit)], [])


def _channel(said: object) -> None:
    if said != "EMAIL":
        raise refused(400, "channel is required, and is EMAIL")


def set_status(visit: Visit) -> Reply:
    """200; also for an address that had opted out."""
    said = visit.body()
    _channel(said["channel"])
    return told_batch(visit, [_set(visit, visit.word("address"), said, said["statusState"])], [])


def write_many(visit: Visit) -> Reply:
    """A batch of the same."""
    results: list[Json] = []
    for said in visit.call.records(visit.inputs(visit.habits.batch)):
        _channel(said["channel"])
        results.append(_set(visit, said["subscriberIdString"], said, said["statusState"]))
    return told_batch(visit, visit.order(results), [])


def read_many(visit: Visit) -> Reply:
    """The states of many addresses."""
    _channel(visit.query.get("channel"))
    addresses = _addresses(visit)
    results = [{"subscriberIdString": a, "statuses": [_told(visit, a, t) for t in _all(visit)]} for a in addresses]
    errors = [] if addresses else [error_of("VALIDATION_ERROR", "The batch must have at least one input")]
    return told_batch(visit, visit.order(results), errors)


def all_status(visit: Visit) -> Reply:
    """Whether an address has opted out of everything."""
    return told_batch(visit, [_wide(visit, visit.word("address"))], [])


def _wide(visit: Visit, address: str) -> Json:
    out = visit.store.setting(KIND, f"{address.lower()} *") is not None
    state = "UNSUBSCRIBED" if out else "NOT_SPECIFIED"
    said = {"channel": "EMAIL", "subscriberIdString": address, "wideStatusType": "PORTAL_WIDE", "status": state}
    return {**said, "timestamp": stamp(visit.now)}


def all_statuses(visit: Visit) -> Reply:
    """The same of many addresses (models of the vendor's client hubspot-sdk 0.1.0a9)."""
    _channel(visit.query.get("channel"))
    results = [{"subscriberIdString": a, "wideStatuses": [_wide(visit, a)]} for a in _addresses(visit)]
    return told_batch(visit, visit.order(results), [])


def _addresses(visit: Visit) -> list[str]:
    return [str(each) for each in visit.body().get("inputs") or []]


def unsubscribe_all(visit: Visit) -> Reply:
    """200: no subscription of any kind is left."""
    return told_batch(visit, _opt_out(visit, visit.word("address")), [])


def _opt_out(visit: Visit, address: str) -> list[Json]:
    visit.store.put(KIND, f"{address.lower()} *", {"status": "UNSUBSCRIBED", "timestamp": stamp(visit.now)})
    return [_set(visit, address, {"subscriptionId": type["id"]}, "UNSUBSCRIBED") for type in _all(visit)]


def unsubscribe_many(visit: Visit) -> Reply:
    """A batch of the same; what each subscription is then is told where `verbose` asks for it."""
    _channel(visit.query.get("channel"))
    results: list[Json] = []
    for address in visit.call.records(_addresses(visit)):
        told = _opt_out(visit, address)
        results.append({"subscriberIdString": address} | ({"statuses": told} if visit.yes("verbose") else {}))
    return told_batch(visit, visit.order(results), [])
