"""The pack of key figures as the engine runs it: its families, its period, and who is a customer."""

import datetime as dt

from crm_migrate.mapping.checking import over_record, storages
from crm_migrate.mapping.deriving import derived_fields
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_proofs import Customers
from crm_migrate.mapping.plan import CustomersPlan, ObjectPlan, PackPlan
from crm_migrate.mapping.tree import Path

FAMILIES = ("sales", "service", "customers", "marketing", "hygiene")


def pack(desk: Desk, objects: dict[str, ObjectPlan]) -> PackPlan | None:
    """What `reconcile: pack:` says; None where it is not asked for."""
    said, path = desk.file.reconcile.pack, ("reconcile", "pack")
    if said is None:
        return None
    for at, family in enumerate(said.families):
        if family not in (*FAMILIES, "all"):
            desk.unknown("mapping_value", "the family of figures", family, (*FAMILIES, "all"), (*path, "families", at))
    start, end = _period(said.period, desk.file.project.as_of, desk.file.project.fiscal_year_starts) or (None, None)
    return PackPlan(
        families=FAMILIES if "all" in (said.families or ("all",)) else tuple(f for f in FAMILIES if f in said.families),
        start=start,
        end=end,
        customers=_customers(desk, objects, said.customers, (*path, "customers")) if said.customers else None,
    )


def _period(year: str | None, as_of: str | None, starts: str) -> tuple[str, str] | None:
    """First and last day of the fiscal year that begins in a year, or of the last whole one before a day."""
    try:
        month, day = map(int, starts.split("-"))
        if year is None and as_of is None:
            return None
        first = dt.date(int(year) if year else dt.date.fromisoformat(str(as_of)).year, month, day)
        while year is None and _later(first) > dt.date.fromisoformat(str(as_of)):
            first = first.replace(year=first.year - 1)
    except ValueError:  # told where it stands
        return None
    return first.isoformat(), (_later(first) - dt.timedelta(days=1)).isoformat()


def _later(first: dt.date) -> dt.date:
    return first.replace(year=first.year + 1)


def _customers(desk: Desk, objects: dict[str, ObjectPlan], said: Customers, path: Path) -> CustomersPlan | None:
    if said.of not in objects:
        desk.unknown("object_unknown", "the object", said.of, objects, (*path, "of"))
        return None
    plan = objects[said.of]
    if said.where is not None:
        over_record(desk, said.where, plan, (*path, "where"), with_derived=True)
    days = {d.of: d.name for d in derived_fields(plan, converts=False) if d.part == "day"}
    known = storages(desk, plan, with_derived=False)
    for word, name in (("since", said.since), ("until", said.until)):
        if name is not None and name not in days:
            there = [n for n in known if n in days]
            desk.unknown("field_unknown", f"the day of `{said.of}`", name, there, (*path, word))
    return CustomersPlan(
        object=said.of,
        where=said.where,
        since=days.get(said.since, said.since),
        until=days.get(said.until, said.until) if said.until else None,
    )
