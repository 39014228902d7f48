"""What rules take away, found by running the mapping without them over the same rows: nothing is estimated.

The old side is the mapping as it is, the new one is `opened`. What a rule left out is counted as the run counts it;
what would have become of it, whom it is like and what hangs on it, the other run says.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from crm_migrate.crm.money import plain
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.reports.naming import Names
from crm_migrate.stages.complete.deriving import create_rates
from crm_migrate.stages.map.batch import unfiltered
from crm_migrate.stages.reconcile.bridge_lines import EXACT
from crm_migrate.stages.reconcile.exported import currency_field, money_fields, status_field, value_of
from crm_migrate.stages.reconcile.left_open import is_open
from crm_migrate.stages.reconcile.privacy import privacy
from crm_migrate.trying.counting import Hiding
from crm_migrate.trying.diff import READY
from crm_migrate.trying.differing import NEW, OLD, Both, settle, table
from crm_migrate.trying.exclusions import Exclusions, Follows, Money, Taken
from crm_migrate.trying.opened import Rule, rules
from crm_migrate.workspace.tables import CLUSTERS, COMPLETED, EXTRACTED, PAIRS, texts

BATCH = 65_536
EXAMPLES = 5
_YEAR = timedelta(days=365)


def exclusions(both: Both, *, reveal: bool = False) -> Exclusions:
    """Every rule that left something out, the gravest first. Personal values are masked unless `reveal`."""
    plan = both.plan(OLD)
    hiding = Hiding(Names(privacy(plan)), reveal)
    both.connection.execute(_TABLES)
    if plan.money.report_in:
        create_rates(both.tables[OLD], plan.money)
    known = list(rules(plan))
    for each in plan.objects:
        settle(both, each.name)
    for number, rule in enumerate(known):
        both.connection.execute(_left_out(rule, number))
    while sum(_follow(both, child, field) for child in plan.objects for field in _links(child)):
        pass
    for each in plan.objects:
        _values(both, plan, each)
    found = [_taken(both, plan, rule, number, hiding) for number, rule in enumerate(known)]
    rows = sum(both.tables[OLD].count(both.tables[OLD].scan(EXTRACTED, source.name)) for source in plan.sources)
    shown = sorted((each for each in found if each.rows), key=lambda each: each.rank, reverse=True)
    return Exclusions(
        mapping=both.old.name, locale=plan.locale, rows=rows, report_in=plan.money.report_in or "", rules=tuple(shown)
    )


# `away`: rows that a rule left out itself (`own`) or that follow. `taken`: records of the open result that are there
# because of no row that is kept. `cells`: what these rows say.
_TABLES = """
CREATE TEMP TABLE away (rule INTEGER, object VARCHAR, source VARCHAR, row BIGINT, split INTEGER, own BOOLEAN);
CREATE TEMP TABLE taken (rule INTEGER, object VARCHAR, cluster BIGINT);
CREATE TEMP TABLE unlinked (rule INTEGER, object VARCHAR, cluster BIGINT);
CREATE TEMP TABLE said (object VARCHAR, source VARCHAR, row BIGINT, split INTEGER, changed VARCHAR, open BOOLEAN);
CREATE TEMP TABLE amounts (object VARCHAR, source VARCHAR, row BIGINT, split INTEGER, currency VARCHAR, day DATE,
  amount DECIMAL(38, 9));
