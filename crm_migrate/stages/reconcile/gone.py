"""What earlier runs loaded and this export does not have any more: records by object, and the money in them.

An empty or cut export loses nothing in the target, because nothing of ours deletes: it only looks like a quiet run.
"""

from decimal import Decimal

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.stages.reconcile.bridge_tables import actual_of
from crm_migrate.stages.reconcile.exported import money_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import KNOWN, VANISHED


def gone_records(tables: Relations, object_name: str) -> tuple[int, int]:
    """Records that no row feeds any more, and all that were ever loaded."""
    known = tables.scan(KNOWN, object_name)
    return tables.count(f"({_gone(tables, object_name)})"), tables.count(known)


def gone_amounts(tables: Relations, object_plan: ObjectPlan) -> dict[str, tuple[Decimal, Decimal]]:
    """Currency -> amounts of such records as the target holds them, and of all our records, without their signs."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for measure in money_fields(object_plan):
        rows = tables.rows(
            f"""SELECT a.unit, coalesce(sum(abs(a.amount)) FILTER (g.__entity IS NOT NULL), 0),
              coalesce(sum(abs(a.amount)), 0)
            FROM {actual_of(object_plan, measure)} a LEFT JOIN ({_gone(tables, object_plan.name)}) g
            ON g.__entity = a.entity GROUP BY a.unit"""
        )
        for unit, gone, whole in rows:
            before = found.get(str(unit), (Decimal(0), Decimal(0)))
            found[str(unit)] = before[0] + Decimal(gone), before[1] + Decimal(whole)
    return found


def _gone(tables: Relations, object_name: str) -> str:
    return f"SELECT __entity FROM {tables.scan(VANISHED, object_name)} WHERE code = 'gone'"
