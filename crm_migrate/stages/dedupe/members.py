"""The records that take part: nodes as a view, and the members of every cluster that has something to decide."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ENRICHMENT, NODES

_OWN = ("__node", "__source", "__key", "__trust", "__changed", "__ev")
LEAST_TRUST = 1_000_000  # an enriching source has no trust of its own: it comes after every feed


def node_view(work: Relations, each: ObjectPlan) -> str:
    """View `nodes/<object>`; references hold the cluster of their parent where that is known already, else its node."""
    columns = {field.name: "VARCHAR" if field.ref is None else "BIGINT" for field in each.fields}
    view = quoted(f"nodes/{each.name}")
    scan = work.scan(NODES, each.name, also=columns)
    cells, joins = [], []
    for number, field in enumerate(each.fields):
        name = quoted(field.name)
        if field.ref is not None and _is_clustered(work, field.ref.object):
            joins.append(f" LEFT JOIN {quoted(f'clusters/{field.ref.object}')} r{number} ON r{number}.node = n.{name}")
            cells.append(f"r{number}.cluster AS {name}")
        else:
            cells.append(f"n.{name}")
    own = ", ".join([f"n.{name}" for name in _OWN] + cells)
    work.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {own} FROM {scan} n{''.join(joins)}")
    return view


def _is_clustered(work: Relations, name: str) -> bool:
    return bool(work.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"clusters/{name}"]))


def create_members(work: Relations, each: ObjectPlan, nodes: str) -> str:
    """Table `members/<object>`: all members of clusters of several, or with an enrichment, and their ranks."""
    clusters, added = quoted(f"clusters/{each.name}"), quoted(f"added/{each.name}")
    text = {field.name: "VARCHAR" for field in each.fields if field.ref is None}
    own = ", ".join(["__source", "__key", "__changed", "__ev", *(quoted(name) for name in text)])
    said = ", ".join(["e.__source", "e.__key", "e.__changed", "e.__ev", *(f"e.{quoted(name)}" for name in text)])
    work.execute(
        f"CREATE TABLE {added} AS SELECT *, row_number() OVER (PARTITION BY __cluster ORDER BY {own}) AS nth FROM ("
        f"SELECT DISTINCT c.cluster AS __cluster, {said}"
        f" FROM {work.scan(ENRICHMENT, each.name, also=text)} e JOIN {clusters} c ON c.node = e.__node)"
    )
    fields = "".join(f", {_value(each, field)} AS {quoted(field.name)}" for field in each.fields)
    nothing = "".join(
        f", {'e.' + quoted(f.name) if f.ref is None else 'NULL::BIGINT'} AS {quoted(f.name)}" for f in each.fields
    )
    order = "__node NULLS LAST, __source, __key, nth"
    table = quoted(f"members/{each.name}")
    work.execute(
        f"CREATE TABLE {table} AS SELECT *,"
        f" row_number() OVER (ORDER BY __trust, __changed DESC NULLS LAST, {order}) AS __by_trust,"
        f" row_number() OVER (ORDER BY __changed DESC NULLS LAST, __trust, {order}) AS __by_new,"
        f" row_number() OVER (ORDER BY __changed NULLS LAST, __trust, {order}) AS __by_old FROM ("
        f"SELECT c.cluster AS __cluster, n.__node, n.__source, n.__key, n.__trust, n.__changed, n.__ev, 0"
        f" AS nth{fields}"
        f" FROM {nodes} n JOIN {clusters} c ON c.node = n.__node"
        f" WHERE c.size > 1 OR c.cluster IN (SELECT __cluster FROM {added})"
        f" UNION ALL SELECT e.__cluster, NULL, e.__source, e.__key, {LEAST_TRUST}, e.__changed, e.__ev,"
        f" e.nth{nothing} FROM {added} e)"
    )
    work.execute(f"DROP TABLE {added}")
    return table


def _value(each: ObjectPlan, field: FieldPlan) -> str:
    """SQL: a member's value; a link to what it became itself is none, so that another member's parent can survive."""
    name = f"n.{quoted(field.name)}"
    return f"nullif({name}, c.cluster)" if field.ref is not None and field.ref.object == each.name else name
