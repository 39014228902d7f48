"""The modules of a fresh account: what each is called in paths and bodies, its fields, and what is included on demand.

A field is (name, label, kind): text, textarea, number, decimal, amount (told as a text), date, datetime, checkbox;
setting X; `to X` the id of a record of the module X. `!` behind the kind: required.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate_simulators.schema import SchemaError, read_field

KEY = "cf_crm_migrate_id"  # unless a schema says another one: the field of the witness
CUSTOM = "cf_"
SHORT, LONG = 255, 65_535  # characters of a text, and of a text area
_WEB = (("facebook", "Facebook", "text"), ("twitter", "Twitter", "text"), ("linkedin", "LinkedIn", "text"))
_PLACE = (
    ("address", "Address", "text"), ("city", "City", "text"), ("state", "State", "text"),
    ("zipcode", "Zipcode", "text"), ("country", "Country", "text"),
)  # fmt: skip
_TAGS = ("tags", "Tags", "tags")
_OWNER = ("owner_id", "Sales owner", "choice owners")
_ABOUT = ("targetable_id", "Related to", "to contacts sales_accounts deals")


@dataclass(frozen=True, slots=True)
class Module:
    """One of them. `hidden` are fields that an answer tells only where somebody asks to include them: by which word.

    `views` are lists that it has; none: a list of its own. `held` are the lists of ids that a body may name.
    """

    name: str
    one: str
    model: str
    fields: tuple[tuple[str, str, str], ...]
    hidden: Mapping[str, str] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    custom: bool = True


MODULES: Mapping[str, Module] = {
    each.name: each
    for each in (
        Module(
            "sales_accounts", "sales_account", "SalesAccount",
            (("name", "Name", "text!"), ("website", "Website", "text"), ("phone", "Phone", "text"), _OWNER,
             ("number_of_employees", "Number of employees", "number"),
             ("annual_revenue", "Annual revenue", "decimal"), _TAGS,
             ("industry_type_id", "Industry type", "choice industry_types"),
             ("business_type_id", "Business type", "choice business_types"), *_PLACE, *_WEB,
             ("parent_sales_account_id", "Parent account", "to sales_accounts")),
            {"industry_type_id": "industry_type", "business_type_id": "business_type"},
            ("My Accounts", "All Accounts", "Recycle Bin"),
        ),
        Module(
            "contacts", "contact", "Contact",
            (("first_name", "First name", "text"), ("last_name", "Last name", "text"), ("email", "Email", "text"),
             ("mobile_number", "Mobile", "text"), ("work_number", "Work", "text"),
             ("external_id", "External ID", "text"), _OWNER,
             ("subscription_status", "Subscription status", "choice subscription_statuses"),
             ("lifecycle_stage_id", "Lifecycle stage", "choice lifecycle_stages"),
             ("contact_status_id", "Status", "choice contact_statuses"), _TAGS,
             ("job_title", "Job title", "text"), ("time_zone", "Time zone", "text"), *_PLACE, *_WEB,
             ("medium", "Medium", "text"), ("keyword", "Keyword", "text"),
             ("sales_account_id", "Accounts", "to sales_accounts")),
            {"owner_id": "owner", "lifecycle_stage_id": "lifecycle_stage", "contact_status_id": "contact_status"},
            ("My Contacts", "New Contacts", "All Contacts", "Recycle Bin"),
        ),
        Module(
            "deals", "deal", "Deal",
            (("name", "Name", "text!"), ("amount", "Deal value", "amount!"),
             ("sales_account_id", "Account name", "to sales_accounts"),
             ("deal_pipeline_id", "Deal pipeline", "choice deal_pipelines"),
             ("deal_stage_id", "Deal stage", "choice deal_stages"), ("closed_date", "Closed date", "date"), _OWNER,
             ("currency_id", "Currency", "choice currencies"), _TAGS, ("probability", "Probability (%)", "number"),
             ("expected_close", "Expected close date", "date"), ("deal_type_id", "Type", "choice deal_types"),
             ("deal_reason_id", "Lost reason", "choice deal_reasons"),
             ("lead_source_id", "Source", "choice lead_sources")),
            {"owner_id": "owner", "sales_account_id": "sales_account", "currency_id": "currency",
             "deal_type_id": "deal_type", "deal_reason_id": "deal_reason", "lead_source_id": "source"},
            ("Open Deals", "My Deals", "Won Deals", "Lost Deals", "Recycle Bin"),
        ),
        Module(
            "sales_activities", "sales_activity", "SalesActivity",
            (("title", "Title", "text!"), ("start_date", "Start date", "datetime!"),
             ("end_date", "End date", "datetime"), ("notes", "Notes", "textarea"), ("location", "Location", "text"),
             _OWNER, ("sales_activity_type_id", "Type", "choice sales_activity_types!"), _ABOUT),
        ),
        Module(
            "tasks", "task", "Task",
            (("title", "Title", "text!"), ("description", "Description", "textarea"),
             ("due_date", "Due date", "datetime"), ("status", "Status", "number"), _OWNER, _ABOUT),
            custom=False,
        ),
        Module(
            "appointments", "appointment", "Appointment",
            (("title", "Title", "text!"), ("description", "Description", "textarea"),
             ("from_date", "From", "datetime!"), ("end_date", "To", "datetime"), ("location", "Location", "text"),
             ("time_zone", "Time zone", "text"), _ABOUT),
            custom=False,
        ),
        Module(
            "notes", "note", "Note", (("description", "Description", "textarea!"), _ABOUT), custom=False,
        ),
    )
}  # fmt: skip
BY_MODEL = {each.model: each.name for each in MODULES.values()}
CONTACTS_OF_DEALS, ACCOUNTS_OF_CONTACTS = "deals>contacts", "contacts>sales_accounts"  # links beside the records
_UNIQUE: Mapping[tuple[str, str], Mapping[str, bool]] = {
    ("sales_accounts", "name"): {"folded": True},
    ("contacts", "email"): {"folded": True, "aliases": True},
    ("contacts", "external_id"): {},
}


def _stored(module: str, name: str, label: str, kind: str) -> dict[str, Any]:
    """A field in the words of the store."""
    word, _, ends = kind.removesuffix("!").partition(" ")
    said: dict[str, Any] = {"more": {"label": label, "kind": word}}
    if word == "to":
        said |= {"type": "reference", "reference": ends.split()}
    elif word == "choice":
        said["more"]["from"] = ends
    elif word in ("number", "decimal", "amount", "date", "datetime", "checkbox"):
        said["type"] = {"number": "integer", "checkbox": "boolean", "amount": "decimal"}.get(word, word)
    elif word in ("text", "textarea"):
        said["length"] = SHORT if word == "text" else LONG
    unique = _UNIQUE.get((module, name))
    return (
        said
        | ({"required": True} if kind.endswith("!") else {})
        | ({} if unique is None else {"unique": True, **unique})
    )


def furnished(schema: Any) -> Any:
    """The modules of a fresh account, with the custom fields that a person's schema adds. Raises SchemaError."""
    schema = {} if schema is None else schema
    asked = schema.get("objects", {}) if isinstance(schema, Mapping) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    objects = {m.name: {"fields": {f[0]: _stored(m.name, *f) for f in m.fields}} for m in MODULES.values()}
    for name, said in asked.items():
        if name not in MODULES or not MODULES[name].custom:
            able = ", ".join(m.name for m in MODULES.values() if m.custom)
            raise SchemaError(f"{name}: custom fields are those of {able}")
        for field_name, words in said.get("fields", {}).items():
            objects[name]["fields"][field_name] = _custom(name, field_name, words)
    return {"organisation": schema.get("organisation", "simulated"), "key": schema.get("key", KEY), "objects": objects}


def _custom(module: str, name: str, words: Any) -> dict[str, Any]:
    if not name.startswith(CUSTOM):
        raise SchemaError(f"{module}.{name}: the name of a custom field begins with {CUSTOM}")
    said = dict(words)
    long = said.get("more", {}).get("kind") == "textarea"
    kind = (
        "dropdown" if said.get("choices") else said.get("more", {}).get("kind") or _KINDS.get(said.get("type", "text"))
    )
    if kind is None:
        raise SchemaError(f"{module}.{name}: a custom field is of {', '.join(_KINDS)}")
    label = name.removeprefix(CUSTOM).replace("_", " ").capitalize()
    said["more"] = {"label": label, **said.get("more", {}), "kind": kind}
    if said.get("type", "text") == "text" and kind != "dropdown":
        said.setdefault("length", LONG if long else SHORT)
    read_field(name, said, module)
    return said


_KINDS = {"text": "text", "integer": "number", "decimal": "decimal", "boolean": "checkbox", "date": "date"}
