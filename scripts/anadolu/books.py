"""The accounting (`xero/contacts.csv`): firms with their tax numbers, some with the person who pays the bills."""

from dataclasses import replace

from anadolu.firms import Firm
from anadolu.people import People, Person
from anadolu.rows import MEMBER, Fate, Row
from anadolu.words import phone_as_typed

XERO = (
    "*ContactName", "AccountNumber", "EmailAddress", "FirstName", "LastName", "POAttentionTo", "POAddressLine1",
    "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry",
    "SAAttentionTo", "SAAddressLine1", "SAAddressLine2", "SAAddressLine3", "SAAddressLine4", "SACity", "SARegion",
    "SAPostalCode", "SACountry", "PhoneNumber", "FaxNumber", "MobileNumber", "DDINumber", "SkypeName",
    "BankAccountName", "BankAccountNumber", "BankAccountParticulars", "TaxNumber", "AccountsReceivableTaxCodeName",
    "AccountsPayableTaxCodeName", "Website", "LegalName", "Discount", "CompanyNumber", "DueDateBillDay",
    "DueDateBillTerm", "DueDateSalesDay", "DueDateSalesTerm", "SalesAccount", "PurchasesAccount", "TrackingName1",
    "SalesTrackingOption1", "PurchasesTrackingOption1", "TrackingName2", "SalesTrackingOption2",
    "PurchasesTrackingOption2", "BrandingTheme", "DefaultTaxBills", "DefaultTaxSales",
    *(f"Person{n}{what}" for n in range(1, 6) for what in ("FirstName", "LastName", "Email", "IncludeInEmail")),
)  # fmt: skip


def plant_books(people: People, plain: list[Firm], persons: list[Person]) -> list[Firm]:
    """All rows of the accounting; returns the firms that only the accounting knows."""
    number = 70001
    for index, firm in enumerate(plain[5:117]):
        row = _firm_row(people, firm, str(number))
        number += 1
        if index % 3 == 0:
            _payer(people, row, firm, persons[5 + index] if index % 2 else None)
        people.company.add(row)
    only = []
    for index in range(30):
        firm = people.firms.invent()
        firm.owner = ""
        row = _firm_row(people, firm, str(number))
        number += 1
        if index % 2:
            _payer(people, row, firm, None)
        people.company.add(row)
        only.append(firm)
    _awkward(people)
    return only


def _firm_row(people: People, firm: Firm, number: str) -> Row:
    cells = dict.fromkeys(XERO, "")
    cells |= {
        "*ContactName": firm.name,
        "AccountNumber": number,
        "POAddressLine1": firm.street,
        "POCity": firm.place[0],
        "PORegion": firm.place[1],
        "POCountry": "Türkiye",
        "PhoneNumber": phone_as_typed(people.random, firm.phone),
        "TaxNumber": firm.tax or people.random.choice(("", "")),
        "AccountsReceivableTaxCodeName": "KDV 20",
    }
    fates = [Fate("accounts", MEMBER, "", firm.entity), Fate("contacts", "absent", "no_such_object")]
    if not firm.tax:  # nothing that both know: a firm of its own, as far as any rule can tell
        stranger = people.firms.invent(firm.name, domain=f"{firm.entity.lower()}.example", tax="")
        stranger.good = False
        fates[0] = replace(fates[0], entity=stranger.entity)
        people.company.likely.append(("accounts", firm.entity, stranger.entity))
    return Row("books", "xero/contacts.csv", dict(cells), number, fates)


def _payer(people: People, row: Row, firm: Firm, known: Person | None) -> None:
    """The person in the accounting: somebody whom the old CRM knows as well, or somebody new."""
    person = known if known is not None and known.firm is firm else people.invent(firm)
    row.cells |= {"FirstName": person.given, "LastName": person.family, "EmailAddress": person.email}
    row.fates[1] = Fate("contacts", MEMBER, "", person.entity)
    people.company.links["contacts.company", person.entity] = row.fates[0].entity
    if person is not known:
        person.mobile, person.asked = "", "not asked"


def _awkward(people: People) -> None:
    """Two lines twice, and one without a number."""
    for row in people.company.of("books")[2:4]:
        people.company.add(replace(row, fates=[_again(fate) for fate in row.fates]))
    row = _firm_row(people, people.firms.invent(), "")
    row.fates = [Fate("accounts", "held", "key_missing"), Fate("contacts", "absent", "no_such_object")]
    people.company.add(row)


def _again(fate: Fate) -> Fate:
    return replace(fate, state="folded") if fate.state == MEMBER else fate
