"""The modules of a fresh installation, in the words of `describe`, as far as a load meets them.

A field is (name, label, type): `to X Y` refers to modules; `!` behind the type: mandatory. Names, labels and types are
those that answers of a vtiger 7 tell (facts; tests/fixtures of javanile/vtiger-client).
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.store import Store

KEY_LABEL = "crm_migrate_id"
PREFIXES: Mapping[str, int] = {
    "Accounts": 11,
    "Contacts": 12,
    "Leads": 10,
    "Potentials": 13,
    "HelpDesk": 17,
    "Calendar": 9,
}
USERS = 19  # before the ids of users
WRITTEN = ("string", "text", "phone", "url", "email")  # by hand
_OWNER = ("assigned_user_id", "Assigned To", "owner!")
_TEXT = ("description", "Description", "text")
_MAILS = (("email", "Primary Email", "email"), ("emailoptout", "Email Opt Out", "boolean"))
_INDUSTRIES = ("Apparel", "Banking", "Chemicals", "Construction", "Consulting", "Machinery", "Manufacturing", "Other")
_SOURCES = ("Cold Call", "Existing Customer", "Partner", "Public Relations", "Trade Show", "Web Site", "Other")


def _place(name: str, *parts: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"{name}{part}", f"{name}{part}", "text" if "street" in part else "string") for part in parts)


MODULES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "Accounts": (
        ("accountname", "Organization Name", "string!"), ("account_no", "Organization Number", "string-"),
        ("phone", "Primary Phone", "phone"), ("website", "Website", "url"), ("fax", "Fax", "phone"),
        ("email1", "Primary Email", "email"), ("emailoptout", "Email Opt Out", "boolean"),
        ("employees", "Employees", "integer"), ("annual_revenue", "Annual Revenue", "currency"),
        ("industry", "industry", "picklist"), ("account_id", "Member Of", "to Accounts"), _OWNER,
        *_place("bill_", "street", "city", "state", "code", "country"), _TEXT,
    ),
    "Contacts": (
        ("salutationtype", "Salutation", "string"), ("firstname", "First Name", "string"),
        ("lastname", "Last Name", "string!"), ("phone", "Office Phone", "phone"), ("mobile", "Mobile Phone", "phone"),
        ("account_id", "Organization Name", "to Accounts"), ("title", "Title", "string"),
        ("department", "Department", "string"), ("birthday", "Date of Birth", "date"), *_MAILS,
        ("contact_id", "Reports To", "to Contacts"), ("donotcall", "Do Not Call", "boolean"),
        ("leadsource", "Lead Source", "picklist"), _OWNER,
        *_place("mailing", "street", "city", "state", "zip", "country"), _TEXT,
    ),
    "Leads": (
        ("firstname", "First Name", "string"), ("lastname", "Last Name", "string!"), ("company", "Company", "string"),
        ("designation", "Designation", "string"), ("phone", "Primary Phone", "phone"), *_MAILS,
        ("mobile", "Mobile Phone", "phone"), ("website", "Website", "url"), ("leadsource", "Lead Source", "picklist"),
        ("leadstatus", "Lead Status", "picklist"), ("industry", "Industry", "picklist"), _OWNER,
        ("lane", "Street", "text"), ("city", "City", "string"), ("code", "Postal Code", "string"),
        ("state", "State", "string"), ("country", "Country", "string"), _TEXT,
    ),
    "Potentials": (
        ("potentialname", "Opportunity Name", "string!"), ("amount", "Amount", "currency"),
        ("related_to", "Organization Name", "to Accounts"), ("contact_id", "Contact Name", "to Contacts"),
        ("closingdate", "Expected Close Date", "date!"), ("sales_stage", "Sales Stage", "picklist!"),
        ("probability", "Probability", "double"), ("nextstep", "Next Step", "string"),
        ("leadsource", "Lead Source", "picklist"), _OWNER, _TEXT,
    ),
    "HelpDesk": (
        ("ticket_title", "Title", "string!"), ("ticketstatus", "Status", "picklist!"),
        ("ticketpriorities", "Priority", "picklist"), ("ticketcategories", "Category", "picklist"),
        ("parent_id", "Organization Name", "to Accounts"), ("contact_id", "Contact Name", "to Contacts"), _OWNER,
        ("solution", "Solution", "text"), _TEXT,
    ),
    "Calendar": (
        ("subject", "Subject", "string!"), ("date_start", "Start Date & Time", "date!"),
        ("due_date", "Due Date", "date!"),
        ("taskstatus", "Status", "picklist!"), ("taskpriority", "Priority", "picklist"),
        ("parent_id", "Related To", "to Accounts Leads Potentials HelpDesk"),
        ("contact_id", "Contact Name", "to Contacts"), _OWNER, _TEXT,
    ),
}  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    "industry": _INDUSTRIES,
    "leadsource": _SOURCES,
    "leadstatus": ("Attempted to Contact", "Cold", "Contacted", "Hot", "Lost Lead", "Not Contacted", "Qualified"),
    "sales_stage": ("Prospecting", "Qualification", "Value Proposition", "Proposal or Price Quote",
                    "Closed Won", "Closed Lost"),
    "ticketstatus": ("Open", "In Progress", "Wait For Response", "Closed"),
    "ticketpriorities": ("Low", "Normal", "High", "Urgent"),
    "ticketcategories": ("Big Problem", "Small Problem", "Other Problem"),
    "taskstatus": ("Not Started", "In Progress", "Completed", "Pending Input", "Deferred", "Planned"),
    "taskpriority": ("High", "Medium", "Low"),
}  # fmt: skip
TYPES = (
    "string",
    "text",
    "integer",
    "double",
    "currency",
    "date",
    "boolean",
    "email",
    "phone",
    "url",
    "picklist",
    "to",
)


class ModuleStore(Store):
    """Ids of a module's number and the record's own: `12x1001`."""

    def _id(self, object: str, number: int) -> str:
        return f"{PREFIXES[object]}x{number}"

    def _place(self, id: str) -> int:
        return int(id.partition("x")[2])


def furnished(schema: Any) -> Any:
    """A fresh installation, with the fields that a person's schema adds by their labels:
    `{"objects": {"Contacts": {"fields": {"Tax number": {"type": "string"}}}}}`. Raises SchemaError."""
    asked = (schema or {}).get("objects", {}) if isinstance(schema, Mapping | None) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    number, objects, key = 851, {}, None
    for module, there in MODULES.items():
        fields = {name: _stored(label, type, CHOICES.get(name, ())) for name, label, type in there}
        for label, words in asked.get(module, {}).get("fields", {}).items():
            number += 1
            type = words.get("type", "string")
            if type.split()[0] not in TYPES:
                raise SchemaError(f"{module}.{label}: a field that is made is of {', '.join(TYPES)}")
            fields[f"cf_{number}"] = _stored(label, type, words.get("choices", ()))
            fields[f"cf_{number}"] |= {"external": True} if label == KEY_LABEL else {}
        objects[module] = {"fields": fields}
    unknown = sorted(set(asked) - set(MODULES))
    if unknown:
        raise SchemaError(f"{unknown[0]}: there is no such module; there are {', '.join(MODULES)}")
    return {"organisation": (schema or {}).get("organisation", "simulated"), "key": key, "objects": objects}


def _stored(label: str, type: str, choices: Any) -> dict[str, Any]:
    """A field in the words of the store, which keeps all as text; `text` to it is what people write by hand."""
    kind, _, to = type.rstrip("!-").partition(" ")
    more = {"label": label, "type": "reference" if kind == "to" else kind, "choices": list(choices)}
    said: dict[str, Any] = {"more": more | {"mandatory": type.endswith("!"), "editable": not type.endswith("-")}}
    if kind == "to":
        return said | {"type": "reference", "reference": to.split()}
    return said | {"type": "text" if kind in WRITTEN else "choice"}
