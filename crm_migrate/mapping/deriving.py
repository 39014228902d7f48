"""The fields that the engine derives from others, by name: checks and figures may speak of them, no line maps them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crm_migrate.crm.types import TYPES, Storage
from crm_migrate.crm.work import holds_work
from crm_migrate.mapping.plan import ObjectPlan

IN_REPORT_CURRENCY = "amount_in_report_currency"
Part = Literal["is_open", "is_won", "is_lost", "day", "month", "quarter", "year", "calendar_year", "converted"]
MEANINGS: dict[str, str] = {
    "is_open, is_won, is_lost": "yes or no, from `stage`: its letters are `closedwon` or `won`, `closedlost` or `lost`,"
    " or it is open; of tasks, calls, meetings, activities and tickets (also by the target's name for them) `is_open`"
    " alone, from `status`: it is open unless its letters say that it has ended (`closed`, `completed`, `done`, `held`,"
    " `solved`, `cancelled` ...)",
    "DATE_day": "`2025-03-14`, from every field of a day or a moment: `close_date` gives `close_day`, `created_at`"
    " gives `created_day`, the day that it was in the time zone of the project; months, quarters and years are of it",
    "DATE_month": "`2025-03`, from every field of a day or a moment: `close_date` gives `close_month`, `created_at`"
    " gives `created_month`",
    "DATE_quarter, DATE_year": "`2025-Q1` and `2025`; where `fiscal_year_starts` says another day than 01-01, the"
    " quarters of that year, called by both calendar years: `2025/26-Q1`, `2025/26`",
    "DATE_calendar_year": "`2025`, whatever day the fiscal year starts on",
    IN_REPORT_CURRENCY: "`amount` in the currency of `project.money.report_in`, where the object has `amount` and"
    " `currency`; a day without a rate takes the newest one before it",
}


@dataclass(frozen=True, slots=True)
class Derived:
    """One derived field: `part` says what it is of the field `of`."""

    name: str
    storage: Storage
    of: str
    part: Part


def derived_fields(each: ObjectPlan, *, converts: bool) -> tuple[Derived, ...]:
    """What is derived from its fields. A name that two of them would give is nobody's; own fields come first."""
    found = list(_derived(each, converts))
    often, own = Counter(d.name for d in found), {f.name for f in each.fields}
    return tuple(d for d in found if often[d.name] == 1 and d.name not in own)


def _derived(each: ObjectPlan, converts: bool) -> Iterator[Derived]:
    names = {f.name for f in each.fields}
    if "stage" in names:
        yield Derived("is_open", "boolean", "stage", "is_open")
        yield Derived("is_won", "boolean", "stage", "is_won")
        yield Derived("is_lost", "boolean", "stage", "is_lost")
    elif "status" in names and holds_work(each.name, each.target):
        yield Derived("is_open", "boolean", "status", "is_open")
    for field in each.fields:
        if TYPES[field.type].storage in ("date", "instant") and field.ref is None:
            stem = field.name.removesuffix("_date").removesuffix("_at").removesuffix("_on")
            yield Derived(f"{stem}_day", "date", field.name, "day")
            yield Derived(f"{stem}_month", "text", field.name, "month")
            yield Derived(f"{stem}_quarter", "text", field.name, "quarter")
            yield Derived(f"{stem}_year", "text", field.name, "year")
            yield Derived(f"{stem}_calendar_year", "text", field.name, "calendar_year")
    if converts and {"amount", "currency"} <= names:
        yield Derived(IN_REPORT_CURRENCY, "decimal", "amount", "converted")
