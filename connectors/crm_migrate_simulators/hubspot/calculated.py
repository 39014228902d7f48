"""The properties that HubSpot fills by itself: functions of a record, stored nowhere."""

from collections.abc import Callable, Mapping

from crm_migrate_simulators.hubspot.object_types import ACTIVITIES, ObjectType
from crm_migrate_simulators.hubspot.visit import Visit, stamp
from crm_migrate_simulators.store import Record

Values = dict[str, str]
SOURCE = ("hs_object_source", "hs_object_source_id", "hs_object_source_label")
_BODIES = {
    "notes": "hs_note_body",
    "tasks": "hs_task_body",
    "meetings": "hs_meeting_body",
    "calls": "hs_call_body",
    "emails": "hs_email_text",
}
_COMPANY = "contacts>companies:HUBSPOT_DEFINED:1"
_DONE = tuple(f"hs_task_is_completed{of}" for of in ("", "_call", "_email", "_linked_in", "_sequence"))
# What the answer to an update shows of them, beside what was changed.
ON_UPDATE: Mapping[str, tuple[str, ...]] = {
    "contacts": ("hs_is_contact", "hs_is_unworked", "hs_pipeline", "lifecyclestage"),
    "companies": ("hs_pipeline", "lifecyclestage"),
    "deals": ("dealstage", "pipeline", "hs_is_closed", "hs_is_closed_won"),
    "tickets": ("hs_helpdesk_sort_timestamp", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_id"),
    "tasks": (
        "hs_all_owner_ids",
        "hs_task_completion_count",
        "hs_task_completion_date",
        *_DONE,
        "hs_task_is_overdue",
        "hs_task_is_past_due_date",
        "hs_task_missed_due_date",
        "hs_task_missed_due_date_count",
        "hs_task_status",
        "hs_task_type",
        "hs_timestamp",
        "hs_user_ids_of_all_owners",
        "hubspot_owner_assigneddate",
        "hubspot_owner_id",
    ),
}


def calculated(visit: Visit, of: ObjectType, record: Record) -> Values:
    """Names and values of those of one record."""
    values = {
        of.created: stamp(record.created),
        of.modified: stamp(record.changed),
        "hs_object_id": record.id,
        "hs_object_source": "INTEGRATION",
        "hs_object_source_id": "9000001",
        "hs_object_source_label": "INTEGRATION",
    }
    values |= _owned(visit, record)
    twins = _merged(visit, record.id)
    if twins:
        values["hs_merged_object_ids"] = ";".join(twins)
    if of.name in ACTIVITIES:
        values |= _activity(record)
    more = _MORE.get(of.name)
    return values if more is None else values | more(visit, record)


def additional_emails(visit: Visit, record: Record) -> list[str]:
    """The addresses of a contact beside its first one: those of what was merged into it, and those that were added."""
    twins = [visit.store.get(record.object, id) for id in visit.store.merged(record.id)]
    merged = [
        each for twin in twins if twin for each in (twin.values.get("email"), *additional_emails(visit, twin)) if each
    ]
    added = [email for email, id in visit.store.settings("additional_emails").items() if id == record.id]
    return list(dict.fromkeys(each for each in (*merged, *added) if each != record.values.get("email")))


def _merged(visit: Visit, id: str) -> list[str]:
    """The ids of all that became this one, in whatever number of steps."""
    return [each for twin in visit.store.merged(id) for each in (twin, *_merged(visit, twin))]


def _owned(visit: Visit, record: Record) -> Values:
    owner = record.values.get("hubspot_owner_id")
    if not owner:
        return {}
    user = (visit.store.setting("owners", owner) or {}).get("userIdIncludingInactive")
    users = {} if user is None else {"hs_user_ids_of_all_owners": str(user)}
    return {"hs_all_owner_ids": owner, "hubspot_owner_assigneddate": stamp(record.created), **users}


def _activity(record: Record) -> Values:
    body = record.values.get(_BODIES[record.object])
    if not body:
        return {}
    page = f"<html>\n <head></head>\n <body>\n {body}\n </body>\n</html>"
    return {"hs_body_preview": body, "hs_body_preview_html": page, "hs_body_preview_is_truncated": "false"}


def _contact(visit: Visit, record: Record) -> Values:
    email = record.values.get("email", "")
    names = [record.values[name] for name in ("firstname", "lastname") if record.values.get(name)]
    additional = additional_emails(visit, record)
    lead = record.values.get("lifecyclestage") == "lead"
    return {
        "hs_all_contact_vids": ";".join([record.id, *_merged(visit, record.id)]),
        "hs_currently_enrolled_in_prospecting_agent": "false",
        "hs_is_contact": "true",
        "hs_is_unworked": "true",
        "hs_membership_has_accessed_private_content": "0",
        "hs_pipeline": "contacts-lifecycle-pipeline",
        "hs_registered_member": "0",
        "hs_full_name_or_email": " ".join(names) or email,
        "hs_associated_target_accounts": "0",
        "hs_prospecting_agent_actively_enrolled_count": "0",
        "hs_prospecting_agent_total_enrolled_count": "0",
        "hs_sequences_actively_enrolled_count": "0",
        "num_notes": "0",
        **({"hs_email_domain": email.rpartition("@")[2]} if email else {}),
        **({"hs_lifecyclestage_lead_date": stamp(record.created)} if lead else {}),
        **_opted_out(visit, email),
        **_linked(visit, record.id, associatedcompanyid=_COMPANY),
        **_counted(visit, record.id, num_associated_deals="contacts>deals:HUBSPOT_DEFINED:4"),
        **({"hs_additional_emails": ";".join(additional)} if additional else {}),
        **_marketing(visit, record),
    }


def _opted_out(visit: Visit, email: str) -> Values:
    """What an address has opted out of: everything, or kinds of subscription."""
    if not email:
        return {}
    everything = {"hs_email_optout": "true"} if visit.store.setting("subscriptions", f"{email} *") else {}
    states = {
        id: visit.store.setting("subscriptions", f"{email} {id}") for id in visit.store.settings("subscription_types")
    }
    out = [id for id, kept in states.items() if kept and kept["status"] == "UNSUBSCRIBED"]
    return everything | {f"hs_email_optout_{id}": "true" for id in out}


def _linked(visit: Visit, id: str, **kinds: str) -> Values:
    """The one record that is linked by a kind."""
    found = {name: visit.store.linked(kind, id) for name, kind in kinds.items()}
    return {name: ids[0] for name, ids in found.items() if ids}


def _counted(visit: Visit, id: str, **kinds: str) -> Values:
    """How many records are linked by a kind; nothing where there are none."""
    found = {name: len(visit.store.linked(kind, id)) for name, kind in kinds.items()}
    return {name: str(count) for name, count in found.items() if count}


def _marketing(visit: Visit, record: Record) -> Values:
    status = visit.store.setting("marketable", record.id)
    return {} if status is None else {"hs_marketable_status": status}


def _company(visit: Visit, record: Record) -> Values:
    counted = _counted(
        visit,
        record.id,
        num_associated_contacts="companies>contacts:HUBSPOT_DEFINED:280",
        num_associated_deals="companies>deals:HUBSPOT_DEFINED:342",
    )
    site = record.values.get("website") or record.values.get("domain")
    return {"hs_pipeline": "companies-lifecycle-pipeline", **({"website": site} if site else {}), **counted}


def _deal(visit: Visit, record: Record) -> Values:
    stages = [s for p in visit.store.settings("pipelines:deals").values() for s in p["stages"]]
    stage = next((s for s in stages if s["id"] == record.values.get("dealstage")), None)
    meta = stage["metadata"] if stage else {}
    closed = meta.get("isClosed") == "true"
    won = closed and float(meta.get("probability", 0)) == 1
    return {
        **_counted(visit, record.id, num_associated_contacts="deals>contacts:HUBSPOT_DEFINED:3"),
        **_money(record, closed, won),
        "hs_is_closed": str(closed).lower(),
        "hs_is_closed_won": str(won).lower(),
        "hs_deal_stage_probability": str(meta.get("probability", "0")),
    }


def _money(record: Record, closed: bool, won: bool) -> Values:
    """What follows from the amount and the stage of a deal; the portal has one currency."""
    amount = str(record.values.get("amount") or "0")
    closed_amount = amount if won else "0"
    given = {"amount_in_home_currency": amount} if record.values.get("amount") else {}
    return {
        **given,
        "days_to_close": "0",
        "hs_closed_amount": closed_amount,
        "hs_closed_amount_in_home_currency": closed_amount,
        "hs_createdate": stamp(record.created),
        "hs_is_closed_count": str(int(closed)),
        "hs_is_closed_lost": str(closed and not won).lower(),
        "hs_is_deal_split": "false",
        "hs_is_open_count": str(int(not closed)),
        "hs_projected_amount": amount,
        "hs_projected_amount_in_home_currency": amount,
    }


def _ticket(visit: Visit, record: Record) -> Values:
    del visit
    return {
        "hs_helpdesk_sort_timestamp": stamp(record.created),
        "hs_last_message_from_visitor": "false",
        "hs_ticket_id": record.id,
        **({"hs_updated_by_user_id": "9000002"} if record.version > 1 else {}),
    }


def _task(visit: Visit, record: Record) -> Values:
    done = record.values.get("hs_task_status") == "COMPLETED"
    late = record.values.get("hs_timestamp", "9") < stamp(visit.now)
    yes = {True: "true", False: "false"}
    return {
        "hs_task_completion_count": str(int(done)),
        **({"hs_task_completion_date": stamp(record.changed)} if done else {}),
        "hs_task_family": "SALES",
        "hs_task_for_object_type": "OWNER",
        "hs_task_is_all_day": "false",
        **{name: str(int(done and name == _DONE[0])) for name in _DONE},
        "hs_task_is_overdue": yes[late and not done],
        "hs_task_is_past_due_date": yes[late],
        "hs_task_missed_due_date": yes[late],
        "hs_task_missed_due_date_count": str(int(late)),
    }


def _meeting(visit: Visit, record: Record) -> Values:
    del visit, record
    return {"hs_meeting_source": "CRM_UI"}


_MORE: Mapping[str, Callable[[Visit, Record], Values]] = {
    "contacts": _contact,
    "companies": _company,
    "deals": _deal,
    "tickets": _ticket,
    "tasks": _task,
    "meetings": _meeting,
}
