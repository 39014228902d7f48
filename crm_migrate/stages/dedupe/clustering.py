"""Pairs -> clusters: every node gets one, contradictions and giants are held."""

import pyarrow as pa

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.matching.deciding.clusters import MAX_CLUSTER, chain, components
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.rules import hard_fields
from crm_migrate.workspace.relations import Relations

_HELD = (("cluster", pa.int64()), ("code", pa.string()), ("why", pa.string()))


def create_clusters(work: Relations, plan: ObjectPlan, nodes: str) -> None:
    """Table `clusters/<object>`: `node`, `cluster` (smallest node), `size`, `rule`, `code` and `why` of held ones."""
    name = plan.name
    edges = work.connection.execute(f"SELECT a, b FROM {quoted(f'pairs/{name}')} WHERE outcome = 'merge'").fetchnumpy()
    node, cluster = components(edges["a"], edges["b"])
    work.connection.register("found", pa.table({"node": node, "cluster": cluster}))
    work.execute(
        f"CREATE TABLE {quoted(f'components/{name}')} AS SELECT node, cluster, count(*) OVER (PARTITION BY"
        f" cluster) AS size"
        " FROM found"
    )
    work.connection.unregister("found")
    work.execute(
        f"CREATE TABLE {quoted(f'merging/{name}')} AS SELECT c.cluster, p.a, p.b, p.rule FROM"
        f" {quoted(f'pairs/{name}')} p"
        f" JOIN {quoted(f'components/{name}')} c ON c.node = p.a WHERE p.outcome = 'merge'"
    )
    _hold(work, plan, nodes)
    work.execute(
        f"CREATE TABLE {quoted(f'clusters/{name}')} AS SELECT n.__node AS node, coalesce(c.cluster,"
        f" n.__node) AS cluster,"
        " coalesce(c.size, 1) AS size, r.rule, h.code, h.why"
        f" FROM {nodes} n LEFT JOIN {quoted(f'components/{name}')} c ON c.node = n.__node"
        " LEFT JOIN (SELECT cluster, string_agg(DISTINCT rule, '; ' ORDER BY rule) AS rule"
        f" FROM {quoted(f'merging/{name}')} GROUP BY cluster) r ON r.cluster = c.cluster"
        f" LEFT JOIN {quoted(f'held/{name}')} h ON h.cluster = c.cluster"
    )


def _hold(work: Relations, plan: ObjectPlan, nodes: str) -> None:
    """Table `held/<object>`: one line per cluster that waits."""
    name = plan.name
    work.execute(f"CREATE TABLE {quoted(f'held/{name}')} (cluster BIGINT, code VARCHAR, why VARCHAR)")
    if plan.link is None:  # equal ends are no guess
        work.execute(
            f"INSERT INTO {quoted(f'held/{name}')} SELECT cluster, 'cluster_too_big', concat(any_value(size),"
            f" ' records were joined, more than the {MAX_CLUSTER} that one record may have. Sharpen the rule.')"
            f" FROM {quoted(f'components/{name}')} WHERE size > {MAX_CLUSTER} GROUP BY cluster"
        )
    work.execute(f"CREATE TABLE forbidden AS {_forbidden(plan)}")
    lines = [_told(work, plan, nodes, *row) for row in work.rows(
        "SELECT cluster, a, b, why FROM forbidden"
        f" WHERE cluster NOT IN (SELECT cluster FROM {quoted(f'held/{name}')})"
        " QUALIFY row_number() OVER (PARTITION BY cluster ORDER BY a, b, why) = 1 ORDER BY cluster"
    )]  # fmt: skip
    columns = list(zip(*lines, strict=True)) or [()] * len(_HELD)
    arrays = [pa.array(column, type=kind) for column, (_, kind) in zip(columns, _HELD, strict=True)]
    work.connection.register("waiting", pa.table(arrays, names=[word for word, _ in _HELD]))
    work.execute(f"INSERT INTO {quoted(f'held/{name}')} SELECT * FROM waiting")
    work.connection.unregister("waiting")
    work.execute("DROP TABLE forbidden")


def _forbidden(plan: ObjectPlan) -> str:
    """Query: pairs inside one component that must not be one record, with the reason.

    Beside the pairs that rules spoke about, any two members with different hard values, which no rule need have met.
    """
    inside = quoted(f"components/{plan.name}")
    pairs = quoted(f"pairs/{plan.name}")
    queries = [
        f"SELECT x.cluster, p.a, p.b, p.why FROM {pairs} p JOIN {inside} x ON x.node = p.a JOIN {inside} y"
        f" ON y.node = p.b"
        " WHERE x.cluster = y.cluster AND p.outcome IN ('vetoed', 'apart')"
    ]
    for field in hard_fields(plan) if plan.match or plan.learned else ():
        name, keys = quoted(field.name), quoted(f"keys/{plan.name}")
        queries.append(
            f"SELECT x.cluster, x.node AS a, y.node AS b, '{field.name} differs' AS why FROM"
            f" (SELECT c.cluster FROM {inside} c JOIN {keys} k ON k.node = c.node WHERE c.size <= {MAX_CLUSTER}"
            f" GROUP BY c.cluster HAVING count(DISTINCT k.{name}) > 1) d"
            f" JOIN {inside} x ON x.cluster = d.cluster JOIN {inside} y ON y.cluster = d.cluster AND x.node < y.node"
            f" JOIN {keys} kx ON kx.node = x.node JOIN {keys} ky ON ky.node = y.node"
            f" LEFT JOIN {pairs} p ON p.a = x.node AND p.b = y.node AND p.decision IS NOT NULL AND p.outcome = 'merge'"
            f" WHERE kx.{name} <> ky.{name} AND p.a IS NULL"
        )
    return " UNION ALL ".join(queries)


def _told(
    work: Relations, plan: ObjectPlan, nodes: str, cluster: int, a: int, b: int, why: str
) -> tuple[int, str, str]:
    """One held cluster, with the chain that joins what must not be joined."""
    edges = work.connection.execute(
        f"SELECT a, b FROM {quoted(f'merging/{plan.name}')} WHERE cluster = ?", [cluster]
    ).fetchnumpy()
    way = chain(edges["a"], edges["b"], a, b)
    marks = ", ".join("?" for _ in way)
    found = work.rows(f"SELECT __node, concat(__source, ':', __key) FROM {nodes} WHERE __node IN ({marks})", way)
    names: dict[int, str] = dict(found)
    joined = " = ".join(str(names[node]) for node in way)
    return cluster, "cluster_conflict", f"{joined}, but {names[a]} ≠ {names[b]}: {why}."
