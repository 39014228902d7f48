"""What people chose: of a merge that they decided, the record that gives a field, whatever the field's rule says."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.survivorship import COMPUTED, block_of
from crm_migrate.workspace.relations import Relations


def is_choosable(field: FieldPlan) -> bool:
    """Whether a person may say which record gives the field: not where a value is made of all, nor where the strictest
    word of a mailbox binds everybody who carries it."""
    return field.survive not in COMPUTED and field.survive != "strictest" and field.per is None and not field.follows


def create_choices(work: Relations, each: ObjectPlan, members: str) -> None:
    """Table `choices` (`__cluster`, `field`, `__node`, `decision`): one record per field of a cluster.

    A field of a block stands for the whole block. Of several choices for one field the last one counts; a record that
    has nothing to give there changes nothing.
    """
    work.execute("CREATE TABLE choices (__cluster BIGINT, field VARCHAR, __node BIGINT, decision VARCHAR)")
    if not work.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"chosen/{each.name}"]):
        return
    for field in filter(is_choosable, each.fields):
        block = block_of(field)
        named = [f for f in each.fields if (block_of(f) if block is not None else f.name) == (block or field.name)]
        asked = ", ".join(literal(f.name) for f in named)
        filled = " OR ".join(f"m.{quoted(f.name)} IS NOT NULL" for f in named)
        work.execute(
            f"INSERT INTO choices SELECT m.__cluster, {literal(field.name)}, c.node, c.decision"
            f" FROM {quoted(f'chosen/{each.name}')} c JOIN {members} m ON m.__node = c.node"
            f" WHERE c.field IN ({asked}) AND ({filled})"
            " QUALIFY row_number() OVER (PARTITION BY m.__cluster ORDER BY c.number DESC) = 1"
        )
    work.execute(f"DROP TABLE {quoted(f'chosen/{each.name}')}")


def apply_choices(work: Relations, each: ObjectPlan, members: str) -> None:
    """The chosen cells in place of those that won by rule, in table `won`."""
    for (name,) in work.rows("SELECT DISTINCT field FROM choices ORDER BY field"):
        field = each.field(name)
        value, node = quoted(field.name), quoted(f"{field.name}/node")
        work.execute(
            f"UPDATE won SET {value} = t.value, {node} = t.node FROM (SELECT c.__cluster, m.{value} AS value,"
            f" CASE WHEN m.{value} IS NOT NULL THEN m.__node END AS node FROM choices c JOIN {members} m"
            f" ON m.__node = c.__node WHERE c.field = {literal(field.name)}) t WHERE t.__cluster = won.__cluster"
        )
