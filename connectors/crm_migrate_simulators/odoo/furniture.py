"""What a fresh database holds before anybody loads."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.odoo.habits import Habits
from crm_migrate_simulators.odoo.models import MODELS
from crm_migrate_simulators.store import Store

MOVED_IN = 1_700_000_000.0
_LISTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "res.users": ({"name": "Integration"}, {"name": "Colleague", "login": "colleague@simulated.example"},
                  {"name": "Gone", "login": "gone@simulated.example", "active": False}),
    "res.country": ({"name": "Germany", "code": "DE"}, {"name": "Türkiye", "code": "TR"},
                    {"name": "Austria", "code": "AT"}),
    "res.partner.industry": ({"name": "Manufacturing"}, {"name": "Construction"}, {"name": "Other Services"}),
    "crm.stage": tuple({"name": name, "sequence": at, "is_won": name == "Won"}
                       for at, name in enumerate(("New", "Qualified", "Proposition", "Won"))),
    "crm.lost.reason": ({"name": "Too expensive"}, {"name": "We don't have people/skills"}),
    "mail.activity.type": ({"name": "Email"}, {"name": "Call"}, {"name": "Meeting"}, {"name": "To-Do"}),
    "ir.model": tuple({"name": model, "model": model} for model in MODELS),
}  # fmt: skip


def furnish(store: Store, habits: Habits) -> int:
    """Once; the id of the user as whom clients sign in."""
    if not store.setting("database", "furnished"):
        for model, rows in _LISTS.items():
            for row in rows:
                said = {"active": True, **row} if "active" in store.definition(model).fields else dict(row)
                if model == "res.users":
                    said.setdefault("login", habits.login)
                    said["email"] = said["login"]
                store.create(model, said, MOVED_IN)
        store.put("database", "furnished", True)
    return int(store.all("res.users")[0].id)
