"""What hangs on records: the records of other objects that name them, and the money of both."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import NODES


@dataclass(frozen=True, slots=True)
class Hanging:
    """Of one record: object -> number of records that point to it, currency -> money of it and of these."""

    links: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, links: dict[str, int], money: dict[str, Decimal]) -> None:
        """Count more in."""
        for name, count in links.items():
            self.links[name] = self.links.get(name, 0) + count
        for currency, amount in money.items():
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount


def hanging(work: Relations, plan: Plan, each: ObjectPlan, nodes: Iterable[int]) -> dict[int, Hanging]:
    """Node -> what hangs on it; nodes on which nothing hangs are not in it."""
    work.connection.register("wanted", pa.table({"node": pa.array(sorted(set(nodes)), type=pa.int64())}))
    found: dict[int, Hanging] = {}
    for node, _, currency, amount in _sums(work, each, "__node"):
        found.setdefault(node, Hanging()).add({}, {currency: amount} if amount else {})
    for child in plan.objects:
        for reference in (f for f in child.fields if f.ref is not None and f.ref.object == each.name):
            for node, count, currency, amount in _sums(work, child, reference.name):
                found.setdefault(node, Hanging()).add({child.name: count}, {currency: amount} if amount else {})
    work.connection.unregister("wanted")
    return {node: one for node, one in found.items() if one.links or one.money}


def _sums(work: Relations, each: ObjectPlan, by: str) -> list[tuple[int, int, str, Decimal]]:
    """(node, records, currency, money) of the records of an object, by a reference or by themselves."""
    money = [f.name for f in each.of_role("amount") if f.cells]
    currency = next((f.name for f in each.of_role("currency") if f.cells), None)
    columns = {by: "BIGINT"} | dict.fromkeys([*money, *([currency] if currency else [])], "VARCHAR")
    if not work.finished(NODES, each.name):
        return []
    amount = (
        " + ".join(f"coalesce(TRY_CAST({quoted(name)} AS DECIMAL(38, 9)), 0)" for name in money) or "0::DECIMAL(38, 9)"
    )
    unit = f"coalesce({quoted(currency)}, '')" if currency else "''"
    nodes = work.scan(NODES, each.name, also=columns)
    rows = work.rows(
        f"SELECT {quoted(by)}, count(*), {unit} AS unit, sum({amount}) FROM {nodes}"
        f" WHERE {quoted(by)} IN (SELECT node FROM wanted) GROUP BY {quoted(by)}, unit ORDER BY ALL"
    )
    return [(int(node), int(count), str(unit), Decimal(total)) for node, count, unit, total in rows]
