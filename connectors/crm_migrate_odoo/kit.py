"""What the conformance kit writes into a database: partners and leads of a reference that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_odoo.shapes import KEY

FILLED = {"expected_revenue": "0", "active": "true", "priority": "0"}  # what is never empty there
PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", **FILLED, "date_deadline": "1899-12-31"},
    {"__entity": "p2", "name": 'O\'Hara, "Kit"\tJr', **FILLED, "expected_revenue": "-99999999999.75",
     "description": "line one\n  line <two> &amp; more\n\nlast "},
    {"__entity": "p3", "name": "أحمد 🦊", **FILLED, "active": "false", "tag_ids.name": '["a, b","ç\\"d"]'},
    {"__entity": "p4", "name": "\\N", **FILLED, "expected_revenue": "0.1", "priority": "2"},
    {"__entity": "p5", "name": "NULL", **FILLED, "description": " padded ", "date_deadline": "9999-12-31"},
)  # fmt: skip


def kit(token: str) -> Kit:
    """The kit with partners and leads of that token."""
    company = TargetObject(
        f"res.partner:ref=conformance_{token}",
        (
            TargetField("name", "company_name", required=True),
            TargetField("parent_id", "reference", reference="res.partner"),
            TargetField("industry_id.name", "text"),
            TargetField("country_id.code", "text"),
        ),
        KEY,
    )
    person = TargetObject(
        f"crm.lead:referred=conformance_{token}",
        (
            TargetField("name", "text", required=True),
            TargetField("partner_id", "reference", reference=company.name),
            TargetField("expected_revenue", "money"),
            TargetField("date_deadline", "date"),
            TargetField("description", "long_text"),
            TargetField("active", "boolean"),
            TargetField("priority", "text"),
            TargetField("tag_ids.name", "tags"),
        ),
        KEY,
    )
    poison: Rows = (
        {"name": None},
        {"parent_id": "999999999"},
        {"industry_id.name": "no such"},
        {"country_id.code": "secret-value-" * 9},
    )
    return Kit(
        company, person, PEOPLE, poison=poison, ready=True, text="date_deadline", flag="active", kept="description",
        parent="partner_id", many=1100,
    )  # fmt: skip
