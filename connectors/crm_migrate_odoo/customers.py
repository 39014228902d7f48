"""Who the customer of an opportunity is: Odoo has one, a person or a company, and a person's company is known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate.connecting.cells import unfit


@dataclass(frozen=True, slots=True)
class Who:
    """Which kind a record is (`company`, `person`, `lead`, `opportunity`), and the id of a person's company."""

    word: str
    parent: str | None = None


Customers = Mapping[tuple[str, str], Who]  # (model, id)


def partner(said: Mapping[str, str | None], customers: Customers) -> str:
    """The id of the customer: of a person and a company it is the person, whose company the other one has to be.
    `said`: kind -> id. Raises Unfit."""
    person, company = said.get("person"), said.get("company")
    if person and company:
        of = customers.get(("res.partner", person))
        if of is None or of.parent != company:
            words = "Odoo knows one customer of a deal, and the person belongs to another company there"
            raise unfit("TWO", words, "partner_id.person")
    return person or company or ""
