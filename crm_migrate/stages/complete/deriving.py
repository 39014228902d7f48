"""The derived fields as SQL, the same for checks of completed records and for figures of every side."""

from decimal import Decimal

import pyarrow as pa

from crm_migrate.crm.types import Storage
from crm_migrate.crm.work import ENDED
from crm_migrate.mapping.deriving import IN_REPORT_CURRENCY, Derived, derived_fields
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import RATE_DIGITS, MoneyPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Query, Sql
from crm_migrate.workspace.relations import Relations


def _letters(text: str) -> str:
    return f"regexp_replace(lower({text}), '[^a-z]', '', 'g')"


def ended(text: str) -> str:
    """SQL: a stage or a status says that something is over; null where it says nothing."""
    return f"{_letters(text)} IN ({', '.join(map(literal, ENDED))})"


_STAGE = _letters("coalesce(q.stage, '')")
_WON, _LOST = "('closedwon', 'won')", "('closedlost', 'lost')"
_FLAGS = {
    ("stage", "is_won"): f"{_STAGE} IN {_WON}",
    ("stage", "is_lost"): f"{_STAGE} IN {_LOST}",
    ("stage", "is_open"): f"NOT ({_STAGE} IN {_WON} OR {_STAGE} IN {_LOST})",
    ("status", "is_open"): f"NOT coalesce({ended('q.status')}, FALSE)",
}
_KEPT = frozenset({"is_open", "is_won", "close_month", IN_REPORT_CURRENCY})  # what later stages read of every record


def derivable(plan: Plan, each: ObjectPlan) -> tuple[Derived, ...]:
    """The derived fields of an object under this plan."""
    return derived_fields(each, converts=plan.money.report_in is not None)


def storages(plan: Plan, each: ObjectPlan) -> dict[str, Storage]:
    """How the text of every derived field is read."""
    return {field.name: field.storage for field in derivable(plan, each)}


def derived(plan: Plan, query: Query, each: ObjectPlan, *, all_of_them: bool = False) -> Query:
    """The derived fields that later stages and the checks of this object read (or all), and `__rate_missing`."""
    wanted = _KEPT | {name.name for c in plan.checks if c.object == each.name for name in parse(c.expression).names()}
    fields = [field for field in derivable(plan, each) if all_of_them or field.name in wanted]
    days = {f.name: _local_day(plan, f.name, each) for f in each.fields}
    cells = {
        field.name: Sql(_sql(field, days.get(field.of, ""), plan.fiscal_year_starts))
        for field in fields
        if field.part != "converted"
    }
    query = query.with_columns(cells) if cells else query
    return _converted(plan, query) if any(field.part == "converted" for field in fields) else query


def _local_day(plan: Plan, name: str, each: ObjectPlan) -> str:
    """The day of a field as ISO text: of a moment the one that it was in the time zone of the project."""
    text = f"q.{quoted(name)}"
    if each.field(name).kind.storage != "instant" or plan.time_zone == "UTC":
        return f"left({text}, 10)"
    there = f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE {literal(plan.time_zone)}"
    moment = f"strftime({there}, '%Y-%m-%d')"
    return f"CASE WHEN length({text}) > 10 THEN coalesce({moment}, left({text}, 10)) ELSE {text} END"


def _sql(field: Derived, day: str, starts: str) -> str:
    if flag := _FLAGS.get((field.of, field.part)):
        return f"CASE WHEN {flag} THEN 'true' ELSE 'false' END"
    if field.part == "day":
        return day
    if field.part == "month":
        return f"left({day}, 7)"
    if field.part == "calendar_year":
        return f"left({day}, 4)"
    date = f"TRY_CAST({day} AS DATE)"
    year = _fiscal_year(date, starts) if starts != "01-01" else f"left({day}, 4)"
    return year if field.part == "year" else f"{year} || '-Q' || {_quarter(date, starts)}"


def _fiscal_year(day: str, starts: str) -> str:
    """`2025/26`: both calendar years, since some name such a year after its first day and some after its last."""
    first = f"(year({day}) - (strftime({day}, '%m-%d') < {literal(starts)})::INTEGER)"
    return f"{first}::VARCHAR || '/' || lpad((({first} + 1) % 100)::VARCHAR, 2, '0')"


def _quarter(day: str, starts: str) -> str:
    month, first = int(starts[:2]), int(starts[3:])
    since = f"(month({day}) + {12 - month} - (day({day}) < {first})::INTEGER) % 12"
    return f"(({since}) // 3 + 1)"


def create_rates(work: Relations, money: MoneyPlan) -> None:
    """Table `rates` (`currency`, `day`, `rate`); the currency of the report is worth one at any time."""
    own = [(money.report_in, "0001-01-01", "1")] if money.report_in else []
    listed = sorted({*own, *money.rates})
    columns = list(zip(*listed, strict=True)) or [(), (), ()]
    arrays = [
        pa.array(columns[0], pa.string()),
        pa.array(columns[1], pa.string()),
        pa.array([Decimal(rate) for rate in columns[2]], pa.decimal128(*RATE_DIGITS)),
    ]
    work.connection.register("rate_lines", pa.table(arrays, names=["currency", "day", "rate"]))
    work.execute(
        "CREATE TABLE rates AS SELECT currency, coalesce(TRY_CAST(day AS DATE), DATE '0001-01-01') AS day,"
        " rate FROM rate_lines"
    )
    work.connection.unregister("rate_lines")


def _converted(plan: Plan, query: Query) -> Query:
    """The amount at the newest rate known on its day, rounded half up to cents; without its day there is no rate."""
    on = plan.money.rate_on if plan.money.rate_on in query.columns else None
    day = f"TRY_CAST(q.{quoted(on)} AS DATE)" if on else f"DATE {literal(plan.as_of or '9999-12-31')}"
    dated = query.with_columns(
        {"__day": Sql(f"CASE WHEN q.currency = ? THEN DATE '9999-12-31' ELSE {day} END", (plan.money.report_in or "",))}
    )
    product = "TRY(TRY_CAST(q.amount AS DECIMAL(26, 6)) * r.rate)"
    cells = {
        IN_REPORT_CURRENCY: Sql(f"CAST(round(CAST({product} AS DECIMAL(38, 10)), 2) AS DECIMAL(38, 2))::VARCHAR"),
        "__rate_missing": Sql("q.amount IS NOT NULL AND r.rate IS NULL"),
    }
    return dated.with_columns(cells, " ASOF LEFT JOIN rates r ON r.currency = q.currency AND r.day <= q.__day")
