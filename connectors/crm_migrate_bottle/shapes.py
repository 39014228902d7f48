"""What is known of BottleCRM's models: their fields, where lists are in an answer, where a value without a field goes.

A field of ours names its place: `email`; `custom.tax_number`, the organisation's custom field of that key.
`accounts:Household` are the accounts whose custom field `crm_migrate_kind` says so, `accounts` those without a kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "crm_migrate_id"  # the custom field of our key
KIND = "crm_migrate_kind"
CUSTOM = "custom_fields"
OWNER = "assigned_to"
ACCOUNTS, CONTACTS, LEADS, DEALS = "accounts", "contacts", "leads", "opportunities"
CASES, TASKS = "cases", "tasks"
CONVERTED = "converted"  # a lead that a user made an account of; no list has it
_CUSTOM_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")  # what BottleCRM takes


@dataclass(frozen=True, slots=True)
class Shape:
    """A field by its semantic type. `many`: BottleCRM keeps a list there, in which we have one record. `blank`: its
    word for nothing is an empty text."""

    type: str = "text"
    required: bool = False
    unique: bool = False
    read_only: bool = False
    default: bool = False
    reference: str | None = None
    many: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of records: `custom` is its name where custom fields are defined, `lanes` are where its rows and their
    count are in a page.

    Rows of a `slim` list have no custom fields: each record is asked for. `nameless`: the answer to a creation does not
    say which record it is. `home` is what a record is called where calls and mails are logged on it.
    """

    name: str
    custom: str
    fields: Mapping[str, Shape]
    lanes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    home: str = ""
    slim: bool = False
    nameless: bool = False


def _all(type: str, *names: str) -> dict[str, Shape]:
    return {name: Shape(type) for name in names}


_ADDRESS = {
    "address_line": Shape("street"),
    "city": Shape("city"),
    "state": Shape("state"),
    "postcode": Shape("postal_code"),
    "country": Shape("choice"),
}
_COMMON = {
    "description": Shape("long_text"),
    OWNER: Shape("owner", many=True),
    "created_at": Shape("instant", read_only=True),
}
_ACTIVE = {"is_active": Shape("boolean", default=True)}
_ACCOUNT = Shape("reference", reference=ACCOUNTS)
_SOURCE = {name: Shape(blank=True) for name in ("source_detail", "source_ref")}
_PERSON = {"email": Shape("email", unique=True), "phone": Shape("phone"), "linkedin_url": Shape("url")}

MODELS: Mapping[str, Model] = {
    each.name: each
    for each in (
        Model(
            ACCOUNTS,
            "Account",
            {
                "name": Shape("company_name", required=True, unique=True),
                "email": Shape("email"),
                "phone": Shape("phone"),
                "website": Shape("url"),
                **_all("choice", "industry", "currency"),
                "number_of_employees": Shape("integer"),
                "annual_revenue": Shape("money"),
                **_ADDRESS,
                **_ACTIVE,
                **_COMMON,
            },
            (
                (("active_accounts", "open_accounts"), ("active_accounts", "open_accounts_count")),
                (("closed_accounts", "close_accounts"), ("closed_accounts", "close_accounts_count")),
            ),
            home="account",
        ),
        Model(
            CONTACTS,
            "Contact",
            {
                "first_name": Shape("given_name", required=True),
                "last_name": Shape("family_name", required=True),
                **_PERSON,
                **_all("text", "organization", "title", "department"),
                "source": Shape(blank=True),
                **_SOURCE,
                "do_not_call": Shape("boolean", default=True),
                **_ADDRESS,
                "account": _ACCOUNT,
                **_ACTIVE,
                **_COMMON,
            },
            ((("results",), ("count",)),),
            home="contact",
        ),
        Model(
            LEADS,
            "Lead",
            {
                "first_name": Shape("given_name"),
                "last_name": Shape("family_name"),
                **_PERSON,
                **_all("text", "title", "salutation", "job_title", "company_name", "website", "source"),
                **_SOURCE,
                **_all("choice", "status", "industry", "rating", "currency"),
                "opportunity_amount": Shape("money"),
                "probability": Shape("integer", default=True),
                **_all("date", "close_date", "last_contacted", "next_follow_up"),
                **_ADDRESS,
                **_ACTIVE,
                **_COMMON,
            },
            (
                (("open_leads", "open_leads"), ("open_leads", "leads_count")),
                (("close_leads", "close_leads"), ("close_leads", "leads_count")),
            ),
            home="lead",
        ),
        Model(
            DEALS,
            "Opportunity",
            {
                "name": Shape("text", required=True, unique=True),
                "account": _ACCOUNT,
                CONTACTS: Shape("reference", reference=CONTACTS, many=True),
                "pipeline": Shape("choice", default=True),
                "stage": Shape("choice", default=True),
                **_all("choice", "opportunity_type", "currency"),
                "amount": Shape("money"),
                "probability": Shape("integer", default=True),
                "closed_on": Shape("date"),
                "lead_source": Shape("text"),
                **_SOURCE,
                **_ACTIVE,
                **_COMMON,
            },
            ((("opportunities",), ("opportunities_count",)),),
            home="opportunity",
        ),
        Model(
            CASES,
            "Case",
            {
                "name": Shape("text", required=True),
                "status": Shape("choice", required=True),
                "priority": Shape("choice", required=True),
                "case_type": Shape("choice"),
                "closed_on": Shape("date", default=True),
                "account": _ACCOUNT,
                CONTACTS: Shape("reference", reference=CONTACTS, many=True),
                **_COMMON,
            },
            ((("cases",), ("cases_count",)),),
            home="case",
        ),
        Model(
            TASKS,
            "Task",
            {
                "title": Shape("text", required=True),
                "status": Shape("choice", required=True),
                "priority": Shape("choice", required=True),
                "due_date": Shape("date"),
                "account": _ACCOUNT,
                "opportunity": Shape("reference", reference=DEALS),
                "case": Shape("reference", reference=CASES),
                "lead": Shape("reference", reference=LEADS),
                CONTACTS: Shape("reference", reference=CONTACTS, many=True),
                **_COMMON,
            },
            ((("tasks",), ("tasks_count",)),),
            slim=True,
            nameless=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Path:
    """Where a field of ours is: a field of the model, or the custom field of a key."""

    name: str
    field: str
    custom: bool = False


def split(object: str) -> tuple[str, str]:
    """Model and kind of an object: `accounts:Household`."""
    name, _, kind = object.partition(":")
    return name, kind


def model_of(object: str) -> Model | None:
    """The model of an object; None where there is none."""
    name, colon, kind = object.partition(":")
    return None if colon and (not kind or kind != kind.strip()) else MODELS.get(name)


def path_of(model: Model, name: str) -> Path | None:
    """Where a field is; None where the model has no such place."""
    first, dot, key = name.partition(".")
    if not dot:
        return Path(name, name) if name in model.fields else None
    fits = first == "custom" and _CUSTOM_KEY.fullmatch(key) and key not in (KEY, KIND)
    return Path(name, key, custom=True) if fits else None
