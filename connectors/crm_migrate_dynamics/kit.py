"""What the conformance kit writes into an environment: accounts of a kind that nobody else has, with own columns."""

from crm_migrate.connecting.conformance_targets import FileKit, Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_dynamics.file_shapes import SIZE
from crm_migrate_dynamics.shapes import KEY

KIND = "crm_conformance"
FILE = "annotation:isdocument=true"
BORN, SEEN, NOTE, VISITS, VIP, TAGS = (
    f"crm_conformance_{name}" for name in ("born", "seen", "note", "visits", "vip", "tags")
)
PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", BORN: "1899-12-31", SEEN: "2024-02-29T23:59:59Z", VIP: "false"},
    {"__entity": "p2", "name": 'O\'Hara, "Kit"\tJr', "revenue": "99999999999", NOTE: "line one\nline two\r\n\nlast",
     VIP: "true"},
    {"__entity": "p3", "name": "أحمد 🦊", VISITS: "-2147483648", VIP: "true", TAGS: '["a, b","ç\\"d"]'},
    {"__entity": "p4", "name": "\\N", VIP: "false", "revenue": "0.1", "industrycode": "Consulting"},
    {"__entity": "p5", "name": "NULL", NOTE: "kept", VIP: "true", BORN: "9999-12-30", "revenue": "1000000"},
)  # fmt: skip


def kit(token: str) -> Kit:
    """The kit with accounts of that token."""
    company = TargetObject(
        f"account:{KIND}=conformance_{token}",
        (TargetField("name", "company_name", required=True, length=160), TargetField("industrycode", "text")), KEY,
    )  # fmt: skip
    person = TargetObject(
        f"account:{KIND}=conformance_{token}_people",
        (
            TargetField("name", "company_name", required=True, length=160),
            TargetField("parentaccountid", "reference", reference=company.name),
            TargetField("revenue", "money"),
            TargetField("industrycode", "text"),
            TargetField(BORN, "date"),
            TargetField(SEEN, "instant"),
            TargetField(NOTE, "long_text"),
            TargetField(VISITS, "integer"),
            TargetField(VIP, "boolean"),
            TargetField(TAGS, "tags"),
        ),
        KEY,
    )
    poison: Rows = (
        {"industrycode": "no such"},
        {"name": "x" * 161},
        {"name": "y" * 200},
        {"name": "secret-value-" * 20},
    )
    file = TargetObject(
        FILE, (*(TargetField(name, "text") for name in ("filename", "subject")), TargetField(SIZE, "integer"),
               TargetField("objectid.account", "reference", reference=company.name)), KEY,
    )  # fmt: skip
    files = FileKit(file, ("filename", "subject"), "objectid.account", SIZE)
    return Kit(
        company, person, PEOPLE, poison=poison, text=BORN, flag=VIP, kept=NOTE, parent="parentaccountid", many=450,
        files=files,
    )  # fmt: skip
