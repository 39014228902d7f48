"""What the conformance kit writes into an installation: companies and cases of a kind that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject

PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", "cConformanceBorn": "1899-12-31"},
    {"__entity": "p2", "name": 'O\'Hara, "Kit"\tJr', "description": "line one\nline two\r\n\nlast"},
    {"__entity": "p3", "name": "أحمد 🦊", "cConformanceVisits": "-2147483647", "cConformanceVip": "true"},
    {"__entity": "p4", "name": "\\N", "cConformanceVip": "false", "description": " padded \n"},
    {"__entity": "p5", "name": "NULL", "description": "kept", "cConformanceSeen": "2024-02-29T23:59:59Z"},
)


def kit(token: str) -> Kit:
    """The kit with a kind of that token. Its fields are made by hand: Case has cConformanceBorn (Date),
    cConformanceSeen (Date-Time), cConformanceVisits (Int) and cConformanceVip (Varchar)."""
    company = TargetObject(
        f"Account:conformance_{token}",
        (TargetField("name", "company_name", required=True), TargetField("emailAddress", "email")),
    )
    person = TargetObject(
        f"Case:conformance_{token}",
        (
            TargetField("name", "text", required=True),
            TargetField("accountId", "reference", reference=company.name),
            TargetField("description", "long_text"),
            TargetField("cConformanceBorn", "date"),
            TargetField("cConformanceSeen", "instant"),
            TargetField("cConformanceVisits", "integer"),
            TargetField("cConformanceVip", "boolean"),
        ),
    )
    return Kit(
        company,
        person,
        PEOPLE,
        poison=({"name": None}, {"name": "x" * 250}, {"emailAddress": "nobody"}, {"name": "secret-value-" * 30}),
        ready=True,  # where an administrator has made the fields nothing is missing
        text="cConformanceBorn",
        flag="cConformanceVip",
        kept="description",
        parent="accountId",
        many=230,
    )
