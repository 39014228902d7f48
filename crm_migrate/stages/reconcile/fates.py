"""What became of every cluster of an object: one fate each, and none where two stages contradict each other."""

from collections.abc import Mapping

from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, CLUSTERS, COMPLETED, NODES, OUTCOMES, PLANNED, ROWS

ARRIVED = ("created", "updated", "unchanged")
_REASON = {"code": "__code", "message": "__message"}
_JUDGED = _REASON | {"state": "__state", "rule": "__rule", "field": "__field"}
_PLANNED = _REASON | {"entity": "__entity", "action": "__action", "target_id": "__target_id"}
_ANSWERED = {name: name for name in ("outcome", "message", "target_id")}


def settle_fates(tables: Relations, object_name: str) -> tuple[str, str]:
    """Create the tables of fates (one line per cluster) and members (one line per row of a node); their names.

    A fate's `state` is null where a stage lost the cluster (`seen` names the last stage that had it), and `twice`
    where the stages contradict each other.
    """
    fates, members = quoted(f"fates/{object_name}"), quoted(f"members/{object_name}")
    tables.execute(f"CREATE TEMP TABLE {fates} AS {_fates(tables, object_name)}")
    tables.execute(f"CREATE TEMP TABLE {members} AS {_members(tables, object_name, fates)}")
    return fates, members


def _fates(tables: Relations, object_name: str) -> str:
    clusters = tables.scan(CLUSTERS, object_name)
    complete = tables.scan(COMPLETED, object_name)
    load = tables.scan(PLANNED, object_name)
    outcomes = tables.scan(OUTCOMES, object_name)
    actual = tables.scan(ACTUAL, object_name)
    lost = "a.__entity IS NULL" if tables.finished(ACTUAL, object_name) else "FALSE"
    doubled = tables.one(f"SELECT count(__entity) > count(DISTINCT __entity) FROM {load}")[0]
    shared = f"SELECT __entity FROM {load} WHERE __entity IS NOT NULL" + (
        " GROUP BY __entity HAVING count(*) > 1" if doubled else " AND FALSE"
    )
    return f"""
    WITH k AS (SELECT DISTINCT __cluster FROM {clusters}),
    c AS ({_one_per(tables, complete, "__cluster", _JUDGED)}),
    e AS ({shared}),
    l AS (SELECT u.*, e.__entity IS NOT NULL AS shared
          FROM ({_one_per(tables, load, "__cluster", _PLANNED)}) u LEFT JOIN e ON e.__entity = u.entity),
    o AS ({_one_per(tables, outcomes, "__entity", _ANSWERED, "count(DISTINCT outcome)")}),
    a AS ({_one_per(tables, actual, "__entity", {"target_id": "target_id"})}),
    facts AS (
      SELECT __cluster, l.entity, coalesce(o.target_id, a.target_id, l.target_id) AS target_id,
             {lost} AS lost,
             c.state AS c_state, c.code AS c_code, c.rule, c.field, c.message AS c_message,
             l.action, l.code AS l_code, l.message AS l_message, o.outcome, o.message AS o_message,
             k.__cluster IS NOT NULL AS in_k, c.__cluster IS NOT NULL AS in_c, l.__cluster IS NOT NULL AS in_l,
             greatest(c.n, l.n, o.n) > 1 OR coalesce(l.shared, FALSE) AS doubled
      FROM k FULL JOIN c USING (__cluster) FULL JOIN l USING (__cluster)
      LEFT JOIN o ON o.__entity = l.entity LEFT JOIN a ON a.__entity = l.entity)
    SELECT __cluster, entity, target_id, in_k, lost, {_STATE} AS state,
      CASE WHEN action IN ('create', 'update') AND outcome = 'in_doubt' THEN 'in_doubt'
           WHEN action IN ('create', 'update') AND outcome = 'rejected' THEN 'target_refused'
           WHEN lost AND {_LOADED} THEN 'target_lost'
           ELSE coalesce(nullif(l_code, ''), nullif(c_code, ''), '') END AS code,
      coalesce(rule, '') AS rule, coalesce(field, '') AS field,
      CASE WHEN action IN ('create', 'update') AND outcome IN ('in_doubt', 'rejected') THEN coalesce(o_message, '')
           WHEN lost AND {_LOADED} THEN 'the load says it arrived, the target does not give it back'
           ELSE coalesce(nullif(l_message, ''), nullif(c_message, ''), '') END AS message,
      CASE WHEN in_l THEN 'load/entities' WHEN in_c THEN 'complete/entities' ELSE 'dedupe/clusters' END AS seen
    FROM facts"""