CREATE TEMP TABLE identities (object VARCHAR, source VARCHAR, row BIGINT, split INTEGER, field VARCHAR, value VARCHAR);
"""


def _links(child: ObjectPlan) -> list[FieldPlan]:
    return [field for field in child.fields if field.ref is not None]


# ---------------------------------------------------------------------------------------------------- which rows


def _left_out(rule: Rule, number: int) -> str:
    """The rows that a rule left out, and the records of the open result that only such rows would make."""
    old, new = table("rows", OLD, rule.object), table("rows", NEW, rule.object)
    name = literal(rule.object)
    return f"""INSERT INTO away SELECT {number}, {name}, source, row, split, TRUE FROM {old}
      WHERE source = {literal(rule.source)} AND state IN ('excluded', 'absent') AND code = {literal(rule.code)}
        AND rule = {literal(rule.rule)};
    INSERT INTO taken SELECT {number}, {name}, cluster FROM {new} n
      JOIN (SELECT * FROM away WHERE rule = {number} AND own) USING (source, row, split)
      WHERE cluster IS NOT NULL AND cluster NOT IN (SELECT cluster FROM taken WHERE object = {name})
        AND cluster NOT IN ({_kept(rule.object)})
      GROUP BY cluster"""


def _kept(name: str) -> str:
    """Query: the records of the open result with a row of a record that is kept."""
    return f"""SELECT n.cluster FROM {table("rows", NEW, name)} n
      JOIN {table("rows", OLD, name)} o USING (source, row, split)
      WHERE o.state = {literal(READY)} AND n.cluster IS NOT NULL"""


def _follow(both: Both, child: ObjectPlan, field: FieldPlan) -> int:
    """Find, of one link, the rows whose parent was taken away and that are no record for it, and the records that stay
    without it; how many are new."""
    assert field.ref is not None
    name, parent = literal(child.name), literal(field.ref.object)
    link = quoted(field.name)
    opened = both.tables[NEW].scan(COMPLETED, child.name, also={field.name: "BIGINT"})
    kept = both.tables[OLD].scan(COMPLETED, child.name, also={field.name: "BIGINT"})
    before = _count(both, "away") + _count(both, "unlinked")
    both.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE orphans AS SELECT min(t.rule) AS rule, n.source, n.row, n.split, n.cluster
        FROM {opened} c JOIN taken t ON t.object = {parent} AND t.cluster = c.{link}
        JOIN {table("rows", NEW, child.name)} n ON n.cluster = c.__cluster
        JOIN {table("rows", OLD, child.name)} o USING (source, row, split)
        WHERE o.state <> {literal(READY)} AND starts_with(o.code, 'parent_')
          AND (n.source, n.row, n.split) NOT IN (SELECT (source, row, split) FROM away WHERE object = {name})
        GROUP BY ALL;
        INSERT INTO away SELECT rule, {name}, source, row, split, FALSE FROM orphans;
        INSERT INTO taken SELECT min(rule), {name}, cluster FROM orphans
        WHERE cluster NOT IN (SELECT cluster FROM taken WHERE object = {name}) AND cluster NOT IN ({_kept(child.name)})
        GROUP BY cluster;
        INSERT INTO unlinked SELECT min(t.rule), {name}, p.a FROM {table("pairs", "", child.name)} p
        JOIN {opened} c ON c.__cluster = p.b JOIN taken t ON t.object = {parent} AND t.cluster = c.{link}
        JOIN {kept} k ON k.__cluster = p.a
        WHERE k.{link} IS NULL AND p.a NOT IN (SELECT cluster FROM unlinked WHERE object = {name}) GROUP BY p.a"""
    )
    return _count(both, "away") + _count(both, "unlinked") - before


def _count(both: Both, name: str) -> int:
    return int(both.connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])


# ---------------------------------------------------------------------------------------------- what these rows say


def _values(both: Both, plan: Plan, each: ObjectPlan) -> None:
    """What the rows of an object say that are away, by the same functions as the accounting: as if no rule were."""
    money, currency, status = money_fields(each), currency_field(each), status_field(each)
    dated = next((f for f in each.fields if f.name == plan.money.rate_on), None)
    identities = _identities(each)
    wanted = {f.name for f in (*money, *identities, currency, status, dated) if f is not None}
    fields = [f for f in each.fields if f.name in wanted and f.ref is None]
    for source in each.sources:
        bare = each.model_copy(update={"fields": tuple(f for f in fields if source in f.cells)})
        cells = {f.name: value_of(f, source) for f in fields}
        unit = f"coalesce({cells[currency.name]}, '')" if currency is not None else "''"
        day = f"TRY_CAST({cells[dated.name]} AS DATE)" if dated else f"DATE {literal(plan.as_of or '9999-12-31')}"
        said = f"nullif({quoted(status.name)}, '')" if status and source in status.cells else "NULL::VARCHAR"
        open_ = is_open(status, "a") if status is not None else "FALSE"
        place = f"{literal(each.name)}, {literal(source)}, a.__row, a.__split"
        for batch in _raw(both, each.name, source):
            with _read(both, unfiltered(plan, bare, plan.source(source), batch), each.name, source, said) as rows:
                both.connection.execute(f"INSERT INTO said SELECT {place}, a.__changed, {open_} FROM {rows} a")
                for cell in (cells[f.name] for f in money):
                    amount = f"CASE WHEN regexp_matches({cell}, {EXACT}) THEN {cell}::DECIMAL(38, 9) END"
                    query = f"SELECT {place}, {unit}, {day}, {amount} AS amount FROM {rows} a"
                    both.connection.execute(f"INSERT INTO amounts SELECT * FROM ({query}) WHERE amount <> 0")
                for name in (f.name for f in identities):
                    query = f"SELECT {place}, {literal(name)}, lower({cells[name]}) AS value FROM {rows} a"
                    both.connection.execute(f"INSERT INTO identities SELECT * FROM ({query}) WHERE value IS NOT NULL")


