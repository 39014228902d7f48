"""How a record is named to a person, and examples behind figures: at most 50, always the same ones."""

from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, NODES, PLANNED

EXAMPLES = 50


def name_entities(tables: Relations, object_name: str) -> str:
    """Create the table of names: `__entity`, `__cluster`, `record` (`source:key` of the first member), `node`."""
    table = quoted(f"names/{object_name}")
    load = tables.scan(PLANNED, object_name)
    clusters = tables.scan(CLUSTERS, object_name)
    nodes = tables.scan(NODES, object_name)
    tables.execute(
        f"""CREATE TEMP TABLE {table} AS
        WITH first AS (SELECT k.__cluster, arg_min(n.__node, (n.__trust, n.__source, n.__key)) AS node
                       FROM {clusters} k JOIN {nodes} n USING (__node) GROUP BY k.__cluster)
        SELECT l.__entity, l.__cluster, f.node, coalesce(n.__source || ':' || n.__key, l.__entity) AS record
        FROM {load} l LEFT JOIN first f USING (__cluster) LEFT JOIN {nodes} n ON n.__node = f.node"""
    )
    return table
