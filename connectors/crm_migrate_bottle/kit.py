"""What the conformance kit writes into an organisation: accounts and deals of a kind that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_bottle.shapes import ACCOUNTS, DEALS

PEOPLE: Rows = (
    {
        "__entity": "p1",
        "name": "Işıl Öztürk-Müller",
        "closed_on": "1899-12-31",
        "custom.conformance_born": "1899-12-31",
    },
    {
        "__entity": "p2",
        "name": 'O\'Hara, "Kit"\tJr',
        "amount": "9999999999.99",
        "description": "line one\nline two\r\n\nlast",
        "custom.conformance_note": " padded \n",
    },
    {
        "__entity": "p3",
        "name": "أحمد 🦊",
        "custom.conformance_visits": "-9007199254740991",
        "custom.conformance_vip": "true",
    },
    {"__entity": "p4", "name": "\\N", "custom.conformance_vip": "false", "amount": "0.10", "currency": "EUR"},
    {
        "__entity": "p5",
        "name": "NULL",
        "description": "kept",
        "custom.conformance_born": "9999-12-31",
        "amount": "1000000",
    },
)


def kit(token: str) -> Kit:
    """The kit with a kind of that token."""
    company = TargetObject(
        f"{ACCOUNTS}:conformance_{token}",
        (
            TargetField("name", "company_name", required=True),
            TargetField("phone", "phone"),
            TargetField("custom.conformance_born", "date"),
        ),
    )
    person = TargetObject(
        f"{DEALS}:conformance_{token}",
        (
            TargetField("name", "text", required=True),
            TargetField("account", "reference", reference=company.name),
            TargetField("amount", "money"),
            TargetField("currency", "currency"),
            TargetField("closed_on", "date"),
            TargetField("description", "long_text"),
            TargetField("custom.conformance_born", "date"),
            TargetField("custom.conformance_note", "long_text"),
            TargetField("custom.conformance_visits", "integer"),
            TargetField("custom.conformance_vip", "boolean"),
        ),
    )
    return Kit(
        company,
        person,
        PEOPLE,
        poison=({"name": None}, {"name": "x" * 256}, {"phone": "12"}, {"name": "secret-value-" * 30}),
        text="custom.conformance_born",
        flag="custom.conformance_vip",
        kept="description",
        parent="account",
        many=60,
    )
