"""Lines of opportunities: which entry of a price book stands for a product.

A line of ours names its product. Salesforce wants the entry of the opportunity's price book (of the standard one, where
it has none yet) for that product, in the currency of the opportunity.
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.shaping import Record
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.records import Values, with_entry
from crm_migrate_salesforce.shapes import ENTRY, PRICED

CURRENCY = "CurrencyIsoCode"
_NONE = Refusal("the price book of the opportunity has no one entry for this product", "NO_PRICE", PRICED)
_NO_PARENT = Refusal("there is no such opportunity", "NOT_FOUND", "OpportunityId")


def entries(looking: Looking, lines: Mapping[str, Values]) -> tuple[dict[str, Values], dict[str, Refusal]]:
    """The lines with entries instead of their products, and why others have none."""
    opportunities = _by_id(looking, "Opportunity", ["Pricebook2Id"], "Id", _said(lines, "OpportunityId"))
    prices = _by_id(looking, "PricebookEntry", ["Pricebook2Id", "Product2Id"], "Product2Id", _said(lines, ENTRY))
    standard = _standard(looking)
    priced, refused = dict[str, Values](), dict[str, Refusal]()
    for name, values in lines.items():
        parent, product = opportunities.get(str(values.get("OpportunityId"))), values.get(ENTRY)
        if not product:
            priced[name] = values
        elif parent is None:
            refused[name] = _NO_PARENT
        else:
            book = str(parent.get("Pricebook2Id") or standard)
            fit = [id for id, each in prices.items() if _fits(each, parent, book, str(product))]
            if len(fit) == 1:
                priced[name] = with_entry(values, fit[0])
            else:
                refused[name] = _NONE
    return priced, refused


def _fits(entry: Record, opportunity: Record, book: str, product: str) -> bool:
    same: Any = entry.get(CURRENCY) == opportunity.get(CURRENCY)
    return bool(same) and entry.get("Pricebook2Id") == book and entry.get("Product2Id") == product


def _said(lines: Mapping[str, Values], field: str) -> list[str]:
    return sorted({str(values[field]) for values in lines.values() if values.get(field)})


def _by_id(looking: Looking, object: str, fields: list[str], by: str, values: list[str]) -> dict[str, Record]:
    described = looking.described(object)
    currency = [CURRENCY] if described is not None and CURRENCY in described.fields else []
    pages = looking.among(object, [*fields, *currency], by, values)
    return {str(record["Id"]): record for page in pages for record in page}


def _standard(looking: Looking) -> str:
    pages = looking.pages("Pricebook2", [], ["IsStandard = true"])
    return next((str(record["Id"]) for page in pages for record in page), "")
