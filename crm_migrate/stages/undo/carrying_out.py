"""Carrying an undo out: links between records that go are emptied, then what changed is restored, then records go,
children first. What the target refuses stays, and so does what it refers to."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.objects import Link, links, loaded_fields, target_object
from crm_migrate.stages.load.sending import Kind, Sender, cut, slices
from crm_migrate.stages.load.sending.batches import ACTIONS
from crm_migrate.stages.undo.images import Undoing, before
from crm_migrate.stages.undo.judging import EMPTIED
from crm_migrate.stages.undo.referring import keep_referred
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import NOW


def carry_out(tables: Relations, sender: Sender, undoing: Undoing) -> tuple[int, int]:
    """Send what the verdicts say, and let them say what became of it: how much was done, and how much was refused."""
    plan = undoing.plan
    for object_plan in plan.objects:
        _empty_links(tables, sender, plan, object_plan)
    for object_plan in plan.objects:
        _restore(tables, sender, undoing, object_plan, "update", "restore")
        _restore(tables, sender, undoing, object_plan, "release", "release")
    for object_plan in reversed(plan.objects):
        keep_referred(tables, plan)
        _remove(tables, sender, plan, object_plan)
        _hear(tables, sender, object_plan, "remove")
    for object_plan in plan.objects:
        _link_again(tables, sender, plan, object_plan)
    done = refused = 0
    for object_plan in plan.objects:
        verdict = Names(object_plan.name).verdict
        done += tables.count(f"{verdict} WHERE verdict IN ('remove', 'release', 'restore')")
        refused += tables.count(f"{verdict} WHERE code = 'undo_refused'")
        tables.execute(
            f"UPDATE {verdict} SET verdict = CASE verdict WHEN 'remove' THEN 'removed' "
            "WHEN 'release' THEN 'released' WHEN 'restore' THEN 'restored' ELSE verdict END"
        )
    return done, refused


def _empty_links(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> None:
    """Empty the links of the second pass between records that both go: none of them could go first."""
    later = [link for link in links(plan, object_plan) if link.later]
    cells = [
        f"SELECT __entity, NULL::VARCHAR AS {quoted(x.name)} FROM ({_between(tables, object_plan, x)})" for x in later
    ]
    _send(tables, sender, plan, object_plan, "link", *(f"{each} ORDER BY __entity" for each in cells))
    for link in later:
        emptied = f"[{{'field': {literal(link.name)}, 'parent': x.parent}}]::{EMPTIED}"
        tables.execute(f"""UPDATE {Names(object_plan.name).verdict} v SET emptied = list_concat(v.emptied, {emptied})
        FROM ({_between(tables, object_plan, link)}) x WHERE x.__entity = v.__entity""")
    _hear(tables, sender, object_plan, "link")


def _between(tables: Relations, object_plan: ObjectPlan, link: Link) -> str:
    """Query: `__entity` and `parent` (its id) where both ends of a link go."""
    now = tables.scan(NOW, object_plan.name, also=text_columns(object_plan))
    child, parent = Names(object_plan.name).verdict, Names(link.parent).verdict
    return f"""SELECT v.__entity, p.target_id AS parent FROM {child} v
    JOIN {now} n ON n.target_id = v.target_id JOIN {parent} p ON p.target_id = n.{quoted(link.name)}
    WHERE v.verdict = 'remove' AND p.verdict = 'remove'"""


def _link_again(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> None:
    """Write back the links that were emptied of records that stay after all, where their parents stay too."""
    queries = []
    for link in (link for link in links(plan, object_plan) if link.later):
        child, parent = Names(object_plan.name).verdict, Names(link.parent).verdict
        stays = f"v.verdict = 'kept' AND e.field = {literal(link.name)}"
        queries.append(f"""SELECT v.__entity, e.parent AS {quoted(link.name)} FROM {child} v, unnest(v.emptied) x(e)
        JOIN {parent} p ON p.target_id = e.parent WHERE {stays} AND p.verdict = 'kept' ORDER BY v.__entity""")
        lost = literal(f"; its {link.field.name} was emptied, and that record is gone")
        tables.execute(f"""UPDATE {child} v SET message = coalesce(v.message, '') || {lost} FROM (
          SELECT w.__entity FROM {child} w, unnest(w.emptied) x(e) JOIN {parent} p ON p.target_id = e.parent
          WHERE w.verdict = 'kept' AND e.field = {literal(link.name)} AND p.verdict = 'remove') l
        WHERE l.__entity = v.__entity""")
    _send(tables, sender, plan, object_plan, "relink", *queries)


def _restore(
    tables: Relations, sender: Sender, undoing: Undoing, object_plan: ObjectPlan, kind: Kind, verdict: str
) -> None:
    """Write back what the fields held; records of which the same fields changed go together."""
    name, fields = Names(object_plan.name).verdict, [str(f.target) for f in loaded_fields(object_plan)]
    changes = tables.rows(f"SELECT DISTINCT fields FROM {name} WHERE verdict = {literal(verdict)} ORDER BY 1")
    id = f", v.target_id AS {TARGET_ID}" if kind == "release" else ""
    queries = []
    for (changed,) in changes:
        cells = "".join(f", b.{quoted(n)}" for n in fields if n in changed)
        alike = f"v.fields = [{', '.join(map(literal, changed))}]::VARCHAR[]"
        queries.append(f"""SELECT v.__entity{id}{cells} FROM {name} v
        JOIN {before(undoing, object_plan)} b USING (target_id)
        WHERE v.verdict = {literal(verdict)} AND {alike} ORDER BY v.__entity""")
    _send(tables, sender, undoing.plan, object_plan, kind, *queries)
    _hear(tables, sender, object_plan, kind)


def _remove(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> None:
    name = Names(object_plan.name).verdict
    query = f"SELECT __entity, target_id AS {TARGET_ID} FROM {name} WHERE verdict = 'remove' ORDER BY __entity"
    _send(tables, sender, plan, object_plan, "remove", query)


def _send(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan, kind: Kind, *queries: str) -> None:
    object = target_object(plan, object_plan)
    rows = sender.target.limits(object, ACTIONS[kind]).rows
    sender.send(cut(sender.run, object_plan.name, object, kind, partial(_cut, tables, queries, rows)))


def _cut(tables: Relations, queries: tuple[str, ...], rows: int) -> Iterator[pa.Table]:
    for query in queries:
        yield from slices(iter(stream(tables.connection, query, rows)), rows)


def _hear(tables: Relations, sender: Sender, object_plan: ObjectPlan, kind: Kind) -> None:
    """Whom the target refused stays as it is, in the target's words."""
    lines = sender.ledger.lines(sender.run.id)
    begins = f"{object_plan.name}/{kind}/"
    refused = [each for name, line in lines.items() if name.startswith(begins) for each in line.rejected.items()]
    if refused:
        entities, words = zip(*refused, strict=True)
        told = pa.table({ENTITY: pa.array(entities, pa.string()), "words": pa.array(words, pa.string())})
        tables.connection.register("refused_", told)
        tables.execute(f"""UPDATE {Names(object_plan.name).verdict} v SET verdict = 'kept', code = 'undo_refused',
        message = r.words FROM refused_ r WHERE r.__entity = v.__entity""")
        tables.connection.unregister("refused_")
