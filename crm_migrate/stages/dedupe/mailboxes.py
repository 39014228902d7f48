"""Statements about a mailbox reach every record that keeps it: whether it is dead. Consent is in `consents.py`.

They are about the surviving mailbox alone: one that was given up says nothing about the one that stayed.
"""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations

_ORDERS = {"any_true": "(value <> 'true')::INTEGER", "all_true": "(value <> 'false')::INTEGER"}


def override(
    work: Relations, each: ObjectPlan, field: FieldPlan, nodes: str, members: str
) -> tuple[FieldPlan, str] | None:
    """Table (`__cluster`, `value`) of the clusters whose value is decided by their mailbox; None for other rules."""
    order = _ORDERS.get(field.survive)
    if order is None or field.per is None:
        return None
    table = quoted(f"said/{each.name}/{field.name}")
    work.execute(f"CREATE TABLE statements AS {_statements(each, field, nodes, members)}")
    told = (
        f"SELECT mailbox, arg_min(value, ROW({order}, value)) AS value FROM statements WHERE value IS NOT"
        f" NULL AND mailbox IS NOT NULL"
        " GROUP BY mailbox"
    )
    final = (
        f"SELECT c.__cluster, t.value FROM ({_surviving(each, field, nodes)}) c LEFT JOIN ({told}) t USING (mailbox)"
    )
    work.execute(f"CREATE TABLE {table} AS {final}")
    work.execute("DROP TABLE statements")
    return field, table


def _statements(each: ObjectPlan, field: FieldPlan, nodes: str, members: str) -> str:
    """Query: every record (and enrichment) with its mailbox, what it says, and its cluster."""
    mailbox, value = f"lower({quoted(field.per or '')})", quoted(field.name)
    return (
        f"SELECT c.cluster AS __cluster, {mailbox} AS mailbox, {value} AS value FROM {nodes} n"
        f" JOIN {quoted(f'clusters/{each.name}')} c ON c.node = n.__node WHERE {mailbox} IS NOT NULL OR"
        f" {value} IS NOT NULL"
        f" UNION ALL SELECT __cluster, {mailbox}, {value} FROM {members} WHERE __node IS NULL"
    )


def _surviving(each: ObjectPlan, field: FieldPlan, nodes: str) -> str:
    """Query: the mailbox that each cluster keeps; clusters without one keep what their members say."""
    name = quoted(field.per or "")
    return (
        f"SELECT __cluster, lower({name}) AS mailbox FROM won WHERE {name} IS NOT NULL"
        f" UNION ALL SELECT n.__node, lower({name}) FROM {nodes} n JOIN {quoted(f'clusters/{each.name}')} c"
        f" ON c.node = n.__node"
        f" WHERE c.size = 1 AND {name} IS NOT NULL AND n.__node NOT IN (SELECT __cluster FROM won)"
    )
