"""Rows become records: rows of one key are folded, references are resolved, enrichment finds its people.

Every record of `map` ends in exactly one of `link/<object>/rows` and `link/<object>/set_aside`.
"""

import pyarrow as pa

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.link.cascades import settle
from crm_migrate.stages.link.cycles import in_cycles
from crm_migrate.stages.link.enrichment import enriching_fields, reach, suppress
from crm_migrate.stages.link.families import publish_broken
from crm_migrate.stages.link.folding import fold
from crm_migrate.stages.link.records import create_aside, create_records, references, table, values
from crm_migrate.stages.link.resolving import resolve
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import ENRICHMENT, LINK_NOTES, LINK_SET_ASIDE, NODES, ROWS


def link(plan: Plan, run: Run) -> None:
    """Read `map/...` of all objects and leave `link/<object>/{nodes,rows,set_aside,notes,enrichment}`."""
    with relations(run, "link") as work:
        for each in plan.objects:
            create_records(work, each)
            create_aside(work, each, plan)
            fold(work, each)
        for each in plan.objects:
            resolve(work, plan, each)
        settle(work, plan)
        for each in plan.objects:
            publish_broken(work, plan, each)
        for each in plan.objects:
            _clear_cycles(work, each)
            reach(work, each)
        if any(each.name == SUPPRESSIONS for each in plan.objects):
            suppress(work, plan)
        for each in plan.objects:
            _publish(work, each)


def _clear_cycles(work: Relations, plan: ObjectPlan) -> None:
    for field in references(plan):
        if field.ref is not None and field.ref.object == plan.name:
            _clear_cycles_of(work, plan, field)


def _clear_cycles_of(work: Relations, plan: ObjectPlan, field: FieldPlan) -> None:
    links, name = table("links", plan.name), literal(field.name)
    edges = work.connection.execute(
        f"SELECT node, target FROM {links} WHERE field = {name} AND target IS NOT NULL"
    ).fetchnumpy()
    circle = in_cycles(edges["node"], edges["target"])
    work.connection.register("circle", pa.table({"node": circle}))
    mine = f"FROM {links} l WHERE l.field = {name} AND l.node IN (SELECT node FROM circle)"
    work.execute(
        f"INSERT INTO {table('notes', plan.name)} SELECT l.node, l.field,"
        " CASE WHEN l.node = l.target THEN 'self_parent_cleared' ELSE 'cycle_cleared' END,"
        " CASE WHEN l.node = l.target THEN concat(l.field, ' names the record itself. The link was cleared.')"
        f" ELSE concat(l.field, ' names ', l.spoken, ' and so leads in a circle. The link was cleared.') END {mine}"
    )
    work.execute(f"DELETE {mine}")
    work.connection.unregister("circle")


def _publish(work: Relations, plan: ObjectPlan) -> None:
    name, gone = plan.name, table("gone", plan.name)
    work.publish(_nodes(plan), NODES, name)
    work.publish(
        f"SELECT __source, __row, __split, __node, folded FROM {table('rows', name)}"
        f" WHERE __node NOT IN (SELECT node FROM {gone}) ORDER BY __source, __row, __split",
        ROWS,
        name,
    )
    work.publish(
        f"SELECT * FROM {table('aside', name)} UNION ALL"
        " SELECT r.__source, r.__row, r.__split, r.__key, g.state, g.code, coalesce(g.decision, g.field), g.field,"
        " g.message"
        f" FROM {gone} g JOIN {table('rows', name)} r ON r.__node = g.node ORDER BY __source, __row, __split",
        LINK_SET_ASIDE,
        name,
    )
    work.publish(
        f"SELECT __node, field, code, message FROM {table('notes', name)}"
        f" WHERE __node NOT IN (SELECT node FROM {gone}) ORDER BY ALL",
        LINK_NOTES,
        name,
    )
    said = "".join(f", {quoted(field)}" for field in enriching_fields(plan))
    work.publish(
        f'SELECT __source, __row, __key, __by AS "by", __node, __split, __changed, __ev{said} FROM'
        f" {table('enrichment', name)}"
        " ORDER BY __source, __row, __split, __node",
        ENRICHMENT,
        name,
    )


def _nodes(plan: ObjectPlan) -> str:
    """One line per record that still stands; references hold the node of their parent."""
    linked = references(plan)
    joins = "".join(
        f" LEFT JOIN {table('links', plan.name)} l{number} ON l{number}.node = k.__node"
        f" AND l{number}.field = {literal(field.name)} AND l{number}.target IS NOT NULL"
        for number, field in enumerate(linked)
    )
    cells = {field.name: f"r.{quoted(field.name)}" for field in values(plan)}
    cells |= {field.name: f"l{number}.target" for number, field in enumerate(linked)}
    fields = "".join(f", {cells[field.name]} AS {quoted(field.name)}" for field in plan.fields)
    return (
        f"SELECT k.__node, k.__source, k.__key, k.__row, k.__split, r.__trust, r.__changed, r.__ev{fields}"
        f" FROM {table('rows', plan.name)} k JOIN {table('records', plan.name)} r"
        f" ON r.__source = k.__source AND r.__row = k.__row AND r.__split = k.__split{joins}"
        f" WHERE NOT k.folded AND k.__node NOT IN (SELECT node FROM {table('gone', plan.name)}) ORDER BY k.__node"
    )
