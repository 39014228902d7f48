"""Versions, the resources of one, describes, limits, and counts that are stale."""

from email.utils import formatdate, parsedate_to_datetime

from crm_migrate_simulators.salesforce import describe
from crm_migrate_simulators.salesforce.failures import Failure, not_found
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.reading import instant_text
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

_SEASONS = ("Spring", "Summer", "Winter")  # of version 63, 64, 65, and so on
_RESOURCES = ("tooling", "metadata", "folders", "queryAll", "search", "composite", "parameterizedSearch", "sobjects",
              "recent", "query", "limits", "jobs", "query", "actions", "support")  # fmt: skip
_STORAGE_MB = 10_240
_TAKES_KB = {
    "Account": 2, "Campaign": 8, "CampaignMember": 1, "Case": 2, "Contact": 2, "Contract": 2, "Event": 2, "Lead": 2,
    "Note": 2, "Opportunity": 2, "Order": 2, "Task": 2,
}  # fmt: skip


def _versions(org: Org, work: Work, at: At) -> Reply:
    told = []
    for number in range(31, int(org.habits.latest) + 1):
        season, year = _SEASONS[number % 3], 25 + (number - 62) // 3
        told.append({"label": f"{season} '{year:02d}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return Reply(200, told)


def _resources(org: Org, work: Work, at: At) -> Reply:
    base = f"/services/data/v{at['version']}"
    identity = f"{org.host(work.call)}/id/{org.organisation(work.store)}/{work.user}"
    return Reply(200, {**{name: f"{base}/{name}" for name in _RESOURCES}, "identity": identity})


def _all(org: Org, work: Work, at: At) -> Reply:
    return _unless_known(org, work, lambda: describe.everything(work.store, at["version"]))


def _describe(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    host = org.host(work.call)
    return _unless_known(
        org, work, lambda: describe.whole(work.store, object, at["version"], host, audit=work.habits.audit_fields)
    )


def _unless_known(org: Org, work: Work, tell) -> Reply:  # type: ignore[no-untyped-def]
    since = work.call.request.headers.get("if-modified-since")
    headers = {"Last-Modified": formatdate(org.schema_changed, usegmt=True), "ETag": f'"{int(org.schema_changed):x}"'}
    try:
        known = since is not None and parsedate_to_datetime(since).timestamp() >= int(org.schema_changed)
    except ValueError:
        known = False
    return Reply(304, None, headers) if known else Reply(200, tell(), headers)


def _basic(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    here = [record for record in work.store.all(object) if record.seen(work.now)]
    recent = sorted(here, key=lambda r: -max(r.changed, work.store.setting("looked_at", r.id) or 0.0))[:5]
    items = [{"attributes": org.attributes(record, at["version"]), "Id": record.id} for record in recent]
    return Reply(200, {"objectDescribe": describe.brief(work.store, object, at["version"]), "recentItems": items})


def _limits(org: Org, work: Work, at: At) -> Reply:
    used, allowed = org.usage(work.call)
    others = {"DailyBulkV2QueryJobs": 10_000, "DailyBulkApiBatches": 15_000}
    told = {name: {"Max": most, "Remaining": most} for name, most in others.items()}
    told["DataStorageMB"] = {"Max": _STORAGE_MB, "Remaining": max(0, _STORAGE_MB - _stored(work) // 1024)}
    room = work.habits.file_room
    left = max(0, room - (work.store.setting("files", "bytes") or 0))
    told["FileStorageMB"] = {"Max": room >> 20, "Remaining": left >> 20}
    return Reply(200, {"DailyApiRequests": {"Max": allowed, "Remaining": max(0, allowed - used)}, **told})


def _stored(work: Work) -> int:
    """Kilobytes that all records take: each two, however long it is, with the exceptions that Salesforce names."""
    takes = {name: _TAKES_KB.get(name, 2 if name.endswith("__c") else 0) for name in work.store.schema.objects}
    return sum(each * len(work.store.all(name)) for name, each in takes.items() if each)


def _counts(org: Org, work: Work, at: At) -> Reply:
    """Counts of long ago: what was created since is not in them, and an object without rows is left out."""
    names = [n for n in work.call.request.query.get("sObjects", "").split(",") if n]
    told = []
    for name in names or sorted(work.store.schema.objects):
        object = work.store.named(name)
        old = [r for r in work.store.all(object) if r.created <= work.now - org.habits.stale_seconds] if object else []
        if object and work.store.all(object) and (old or org.counted(object)):
            told.append({"count": len(old), "name": object})
    return Reply(200, {"sObjects": told})


def _window(org: Org, work: Work, at: At) -> Reply:
    """What was changed, or deleted, between two instants."""
    object = org.object(work, at["object"])
    query = work.call.request.query
    try:
        start, end = (org.instant(query[name]) for name in ("start", "end"))
    except KeyError as error:
        raise Failure("MISSING_ARGUMENT", f"the parameter {error.args[0]} is missing") from None
    touched = [r for r in work.store.everything(object) if start <= r.changed <= end]
    covered = instant_text(min(end, work.now))
    if at["which"] == "updated":
        return Reply(200, {"ids": [r.id for r in touched if not r.deleted], "latestDateCovered": covered})
    gone = [{"id": r.id, "deletedDate": instant_text(r.changed)} for r in touched if r.deleted]
    earliest = instant_text(work.now - 15 * 86_400)
    return Reply(200, {"deletedRecords": gone, "earliestDateAvailable": earliest, "latestDateCovered": covered})


def _graph(org: Org, work: Work, at: At) -> Reply:
    raise not_found("This simulator does not answer composite/graph; the real one does.")


ROUTES = (
    *routes("open", _versions, "GET /services/data"),
    *routes("read", _resources, f"GET {DATA}"),
    *routes("read", _all, f"GET {DATA}/sobjects"),
    *routes("read", _limits, f"GET {DATA}/limits"),
    *routes("read", _counts, f"GET {DATA}/limits/recordCount"),
    *routes("read", _basic, f"GET {DATA}/sobjects/{{object}}"),
    *routes("read", _describe, f"GET {DATA}/sobjects/{{object}}/describe"),
    *routes("write", _graph, f"POST {DATA}/composite/graph"),
)
WINDOWS = (*routes("read", _window, f"GET {DATA}/sobjects/{{object}}/{{which}}"),)
