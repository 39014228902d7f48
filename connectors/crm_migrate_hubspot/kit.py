"""What the conformance kit writes into a portal: companies of two kinds that nobody else has, some above others."""

from crm_migrate.connecting.conformance_targets import FileKit, Kit, ListKit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_hubspot.shapes import COMPANIES, FILE, MD5, NOTES, SIZE

PARENT = "associations.companies.parent company"

PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", "conformance_born": "1899-12-31"},
    {
        "__entity": "p2",
        "name": 'O\'Hara, "Kit"\tJr',
        "conformance_balance": "-1234567890123456.78",
        "description": "line one\nline two\r\n\nlast",
        "conformance_seen": "2024-02-29T23:59:59.123Z",
    },
    {
        "__entity": "p3",
        "name": "أحمد 🦊",
        "conformance_visits": "-9007199254740993",
        "conformance_vip": "true",
        "conformance_tags": '["a, b","ç\\"d"]',
    },
    {"__entity": "p4", "name": "\\N", "conformance_vip": "false", "conformance_balance": "0.10"},
    {
        "__entity": "p5",
        "name": "NULL",
        "description": "kept",
        "conformance_born": "9999-12-31",
        "conformance_seen": "2024-02-29T23:59:59Z",
        "conformance_balance": "1000000",
    },
)


def kit(token: str) -> Kit:
    """The kit with a kind of that token."""
    company = TargetObject(
        f"{COMPANIES}:conformance_{token}",
        (TargetField("name", "company_name"), TargetField("conformance_visits", "integer")),
    )
    person = TargetObject(
        f"{COMPANIES}:conformance_child_{token}",
        (
            TargetField("name", "text"),
            TargetField(PARENT, "reference", reference=company.name),
            TargetField("conformance_balance", "money"),
            TargetField("description", "long_text"),
            TargetField("conformance_born", "date"),
            TargetField("conformance_seen", "instant"),
            TargetField("conformance_visits", "integer"),
            TargetField("conformance_vip", "boolean"),
            TargetField("conformance_tags", "tags"),
        ),
    )
    of = f"lists:{COMPANIES}"
    ends = (TargetField("from", "reference", reference=COMPANIES), TargetField("to", "reference", reference=of))
    about = TargetField("associations.companies", "reference", reference=company.name)
    known = (TargetField("hs_note_body", "text"), TargetField(SIZE, "integer"), TargetField(MD5, "text"))
    file = TargetObject(f"{NOTES}:{FILE} conformance_{token}", (*known, about))
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
        parent=PARENT,
        many=230,
        files=FileKit(file, ("hs_note_body",), about.name, SIZE, MD5),
        lists=ListKit(
            TargetObject(of, (TargetField("name", "text", required=True),)),
            TargetObject(f"{COMPANIES}>lists", ends),
            f"conformance-{token}-",
        ),
    )
