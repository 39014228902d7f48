"""Fields that the canonical model derives for figures, defined once for every side: open, month, report currency."""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.reconciling.database import Tables, literal, quote

DERIVED = {"is_open": "boolean", "close_month": "text", "amount_in_report_currency": "decimal"}
_AMOUNT = r"^[+-]?[0-9]{1,22}(\.[0-9]+)?$"


def with_derived(tables: Tables, plan: Plan, object_plan: ObjectPlan, relation: str) -> str:
    """A sub-query over a relation with canonical field names, and the derived fields that it can have.

    `is_open`: the stage is neither won nor lost. `close_month`: year and month of the close date.
    `amount_in_report_currency`: amount times the last rate on or before `rate_on`, rounded half up to two decimals;
    null where a rate is missing.
    """
    there = set(tables.columns(relation))
    taken = {field.name for field in object_plan.fields} & set(DERIVED)
    derived = {
        "is_open": _is_open(there),
        "close_month": "left(close_date::VARCHAR, 7)" if "close_date" in there else None,
        "amount_in_report_currency": _reported(tables, plan, there),
    }
    drop = [name for name in DERIVED if name in there and name not in taken]
    cells = [f"{sql} AS {quote(name)}" for name, sql in derived.items() if sql is not None and name not in taken]
    star = f"* EXCLUDE ({', '.join(quote(name) for name in drop)})" if drop else "*"
    return f"(SELECT {', '.join([star, *cells])} FROM {relation} r)"


def _is_open(there: set[str]) -> str | None:
    if "stage" not in there:
        return None
    closed = r"regexp_matches(lower(coalesce(stage::VARCHAR, '')), '^(closed.*|won|lost)$')"
    return f"CASE WHEN {closed} THEN 'false' ELSE 'true' END"


def _reported(tables: Tables, plan: Plan, there: set[str]) -> str | None:
    """SQL of the amount in the report currency; exact decimals, never float."""
    money = plan.money
    if money.report_in is None or not {"amount", "currency"} <= there:
        return None
    if not tables.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rates'"):
        _create_rates(tables, plan)
    day = f"{quote(money.rate_on)}::VARCHAR" if money.rate_on in there else "NULL"
    day = f"coalesce(nullif({day}, ''), {literal(plan.as_of or '9999-12-31')})"
    rate = f"(SELECT arg_max(x.rate, x.day) FROM rates x WHERE x.currency = r.currency AND x.day <= left({day}, 10))"
    amount = f"CASE WHEN regexp_matches(amount, '{_AMOUNT}') THEN amount::DECIMAL(26, 4) END"
    converted = f"CASE WHEN r.currency = {literal(money.report_in)} THEN {amount} ELSE {amount} * {rate} END"
    return f"round({converted}, 2)::DECIMAL(38, 2)::VARCHAR"


def _create_rates(tables: Tables, plan: Plan) -> None:
    tables.execute("CREATE TEMP TABLE rates (currency VARCHAR, day VARCHAR, rate DECIMAL(12, 8))")
    if plan.money.rates:
        tables.connection.executemany("INSERT INTO rates VALUES (?, ?, ?)", [list(line) for line in plan.money.rates])
