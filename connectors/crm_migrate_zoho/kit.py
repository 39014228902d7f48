"""What the conformance kit writes into an organisation: accounts of a site that nobody else has, with custom fields."""

from crm_migrate.connecting.conformance_targets import Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_zoho.shapes import KEY

BORN, SEEN, NOTE, VISITS, VIP, TAGS = (
    f"conformance_{name}" for name in ("born", "seen", "note", "visits", "vip", "labels")
)
PEOPLE: Rows = (
    {"__entity": "p1", "Account_Name": "Işıl Öztürk-Müller", BORN: "1970-12-31", SEEN: "2024-02-29T23:59:59Z",
     VIP: "false"},
    {"__entity": "p2", "Account_Name": 'O\'Hara, "Kit" Jr', "Annual_Revenue": "9999999999.25",
     NOTE: "line one\nline two\n\nlast", VIP: "true"},
    {"__entity": "p3", "Account_Name": "أحمد 🦊", VISITS: "-999999999999", VIP: "true", TAGS: '["a, b","ç\\"d"]'},
    {"__entity": "p4", "Account_Name": "\\N", VIP: "false", "Employees": "12"},
    {"__entity": "p5", "Account_Name": "NULL", NOTE: "kept", VIP: "true", BORN: "2999-12-31",
     "Annual_Revenue": "1000000"},
)  # fmt: skip


def kit(token: str) -> Kit:
    """The kit with accounts of that token."""
    company = TargetObject(
        f"Accounts:Account_Site=conformance_{token}",
        (TargetField("Account_Name", "company_name", required=True, length=200),),
        KEY,
    )
    person = TargetObject(
        f"Accounts:Account_Site=conformance_{token}_people",
        (
            TargetField("Account_Name", "company_name", required=True, length=200),
            TargetField("Parent_Account", "reference", reference=company.name),
            TargetField("Annual_Revenue", "money"),
            TargetField("Employees", "integer"),
            TargetField(BORN, "date"),
            TargetField(SEEN, "instant"),
            TargetField(NOTE, "long_text"),
            TargetField(VISITS, "integer"),
            TargetField(VIP, "boolean"),
            TargetField(TAGS, "tags"),
        ),
        KEY,
    )
    long: dict[str, str | None] = {"Account_Name": "x" * 201}
    return Kit(
        company,
        person,
        PEOPLE,
        name="Account_Name",
        poison=({"Account_Name": None}, long, {"Account_Name": None}, {"Account_Name": "secret-value-" * 20}),
        text=BORN,
        flag=VIP,
        kept=NOTE,
        parent="Parent_Account",
        many=450,
    )