def _one_per(tables: Relations, view: str, key: str, cells: Mapping[str, str], counted: str = "count(*)") -> str:
    """Query: one line per key with `n` (more than 1: the stage contradicts itself); grouped only where need be."""
    if tables.one(f"SELECT count(*) = count(DISTINCT {key}) FROM {view}")[0]:
        listed = "".join(f", {cell} AS {name}" for name, cell in cells.items())
        return f"SELECT {key}, 1 AS n{listed} FROM {view}"
    listed = "".join(f", min({cell}) AS {name}" for name, cell in cells.items())
    return f"SELECT {key}, {counted} AS n{listed} FROM {view} WHERE {key} IS NOT NULL GROUP BY {key}"


_LOADED = "(action = 'unchanged' OR (action IN ('create', 'update') AND outcome = 'loaded'))"
_SENT = "action IN ('create', 'update', 'unchanged')"

_STATE = f"""CASE
  WHEN doubled THEN 'twice'
  WHEN in_l AND in_c AND c_state <> 'ready' AND {_SENT} THEN 'twice'
  WHEN action IN ('held', 'rejected', 'excluded') AND outcome = 'loaded' THEN 'twice'
  WHEN in_l AND NOT in_c THEN 'twice'
  WHEN NOT in_k THEN 'twice'
  WHEN action = 'excluded' AND c_code = 'mailbox_carried' THEN 'absent'
  WHEN action IN ('held', 'rejected', 'excluded') THEN action
  WHEN in_c AND c_state <> 'ready' THEN c_state
  WHEN lost AND {_LOADED} THEN 'failed'
  WHEN action = 'unchanged' THEN 'unchanged'
  WHEN outcome IN ('rejected', 'in_doubt') THEN 'failed'
  WHEN outcome = 'loaded' AND action = 'create' THEN 'created'
  WHEN outcome = 'loaded' AND action = 'update' THEN 'updated'
END"""


def _members(tables: Relations, object_name: str, fates: str) -> str:
    """Every row of a node with its state: the survivor's, or folded or merged into it."""
    rows = tables.scan(ROWS, object_name)
    nodes = tables.scan(NODES, object_name)
    clusters = tables.scan(CLUSTERS, object_name)
    arrived = ", ".join(f"'{state}'" for state in ARRIVED)
    return f"""
    WITH k AS (SELECT n.__node, n.__source AS source, n.__key AS key, k.__cluster, k.rule, k.state AS k_state, k.why,
                      n.__trust, n.__changed
               FROM {clusters} k JOIN {nodes} n USING (__node)),
    many AS (SELECT __cluster FROM k GROUP BY __cluster HAVING count(*) > 1),
    s AS (SELECT __cluster, __node, source || ':' || key AS survivor FROM k JOIN many USING (__cluster)
          QUALIFY row_number() OVER (PARTITION BY __cluster
            ORDER BY __trust, __changed DESC NULLS LAST, key, source, __node) = 1)
    SELECT r.__source, r.__row, r.__split, r.__node, r.folded, coalesce(k.key, '') AS __key, k.__cluster,
      CASE WHEN f.state IS NULL AND k.k_state = 'held' AND f.seen = 'dedupe/clusters' THEN 'held'
           WHEN f.state NOT IN ({arrived}) OR f.state IS NULL THEN f.state
           WHEN r.folded THEN 'folded'
           WHEN s.__node IS NULL OR s.__node = r.__node THEN f.state
           ELSE 'merged' END AS state,
      f.code, CASE WHEN s.__node <> r.__node THEN coalesce(k.rule, '') ELSE f.rule END AS rule, f.field, f.message,
      f.entity, f.target_id,
      CASE WHEN r.folded THEN k.source || ':' || k.key WHEN s.__node <> r.__node THEN s.survivor END AS survivor,
      coalesce(f.seen, CASE WHEN k.__cluster IS NULL THEN 'link/rows' ELSE 'dedupe/clusters' END) AS seen
    FROM {rows} r LEFT JOIN k USING (__node) LEFT JOIN s ON s.__cluster = k.__cluster
    LEFT JOIN {fates} f ON f.__cluster = k.__cluster"""
