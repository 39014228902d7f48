"""The names of the tables that a bridge is made of, and how sums of currencies are added."""

from collections.abc import Mapping
from decimal import Decimal

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted


def amounts_of(object_plan: ObjectPlan, measure: FieldPlan) -> str:
    """All source rows of an amount."""
    return quoted(f"amounts/{object_plan.name}/{measure.name}")


def expected_of(object_plan: ObjectPlan, measure: FieldPlan) -> str:
    """The completed records that arrived."""
    return quoted(f"expected/{object_plan.name}/{measure.name}")


def actual_of(object_plan: ObjectPlan, measure: FieldPlan) -> str:
    """The records of ours in the target."""
    return quoted(f"actual/{object_plan.name}/{measure.name}")


def left_of(object_plan: ObjectPlan, measure: FieldPlan) -> str:
    """The source rows of which the amount does not arrive: `source`, `row`, `split`."""
    return quoted(f"left/{object_plan.name}/{measure.name}")


def in_report(table: str) -> str:
    """The copy of a table of amounts with all of them in the report's currency."""
    return quoted(f"report/{table.strip(chr(34))}")


def add(sums: dict[str, Decimal], more: Mapping[str, Decimal]) -> None:
    """Add amounts to those of the same currency."""
    for currency, amount in more.items():
        sums[currency] = sums.get(currency, Decimal(0)) + amount
