"""The country of a company for the telephones of its people, whose own table has no column of countries."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.rewording import column_cell
from crm_migrate.mapping.text import argument
from crm_migrate.suggesting.suggestion import Borrowed, Offer, Suggestion


def borrow_countries(told: Suggestion, files: Collection[str]) -> None:
    """Telephones that nothing says the country of are read by that of the company in the same row, by a join of two
    sources of `files`; tables of a database have joins of their own.

    Only where the key of the company is proved: a row with two partners would stop a run.
    """
    for link in [offer for offer in told.offers if offer.source in files and _may_lend(offer, told, files)]:
        lender = str(link.ref).partition(".")[2]
        country, key = next(_countries(told, lender), None), told.keys[lender]
        numbers = [offer for offer in told.offers if offer.source == link.source and _is_bare_number(offer)]
        if country is None or key is None or not numbers or any(_countries(told, link.source)):
            continue
        told.joins[link.source] = Borrowed(link.field, lender, link.column, key.columns[0])
        step = f"phone(by={argument(f'{link.field}.{country.column}')})"
        told.offers = [
            replace(offer, cell=column_cell(offer.column, step)) if offer in numbers else offer for offer in told.offers
        ]


def _may_lend(link: Offer, told: Suggestion, files: Collection[str]) -> bool:
    """Whether a cell is the key of one company of another file."""
    name, _, lender = str(link.ref or "").partition(".")
    key = told.keys.get(lender)
    organisation = name in OBJECTS and OBJECTS[name].entity == "organisation"
    others = lender in files and lender != link.source
    return organisation and others and key is not None and key.proved and len(key.columns) == 1


def _countries(told: Suggestion, source: str) -> Iterator[Offer]:
    return (offer for offer in told.offers if offer.source == source and _shows(offer) == "countries")


def _is_bare_number(offer: Offer) -> bool:
    return _shows(offer) == "phones" and offer.cell == column_cell(offer.column)


def _shows(offer: Offer) -> str:
    field = OBJECTS[offer.object].field(offer.field)
    return field.semantic.shows if field is not None else ""
