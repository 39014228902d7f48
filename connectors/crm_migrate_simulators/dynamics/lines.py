"""Lines of opportunities: a product of the catalogue or one that is written in, and what it comes to."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.problems import Failure
from crm_migrate_simulators.dynamics.work import Work

TABLE, DEAL = "opportunityproduct", "opportunityid"
_CODE = "0x80040216"


def checked(work: Work, table: str, values: Mapping[str, Any]) -> None:
    """Raises Failure for a line, as it would be, that an environment does not take."""
    if table != TABLE:
        return
    open_still(work, values)
    if values.get("isproductoverridden"):
        if values.get("productid") or not values.get("productdescription"):
            raise Failure(400, _CODE, "A product that is written in has a description and no product")
    elif not values.get("productid") or not values.get("uomid"):
        raise Failure(400, _CODE, "A product of the catalogue has a unit")


def open_still(work: Work, values: Mapping[str, Any]) -> None:
    """Raises Failure for a line whose opportunity is closed: it takes none, changes none and loses none."""
    deal = work.store.get("opportunity", str(values.get(DEAL)))
    if deal is None:
        raise Failure(400, _CODE, "A product of an opportunity belongs to an opportunity")
    if deal.values.get("statecode") != 0:
        raise Failure(400, _CODE, "The opportunity has already been closed")


def summed(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a line comes to: nobody says it."""
    if table != TABLE:
        return {}
    price, count, less, tax = (
        float(values.get(name) or 0) for name in ("priceperunit", "quantity", "manualdiscountamount", "tax")
    )
    base = round(price * count, 4)
    name = values.get("productdescription") or values.get("productname")
    return {"baseamount": base, "extendedamount": round(base - less + tax, 4), "opportunityproductname": name}
