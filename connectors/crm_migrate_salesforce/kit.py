"""What the conformance kit writes into an organisation: accounts of a site that nobody else has, with custom fields."""

from crm_migrate.connecting.conformance_targets import FileKit, Kit, Rows
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_salesforce.shapes import KEY

BORN, SEEN, NOTE, VISITS, VIP, TAGS = (
    f"conformance_{name}__c" for name in ("born", "seen", "note", "visits", "vip", "tags")
)
PEOPLE: Rows = (
    {
        "__entity": "p1", "Name": "Işıl Öztürk-Müller", BORN: "1899-12-31", SEEN: "2024-02-29T23:59:59Z",
        VIP: "false",
    },
    {"__entity": "p2", "Name": 'O\'Hara, "Kit" Jr', "AnnualRevenue": "9999999999", NOTE: "line one\nline two\n\nlast",
     VIP: "true"},
    {"__entity": "p3", "Name": "أحمد 🦊", VISITS: "-999999999999", VIP: "true", TAGS: '["a, b","ç\\"d"]'},
    {"__entity": "p4", "Name": "\\N", VIP: "false", "NumberOfEmployees": "12"},
    {"__entity": "p5", "Name": "NULL", NOTE: "kept", VIP: "true", BORN: "3999-12-31", "AnnualRevenue": "1000000"},
)  # fmt: skip


def kit(token: str) -> Kit:
    """The kit with accounts of that token."""
    company = TargetObject(
        f"Account:Site=conformance_{token}", (TargetField("Name", "company_name", required=True, length=255),), KEY
    )
    person = TargetObject(
        f"Account:Site=conformance_{token}_people",
        (
            TargetField("Name", "company_name", required=True, length=255),
            TargetField("ParentId", "reference", reference=company.name),
            TargetField("AnnualRevenue", "money"),
            TargetField("NumberOfEmployees", "integer"),
            TargetField(BORN, "date"),
            TargetField(SEEN, "instant"),
            TargetField(NOTE, "long_text"),
            TargetField(VISITS, "integer"),
            TargetField(VIP, "boolean"),
            TargetField(TAGS, "tags"),
        ),
        KEY,
    )
    names = tuple(TargetField(name, "text", required=True) for name in ("Title", "PathOnClient"))
    known = (TargetField("ContentSize", "integer"), TargetField("Checksum", "text"))
    about = TargetField("LinkedEntity.Account", "reference", reference=company.name)
    file = TargetObject(f"ContentVersion:ReasonForChange=conformance_{token}", (*names, *known, about), KEY)
    return Kit(
        company,
        person,
        PEOPLE,
        name="Name",
        poison=({"Name": None}, {"Name": "x" * 256}, {"Name": None}, {"Name": "secret-value-" * 20}),
        text=BORN,
        flag=VIP,
        kept=NOTE,
        parent="ParentId",
        many=450,
        files=FileKit(file, ("Title", "PathOnClient"), about.name, "ContentSize", "Checksum"),
    )
