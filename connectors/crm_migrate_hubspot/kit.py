"""What the conformance kit writes into a portal: companies and deals of a kind that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_hubspot.shapes import COMPANIES, DEALS

PEOPLE: Rows = (
    {"__entity": "p1", "dealname": "Işıl Öztürk-Müller", "conformance_born": "1899-12-31"},
    {
        "__entity": "p2",
        "dealname": 'O\'Hara, "Kit"\tJr',
        "amount": "-1234567890123456.78",
        "description": "line one\nline two\r\n\nlast",
        "conformance_seen": "2024-02-29T23:59:59.123Z",
    },
    {
        "__entity": "p3",
        "dealname": "أحمد 🦊",
        "conformance_visits": "-9007199254740993",
        "conformance_vip": "true",
        "conformance_tags": '["a, b","ç\\"d"]',
    },
    {"__entity": "p4", "dealname": "\\N", "conformance_vip": "false", "amount": "0.10"},
    {
        "__entity": "p5",
        "dealname": "NULL",
        "description": "kept",
        "conformance_born": "9999-12-31",
        "conformance_seen": "2024-02-29T23:59:59Z",
        "amount": "1000000",
    },
)


def kit(token: str) -> Kit:
    """The kit with a kind of that token."""
    company = TargetObject(
        f"{COMPANIES}:conformance_{token}",
        (TargetField("name", "company_name"), TargetField("conformance_visits", "integer")),
    )
    person = TargetObject(
        f"{DEALS}:conformance_{token}",
        (
            TargetField("dealname", "text"),
            TargetField("associations.companies", "reference", reference=company.name),
            TargetField("amount", "money"),
            TargetField("description", "long_text"),
            TargetField("conformance_born", "date"),
            TargetField("conformance_seen", "instant"),
            TargetField("conformance_visits", "integer"),
            TargetField("conformance_vip", "boolean"),
            TargetField("conformance_tags", "tags"),
        ),
    )
    return Kit(
        company,
        person,
        PEOPLE,
        poison=(
            {"conformance_visits": "many"},
            {"name": "x" * 65_537},
            {"conformance_visits": "secret-value"},
            {"name": "secret-value-" * 5_100},
        ),
        text="conformance_born",
        flag="conformance_vip",
        kept="description",
        parent="associations.companies",
        many=230,
    )
