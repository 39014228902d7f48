"""Opportunities, their lines and prices, and members of campaigns."""

from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure, missing
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record

Values = dict[str, Any]


def opportunity(work: Work, after: Values, was: Record | None) -> Values:
    """Probability and forecast follow from the stage unless they are given with it."""
    stage = next((s for s in work.store.all("OpportunityStage") if s.values["ApiName"] == after.get("StageName")), None)
    moved = was is None or was.values.get("StageName") != after.get("StageName")
    said = stage.values if stage else {"DefaultProbability": 0.0, "IsClosed": False, "IsWon": False}
    given = was is None and "Probability" in after
    kept = was is not None and was.values.get("Probability") != after.get("Probability")
    if moved and not given and not kept:
        after["Probability"] = said.get("DefaultProbability", 0.0)
    if moved:
        after["ForecastCategoryName"] = said.get("ForecastCategoryName", "Pipeline")
        after["ForecastCategory"] = said.get("ForecastCategory", "Pipeline")
    after["IsClosed"], after["IsWon"] = bool(said.get("IsClosed")), bool(said.get("IsWon"))
    return after


def after_opportunity(work: Work, record: Record, was: Record | None) -> None:
    """A contact that was named on insert has the first role."""
    if was is None and record.values.get("ContactId"):
        role = {"OpportunityId": record.id, "ContactId": record.values["ContactId"], "IsPrimary": True}
        work.store.create("OpportunityContactRole", role, work.now)


def price(work: Work, after: Values, was: Record | None) -> Values:
    """A standard price comes before any other, and a product has one price in a price book."""
    book = work.store.get("Pricebook2", after.get("Pricebook2Id", ""))
    product = work.store.get("Product2", after.get("Product2Id", ""))
    if book is None or product is None:
        raise missing(*(name for name in ("Pricebook2Id", "Product2Id") if not after.get(name)))
    known = work.store.having("PricebookEntry", "Product2Id", product.id)
    if was is None and any(entry.values["Pricebook2Id"] == book.id for entry in known):
        raise Failure("DUPLICATE_VALUE", "This price definition already exists in this price book")
    standard = [entry for entry in known if _of_standard(work, entry)]
    if not book.values.get("IsStandard") and not standard:
        raise Failure("STANDARD_PRICE_NOT_DEFINED", "Before creating a custom price, create a standard price.")
    if after.get("UseStandardPrice") and standard:
        after["UnitPrice"] = standard[0].values["UnitPrice"]
    return after | {
        n: v for n, v in (("Name", product.values.get("Name")), ("ProductCode", product.values.get("ProductCode"))) if v
    }


def _of_standard(work: Work, entry: Record) -> bool:
    book = work.store.get("Pricebook2", entry.values["Pricebook2Id"])
    return bool(book and book.values.get("IsStandard"))


def line(work: Work, after: Values, was: Record | None) -> Values:
    """A line has an entry of its opportunity's price book; one of unit and total price says the other."""
    if not after.get("OpportunityId"):
        raise missing("OpportunityId")
    entry = _entry(work, after)
    owner = work.store.get("Opportunity", after["OpportunityId"])
    book = owner.values.get("Pricebook2Id") if owner else None
    if book not in (None, entry.values["Pricebook2Id"]):
        words = "The pricebook entry is in a different pricebook than the one assigned to the opportunity"
        raise Failure("FIELD_INTEGRITY_EXCEPTION", words, "PricebookEntryId")
    if was is None and not entry.values.get("IsActive"):
        raise Failure("FIELD_INTEGRITY_EXCEPTION", "The pricebook entry is inactive", "PricebookEntryId")
    both = "UnitPrice" in after and "TotalPrice" in after
    if was is None and both:
        raise Failure("FIELD_INTEGRITY_EXCEPTION", "You can't set both UnitPrice and TotalPrice", "TotalPrice")
    quantity = after.get("Quantity")
    if not quantity:
        raise (
            missing("Quantity")
            if quantity is None
            else Failure("INVALID_INPUT", "Quantity must be non-zero", "Quantity")
        )
    if was is None and not both and "UnitPrice" not in after and "TotalPrice" not in after:
        raise missing("UnitPrice")
    if "UnitPrice" not in after or (was and after.get("TotalPrice") != was.values.get("TotalPrice")):
        after["UnitPrice"] = round(after["TotalPrice"] / quantity, 2)
    after["TotalPrice"] = round(after["UnitPrice"] * quantity, 2)
    told = {
        "PricebookEntryId": entry.id,
        "Product2Id": entry.values["Product2Id"],
        "ListPrice": entry.values["UnitPrice"],
    }
    name = f"{owner.values.get('Name', '') if owner else ''} {entry.values.get('Name', '')}".strip()
    return (
        after
        | told
        | {"Name": name}
        | ({"ProductCode": entry.values["ProductCode"]} if entry.values.get("ProductCode") else {})
    )


def after_line(work: Work, record: Record, was: Record | None) -> None:
    """The opportunity's amount is the sum of its lines, and its price book that of the first."""
    lines = work.store.having("OpportunityLineItem", "OpportunityId", record.values["OpportunityId"])
    entry = work.store.get("PricebookEntry", record.values["PricebookEntryId"])
    amount = round(sum(each.values["TotalPrice"] for each in lines), 2)
    book = {"Pricebook2Id": entry.values["Pricebook2Id"]} if entry else {}
    changes = {"Amount": amount, "HasOpportunityLineItem": True, **book}
    work.store.update("Opportunity", record.values["OpportunityId"], changes, work.now)


def _entry(work: Work, after: Values) -> Record:
    if after.get("PricebookEntryId"):
        entry = work.store.get("PricebookEntry", after["PricebookEntryId"])
        if entry is not None:
            return entry
    if not after.get("Product2Id"):
        raise missing("PricebookEntryId")
    owner = work.store.get("Opportunity", after["OpportunityId"])
    book = owner.values.get("Pricebook2Id") if owner else None
    found = work.store.having("PricebookEntry", "Product2Id", after["Product2Id"])
    for entry in found:
        if entry.values["Pricebook2Id"] == book or (book is None and _of_standard(work, entry)):
            return entry
    raise Failure("FIELD_INTEGRITY_EXCEPTION", "The product has no entry in the opportunity's price book", "Product2Id")


def member(work: Work, after: Values, was: Record | None) -> Values:
    """A campaign has each lead and each contact once; its statuses may be its own."""
    who = [name for name in ("LeadId", "ContactId") if after.get(name)]
    if was is None:
        if not who:
            raise missing("LeadId", "ContactId")
        same = work.store.having("CampaignMember", who[-1], after[who[-1]])
        if any(record.values["CampaignId"] == after.get("CampaignId") for record in same):
            raise Failure("DUPLICATE_VALUE", "Already a campaign member.")
    object = "Contact" if who[-1] == "ContactId" else "Lead"
    person = work.store.get(object, after[who[-1]])
    told = {"Type": object, "LeadOrContactId": after[who[-1]], "HasResponded": after.get("Status") == "Responded"}
    copied = ("FirstName", "LastName", "Email", "Phone", "Title")
    return after | told | {n: person.values[n] for n in copied if person and person.values.get(n)}
