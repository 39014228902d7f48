"""What the conformance kit writes into an installation: organisations of kinds that nobody else has."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject

BORN, VISITS, VIP = "cf.conformance_born", "cf.conformance_visits", "cf.conformance_vip"
PEOPLE: Rows = (
    {"__entity": "p1", "accountname": "Işıl Öztürk-Müller", BORN: "1899-12-31"},
    {"__entity": "p2", "accountname": 'O\'Hara, "Kit" Jr', "description": "line one\nline two\n\nlast"},
    {"__entity": "p3", "accountname": "أحمد 🦊", VISITS: "-99999", VIP: "true"},
    {"__entity": "p4", "accountname": "\\N", VIP: "false", "annual_revenue": "0.1"},
    {"__entity": "p5", "accountname": "NULL", "description": "kept", BORN: "9999-12-31"},
)


def kit(token: str) -> Kit:
    """The kit with kinds of that token. Its fields are made by hand in Accounts: conformance_born (Date),
    conformance_visits (Integer) and conformance_vip (Text)."""
    name = TargetField("accountname", "company_name", required=True)
    company = TargetObject(f"Accounts:conformance_{token}", (name, TargetField("employees", "integer")))
    person = TargetObject(
        f"Accounts:conformance_person_{token}",
        (
            name,
            TargetField("account_id", "reference", reference=company.name),
            TargetField("annual_revenue", "money"),
            TargetField("description", "long_text"),
            TargetField(BORN, "date"),
            TargetField(VISITS, "integer"),
            TargetField(VIP, "boolean"),
        ),
    )
    return Kit(
        company,
        person,
        PEOPLE,
        name="accountname",
        poison=(
            {"accountname": None},
            {"accountname": "x" * 101},
            {"employees": "many"},
            {"accountname": "secret-value-" * 30},
        ),
        ready=True,  # where an administrator has made the fields nothing is missing
        text=BORN,
        flag=VIP,
        kept="description",
        parent="account_id",
        many=130,
    )
