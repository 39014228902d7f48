"""Open work that does not arrive although nobody decided so: a chance, a task or a ticket that a rule leaves out.

A row says that something is open by its stage or status, as transformed; an empty one says nothing, and neither does
what the mapping says for all rows. Rows of which an amount is told to be left out are told there and not here.
"""

from collections.abc import Iterator

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.deriving import ended
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.bridge_tables import left_of
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.exported import exported, money_fields, status_field
from crm_migrate.stages.reconcile.left_out import Told, decided, elsewhere, fate
from crm_migrate.workspace.figures import Example
from crm_migrate.workspace.relations import Relations

CODE = "left_out_open"


def left_open(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Iterator[Told]:
    """Open rows that do not arrive, by source, rule and state. Call after the bridges of the object are made."""
    status = status_field(object_plan)
    if status is None:
        return
    rows = exported(tables, plan, object_plan)
    told = "".join(
        f" ANTI JOIN {left_of(object_plan, each)} {quoted(each.name)} ON {quoted(each.name)}.source = l.__source"
        f" AND {quoted(each.name)}.row = l.__row AND {quoted(each.name)}.split = l.__split"
        for each in money_fields(object_plan)
    )
    other = elsewhere(tables, plan, object_plan, status, _statuses, "l.__source, l.__row")
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE open_ AS SELECT l.__source AS source, coalesce(l.__rule, '') AS rule,
          l.__state AS state, coalesce(l.__code, '') AS code, l.__said AS said,
          l.__source || ':' || coalesce(l.__key, 'row ' || l.__row) AS record,
          {listing.line("l.__source", "l.__row", "l.__split")} AS line
        FROM {rows} l{told}
        WHERE {is_open(status, "l")} AND NOT {decided(plan, "l.__rule")} AND NOT {_computed(status)} AND (
          (l.__state = 'excluded' AND coalesce(l.__code, '') <> 'not_updated') OR (l.__state = 'absent' AND NOT {other})
          OR (l.__state = 'enrichment' AND l.__code = 'enrichment_unmatched')
          OR (l.__state = 'folded' AND NOT EXISTS (FROM {rows} e WHERE e.__cluster = l.__cluster
              AND e.__state IN ('created', 'updated', 'unchanged', 'merged') AND {is_open(status, "e")})))"""
    )
    place = f"{literal(object_plan.name)}, {literal(CODE)}, source, ''"
    listing.add(tables, f"SELECT {place}, rule, state, record, line FROM open_")
    yield from _groups(tables)


def _statuses(object_plan: ObjectPlan) -> list[FieldPlan]:
    status = status_field(object_plan)
    return [status] if status is not None else []


def _groups(tables: Relations) -> Iterator[Told]:
    rows = tables.rows(
        f"""SELECT source, rule, state, n, record, said, code FROM (
          SELECT *, count(*) OVER g AS n, row_number() OVER (g ORDER BY record, said) AS i FROM open_
          WINDOW g AS (PARTITION BY source, rule, state)) WHERE i <= {EXAMPLES} ORDER BY n DESC, 1, 2, 3, i"""
    )
    groups: dict[tuple[str, str, str, int], list[Example]] = {}
    for source, rule, state, count, record, said, code in rows:
        example = Example(record=record, source=said, message=fate(state, code), personal=False)
        groups.setdefault((source, rule, state, int(count)), []).append(example)
    for (source, rule, state, count), examples in groups.items():
        yield CODE, source, rule, state, count, tuple(examples)


def is_open(status: FieldPlan, row: str) -> str:
    """SQL: a row says that its record is still to be worked on."""
    if status.kind.storage == "boolean":
        return f"coalesce({row}.__said = {literal('true' if status.name == 'is_open' else 'false')}, FALSE)"
    return f"coalesce(NOT {ended(f'{row}.__said')}, FALSE)"


def _computed(status: FieldPlan) -> str:
    """SQL: the mapping computes a status for every row, also for one that does not hold the object at all."""
    sources = [literal(source) for source, cell in status.cells.items() if cell.column is None]
    bare = "(l.__state = 'absent' OR coalesce(l.__code, '') = 'skipped_line')"
    return f"(l.__source IN ({', '.join(sources)}) AND {bare})" if sources else "FALSE"
