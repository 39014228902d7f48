"""Tasks and events: who and what they are about, and the times that follow from each other."""

from datetime import date, datetime, timedelta
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure, missing
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record

Values = dict[str, Any]
_FORM = "%Y-%m-%dT%H:%M:%S.000+0000"


def task(work: Work, after: Values, was: Record | None) -> Values:
    """A lead has no second relation; what is closed and urgent follows from status and priority."""
    _lead_alone(after)
    after["IsClosed"] = after.get("Status") == "Completed"
    after["IsHighPriority"] = after.get("Priority") == "High"
    return after | _account(work, after)


def event(work: Work, after: Values, was: Record | None) -> Values:
    """Start, end and duration: the third follows from the other two."""
    _lead_alone(after)
    start = after.get("StartDateTime") or after.get("ActivityDateTime")
    if was is not None and after.get("ActivityDateTime") != was.values.get("ActivityDateTime"):
        start = after.get("ActivityDateTime")
    if after.get("IsAllDayEvent"):
        day = after.get("ActivityDate") or (start and start[:10])
        if not day:
            raise missing("ActivityDate")
        start = f"{day}T00:00:00.000+0000"
        after.setdefault("DurationInMinutes", 1440)
    if start is None:
        raise missing("ActivityDateTime")
    end = after.get("EndDateTime")
    if end is None and after.get("DurationInMinutes") is None:
        raise missing("DurationInMinutes")
    begins = datetime.strptime(start, _FORM)
    moved = was is not None and after.get("DurationInMinutes") != was.values.get("DurationInMinutes")
    if end is not None and not moved and (was is None or end != was.values.get("EndDateTime")):
        minutes = int((datetime.strptime(end, _FORM) - begins).total_seconds() // 60)
        if after.get("DurationInMinutes") not in (None, minutes) and was is None:
            raise Failure(
                "FIELD_INTEGRITY_EXCEPTION", "The duration and the end time do not fit together", "EndDateTime"
            )
        after["DurationInMinutes"] = minutes
    if after["DurationInMinutes"] < 0:
        raise Failure("FIELD_INTEGRITY_EXCEPTION", "Event end date must be after start date", "DurationInMinutes")
    ends = begins + timedelta(minutes=after["DurationInMinutes"])
    times = {"StartDateTime": start, "ActivityDateTime": start, "EndDateTime": ends.strftime(_FORM)}
    days = {"ActivityDate": start[:10], "EndDate": date.fromisoformat(ends.strftime("%Y-%m-%d")).isoformat()}
    known = work.store.schema.objects["Event"].fields
    return after | times | {n: v for n, v in days.items() if n in known} | _account(work, after)


def _lead_alone(after: Values) -> None:
    if str(after.get("WhoId", "")).startswith("00Q") and after.get("WhatId"):
        words = "If a lead is the related person, no other record may be related"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", words, "WhatId")


def _account(work: Work, after: Values) -> Values:
    """The account of an activity: what it is about, or that of its contact."""
    what, who = after.get("WhatId"), after.get("WhoId")
    if what and what.startswith("001"):
        return {"AccountId": what}
    for id in (what, who):
        object = work.store.object_of(id) if id else None
        record = work.store.get(object, id) if object and id else None
        if record and record.values.get("AccountId"):
            return {"AccountId": record.values["AccountId"]}
    return {}
