"""How a record is named to a person, and examples behind figures: at most 50, always the same ones."""

from crm_migrate.stages.reconcile.columns import CLUSTERS, LOAD, NODES
from crm_migrate.stages.reconcile.database import Tables, quote

EXAMPLES = 50


def name_entities(tables: Tables, object_name: str) -> str:
    """Create the table of names: `__entity`, `__cluster`, `record` (`source:key` of the first member), `node`."""
    table = quote(f"names/{object_name}")
    load = tables.view(LOAD, "load", object_name, "entities")
    clusters = tables.view(CLUSTERS, "dedupe", object_name, "clusters")
    nodes = tables.view(NODES, "link", object_name, "nodes")
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH first AS (SELECT k.__cluster, arg_min(n.__node, (n.__trust, n.__source, n.__key)) AS node
                       FROM {clusters} k JOIN {nodes} n USING (__node) GROUP BY k.__cluster)
        SELECT l.__entity, l.__cluster, f.node, coalesce(n.__source || ':' || n.__key, l.__entity) AS record
        FROM {load} l LEFT JOIN first f USING (__cluster) LEFT JOIN {nodes} n ON n.__node = f.node"""
    )
    return table
