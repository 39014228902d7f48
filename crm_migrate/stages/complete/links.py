"""What stops a link: an end that nobody names, or both ends at one record."""

from crm_migrate.mapping.plan import FieldPlan, LinkPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Reason, Sql
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, NODES

_STATES = {"hold": "held", "reject": "rejected", "exclude": "excluded"}


def reasons_of_links(work: Relations, each: ObjectPlan) -> list[Reason]:
    """The reasons of a link table, none for other objects."""
    if each.link is None:
        return []
    found = [_open(each.field(end)) for end in each.link.ends]
    one, other = (each.field(end).ref for end in each.link.ends)
    if each.link.to_itself != "keep" and one is not None and other is not None and one.object == other.object:
        found += _to_itself(work, each, each.link, one.object)
    return found


def _open(end: FieldPlan) -> Reason:
    """A link whose row names no record at an end: it says nothing, and what was meant is not known."""
    policy = end.ref.missing if end.ref is not None else "hold"
    message = literal(f"A link has two ends, and {end.name} is empty. Fill it in the source, or leave the row out.")
    empty = Sql(f"q.{quoted(end.name)} IS NULL")
    return Reason(empty, _STATES[policy], "end_missing", end.name, end.name, message)


def _to_itself(work: Relations, each: ObjectPlan, link: LinkPlan, parent: str) -> list[Reason]:
    """A link from a record to itself: as the source has it, or since its ends were merged into one."""
    one, other = (quoted(end) for end in link.ends)
    nodes = work.scan(NODES, each.name, also=dict.fromkeys(link.ends, "BIGINT"))
    said = f"SELECT k.__cluster FROM {work.scan(CLUSTERS, each.name)} k JOIN {nodes} n USING (__node)"
    same, before = f"q.{one} = q.{other}", f"q.__cluster IN ({said} WHERE n.{one} = n.{other})"
    state, field = _STATES[link.to_itself], link.ends[1]
    source = literal(f"Both ends name one record of {parent}: the link says nothing of two.")
    merged = literal(f"Both ends are one record of {parent} since doubles were merged: the link says nothing of two.")
    return [
        Reason(Sql(f"({same} AND {before})"), state, "self_link", "to_itself", field, source),
        Reason(Sql(f"({same} AND NOT {before})"), state, "self_link_merged", "to_itself", field, merged),
    ]
