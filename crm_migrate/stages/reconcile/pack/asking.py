"""Which figures of the pack a plan can give, as key figures of one object each; and why it cannot give the others."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import CustomersPlan, KpiPlan, ObjectPlan, Plan
from crm_migrate.stages.complete.deriving import derivable
from crm_migrate.stages.reconcile.pack.customers import FAMILY as CUSTOMER_FIGURES
from crm_migrate.stages.reconcile.pack.definition import CUSTOMERS, Definition, Measure
from crm_migrate.stages.reconcile.pack.hygiene import HYGIENE
from crm_migrate.stages.reconcile.pack.marketing import MARKETING
from crm_migrate.stages.reconcile.pack.sales import SALES
from crm_migrate.stages.reconcile.pack.service import SERVICE
from crm_migrate.stages.reconcile.sides import link_fields

FAMILIES: Mapping[str, tuple[Definition, ...]] = {
    "sales": SALES,
    "service": SERVICE,
    "customers": CUSTOMER_FIGURES,
    "marketing": MARKETING,
    "hygiene": HYGIENE,
}
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of the pack: the key figure of each of its measures, or why there is none."""

    family: str
    definition: Definition
    kpis: Mapping[str, KpiPlan]
    why: str = ""


class _Lacking(Exception):
    """Why a figure is not possible, in a sentence of the catalogue (`pack.no.*`)."""


def asked(plan: Plan) -> list[Asked]:
    """Every figure of the families that the mapping asks for; equal measures are one key figure."""
    known: dict[tuple[str, str | None, str | None, str, tuple[str, ...]], KpiPlan] = {}
    found = []
    for family in plan.reconcile.pack.families if plan.reconcile.pack else ():
        for definition in FAMILIES[family]:
            try:
                kpis = {name: _kpi(plan, definition, measure) for name, measure in definition.measures.items()}
            except _Lacking as why:
                found.append(Asked(family, definition, {}, str(why)))
                continue
            for name, kpi in kpis.items():
                what = (kpi.object, kpi.where, kpi.sum, kpi.how, kpi.by)
                kpis[name] = known.setdefault(what, kpi.model_copy(update={"name": f"pack/{len(known)}"}))
            found.append(Asked(family, definition, kpis))
    return found


def with_pack(plan: Plan, figures: list[Asked]) -> Plan:
    """The plan with the measures of the pack as further key figures: what is read of the sources includes theirs."""
    more = {kpi.name: kpi for each in figures for kpi in each.kpis.values()}
    kpis = (*plan.reconcile.kpis, *more.values())
    return plan.model_copy(update={"reconcile": plan.reconcile.model_copy(update={"kpis": kpis})})


def _kpi(plan: Plan, definition: Definition, measure: Measure) -> KpiPlan:
    """A measure in the fields of the plan. _Lacking where it does not bring what the measure needs."""
    customers = plan.reconcile.pack.customers if plan.reconcile.pack else None
    if measure.of == CUSTOMERS and customers is None:
        raise _Lacking("the mapping does not say who is a customer")
    if definition.leaving and customers is not None and customers.until is None:
        raise _Lacking("the mapping does not say when a customer has left")
    name = customers.object if measure.of == CUSTOMERS and customers else measure.of
    of = next((each for each in plan.objects if each.name == name), None)
    if of is None:
        raise _Lacking(f"{name} are not migrated")
    fields = _fields(plan, of)
    words = {**_days(plan), **_customer_words(customers), "amount": _amount(plan, fields)}
    where, added = (_filled(text, words, measure, fields) if text else None for text in (measure.where, measure.sum))
    names = {each.name for text in (where, added) if text for each in parse(text).names()}
    if lacking := sorted(names - fields):
        raise _Lacking(f"{name} have no {', '.join(lacking)}")
    by = tuple(each for each in definition.by if each in fields and not _same_year(plan, each))
    return KpiPlan(name="", object=name, where=None if where == "true" else where, sum=added, how=measure.how, by=by)


def _same_year(plan: Plan, field: str) -> bool:
    """Whether a calendar year is the fiscal year, which is told already."""
    return field.endswith("_calendar_year") and plan.fiscal_year_starts == "01-01"


def _fields(plan: Plan, of: ObjectPlan) -> set[str]:
    """The fields and references of an object that stand in the target, and what is derived from them alone."""
    own = {f.name for f in of.fields if f.target is not None and f.ref is None}
    own |= {f.name for f in link_fields(plan, of)}
    return own | {d.name for d in derivable(plan, of) if d.of in own}


def _amount(plan: Plan, fields: set[str]) -> str:
    return IN_REPORT_CURRENCY if plan.money.report_in and IN_REPORT_CURRENCY in fields else "amount"


def _days(plan: Plan) -> dict[str, str]:
    pack, days = plan.reconcile.pack, {}
    if plan.as_of:
        day = dt.date.fromisoformat(plan.as_of)
        before = day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
        days = {"as_of": day.isoformat(), "year_ago": before.isoformat()}
    if pack and pack.start and pack.end:
        days |= {"start": pack.start, "end": pack.end}
    return days


def _customer_words(customers: CustomersPlan | None) -> dict[str, str]:
    if customers is None:
        return {}
    return {"customer": customers.where or "true", "since": customers.since, "until": customers.until or "null"}


def _filled(text: str, words: Mapping[str, str], measure: Measure, fields: set[str]) -> str:
    """An expression with its places filled, and what stands for fields that nobody maps."""
    for place in _PLACE.findall(text):
        if place not in words:
            raise _Lacking("the mapping says neither `as_of` nor a period")
    text = _PLACE.sub(lambda found: words[found[1]], text)
    for field, instead in measure.else_.items():
        if field not in fields:
            text = re.sub(rf"\b{field}\b", instead, text)
    return text
