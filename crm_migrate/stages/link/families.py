"""Children that ended before they became records, for families that are loaded as a whole (`together: all`).

Whose child it is stands in the row; what `map` set aside is read once more by the functions that `map` uses.
"""

import polars as pl
import pyarrow as pa

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.link.records import references, table
from crm_migrate.stages.link.resolving import create_links, understand
from crm_migrate.stages.map.batch import unfiltered
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import BROKEN, EXTRACTED, SET_ASIDE

_WAITING = "('held', 'rejected')"
_ROWS = 65_536


def families(each: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The references of an object whose families are loaded as a whole."""
    return tuple(field for field in references(each) if field.ref is not None and field.ref.together == "all")


def publish_broken(work: Relations, plan: Plan, each: ObjectPlan) -> None:
    """Write `link/<object>/broken`: the parents of children that are held or rejected and no records.

    `rows/`, `aside/`, `links/` and `gone/` of all objects are there.
    """
    fields = families(each)
    if not fields:
        return
    apart, links = table("apart", each.name), table("apart_links", each.name)
    columns = "".join(f", {quoted(field.name)} VARCHAR" for field in fields)
    work.execute(
        f"CREATE TABLE {apart} (node BIGINT, __source VARCHAR, __row BIGINT, __split INTEGER, __key VARCHAR,"
        f" state VARCHAR, code VARCHAR{columns})"
    )
    for source in (feed.source for feed in each.feeds):
        _read_again(work, plan, each, fields, source)
    create_links(work, links)
    understand(work, plan, each, fields, apart, links)
    named = ", ".join(literal(field.name) for field in fields)
    record = "coalesce(nullif({0}.__key, ''), concat('row ', {0}.__row))"
    work.publish(
        f"SELECT a.__source, {record.format('a')} AS __key, l.field, l.target AS __parent, a.state, a.code"
        f" FROM {links} l JOIN {apart} a USING (node) WHERE l.target IS NOT NULL"
        f" UNION ALL SELECT r.__source, {record.format('r')}, l.field, l.target, g.state, g.code"
        f" FROM {table('gone', each.name)} g JOIN {table('links', each.name)} l ON l.node = g.node"
        f" JOIN {table('rows', each.name)} r ON r.__node = g.node AND NOT r.folded"
        f" WHERE g.state IN {_WAITING} AND l.field IN ({named}) AND l.target IS NOT NULL ORDER BY ALL",
        BROKEN,
        each.name,
    )


def _read_again(work: Relations, plan: Plan, each: ObjectPlan, fields: tuple[FieldPlan, ...], source: str) -> None:
    """Add the rows of a source to `apart/` that were set aside, with what they say of their parents."""
    spoken = tuple(field for field in fields if source in field.cells)
    narrow = each.model_copy(update={"fields": spoken})
    listed = "__row, __split, __key, state, code"
    waiting = (
        f"(SELECT {listed} FROM {work.scan(SET_ASIDE, each.name, source)} WHERE state IN {_WAITING} UNION ALL"
        f" SELECT {listed} FROM {table('aside', each.name)} WHERE __source = {literal(source)}"
        f" AND state IN {_WAITING})"
    )
    raw = f"SELECT r.* FROM {work.whole(EXTRACTED, source)} r SEMI JOIN {waiting} w USING (__row) ORDER BY r.__row"
    if not work.count(waiting):
        return
    for batch in stream(work.connection.cursor(), raw, _ROWS):
        rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([batch])))
        read = unfiltered(plan, narrow, plan.source(source), rows)
        work.connection.register("read_again", read.to_arrow())
        cells = "".join(f", {f'r.{quoted(field.name)}' if field in spoken else 'NULL::VARCHAR'}" for field in fields)
        work.execute(
            f"INSERT INTO {table('apart', each.name)} SELECT (SELECT count(*) FROM {table('apart', each.name)})"
            f" + row_number() OVER (), {literal(source)}, w.__row, w.__split, w.__key, w.state, w.code{cells}"
            f" FROM {waiting} w JOIN read_again r ON r.__row = w.__row AND r.__split = w.__split"
        )
        work.connection.unregister("read_again")
