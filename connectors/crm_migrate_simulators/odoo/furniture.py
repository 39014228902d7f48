"""What a fresh database holds before anybody loads."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.odoo.habits import Habits
from crm_migrate_simulators.odoo.models import FIELDS, KEY, MODELS
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
    "mail.message.subtype": ({"name": "Discussions"}, {"name": "Note", "internal": True}),
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
        _put_beside(store)
        _tell_fields(store)
        store.put("database", "furnished", True)
    return int(store.all("res.users")[0].id)


def _put_beside(store: Store) -> None:
    """Users and states of countries that a person's schema adds."""
    more = store.schema.more
    countries = {record.values["code"]: record.id for record in store.all("res.country")}
    for each in more.get("users", ()):
        store.create("res.users", {**each, "email": each["login"], "active": True}, MOVED_IN)
    for each in more.get("states", ()):
        said = {**each, "country_id": countries[each["country"]]}
        store.create("res.country.state", {name: said[name] for name in ("name", "code", "country_id")}, MOVED_IN)


def _tell_fields(store: Store) -> None:
    """The fields of all models, as records: what refers to a model is found there."""
    models = {record.values["model"]: record.id for record in store.all("ir.model")}
    for model, id in models.items():
        for name, of in store.definition(model).fields.items():
            if name != KEY:
                to = of.reference[0] if of.reference else of.more.get("to")
                said = {"name": name, "field_description": of.more["label"], "model": model, "model_id": id}
                said["readonly"] = of.more["readonly"]
                more = {"ttype": of.more["type"], "state": "base", "store": True, **({"relation": to} if to else {})}
                store.create(FIELDS, {**said, **more}, MOVED_IN)
