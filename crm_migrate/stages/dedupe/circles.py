"""Circles that merging makes: two records whose parents became each other lose these links, with a note.

`link` has cleared the circles that the sources hold; joining records may close new ones.
"""

import pyarrow as pa

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.link.cycles import in_cycles
from crm_migrate.workspace.relations import Relations


def create_circles(work: Relations, each: ObjectPlan, nodes: str) -> None:
    """Table `circles` (`__cluster`, `field`), and the links of the circles cleared in `won`; a link to oneself too."""
    work.execute("CREATE TABLE circles (__cluster BIGINT, field VARCHAR)")
    for field in each.fields:
        if field.ref is None or field.ref.object != each.name or not work.count("(SELECT 1 FROM won LIMIT 1)"):
            continue
        name = quoted(field.name)
        edges = work.connection.execute(
            f"SELECT __cluster AS child, {name} AS parent FROM won WHERE {name} IS NOT NULL AND {name} <> __cluster"
            f" UNION ALL SELECT n.__node, n.{name} FROM {nodes} n JOIN {quoted(f'clusters/{each.name}')} c"
            f" ON c.node = n.__node WHERE c.size = 1 AND n.{name} IS NOT NULL"
            " AND n.__node NOT IN (SELECT __cluster FROM won)"
        ).fetchnumpy()
        work.connection.register("circle", pa.table({"node": in_cycles(edges["child"], edges["parent"])}))
        work.execute(f"INSERT INTO circles SELECT node, {literal(field.name)} FROM circle")
        work.connection.unregister("circle")
        inside = f"(SELECT __cluster FROM circles WHERE field = {literal(field.name)})"
        work.execute(
            f"UPDATE won SET {name} = NULL, {quoted(f'{field.name}/node')} = NULL"
            f" WHERE {name} = __cluster OR __cluster IN {inside}"
        )


def notes() -> str:
    """Query of the notes about cleared circles."""
    return (
        "SELECT __cluster, field, 'cycle_cleared', concat('Merging closed a circle of ', field,"
        " '. The link was cleared.') FROM circles"
    )