@contextmanager
def _read(both: Both, frame: pl.DataFrame, name: str, source: str, said: str) -> Iterator[str]:
    """A relation of what rows say, of those that are away, with `__said` of their status."""
    both.connection.register("frame_", frame.to_arrow())
    mine = f"object = {literal(name)} AND source = {literal(source)}"
    away = f"SELECT row AS __row, split AS __split FROM away WHERE {mine}"
    yield f"(SELECT *, {said} AS __said FROM frame_ SEMI JOIN ({away}) USING (__row, __split))"
    both.connection.unregister("frame_")


def _identities(each: ObjectPlan) -> list[FieldPlan]:
    """The fields that say who somebody is by themselves: mailboxes, and what a rule of the mapping goes by alone."""
    alone = {rule.same[0].field for rule in each.match if len(rule.same) == 1 and rule.same[0].similarity is None}
    return [f for f in each.fields if f.ref is None and (f.kind.role == "mailbox" or f.name in alone)]


def _raw(both: Both, name: str, source: str) -> Iterator[pl.DataFrame]:
    """The rows of a source that are away, as they were read, in batches."""
    raw = both.tables[OLD].whole(EXTRACTED, source)
    rows = f"SELECT DISTINCT row FROM away WHERE object = {literal(name)} AND source = {literal(source)}"
    wanted = sorted(row for (row,) in both.connection.execute(rows).fetchall())
    for start in range(0, len(wanted), BATCH):
        listed = ", ".join(map(str, wanted[start : start + BATCH]))
        query = f"SELECT * FROM {raw} WHERE __row IN ({listed}) ORDER BY __row"
        yield pl.DataFrame(both.connection.sql(query).to_arrow_table().combine_chunks())


# ------------------------------------------------------------------------------------------------------ one rule


def _taken(both: Both, plan: Plan, rule: Rule, number: int, hiding: Hiding) -> Taken:
    own = f"(SELECT * FROM away WHERE rule = {number} AND own)"
    rows, arriving, alike, perhaps = _likeness(both, plan.object(rule.object), own)
    today = date.fromisoformat(plan.as_of) if plan.as_of else None
    opened, recent, last = _activity(both, number, today)
    return Taken(
        kind=rule.kind, source=rule.source, object=rule.object, rule=rule.rule, condition=rule.condition,
        rows=rows, arriving=arriving, alike=alike, perhaps=perhaps, alone=arriving - alike - perhaps,
        records=_records(both, rule, number),
        follows=tuple(_follows(both, plan, number)),
        money=_money(both, f"rule = {number} AND own"), following_money=_money(both, f"rule = {number} AND NOT own"),
        in_report=_in_report(both, plan, number), open=opened, recent=recent, last=last,
        examples=_examples(both, rule, number, hiding),
    )  # fmt: skip


def _records(both: Both, rule: Rule, number: int) -> int:
    """Records that would arrive and are there because of no row that is kept."""
    ready = f"SELECT DISTINCT cluster FROM {table('rows', NEW, rule.object)} WHERE state = {literal(READY)}"
    mine = f"rule = {number} AND object = {literal(rule.object)}"
    return both.counts(f"SELECT count(*) FROM taken JOIN ({ready}) USING (cluster) WHERE {mine}")[0]


