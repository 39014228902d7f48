"""Zoho CRM, as `crm-migrate simulate zoho` finds it.

What lives where: `crm` (what the engine drives), `routes` (which path means what), `visit` (a request), `writing`,
`listing`, `coql` (records), `subforms` (their rows), `roles` (of contacts in deals), `values`, `telling` (one record),
`fields`, `settings`, `tagging`, `recycling`, `modules` (what a fresh organisation has), `org_store` (its records),
`evidence` (how we know).
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.starting import Simulator
from crm_migrate_simulators.zoho.crm import ZohoCrm
from crm_migrate_simulators.zoho.evidence import RULES
from crm_migrate_simulators.zoho.faults import KINDS
from crm_migrate_simulators.zoho.habits import Habits, limits
from crm_migrate_simulators.zoho.modules import (
    IN_DEALS,
    MODULES,
    ROLES,
    SUBFORM,
    USERS,
    contacts_in_deals,
    custom_module,
    field,
    linking_module,
    standard,
    subform,
)
from crm_migrate_simulators.zoho.org_store import org

_INTEGRATION = {"email": "integration@simulated.example", "first_name": "Integration", "last_name": "User"}


def furnished(schema: Any) -> Any:
    """The modules of a fresh organisation, and what a person adds: `objects` with custom `fields` (as a simulator's
    schema has them), those of links (`linking`) or rows of another module (`subform_of`), `users`, `currencies`
    (several, the first its own), `contact_roles`, `pipelines: false`. Raises SchemaError."""
    schema = {} if schema is None else schema
    if not isinstance(schema, Mapping) or not isinstance(schema.get("objects", {}), Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    objects = {name: {"fields": standard(name, pipelines=schema.get("pipelines", True))} for name in MODULES}
    for name, said in schema.get("objects", {}).items():
        made = objects.setdefault(name, _module(name, said))
        for each, words in said.get("fields", {}).items():
            kind = str(words.get("data_type", "text"))
            rest = {word: value for word, value in words.items() if word != "data_type"}
            made["fields"][each] = field(kind, custom=True, length=rest.pop("length", None)) | rest
    for name, made in list(objects.items()):
        if parent := made.get("more", {}).get("subform_of"):
            if parent not in objects:
                raise SchemaError(f"{name} is a subform of {parent}, and there is no such module")
            objects[parent]["fields"][name] = field(SUBFORM, custom=True)
    currencies = list(schema.get("currencies", ()))
    if len(currencies) > 1:
        for name in ("Deals", "Accounts", "Products", "Campaigns", "Leads"):
            objects[name]["fields"]["Currency"] = field("picklist", length=120, choices=tuple(currencies))
    objects[USERS] = {"fields": {n: field("text") for n in ("email", "full_name", "first_name", "last_name", "status")}}
    users = [_INTEGRATION, *schema.get("users", ())]
    objects[IN_DEALS] = {"fields": contacts_in_deals(), "more": {"linking": True}}
    roles = list(schema.get("contact_roles", ROLES))
    more = {"users": users, "currencies": currencies, "contact_roles": roles}
    return {
        "organisation": str(schema.get("organisation", "Simulated")),
        "objects": objects,
        "more": more,
        **_key(schema),
    }


def _module(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A module that an administrator makes: one of its own, links, or a subform."""
    ends, parent = said.get("linking"), said.get("subform_of", "")
    fields = linking_module(ends) if ends else subform(parent) if parent else custom_module()
    return {"fields": fields, "more": {"label": said.get("label", name), "linking": bool(ends), "subform_of": parent}}


def _key(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The field of the witness: ours, wherever a module has it."""
    return {"key": schema.get("key", "crm_migrate_id")}


SIMULATOR = Simulator(
    "Zoho CRM",
    ZohoCrm,
    Habits,
    own_faults=KINDS,
    rules=RULES,
    furnished=furnished,
    limits=limits,
    stored=org,
    needs_schema=False,
)
