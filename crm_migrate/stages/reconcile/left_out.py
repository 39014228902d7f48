"""Money that does not arrive although nobody decided so: rows with an amount that a rule leaves out, folds or wastes.

That a line holds no such record, or that a rule excludes it, is the mapping's opinion; that an amount stays behind is
a fact. It is an exception, and a gate, unless a decision (`because: D-004`) says that the rule may do it. A line that
is skipped as no record is taken for a total where it has no currency of its own or is the sum of the others. A line
that holds no such record and another one of that column is that one's. A record that is in the target and that a mode
does not change stays there with its amount.

Told beside it: amounts that arrive and have no rate on their day, so that no sum in the report's currency has them.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from crm_migrate.crm.money import plain
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.bridge_lines import ARRIVED
from crm_migrate.stages.reconcile.bridge_tables import amounts_of, expected_of, left_of
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.exported import money_fields
from crm_migrate.workspace.figures import Example
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import DISPOSITIONS


def create_left_out(tables: Relations, plan: Plan, object_plan: ObjectPlan, measure: FieldPlan) -> str:
    """Create the table of lines of an amount that do not arrive: `source`, `row`, `split`. Its name."""
    table = left_of(object_plan, measure)
    lines, expected = amounts_of(object_plan, measure), expected_of(object_plan, measure)
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH totals AS (SELECT source, unit, sum(amount) AS amount FROM {lines} WHERE code <> 'skipped_line'
                        GROUP BY ALL)
        SELECT l.source, l.row, l.split FROM {lines} l
        LEFT JOIN totals t ON t.source = l.source AND t.unit = l.unit
        WHERE l.amount <> 0 AND NOT {decided(plan, "l.rule")} AND (
          (l.state = 'absent' AND NOT {elsewhere(tables, plan, object_plan, measure, money_fields, "l.source, l.row")})
          OR (l.state = 'excluded' AND l.code NOT IN ('skipped_line', 'not_updated', 'erased'))
          OR (l.code = 'skipped_line' AND l.unit <> '' AND l.amount IS DISTINCT FROM t.amount)
          OR (l.state = 'enrichment' AND l.code = 'enrichment_unmatched')
          OR (l.state = 'folded' AND NOT EXISTS (FROM {expected} e WHERE e.cluster = l.cluster
              AND e.unit = l.unit AND e.amount = l.amount)))"""
    )
    return table


def elsewhere(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, field: FieldPlan,
    alike: Callable[[ObjectPlan], Iterable[FieldPlan]], place: str,
) -> str:  # fmt: skip
    """SQL: the row at this place (source, row) holds another object, whose field of that kind has the same column: what
    becomes of the cell is told there. One sheet may hold chances and orders, each line one of them; a line that is
    none of them is told once, of the first."""
    order = [each.name for each in plan.objects]
    earlier = order[: order.index(object_plan.name)]
    parts = [
        f"SELECT __source, __row FROM {tables.scan(DISPOSITIONS, other.name)}"
        f" WHERE __source = {literal(source)} AND (state <> 'absent' OR {other.name in earlier})"
        for source, cell in field.cells.items()
        for other in plan.objects
        if other.name != object_plan.name
        and cell.column is not None
        and any(each.cells[source].column == cell.column for each in alike(other) if source in each.cells)
    ]
    return f"(({place}) IN ({' UNION ALL '.join(parts)}))" if parts else "FALSE"


def decided(plan: Plan, rule: str) -> str:
    """SQL: a decision says that the rule in this column may leave rows out."""
    return f"coalesce({rule}, '') IN ({', '.join(map(literal, plan.decisions))})" if plan.decisions else "FALSE"


def left_sum(tables: Relations, left: str, lines: str) -> dict[str, Decimal]:
    """Currency -> the sum of the amounts that do not arrive, each without its sign."""
    rows = tables.rows(
        f"SELECT unit, sum(abs(amount)) FROM {lines} SEMI JOIN {left} USING (source, row, split) GROUP BY unit"
    )
    return {str(unit): Decimal(amount) for unit, amount in rows if amount is not None}


Told = tuple[str, str, str, str, int, tuple[Example, ...]]  # code, source, rule, state, count, examples