def _likeness(both: Both, each: ObjectPlan, own: str) -> tuple[int, int, int, int]:
    """Rows; of these, that would be records; that would be one with a kept record; that may be."""
    kept, tables = _kept(each.name), both.tables[NEW]
    asked = f"""SELECT x.__cluster AS cluster FROM {tables.scan(PAIRS, each.name)} p
      JOIN (SELECT * FROM {tables.scan(CLUSTERS, each.name)}) x ON x.__node IN (p.a, p.b)
      JOIN (SELECT * FROM {tables.scan(CLUSTERS, each.name)}) y ON y.__node IN (p.a, p.b) AND y.__node <> x.__node
      WHERE p.outcome = 'review' AND y.__cluster IN ({kept})"""
    theirs = both.tables[OLD].scan(COMPLETED, each.name, also=texts(*(f.name for f in _identities(each))))
    shared = [
        f"""SELECT i.source, i.row, i.split FROM identities i JOIN {theirs} k ON lower(k.{quoted(f.name)}) = i.value
        WHERE i.object = {literal(each.name)} AND i.field = {literal(f.name)} AND k.__state = {literal(READY)}"""
        for f in _identities(each)
    ]
    nobody = "SELECT NULL::VARCHAR AS source, NULL::BIGINT AS row, NULL::INTEGER AS split WHERE FALSE"
    ready = f"state = {literal(READY)}"
    rows, arriving, alike, perhaps = both.counts(
        f"""SELECT count(*), count(*) FILTER ({ready}), count(*) FILTER ({ready} AND alike),
          count(*) FILTER ({ready} AND NOT alike AND perhaps)
        FROM (SELECT n.state, coalesce(n.cluster IN ({kept}), FALSE) AS alike, coalesce(n.cluster IN ({asked}), FALSE)
            OR (source, row, split) IN ({" UNION ALL ".join([nobody, *shared])}) AS perhaps
          FROM {own} a LEFT JOIN {table("rows", NEW, each.name)} n USING (source, row, split))"""
    )
    return rows, arriving, alike, perhaps


def _activity(both: Both, number: int, today: date | None) -> tuple[int, int, str]:
    """Rows that are still worked on, those that changed in the last year, and the last change; with all that follow."""
    since = (today - _YEAR).isoformat() if today else "9999"
    (row,) = both.connection.execute(
        f"""SELECT count(*) FILTER (open), count(*) FILTER (left(changed, 10) >= {literal(since)}),
          max(left(changed, 10))
        FROM said JOIN away USING (object, source, row, split) WHERE rule = {number}"""
    ).fetchall()
    return int(row[0]), int(row[1]), str(row[2] or "")


def _follows(both: Both, plan: Plan, number: int) -> Iterator[Follows]:
    for each in plan.objects:
        name = literal(each.name)
        (rows,) = both.counts(f"SELECT count(*) FROM away WHERE rule = {number} AND NOT own AND object = {name}")
        (unlinked,) = both.counts(f"SELECT count(*) FROM unlinked WHERE rule = {number} AND object = {name}")
        if rows or unlinked:
            yield Follows(object=each.name, rows=rows, unlinked=unlinked)


def _money(both: Both, which: str) -> tuple[Money, ...]:
    """Currency by currency, as the accounting adds up."""
    rows = both.connection.execute(
        f"""SELECT currency, sum(amount), count(DISTINCT (object, source, row, split)) FROM amounts
        JOIN away USING (object, source, row, split) WHERE {which} GROUP BY currency ORDER BY currency"""
    ).fetchall()
    return tuple(
        Money(currency=currency, amount=plain(amount, currency), rows=int(count)) for currency, amount, count in rows
    )


def _in_report(both: Both, plan: Plan, number: int) -> str:
    """All amounts without their signs in the report's currency, each at the rate of its day; nothing without rates."""
    unit = plan.money.report_in
    if not unit:
        return ""
    (row,) = both.connection.execute(
        f"""SELECT sum(round(abs(a.amount) * r.rate, 2)) FROM (
          SELECT amount, currency, CASE WHEN currency = {literal(unit)} THEN DATE '9999-12-31' ELSE day END AS day
          FROM amounts JOIN away USING (object, source, row, split) WHERE rule = {number}) a
        ASOF JOIN rates r ON r.currency = a.currency AND r.day <= a.day"""
    ).fetchall()
    return plain(Decimal(str(row[0] or 0)), unit)


def _examples(both: Both, rule: Rule, number: int, hiding: Hiding) -> tuple[str, ...]:
    """Some of the rows that the rule left out: those with most money, then the latest."""
    rows: Sequence[tuple[str]] = both.connection.execute(
        f"""SELECT o.source || ':' || o.key FROM {table("rows", OLD, rule.object)} o
        JOIN (SELECT * FROM away WHERE rule = {number} AND own) USING (source, row, split)
        LEFT JOIN (SELECT source, row, split, max(abs(amount)) AS most FROM amounts
          WHERE object = {literal(rule.object)} GROUP BY ALL) USING (source, row, split)
        LEFT JOIN (SELECT source, row, split, max(changed) AS changed FROM said
          WHERE object = {literal(rule.object)} GROUP BY ALL) USING (source, row, split)
        ORDER BY most DESC NULLS LAST, changed DESC NULLS LAST, o.row, o.split LIMIT {EXAMPLES}"""
    ).fetchall()
    return tuple(hiding.record(label) for (label,) in rows)
