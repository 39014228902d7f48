"""How a record is named to a person, and examples behind figures: at most 50, always the same ones."""

from collections.abc import Sequence

from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.figures import Example
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


def with_parents(tables: Relations, field: FieldPlan, examples: Sequence[Example]) -> tuple[Example, ...]:
    """Examples of a link with the parents as people know them; one that is not of this run stays as the target says."""
    assert field.ref is not None
    ids = {id for each in examples for id in (each.expected, each.actual) if id is not None}
    listed = ", ".join(map(literal, sorted(ids))) or "NULL"
    query = f"SELECT __entity, record FROM {quoted(f'names/{field.ref.object}')} WHERE __entity IN ({listed})"
    known: dict[str, str] = dict(tables.rows(query))
    sides = ({side: known.get(id or "", id) for side, id in _sides(each)} for each in examples)
    return tuple(each.model_copy(update=named) for each, named in zip(examples, sides, strict=True))


def _sides(example: Example) -> tuple[tuple[str, str | None], ...]:
    return ("expected", example.expected), ("actual", example.actual)
