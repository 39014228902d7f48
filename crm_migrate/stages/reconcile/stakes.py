"""Whose records the exceptions are and what money they concern: the owner and the amount behind every line of the list.

The owner is that of the completed record, else what the row says of it as transformed; the amount is that of the row
where a row is listed, of the completed record where a record is, and of the target where nothing of ours stands behind
it any more. It is the first amount of the object, in its own currency. A record that one cause lists twice has its
amount once, so that a sum is that of the lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from crm_migrate.crm.money import plain
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.bridge_lines import exact
from crm_migrate.stages.reconcile.bridge_tables import add
from crm_migrate.stages.reconcile.exported import currency_field, exported, money_fields, owner_field
from crm_migrate.workspace.figures import Example, ExceptionGroup
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.stake_figures import Amount, OwnerStake
from crm_migrate.workspace.tables import ACTUAL, CLUSTERS, COMPLETED, NODES, texts

OWNERS = 200  # of one cause
_Sums = dict[str, Decimal]
_Stake = tuple[str, str | None, Decimal | None, int]  # owner, currency, amount, lines
_Owned = tuple[str, str, str | None, Decimal | None]  # record, owner, currency, amount


def concerned(tables: Relations, plan: Plan, groups: Sequence[ExceptionGroup]) -> list[ExceptionGroup]:
    """The groups with owners and amounts; the list gets them too. Call when every line has the id of its cause."""
    for object_plan in plan.objects:
        if owner_field(object_plan) is None and not money_fields(object_plan):
            continue
        if tables.count(f"{listing.TABLE} WHERE object = {literal(object_plan.name)}"):
            listing.settle(tables, object_plan.name, _known(tables, plan, object_plan))
    named = {each.name: field.name for each in plan.objects if (field := owner_field(each)) is not None}
    stakes, owned = _by_owner(tables), _by_record(tables, groups)
    return [
        _with_stakes(each, stakes.get(each.id, []), owned.get(each.id, []), named.get(each.object, ""))
        for each in groups
    ]


# ------------------------------------------------------------------------------------- what is known of a record


def _known(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """SQL of `who`, `owner`, `amount`, `unit`, `place`: several may be of one record, and the least place counts."""
    name = object_plan.name
    fields = (owner_field(object_plan), next(iter(money_fields(object_plan)), None), currency_field(object_plan))
    wanted = [field for field in fields if field is not None]
    complete = tables.scan(COMPLETED, name, also=texts(*(field.name for field in wanted)))
    rows = exported(tables, plan, object_plan)
    own = "c.owner, c.amount, c.unit, 1 AS place"
    return f"""WITH c AS (SELECT x.__cluster, {_cells("x", fields)} FROM {complete} x),
      r AS (SELECT x.__source, x.__row, x.__split, x.__key, x.__cluster, {_cells("x", fields)} FROM {rows} x)
    SELECT {listing.line("r.__source", "r.__row", "r.__split")} AS who, coalesce(c.owner, r.owner) AS owner, r.amount,
      r.unit, 1 AS place FROM r LEFT JOIN c USING (__cluster)
    UNION ALL SELECT n.__source || ':' || n.__key, {own}
      FROM {tables.scan(NODES, name)} n JOIN {tables.scan(CLUSTERS, name)} k USING (__node) JOIN c USING (__cluster)
    UNION ALL SELECT m.record, {own} FROM {quoted(f"names/{name}")} m JOIN c USING (__cluster)
    UNION ALL SELECT {listing.RECORD}, r.owner, r.amount, r.unit, 2 FROM r
    UNION ALL {_in_target(tables, name, fields)}"""


def _in_target(tables: Relations, name: str, fields: Sequence[FieldPlan | None]) -> str:
    """SQL of what the target says of its records, by which those that no row feeds any more are called."""
    targets = [str(field.target) for field in fields if field is not None and field.target is not None]
    actual = tables.scan(ACTUAL, name, also=texts(*targets))
    cells = _cells("x", fields, in_target=True)
    called = f"unnest([{literal(name + ':')} || x.target_id, x.__entity])"
    return f"SELECT {called} AS who, {cells}, 3 AS place FROM {actual} x"


def _cells(alias: str, fields: Sequence[FieldPlan | None], *, in_target: bool = False) -> str:
    """SQL of owner, amount and unit of a relation that has the fields."""
    owner, amount, unit = (_cell(alias, field, in_target=in_target) for field in fields)
    return f"{owner} AS owner, {exact(amount)} AS amount, coalesce({unit}, '') AS unit"


def _cell(alias: str, field: FieldPlan | None, *, in_target: bool) -> str:
    name = field and (field.target if in_target else field.name)
    return f"nullif({alias}.{quoted(str(name))}::VARCHAR, '')" if name else "NULL::VARCHAR"


# ------------------------------------------------------------------------------------------ what a cause concerns

_UNIT = "CASE WHEN amount IS NOT NULL THEN coalesce(unit, '') END"


def _by_owner(tables: Relations) -> dict[str, list[_Stake]]:
    """Of every cause how many lines are of an owner, with the sum of those in one currency, or that have no amount."""
    return _lines(tables, f"coalesce(owner, ''), {_UNIT}, sum(amount), count(*)", listing.TABLE)


def _by_record(tables: Relations, groups: Sequence[ExceptionGroup]) -> dict[str, list[_Owned]]:
    """The same of every record that the groups show, with its owner."""
    shown = {(group.object, example.record) for group in groups for example in group.examples}
    objects, records = zip(*sorted(shown), strict=True) if shown else ((), ())
    tables.connection.register(
        "shown_", pa.table({"object": pa.array(objects, pa.string()), "record": pa.array(records, pa.string())})
    )
    try:
        lines = f"{listing.TABLE} SEMI JOIN shown_ USING (object, record)"
        return _lines(tables, f"record, coalesce(min(nullif(owner, '')), ''), {_UNIT}, sum(amount)", lines)
    finally:
        tables.connection.unregister("shown_")


def _lines(tables: Relations, wanted: str, relation: str) -> dict[str, list[Any]]:
    """What is wanted of the lines that may have an owner or an amount, by the id of their cause."""
    found: dict[str, list[Any]] = {}
    for id, *line in tables.rows(f"SELECT id, {wanted} FROM {relation} WHERE settled GROUP BY ALL ORDER BY ALL"):
        found.setdefault(id, []).append(tuple(line))
    return found


def _with_stakes(group: ExceptionGroup, stakes: Sequence[_Stake], owned: Sequence[_Owned], by: str) -> ExceptionGroup:
    if not stakes:
        return group
    counts: dict[str, int] = {}
    sums: dict[str, _Sums] = {}
    for owner, unit, amount, count in stakes:
        counts[owner] = counts.get(owner, 0) + count
        add(sums.setdefault(owner, {}), _sum(unit, amount))
    order = sorted(counts, key=lambda owner: (-counts[owner], owner)) if by else []
    beyond = order[OWNERS:]
    left = sum(counts[owner] for owner in beyond)
    return group.model_copy(
        update={
            "owner_field": by,
            "owners": tuple(OwnerStake(owner=o, count=counts[o], amounts=_amounts(sums[o])) for o in order[:OWNERS]),
            "others": OwnerStake(owner="", count=left, amounts=_together(sums, beyond)) if beyond else None,
            "amounts": _together(sums, sums),
            "examples": tuple(_examples(group.examples, owned)),
        }
    )


def _examples(examples: Sequence[Example], owned: Sequence[_Owned]) -> Iterator[Example]:
    """Lines of one key are one record: the first example of it has what they come to."""
    owners, sums = dict[str, str](), dict[str, _Sums]()
    for record, owner, unit, amount in owned:
        owners[record] = owners.get(record) or owner
        add(sums.setdefault(record, {}), _sum(unit, amount))
    for example in examples:
        stake = {"owner": owners.get(example.record, ""), "amounts": _amounts(sums.pop(example.record, {}))}
        yield example.model_copy(update=stake)


def _sum(unit: str | None, amount: Decimal | None) -> _Sums:
    return {} if unit is None or amount is None else {unit: amount}


def _together(sums: Mapping[str, _Sums], owners: Iterable[str]) -> tuple[Amount, ...]:
    whole: _Sums = {}
    for owner in owners:
        add(whole, sums[owner])
    return _amounts(whole)


def _amounts(sums: _Sums) -> tuple[Amount, ...]:
    return tuple(Amount(unit=unit, amount=plain(sums[unit], unit)) for unit in sorted(sums))
