"""What a HubSpot portal and a Salesforce organisation hold, in words by which both compare; and a small portal."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hubspot_sample import SELLERS
from portals import Portal

from crm_migrate_simulators.server import Server

MAPPINGS = Path(__file__).resolve().parent.parent / "docs" / "between-crms"
OBJECTS = ("Account", "Contact", "Opportunity", "Suppressed_Mailbox__c")
PARENT = 13  # type of the link from a company to the one above it
STAGES = {  # Salesforce -> HubSpot
    "Prospecting": "appointmentscheduled", "Qualification": "qualifiedtobuy", "Closed Won": "closedwon",
    "Proposal/Price Quote": "presentationscheduled", "Closed Lost": "closedlost",
}  # fmt: skip
STRANGER = "Stranger"  # whom somebody else has made in a CRM that is entered; left out of what is compared
REFUSING = ("withdrawn", "bounced")
OURS = ("crm_migrate_kind", "crm_migrate_consent")
Line = tuple[Any, ...]


@dataclass(frozen=True)
class Holdings:
    """Every record as a line of values, links by the name of whom they lead to; and the mailboxes that take no mail."""

    accounts: Counter[Line]
    contacts: Counter[Line]
    deals: Counter[Line]
    suppressed: Counter[Line]
    refusing: frozenset[str]


def project(folder: Path, name: str, changes: Mapping[str, str]) -> Path:
    """The mapping of the docs in `folder`, quick enough for a simulated target."""
    text = (MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, f"the mapping says it no longer: {old}"
        text = text.replace(old, new)
    folder.mkdir()
    (folder / "crm-migrate.yaml").write_text(text, encoding="utf-8")
    return folder


# ---------------------------------------------------------------------------------------------------- HubSpot


def in_hubspot(portal: Portal) -> Holdings:
    """What a portal holds, asked as any client would."""
    owners = {f"{7000 + number}": mailbox for number, mailbox in enumerate(SELLERS)}
    companies = portal.rows("companies", "name", "tax_id", "domain", "phone", "address", "city", "hubspot_owner_id")
    names = {each["id"]: each["name"] for each in companies}
    people = portal.rows("contacts", "firstname", "lastname", "email", "phone", "jobtitle", *OURS)
    people = [each for each in people if each.get("lastname") != STRANGER]
    deals = portal.rows("deals", "dealname", "amount", "currency_code", "dealstage", "closedate", "hubspot_owner_id")

    def above(of: str, rows: list[dict[str, Any]], label: str) -> dict[str, str | None]:
        linked = portal.linked(of, "companies", [each["id"] for each in rows], label)
        return {id: names[ends[0]] for id, ends in linked.items() if ends}

    parents = above("companies", companies, "Parent Company")
    at, of = above("contacts", people, "Primary"), above("deals", deals, "Primary")
    listed = [each for each in people if each.get("crm_migrate_kind")]
    said = {each["email"]: each.get("crm_migrate_consent") in REFUSING for each in people if each.get("email")}
    return Holdings(
        Counter(
            (*(e.get(n) for n in ("name", "tax_id", "domain", "phone", "address", "city")),
             owners.get(e.get("hubspot_owner_id", "")), parents.get(e["id"]))
            for e in companies
        ),
        Counter(
            (*(e.get(n) for n in ("firstname", "lastname", "email", "phone", "jobtitle")), at.get(e["id"]))
            for e in people if not e.get("crm_migrate_kind")
        ),
        Counter(
            (e["dealname"], _amount(e.get("amount")), e.get("currency_code"), e["dealstage"],
             (e.get("closedate") or "")[:10], owners.get(e.get("hubspot_owner_id", "")), of.get(e["id"]))
            for e in deals
        ),
        Counter((each["email"],) for each in listed),
        frozenset(mailbox for mailbox, refused in said.items() if refused or portal.opted_out(mailbox)),
    )  # fmt: skip


def _amount(said: Any) -> Decimal | None:
    return None if said is None else Decimal(str(said))


# ---------------------------------------------------------------------------------------------------- Salesforce


def in_salesforce(server: Server) -> Holdings:
    """What an organisation holds, by its own store."""
    store = server.engine.store
    users = {each.id: each.values["Email"] for each in store.all("User")}
    firms = {each.id: each.values for each in store.all("Account")}
    names: dict[Any, str] = {id: str(values["Name"]) for id, values in firms.items()}
    people = [each.values for each in store.all("Contact") if each.values["LastName"] != STRANGER]
    listed = [each.values for each in store.all("Suppressed_Mailbox__c")]

    def owner(values: Mapping[str, Any]) -> str | None:
        mailbox = str(users[values["OwnerId"]])
        return mailbox if mailbox in SELLERS else None

    return Holdings(
        Counter(
            (*(v.get(n) for n in ("Name", "Tax_Id__c", "Website", "Phone", "BillingStreet", "BillingCity")), owner(v),
             names.get(v.get("ParentId")))
            for v in firms.values()
        ),
        Counter(
            (*(v.get(n) for n in ("FirstName", "LastName", "Email", "Phone", "Title")), names.get(v.get("AccountId")))
            for v in people
        ),
        Counter(
            (v["Name"], _amount(v.get("Amount")), v["CurrencyIsoCode"], STAGES[v["StageName"]], v["CloseDate"],
             owner(v), names.get(v.get("AccountId")))
            for v in (each.values for each in store.all("Opportunity"))
        ),
        Counter((each["Email__c"],) for each in listed),
        frozenset(
            [v["Email"] for v in people if v.get("Email") and v.get("HasOptedOutOfEmail")]
            + [v["Email__c"] for v in listed if v["State__c"] in REFUSING]
        ),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- a small portal

PROPERTIES = {
    "companies": ("tax_id", "tax_office"),
    "contacts": ("crm_migrate_consent", "crm_migrate_kind", "more_emails", "email_dead"),
    "deals": ("currency_code",),
}


def furnish(portal: Portal) -> None:
    """A portal as people use one: twelve companies below each other, thirty contacts, ten deals, opt-outs."""
    for of, names in PROPERTIES.items():
        portal.ask("POST", f"/crm/v3/properties/{of}/groups", {"name": "own", "label": "Own"})
        for name in names:
            said = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "own"}
            portal.ask("POST", f"/crm/v3/properties/{of}", said)
    firms = [
        portal.make("companies", name=f"Şube {n} A.Ş.", tax_id=f"45405369{n:02}", domain=f"sube{n}.example",
                    city="Çankaya", hubspot_owner_id=f"{7000 + n % 4}")
        for n in range(12)
    ]  # fmt: skip
    _link(portal, "companies", [(firms[n], firms[(n - 1) // 3]) for n in range(1, 12)], PARENT)
    words = ("granted", "withdrawn", "bounced", "unknown")
    people = [
        portal.make("contacts", firstname="Ayşe", lastname=f"Yılmaz-{n}", email=f"k{n}@sube{n % 12}.example",
                    crm_migrate_consent=words[n % 4], jobtitle="Müdür")
        for n in range(30)
    ]  # fmt: skip
    _link(portal, "contacts", [(id, firms[n * 5 % 12]) for n, id in enumerate(people) if n % 7], 1)
    for n in range(2):
        mailbox = f"nobody{n}@nobody.example"
        portal.make("contacts", email=mailbox, crm_migrate_kind="Suppressed mailbox", crm_migrate_consent="withdrawn")
        unsubscribe(portal, mailbox)
    for n in (1, 2, 5, 6, 9, 10):
        unsubscribe(portal, f"k{n}@sube{n % 12}.example")
    deals = [
        portal.make("deals", dealname=f"Pres {n}", amount=f"{n * 1000}.5", currency_code=("TRY", "EUR", "USD")[n % 3],
                    pipeline="default", dealstage=[*STAGES.values()][n % 5], hubspot_owner_id=f"{7000 + n % 4}",
                    **({"closedate": f"2025-03-{n + 1:02}T00:00:00Z"} if n else {}))
        for n in range(10)
    ]  # fmt: skip
    _link(portal, "deals", [(id, firms[n]) for n, id in enumerate(deals)], 5)
    portal.ask("DELETE", f"/crm/v3/objects/contacts/{portal.make('contacts', lastname='Archived')}")


def _link(portal: Portal, of: str, pairs: list[tuple[str, str]], number: int) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    inputs = [{"from": {"id": one}, "to": {"id": other}, "types": types} for one, other in pairs]
    portal.ask("POST", f"/crm/associations/2026-09/{of}/companies/batch/create", {"inputs": inputs})


def unsubscribe(portal: Portal, mailbox: str) -> None:
    """Somebody wants no mail of this portal any more."""
    portal.ask("POST", f"/communication-preferences/v4/statuses/{mailbox}/unsubscribe-all?channel=EMAIL")
