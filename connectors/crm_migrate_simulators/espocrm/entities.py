"""The entities of a fresh installation, in the words of its metadata, as far as a load meets them.

Names, types and lengths are those of `entityDefs` of EspoCRM 9 (facts, not its files); what only its screens use is
left out. `field!` is required.
"""

from collections.abc import Mapping
from typing import Any

Defs = dict[str, Any]
_INDUSTRIES = (
    "Advertising", "Agriculture", "Automotive", "Banking", "Construction", "Consulting", "Electronics", "Energy",
    "Finance", "Healthcare", "Manufacturing", "Retail", "Service", "Software", "Technology", "Transportation",
    "Wholesale",
)  # fmt: skip
_SOURCES = ("Call", "Email", "Existing Customer", "Partner", "Public Relations", "Web Site", "Campaign", "Other")
_PRIORITIES = ("Low", "Normal", "High", "Urgent")


def _enum(*options: str, default: str = "") -> Defs:
    return {"type": "enum", "options": list(options)} | ({"default": default} if default else {})


def _link(entity: str) -> tuple[Defs, Defs]:
    return {"type": "link"}, {"type": "belongsTo", "entity": entity}


def _many(entity: str, foreign: str) -> tuple[Defs, Defs]:
    return {"type": "linkMultiple"}, {"type": "hasMany", "entity": entity, "foreign": foreign}


def _address(name: str) -> Defs:
    parts: Defs = {f"{name}{part}": {"type": "varchar"} for part in ("City", "State", "Country", "PostalCode")}
    street = {"type": "text", "maxLength": 255, "dbType": "varchar"}
    return {name: {"type": "address"}, f"{name}Street": street, **parts}


_PARENT = (
    {"type": "linkParent", "entityList": ["Account", "Contact", "Lead", "Opportunity", "Case"]},
    {"type": "belongsToParent", "foreign": "tasks"},
)
_TEXT: Defs = {"type": "varchar"}
_COMMON: dict[str, Any] = {
    "description": {"type": "text"},
    "createdAt": {"type": "datetime", "readOnly": True},
    "modifiedAt": {"type": "datetime", "readOnly": True},
    "createdBy": ({"type": "link", "readOnly": True}, {"type": "belongsTo", "entity": "User"}),
    "assignedUser": _link("User"),
    "teams": _many("Team", ""),
}
_NAME = {"type": "varchar", "required": True, "pattern": "$noBadCharacters"}
_PERSON: dict[str, Any] = {
    "name": {"type": "personName"},
    "salutationName": _enum("", "Mr.", "Ms.", "Mrs.", "Dr."),
    "firstName": {"type": "varchar", "maxLength": 100},
    "emailAddress": {"type": "email"},
    "phoneNumber": {"type": "phone"},
    "doNotCall": {"type": "bool"},
    **_address("address"),
    **_COMMON,
}
_MOMENTS: dict[str, Any] = {name: {"type": "datetimeOptional"} for name in ("dateStart", "dateEnd")} | {
    name: {"type": "date", "utility": True} for name in ("dateStartDate", "dateEndDate")
}
_EVENT: dict[str, Any] = {
    "name": _NAME,
    "status": _enum("Planned", "Held", "Not Held", default="Planned"),
    "dateStart": {"type": "datetime", "required": True},
    "dateEnd": {"type": "datetime", "required": True},
    "parent": _PARENT,
    **_COMMON,
}
_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "Account": {
        "name": {**_NAME, "maxLength": 249},
        "website": {"type": "url", "strip": True},
        "emailAddress": {"type": "email"},
        "phoneNumber": {"type": "phone"},
        "type": _enum("", "Customer", "Investor", "Partner", "Reseller"),
        "industry": _enum("", *_INDUSTRIES),
        "sicCode": {"type": "varchar", "maxLength": 40},
        **_address("billingAddress"),
        **_address("shippingAddress"),
        **_COMMON,
    },
    "Contact": {
        **_PERSON,
        "lastName": {"type": "varchar", "maxLength": 100, "required": True},
        "title": {"type": "varchar", "maxLength": 100, "notStorable": True},
        "account": _link("Account"),
        "accounts": _many("Account", "contacts"),
        "opportunities": (None, {"type": "hasMany", "entity": "Opportunity", "foreign": "contacts"}),
    },
    "Lead": {
        **_PERSON,
        "lastName": {"type": "varchar", "maxLength": 100},
        "title": {"type": "varchar", "maxLength": 100},
        "status": _enum("New", "Assigned", "In Process", "Converted", "Recycled", "Dead", default="New"),
        "source": _enum("", *_SOURCES),
        "industry": {"type": "enum", "optionsReference": "Account.industry"},
        "opportunityAmount": {"type": "currency", "min": 0},
        "website": {"type": "url", "strip": True},
        "accountName": {"type": "varchar", "pattern": "$noBadCharacters"},
    },
    "Opportunity": {
        "name": _NAME,
        "amount": {"type": "currency", "required": True, "min": 0},
        "account": _link("Account"),
        "contact": _link("Contact"),
        "contacts": _many("Contact", "opportunities"),
        "stage": _enum(
            "Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost",
            default="Prospecting",
        ),
        "probability": {"type": "int", "min": 0, "max": 100},
        "leadSource": {"type": "enum", "optionsReference": "Lead.source"},
        "closeDate": {"type": "date", "required": True},
        **_COMMON,
    },
    "Case": {
        "name": _NAME,
        "number": {"type": "autoincrement"},
        "status": _enum("New", "Assigned", "Pending", "Closed", "Rejected", "Duplicate", default="New"),
        "priority": _enum(*_PRIORITIES, default="Normal"),
        "type": _enum("", "Question", "Incident", "Problem"),
        "account": _link("Account"),
        "lead": _link("Lead"),
        "contact": _link("Contact"),
        **_COMMON,
    },
    "Task": {
        "name": _NAME,
        "status": _enum("Not Started", "Started", "Completed", "Canceled", "Deferred", default="Not Started"),
        "priority": _enum(*_PRIORITIES, default="Normal"),
        **_MOMENTS,
        "parent": _PARENT,
        **_COMMON,
    },
    "Call": {**_EVENT, "contacts": _many("Contact", "calls")},
    "Meeting": {**_EVENT, "contacts": _many("Contact", "meetings")},
}  # fmt: skip
PROBABILITY: Mapping[str, int] = {
    "Prospecting": 10, "Qualification": 20, "Proposal": 50, "Negotiation": 80, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
# Which fields make a double: of one group all are the same.
DOUBLES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Account": (("name",), ("emailAddress",)),
    "Contact": (("firstName", "lastName"), ("emailAddress",)),
    "Lead": (("firstName", "lastName"), ("emailAddress",)),
}


def definitions() -> dict[str, Defs]:
    """Entity -> its definition, a new one each time."""
    found: dict[str, Defs] = {}
    for entity, said in _FIELDS.items():
        pairs = {name: each if isinstance(each, tuple) else (each, None) for name, each in said.items()}
        fields = {name: dict(field) for name, (field, _) in pairs.items() if field}
        links = {name: dict(link) for name, (_, link) in pairs.items() if link}
        found[entity] = {"fields": fields, "links": links}
    return found
