"""What is known of the modules of Freshsales: their fields, how each is told, where our key is.

A field of ours names its place: `email`; `cf_tax_id`, the custom field of that name. `contacts:Lead` are the contacts
whose custom field `cf_crm_migrate_kind` says so, `contacts` those without a kind; `sales_activities:Phone` are the
activities of that type. An activity is about one record: `about.contacts`, `about.deals` or `about.sales_accounts`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEY = "cf_crm_migrate_id"
KIND = "cf_crm_migrate_kind"
CUSTOM = "custom_field"
ACCOUNTS, CONTACTS, DEALS, ACTIVITIES = "sales_accounts", "contacts", "deals", "sales_activities"
OWNER, PIPELINE, STAGE, TYPE = "owner_id", "deal_pipeline_id", "deal_stage_id", "sales_activity_type_id"
ABOUT = "about."
SHORT, LONG = 255, 65_535  # characters of a text, and of a text area; no document says it
_CUSTOM = re.compile(r"cf_[a-z0-9_]{1,120}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A field by its semantic type. `default`: Freshsales fills it by itself; `many`: it keeps several there, in which
    we have one."""

    type: str = "text"
    unique: bool = False
    default: bool = False
    reference: str | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A module: `one` is the name of a record in bodies, `model` that of its kind, `include` what answers tell besides.

    `views` are names of lists of which one, or all of a group, hold every record; none: a list of its own.
    """

    name: str
    one: str
    model: str
    fields: Mapping[str, Shape]
    include: tuple[str, ...] = ()
    views: tuple[tuple[str, ...], ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)


def _all(type: str, *names: str) -> dict[str, Shape]:
    return {name: Shape(type) for name in names}


_OWNED = {OWNER: Shape("owner")}
_PLACE = {
    "address": Shape("street"), "city": Shape("city"), "state": Shape("state"), "zipcode": Shape("postal_code"),
    "country": Shape("country"),
}  # fmt: skip
_TAGGED = {"tags": Shape("tags")}

MODELS: Mapping[str, Model] = {
    each.name: each
    for each in (
        Model(
            ACCOUNTS,
            "sales_account",
            "SalesAccount",
            {
                "name": Shape("company_name", unique=True),
                "website": Shape("url"),
                "phone": Shape("phone"),
                "annual_revenue": Shape("money"),
                **_all("choice", "industry_type_id", "business_type_id"),
                **_all("text", "facebook", "twitter", "linkedin"),
                "parent_sales_account_id": Shape("reference", reference=ACCOUNTS),
                **_PLACE, **_TAGGED, **_OWNED,
            },
            ("owner", "industry_type", "business_type"),
            (("All Accounts",),),
            frozenset({"name"}),
        ),
        Model(
            CONTACTS,
            "contact",
            "Contact",
            {
                "first_name": Shape("given_name"),
                "last_name": Shape("family_name"),
                "email": Shape("email", unique=True),
                **_all("phone", "mobile_number", "work_number"),
                **_all("text", "job_title", "facebook", "twitter", "linkedin", "medium", "keyword"),
                "subscription_status": Shape("consent", default=True),
                "lifecycle_stage_id": Shape("choice", default=True),
                "contact_status_id": Shape("choice", default=True),
                ACCOUNTS: Shape("reference", reference=ACCOUNTS, many=True),
                **_PLACE, **_TAGGED, **_OWNED,
            },
            ("owner", "sales_accounts", "lifecycle_stage", "contact_status"),
            (("All Contacts",),),
        ),
        Model(
            DEALS,
            "deal",
            "Deal",
            {
                "name": Shape("text"),
                "amount": Shape("money"),
                "currency_id": Shape("currency", default=True),
                PIPELINE: Shape("choice", default=True),
                STAGE: Shape("choice", default=True),
                **_all("choice", "deal_type_id", "deal_reason_id", "lead_source_id"),
                **_all("date", "expected_close", "closed_date"),
                "probability": Shape("integer", default=True),
                "sales_account_id": Shape("reference", reference=ACCOUNTS),
                CONTACTS: Shape("reference", reference=CONTACTS, many=True),
                **_TAGGED, **_OWNED,
            },
            ("owner", "sales_account", "contacts", "currency", "deal_type", "deal_reason", "source"),
            (("All Deals",), ("Open Deals", "Won Deals", "Lost Deals")),
            frozenset({"name", "amount"}),
        ),
        Model(
            ACTIVITIES,
            "sales_activity",
            "SalesActivity",
            {
                "title": Shape("text"),
                "notes": Shape("long_text"),
                **_all("instant", "start_date", "end_date"),
                "location": Shape("text"),
                **{f"{ABOUT}{name}": Shape("reference", reference=name) for name in (CONTACTS, DEALS, ACCOUNTS)},
                **_OWNED,
            },
            required=frozenset({"title", "start_date"}),
        ),
    )
}  # fmt: skip
# The numbers that Freshsales has for what a mailbox takes, and our words.
CONSENTS: Mapping[int, str] = {0: "withdrawn", 1: "granted", 2: "unknown", 3: "withdrawn", 4: "bounced"}


def split(object: str) -> tuple[str, str]:
    """Module and kind of an object: `contacts:Lead`."""
    name, _, kind = object.partition(":")
    return name, kind


def model_of(object: str) -> Model | None:
    """The module of an object; None where there is none. Activities are of a type, all others need none."""
    name, colon, kind = object.partition(":")
    if (colon and (not kind or kind != kind.strip())) or (name == ACTIVITIES and not kind):
        return None
    return MODELS.get(name)


def is_custom(name: str) -> bool:
    """Whether a field is a custom one, that people may make."""
    return _CUSTOM.fullmatch(name) is not None and name not in (KEY, KIND)


def shape_of(model: Model, name: str) -> Shape | None:
    """The shape of a field of the module itself; None for a custom one, and where there is none."""
    return model.fields.get(name)


def is_place(model: Model, name: str) -> bool:
    """Whether a module may have such a field."""
    return name in model.fields or is_custom(name)
