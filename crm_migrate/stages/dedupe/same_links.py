"""Links of one link table that are one link: their ends are equal, compared as the records that they have become.

Nothing is guessed here, so nothing limits how many links become one; what a person decided counts before it.
"""

from crm_migrate.mapping.plan import FieldPlan, LinkPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.pairs import MERGE
from crm_migrate.stages.dedupe.survivorship import COMPUTED
from crm_migrate.workspace.relations import Relations

SAME_ENDS = "same ends"
_NUMBER = -8  # no rule


def join_same(work: Relations, each: ObjectPlan, link: LinkPlan, nodes: str) -> None:
    """Add every link and the first of its kind to `verdicts/<object>`. References of `nodes` hold clusters.

    What `distinct:` names is compared as it will be loaded, and nothing is a value of its own.
    """
    one, other = (quoted(end) for end in link.ends)
    ends = [f"least({one}, {other})", f"greatest({one}, {other})"] if link.symmetric else [one, other]
    own = [f"coalesce({quoted(name)}::VARCHAR, '')" for name in link.distinct]
    why = ", ".join(f"same {name}" for name in (*link.ends, *link.distinct))
    work.execute(
        f"INSERT INTO {quoted(f'verdicts/{each.name}')} SELECT first, __node, {_NUMBER}, {literal(SAME_ENDS)}, 'merge',"
        f" {literal(why)}, {MERGE}, [], NULL FROM (SELECT __node, min(__node) OVER (PARTITION BY"
        f" {', '.join([*ends, *own])}) AS first FROM {nodes} WHERE {one} IS NOT NULL AND {other} IS NOT NULL)"
        " WHERE first <> __node"
    )


def lost_notes(each: ObjectPlan, link: LinkPlan, members: str) -> list[str]:
    """Queries of the notes about what a link says otherwise than the one that survives; `won` has the winners."""
    return [_lost(field, members) for field in each.fields if field.name not in link.ends and _may_lose(field)]


def _may_lose(field: FieldPlan) -> bool:
    return field.survive not in COMPUTED and field.keep_others is None and not field.let


def _lost(field: FieldPlan, members: str) -> str:
    name, record = quoted(field.name), "concat(m.__source, ':', m.__key)"
    return (
        f"SELECT m.__cluster, {literal(field.name)}, 'link_differs', concat({record},"
        f" ' joins the same records and says otherwise in ', {literal(field.name)}, '; the value of ',"
        f" coalesce(concat(k.__source, ':', k.__key), 'another'), ' is kept.')"
        f" FROM {members} m JOIN won w ON w.__cluster = m.__cluster"
        f" LEFT JOIN {members} k ON k.__node = w.{quoted(f'{field.name}/node')}"
        f" WHERE m.{name} IS NOT NULL AND m.{name} IS DISTINCT FROM w.{name}"
    )
