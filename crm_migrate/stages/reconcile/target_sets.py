"""The sets of target ids before and after: after = before + created + unexpected - removed - vanished, lists of ids.

*Before* is what the target held when the run began, and what we had ever loaded into it: a record of ours that somebody
deleted since the last run has vanished too. Only where no row of the sources feeds it any more is it no loss: then
both sides agree that it is gone, and it is told among what is left behind. *Removed* are those that this load took
away because others have taken them in: they are expected to be gone, and listed all the same.
"""

from crm_migrate.quoting import quoted
from crm_migrate.workspace.figures import TargetSet
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import AFTER, BEFORE, KNOWN, OUTCOMES, PLANNED, REMOVALS, VANISHED

IDS_SHOWN = 1000
VANISHED_ID = "NOT after AND NOT (before AND taken)"  # of a line of `ids/<object>`


def target_set(tables: Relations, object_name: str) -> TargetSet:
    """Compare the two separately read sets of ids with what the load says it created.

    A created record is known by the id that the target gave; where an answer had none, by our key in the first record
    that carries it. At most 1,000 ids are listed; the counts are of all. `ids/<object>` has all with what they are.
    """
    ids = quoted(f"ids/{object_name}")
    created = _created(tables, object_name)
    sides = (
        ("b", _ids(tables, object_name, "before")),
        ("l", _ever_loaded(tables, object_name)),
        ("a", _ids(tables, object_name, "after")),
        ("c", created),
        ("r", _removed(tables, object_name)),
    )
    union = " UNION ALL ".join(f"SELECT target_id, '{side}' AS side FROM {view}" for side, view in sides)
    tables.execute(
        f"""CREATE TEMP TABLE {ids} AS SELECT target_id, bool_or(side IN ('b', 'l')) AS before,
        bool_or(side = 'b') AS began, bool_or(side = 'a') AS after, bool_or(side = 'c') AS created,
        bool_or(side = 'r') AS taken, after AND NOT before AND NOT created AS unexpected
        FROM ({union}) GROUP BY target_id"""
    )
    removed, vanished = "NOT after AND before AND taken", VANISHED_ID
    counts = tables.one(
        f"""SELECT count(*) FILTER (before), count(*) FILTER (after), count(*) FILTER (created AND NOT before),
        count(*) FILTER (unexpected), count(*) FILTER ({vanished}),
        count(*) FILTER ({vanished} AND before AND NOT began),
        count(*) FILTER ({removed}) FROM {ids}"""
    )
    actions: dict[str, int] = dict(
        tables.rows(f"SELECT action, count(*) FROM {_loaded(tables, object_name)} GROUP BY action")
    )
    return TargetSet(
        object=object_name,
        before=counts[0],
        after=counts[1],
        created=counts[2],
        updated=int(actions.get("update", 0)),
        unchanged=int(actions.get("unchanged", 0)),
        unexpected=counts[3],
        vanished=counts[4],
        gone_before=counts[5],
        removed=counts[6],
        unexpected_ids=_list(tables, ids, "unexpected"),
        vanished_ids=_list(tables, ids, vanished),
        removed_ids=_list(tables, ids, removed),
    )


def _ids(tables: Relations, object_name: str, when: str) -> str:
    return tables.scan({"before": BEFORE, "after": AFTER}[when], object_name)


def _ever_loaded(tables: Relations, object_name: str) -> str:
    """Target ids that earlier runs loaded and that a row of the sources still feeds."""
    known = tables.scan(KNOWN, object_name)
    fed_by_nobody = tables.scan(VANISHED, object_name)
    return f"(SELECT k.target_id FROM {known} k ANTI JOIN {fed_by_nobody} v USING (__entity) WHERE target_id <> '')"


def _removed(tables: Relations, object_name: str) -> str:
    """Target ids of records that this load has removed because others have taken them in."""
    there = tables.finished(REMOVALS, object_name)
    removals = tables.scan(REMOVALS, object_name) if there else "(SELECT '' AS target_id, '' AS outcome)"
    return f"(SELECT target_id FROM {removals} WHERE outcome = 'removed')"


def _loaded(tables: Relations, object_name: str) -> str:
    """Entities that the load says it wrote or found as they should be, with the action."""
    load = tables.scan(PLANNED, object_name)
    outcomes = tables.scan(OUTCOMES, object_name)
    return f"""(SELECT __entity, __action AS action FROM {load}
    WHERE __action = 'unchanged' OR (__action IN ('create', 'update')
      AND __entity IN (SELECT __entity FROM {outcomes} WHERE outcome = 'loaded')))"""


def _created(tables: Relations, object_name: str) -> str:
    """Create the table of target ids that we created."""
    table = quoted(f"created/{object_name}")
    outcomes = tables.scan(OUTCOMES, object_name)
    after = _ids(tables, object_name, "after")
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH o AS (SELECT __entity, min(target_id) AS target_id FROM {outcomes} WHERE outcome = 'loaded'
                   GROUP BY __entity),
        a AS (SELECT __entity, min(target_id) AS target_id FROM {after} WHERE __entity IS NOT NULL GROUP BY __entity)
        SELECT DISTINCT coalesce(o.target_id, a.target_id, 'not known: ' || l.__entity) AS target_id
        FROM {_loaded(tables, object_name)} l JOIN o USING (__entity) LEFT JOIN a USING (__entity)
        WHERE l.action = 'create'"""
    )
    return table


def _list(tables: Relations, ids: str, which: str) -> tuple[str, ...]:
    rows = tables.rows(f"SELECT target_id FROM {ids} WHERE {which} ORDER BY target_id LIMIT {IDS_SHOWN}")
    return tuple(str(row[0]) for row in rows)
