"""What the conformance kit writes into an account: sales accounts of two kinds that nobody else has.

An administrator makes their custom fields first: `FIELDS`, beside our key and the kind.
"""

from collections.abc import Mapping

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_freshsales.shapes import ACCOUNTS, KEY, KIND

FIELDS: Mapping[str, str] = {  # of sales accounts -> type
    KEY: "text", KIND: "text", "cf_conformance_born": "date", "cf_conformance_note": "textarea",
    "cf_conformance_visits": "number", "cf_conformance_vip": "checkbox",
}  # fmt: skip
PEOPLE: Rows = (
    {
        "__entity": "p1",
        "name": "Işıl Öztürk-Müller",
        "cf_conformance_born": "1899-12-31",
    },
    {
        "__entity": "p2",
        "name": 'O\'Hara, "Kit"\tJr',
        "annual_revenue": "9999999999.99",
        "cf_conformance_note": "line one\nline two\r\n\nlast",
    },
    {
        "__entity": "p3",
        "name": "أحمد 🦊",
        "cf_conformance_visits": "-9007199254740991",
        "cf_conformance_vip": "true",
        "tags": '["a, b", "ç\\"d"]',
    },
    {"__entity": "p4", "name": "\\N", "cf_conformance_vip": "false", "annual_revenue": "0.10"},
    {
        "__entity": "p5",
        "name": "NULL",
        "cf_conformance_note": "kept",
        "cf_conformance_born": "9999-12-31",
        "annual_revenue": "1000000",
    },
)


def kit(token: str) -> Kit:
    """The kit with kinds of that token."""
    company = TargetObject(
        f"{ACCOUNTS}:conformance_{token}",
        (
            TargetField("name", "company_name", required=True),
            TargetField("phone", "phone"),
            TargetField("cf_conformance_born", "date"),
        ),
        KEY,
    )
    person = TargetObject(
        f"{ACCOUNTS}:conformance_people_{token}",
        (
            TargetField("name", "company_name", required=True),
            TargetField("parent_sales_account_id", "reference", reference=company.name),
            TargetField("annual_revenue", "money"),
            TargetField("tags", "tags"),
            TargetField("cf_conformance_born", "date"),
            TargetField("cf_conformance_note", "long_text"),
            TargetField("cf_conformance_visits", "integer"),
            TargetField("cf_conformance_vip", "boolean"),
        ),
        KEY,
    )
    return Kit(
        company,
        person,
        PEOPLE,
        poison=({"name": None}, {"name": "x" * 256}, {"cf_conformance_born": "soon"}, {"name": "secret-value-" * 30}),
        ready=True,
        text="cf_conformance_born",
        flag="cf_conformance_vip",
        kept="cf_conformance_note",
        parent="parent_sales_account_id",
        many=120,
    )