def left_out_lines(tables: Relations, object_name: str, left: str, lines: str) -> Iterator[Told]:
    """The lines that do not arrive, by source, rule and state; the largest amounts first."""
    chosen = f"{lines} SEMI JOIN {left} USING (source, row, split)"
    return _lines(tables, object_name, "left_out_amount", chosen, lambda value, _, *why: (value, fate(*why)))


def unrated_lines(tables: Relations, object_name: str, rated: str, lines: str) -> Iterator[Told]:
    """The lines that arrive and have no rate, with their day; `rated` has them in the report's currency."""
    chosen = f"{lines} SEMI JOIN (FROM {rated} WHERE unrated AND {ARRIVED}) USING (source, row, split)"
    return _lines(tables, object_name, "missing_rate", chosen, lambda value, day, *_: (f"{value} {day}".strip(), ""))


def _lines(
    tables: Relations, object_name: str, code: str, chosen: str, shown: Callable[[str, str, str, str], tuple[str, str]]
) -> Iterator[Told]:
    """The chosen lines with what is `shown` of amount, day, state and code of each: a value, and words."""
    place = f"{literal(object_name)}, {literal(code)}, source, '', coalesce(rule, ''), state"
    record = "source || ':' || coalesce(key, 'row ' || row)"
    line = listing.line("source", "row", "split")
    listing.add(tables, f"SELECT {place}, {record}, {line} FROM {chosen}")
    rows = tables.rows(
        f"""SELECT source, coalesce(rule, ''), state, record, amount, unit, coalesce(day::VARCHAR, ''), code, n FROM (
          SELECT *, {record} AS record, count(*) OVER g AS n,
            row_number() OVER (g ORDER BY abs(amount) DESC, row, split) AS i
          FROM {chosen}
          WINDOW g AS (PARTITION BY source, coalesce(rule, ''), state)) WHERE i <= {EXAMPLES}
        ORDER BY n DESC, 1, 2, 3, i"""
    )
    groups: dict[tuple[str, str, str, int], list[Example]] = {}
    for source, rule, state, record, amount, unit, day, why, count in rows:
        value, words = shown(f"{plain(amount, unit)} {unit}".strip(), day, state, why)
        example = Example(record=record, source=value, message=words, personal=False)
        groups.setdefault((source, rule, state, int(count)), []).append(example)
    for (source, rule, state, count), examples in groups.items():
        yield code, source, rule, state, count, tuple(examples)


def fate(state: str, code: str) -> str:
    """What became of a row that does not arrive, in words."""
    return f"does not arrive: {state}{f' ({code})' if code else ''}"


def doubtful_totals(tables: Relations, lines: str) -> Iterator[Told]:
    """Lines that are skipped as totals and are none that can be checked: over several currencies, or another sum."""
    rows = tables.rows(
        f"""WITH sums AS (SELECT source, unit, sum(amount) AS amount FROM {lines}
          WHERE code <> 'skipped_line' AND amount IS NOT NULL GROUP BY ALL),
        whole AS (SELECT source, count(*) AS n, string_agg(unit, ', ' ORDER BY unit) AS units, sum(amount) AS amount
                  FROM sums GROUP BY source)
        SELECT l.source, l.rule, l.source || ':' || coalesce(l.key, 'row ' || l.row), l.amount, w.n, w.units, w.amount
        FROM {lines} l JOIN whole w USING (source)
        WHERE l.code = 'skipped_line' AND l.unit = '' AND l.amount <> 0 AND (w.n > 1 OR l.amount <> w.amount)
        ORDER BY l.source, l.row LIMIT {EXAMPLES}"""
    )
    for source, rule, record, amount, currencies, units, sum_ in rows:
        if currencies > 1:
            code, words = "total_mixes_currencies", f"{plain(amount)} stands for amounts in {units} at once"
        else:
            code, words = "total_differs", f"{plain(amount)} is written, the lines add up to {plain(sum_)} {units}"
        example = Example(record=record, source=plain(amount), message=words.strip(), personal=False)
        yield code, source, rule or "", "excluded", 1, (example,)
