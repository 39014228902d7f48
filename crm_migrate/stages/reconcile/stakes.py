"""Whose records the exceptions are and what money they concern: the owner and the amount behind every line of the list.

The owner is that of the completed record, else what the row says of it as transformed; the amount is that of the row
where a row is listed, of the completed record where a record is, and of the target where nothing of ours stands behind
it any more. It is the first amount of the object, in its own currency. A record that one cause lists twice has its
amount once, so that a sum is that of the lines.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.bridge_lines import exact
from crm_migrate.stages.reconcile.bridge_tables import add, plain
from crm_migrate.stages.reconcile.exported import currency_field, exported, money_fields, owner_field
from crm_migrate.workspace.figures import Example, ExceptionGroup
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.stake_figures import Amount, OwnerStake
from crm_migrate.workspace.tables import ACTUAL, CLUSTERS, COMPLETED, NODES, texts

OWNERS = 200  # of one cause
_Sums = dict[str, Decimal]
_Line = tuple[str, str, Decimal | None, str]  # record, owner, amount, currency


def concerned(tables: Relations, plan: Plan, groups: Sequence[ExceptionGroup]) -> list[ExceptionGroup]:
    """The groups with owners and amounts; the list gets them too. Call when every exception is listed."""
    for object_plan in plan.objects:
        if owner_field(object_plan) is None and not money_fields(object_plan):
            continue
        if tables.count(f"{listing.TABLE} WHERE object = {literal(object_plan.name)}"):
            listing.settle(tables, object_plan.name, _known(tables, plan, object_plan))
    named = {each.name: field.name for each in plan.objects if (field := owner_field(each)) is not None}
    lines = _lines(tables)
    return [_with_stakes(group, listing.found(lines, group), named.get(group.object, "")) for group in groups]


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


def _lines(tables: Relations) -> listing.Lines[_Line]:
    """Every listed line of which an owner or an amount may be known, by its place."""
    rows = tables.rows(
        f"""SELECT {", ".join(listing.PLACE)}, record, coalesce(owner, ''), amount, unit FROM {listing.TABLE}
        WHERE settled ORDER BY ALL"""
    )
    found: listing.Lines[_Line] = {}
    for *place, record, owner, amount, unit in rows:
        line = (str(record or ""), str(owner), None if amount is None else Decimal(amount), str(unit or ""))
        found.setdefault(tuple(map(str, place)), []).append(line)
    return found


def _with_stakes(group: ExceptionGroup, lines: Sequence[_Line], owned_by: str) -> ExceptionGroup:
    if not lines:
        return group
    whole, counts, sums = _Sums(), dict[str, int](), dict[str, _Sums]()
    for _, owner, amount, unit in lines:
        counts[owner] = counts.get(owner, 0) + 1
        for each in (whole, sums.setdefault(owner, {})):
            add(each, {} if amount is None else {unit: amount})
    order = sorted(counts, key=lambda owner: (-counts[owner], owner)) if owned_by else []
    owners = tuple(OwnerStake(owner=o, count=counts[o], amounts=_amounts(sums[o])) for o in order[:OWNERS])
    beyond = order[OWNERS:]
    rest, left = _Sums(), sum(counts[owner] for owner in beyond)
    for owner in beyond:
        add(rest, sums[owner])
    return group.model_copy(
        update={
            "owner_field": owned_by,
            "owners": owners,
            "others": OwnerStake(owner="", count=left, amounts=_amounts(rest)) if beyond else None,
            "amounts": _amounts(whole),
            "examples": tuple(_examples(group.examples, lines)),
        }
    )


def _examples(examples: Sequence[Example], lines: Sequence[_Line]) -> Iterator[Example]:
    """Lines of one key are one record: the first example of it has what they come to."""
    owners, sums = dict[str, str](), dict[str, _Sums]()
    for record, owner, amount, unit in lines:
        owners[record] = owners.get(record) or owner
        add(sums.setdefault(record, {}), {} if amount is None else {unit: amount})
    for example in examples:
        stake = {"owner": owners.get(example.record, ""), "amounts": _amounts(sums.pop(example.record, {}))}
        yield example.model_copy(update=stake)


def _amounts(sums: _Sums) -> tuple[Amount, ...]:
    return tuple(Amount(unit=unit, amount=plain(sums[unit])) for unit in sorted(sums))
