"""What the conformance kit writes into an installation: accounts of kinds that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject

BORN, SEEN = "conformance_born_c", "conformance_seen_c"
VISITS, VIP = "conformance_visits_c", "conformance_vip_c"
PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", BORN: "1899-12-31"},
    {"__entity": "p2", "name": 'O\'Hara, "Kit" Jr', "description": "line one\nline two: 1 < 2 > 1 & so on\n\nlast"},
    {"__entity": "p3", "name": "أحمد 🦊", VISITS: "-99999", VIP: "true"},
    {"__entity": "p4", "name": "\\N", VIP: "false", SEEN: "2024-02-29T23:59:00Z"},
    {"__entity": "p5", "name": "NULL", "description": "kept", BORN: "9999-12-31"},
)


def kit(token: str) -> Kit:
    """The kit with kinds of that token. Its fields are made by hand in Accounts: conformance_born (Date),
    conformance_seen (Datetime), conformance_visits (Integer) and conformance_vip (TextField)."""
    name = TargetField("name", "company_name", required=True)
    company = TargetObject(f"Accounts:conformance_{token}", (name, TargetField(VISITS, "integer")))
    person = TargetObject(
        f"Accounts:conformance_person_{token}",
        (
            name,
            TargetField("parent_id", "reference", reference=company.name),
            TargetField("description", "long_text"),
            TargetField(BORN, "date"),
            TargetField(SEEN, "instant"),
            TargetField(VISITS, "integer"),
            TargetField(VIP, "boolean"),
        ),
    )
    return Kit(
        company,
        person,
        PEOPLE,
        poison=({"name": None}, {"name": "x" * 151}, {VISITS: "many"}, {"name": "secret-value-" * 30}),
        ready=True,  # where an administrator has made the fields nothing is missing
        text=BORN,
        flag=VIP,
        kept="description",
        parent="parent_id",
        many=230,
    )
