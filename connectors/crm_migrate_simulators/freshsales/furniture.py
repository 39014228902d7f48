"""What an account has beside records: users, pipelines, stages and the other lists of choices; as one was opened."""

from collections.abc import Iterable
from typing import Any

from crm_migrate_simulators.store import Store

USERS = (
    (71001, "Integration", "integration@simulated.example", True),
    (71002, "Colleague", "colleague@simulated.example", True),
    (71003, "Gone", "gone@simulated.example", False),
)
STAGES = ("New", "Follow-up", "Under review", "Demo", "Negotiation", "Won", "Lost")
_FORECAST = {"Won": "Closed Won", "Lost": "Closed Lost"}
PIPELINE = 72001
# Kind -> first id, and what is in it.
_LISTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "industry_types": (73001, ("Accounting", "Automotive", "Construction", "Machinery", "Manufacturing", "Other")),
    "business_types": (73101, ("Analyst", "Competitor", "Customer", "Partner", "Prospect", "Reseller", "Other")),
    "lifecycle_stages": (73201, ("Lead", "Sales Qualified Lead", "Customer")),
    "contact_statuses": (73301, ("New", "Contacted", "Interested", "Unqualified", "Qualified", "Won", "Churned")),
    "deal_types": (73401, ("New Business", "Existing Business-Renewal", "Existing Business-Upgrade")),
    "deal_reasons": (73501, ("Opted our rival", "Price is too high", "Not interested", "No requirement")),
    "lead_sources": (73601, ("Web", "Organic Search", "Email", "Phone", "Referral", "Events")),
    "sales_activity_types": (73701, ("Chat", "Phone", "Meeting", "Task", "Email", "SMS Outgoing", "Reminder")),
    "subscription_statuses": (0, ("Unsubscribed", "Subscribed", "Not subscribed", "Reported as spam", "Bounced")),
}


def furnish(store: Store, account: int) -> None:
    """Once."""
    if store.setting("account", "furnished"):
        return
    for id, name, mailbox, active in USERS:
        user = {"id": id, "display_name": name, "email": mailbox, "is_active": active}
        store.put("owners", str(id), {**user, "work_number": None, "mobile_number": None})
    for kind, (first, names) in _LISTS.items():
        _numbered(store, kind, first, names)
    store.put("currencies", "74001", {"id": 74001, "is_active": True, "currency_code": "USD", "exchange_rate": "1.0"})
    pipeline = account * 1_000_000 + PIPELINE
    said = {"id": pipeline, "name": "Default Pipeline", "position": 1, "is_default": True}
    store.put("deal_pipelines", str(pipeline), said)
    for place, name in enumerate(STAGES):
        stage = {"id": 72101 + place, "name": name, "value": name, "position": place + 1}
        stage |= {"forecast_type": _FORECAST.get(name, "Open"), "deal_pipeline_id": pipeline}
        store.put("deal_stages", str(stage["id"]), {**stage, "probability": 0 if name == "Lost" else 100})
    store.put("account", "furnished", True)


def _numbered(store: Store, kind: str, first: int, names: Iterable[str]) -> None:
    for place, name in enumerate(names):
        store.put(kind, str(first + place), {"id": first + place, "name": name, "position": place + 1})


def first(store: Store, kind: str, **having: Any) -> Any:
    """The first of a list with these words; None where there is none."""
    found = (said for said in store.settings(kind).values() if all(said.get(n) == v for n, v in having.items()))
    return min(found, key=lambda said: said.get("position", 0), default=None)


def called(said: dict[str, Any]) -> str:
    """What a choice is called."""
    return str(said.get("name") or said.get("currency_code") or said.get("display_name"))
