"""Currencies: every record with amounts has one, and its amounts in the organisation's own at the rate of this day."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.catalogue import Words
from crm_migrate_simulators.dynamics.problems import Failure
from crm_migrate_simulators.dynamics.work import Work

BASE = "_base"


def chosen(work: Work, values: Mapping[str, Any]) -> None:
    """Raises Failure where a body names a currency that is deactivated."""
    currency = work.store.get("transactioncurrency", str(values.get("transactioncurrencyid")))
    if currency is not None and currency.values.get("statecode"):
        raise Failure(400, "0x80040203", f"The currency {currency.values['isocurrencycode']} is inactive.")


def own(work: Work) -> str:
    """The id of the organisation's currency."""
    found = work.store.all("transactioncurrency")
    return next(each.id for each in found if each.values["isocurrencycode"] == work.habits.currency)


def based(work: Work, columns: Mapping[str, Words], values: Mapping[str, Any]) -> dict[str, Any]:
    """The rate of today, and the amounts in the organisation's currency: nobody sets them."""
    currency = work.store.get("transactioncurrency", str(values.get("transactioncurrencyid")))
    if currency is None or "exchangerate" not in columns or columns["exchangerate"].get("read_only") is not True:
        return {}
    rate = float(currency.values["exchangerate"])
    amounts = {name: values.get(name.removesuffix(BASE)) for name in columns if name.endswith(BASE)}
    told = {name: None if amount is None else round(float(amount) / rate, 4) for name, amount in amounts.items()}
    return told | {"exchangerate": rate}
