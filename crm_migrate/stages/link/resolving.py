"""What the cells of a reference mean: the node of the parent, or why there is none.

Table `links/<object>`: `node`, `field`, `spoken` (the text, or the row for `same_row`), `target` (node of the parent
or null), `problem` (missing, ambiguous, aside) and for `aside` the `state` and `code` of the parent that was set aside,
and the `decision` that did it.
A cell that is empty, and a `same_row` whose row holds no such parent, is no reference at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan, RefPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.link.records import references, table
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.row_keys import HIDDEN_KEY, PART

_LINKS = (
    "node BIGINT, field VARCHAR, spoken VARCHAR, target BIGINT, problem VARCHAR, state VARCHAR, code VARCHAR,"
    " decision VARCHAR, candidates BIGINT[]"
)
# Of several rows that were set aside under one key the worst is named: it says most about the child.
_WORST = "CASE state WHEN 'held' THEN 0 WHEN 'rejected' THEN 1 WHEN 'excluded' THEN 2 ELSE 3 END"


@dataclass(frozen=True, slots=True)
class _Speaker:
    """One source that speaks of a parent in one field; `spoken` has what rows say, `links` gets what it means."""

    field: FieldPlan
    ref: RefPlan
    source: str
    spoken: str
    links: str


def resolve(work: Relations, plan: Plan, child: ObjectPlan) -> None:
    """Table `links/<object>` for all reference fields of an object; `rows/` and `aside/` of all parents are there."""
    create_links(work, table("links", child.name))
    fields = references(child)
    if not fields:
        return
    spoken = ", ".join(f"r.{quoted(field.name)}" for field in fields)
    work.execute(
        f"CREATE TABLE {table('spoken', child.name)} AS SELECT k.__node AS node, k.__source, k.__row,"
        f" k.__split, {spoken}"
        f" FROM {table('rows', child.name)} k JOIN {table('records', child.name)} r"
        " ON k.__source = r.__source AND k.__row = r.__row AND k.__split = r.__split WHERE NOT k.folded"
    )
    understand(work, plan, child, fields, table("spoken", child.name), table("links", child.name))
    work.execute(f"DROP TABLE {table('spoken', child.name)}")


def create_links(work: Relations, links: str) -> None:
    """An empty table of links."""
    work.execute(f"CREATE TABLE {links} ({_LINKS})")


def understand(
    work: Relations, plan: Plan, child: ObjectPlan, fields: Sequence[FieldPlan], spoken: str, links: str
) -> None:
    """Add to `links` what the references mean that rows of an object say: `spoken` has `node`, `__source`, `__row`,
    `__split` and the fields."""
    for field in fields:
        for source in (feed.source for feed in child.feeds):
            assert field.ref is not None
            _resolve_source(work, plan, child, _Speaker(field, field.ref, source, spoken, links))


def _resolve_source(work: Relations, plan: Plan, child: ObjectPlan, speaker: _Speaker) -> None:
    field, source = speaker.field, speaker.source
    parent = plan.object(speaker.ref.object)
    if source in speaker.ref.same_row:
        work.execute(_judged(speaker, *_same_row(speaker, _splits_alike(child, parent, source))))
    elif source in field.cells:
        work.execute(_judged(speaker, *(_by_field(speaker) if speaker.ref.by else _by_key(speaker, parent))))


def _splits_alike(child: ObjectPlan, parent: ObjectPlan, source: str) -> bool:
    """Both objects cut the same row in the same way, so that parts belong together one by one."""
    ours, theirs = (next((f.split for f in o.feeds if f.source == source), None) for o in (child, parent))
    return ours is not None and ours == theirs


def _same_row(speaker: _Speaker, alike: bool) -> tuple[str, str]:
    """Candidates and set-aside parents of the same row of the same source."""
    parent, child = speaker.ref.object, speaker.spoken
    same = "p.__source = s.__source AND p.__row = s.__row" + (" AND p.__split = s.__split" if alike else "")
    whose = f"{child} s JOIN {{}} p ON {same} WHERE s.__source = {literal(speaker.source)}"
    found = (
        f"SELECT s.node, concat('row ', s.__row) AS spoken, p.__node AS target FROM"
        f" {whose.format(table('rows', parent))}"
    )
    mapped = (
        f"{child} s JOIN {table('mapped_aside', parent)} p ON p.__source = s.__source AND p.__row = s.__row"
        f" WHERE s.__source = {literal(speaker.source)}"
    )
    aside = (
        f"SELECT s.node, concat('row ', s.__row) AS spoken, p.state, p.code, p.decision FROM {mapped}"
        f" UNION ALL SELECT s.node, concat('row ', s.__row), p.state, p.code, NULL FROM"
        f" {whose.format(table('aside', parent))}"
    )
    if speaker.ref.missing != "reject":
        aside = f"SELECT * FROM ({aside}) WHERE state <> 'absent'"
    return found, aside


def _by_key(speaker: _Speaker, parent: ObjectPlan) -> tuple[str, str]:
    """Candidates and set-aside parents whose source key is what the cell says.

    The parts of a split row share the key of their row, so such a key may name several parents.
    """
    space = speaker.ref.spaces.get(speaker.source)
    within = f" AND p.__source = {literal(space)}" if space is not None else ""
    split = any(feed.split for feed in parent.feeds if space in (None, feed.source))
    key = f"regexp_replace(p.__key, {literal(PART)}, '')" if split else "p.__key"
    spoken = _spoken(speaker)
    found = (
        f"SELECT s.node, s.spoken, p.__node AS target FROM {spoken} s"
        f" JOIN {table('rows', parent.name)} p ON {key} = s.spoken{within}"
    )
    if split:
        found += (
            f" UNION ALL SELECT s.node, s.spoken, p.__node FROM {spoken} s"
            f" JOIN {table('rows', parent.name)} p ON p.__key = s.spoken{within} WHERE p.__split > 0"
        )
    grouped = any(feed.one_per for feed in parent.feeds if space in (None, feed.source))
    if grouped:
        found += (  # a record that many rows make is named by the key of any of them
            f" UNION ALL SELECT s.node, s.spoken, p.__node FROM {spoken} s"
            f" JOIN {table('records', parent.name)} r ON r.__row_key = s.spoken"
            f" JOIN {table('rows', parent.name)} p ON p.__source = r.__source AND p.__row = r.__row"
            f" AND p.__split = r.__split{within}"
        )
    aside = " UNION ALL ".join(
        f"SELECT s.node, s.spoken, p.state, p.code, {said} FROM {spoken} s"
        f" JOIN {table(kind, parent.name)} p ON {key} = s.spoken{within}"
        for kind, said in (("mapped_aside", "p.decision"), ("aside", "NULL"))
    )
    if grouped:
        aside += (
            f" UNION ALL SELECT s.node, s.spoken, p.state, p.code, p.decision FROM {spoken} s"
            f" JOIN {table('mapped_aside', parent.name)} p ON p.__row_key = s.spoken{within}"
            f" UNION ALL SELECT s.node, s.spoken, p.state, p.code, NULL FROM {spoken} s"
            f" JOIN {table('records', parent.name)} r ON r.__row_key = s.spoken"
            f" JOIN {table('aside', parent.name)} p ON p.__source = r.__source AND p.__row = r.__row"
            f" AND p.__split = r.__split{within}"
        )
    return found, aside


def _by_field(speaker: _Speaker) -> tuple[str, str]:
    """Candidates whose field `by` is what the cell says; what was set aside cannot be asked by a field, but that a cell
    named somebody who was erased stands in it."""
    parent, space = speaker.ref.object, speaker.ref.spaces.get(speaker.source)
    within = f" AND k.__source = {literal(space)}" if space is not None else ""
    found = (
        f"SELECT s.node, s.spoken, k.__node AS target FROM {_spoken(speaker)} s"
        f" JOIN {table('records', parent)} r ON r.{quoted(speaker.ref.by or '')} = s.spoken"
        f" JOIN {table('rows', parent)} k ON k.__source = r.__source AND k.__row = r.__row AND k.__split ="
        f" r.__split{within}"
    )
    decision = f"(SELECT min(decision) FROM {table('mapped_aside', parent)} WHERE code = 'erased')"
    return found, (
        f"SELECT node, spoken, 'excluded' AS state, 'erased' AS code, {decision} AS decision FROM {_spoken(speaker)}"
        f" WHERE starts_with(spoken, {literal(HIDDEN_KEY)})"
    )


def _spoken(speaker: _Speaker) -> str:
    name = quoted(speaker.field.name)
    return (
        f"(SELECT node, {name} AS spoken FROM {speaker.spoken}"
        f" WHERE __source = {literal(speaker.source)} AND {name} IS NOT NULL)"
    )


def _judged(speaker: _Speaker, found: str, aside: str) -> str:
    """One link per speaking node: its only candidate, else what became of the parent, else that it is missing."""
    spoken = "SELECT node, spoken FROM found UNION SELECT node, spoken FROM aside"
    if speaker.source not in speaker.ref.same_row:
        spoken = f"SELECT node, spoken FROM {_spoken(speaker)}"
    elif speaker.ref.missing == "reject":  # the row must have become a parent
        mine = f"{speaker.spoken} WHERE __source = {literal(speaker.source)}"
        spoken = f"SELECT node, concat('row ', __row) AS spoken FROM {mine}"
    return (
        f"INSERT INTO {speaker.links} WITH found AS ({found}), aside AS ({aside}),"
        " one AS (SELECT node, min(target) AS target, list_sort(list(DISTINCT target)) AS candidates FROM"
        " found GROUP BY node),"
        f" lost AS (SELECT node, arg_min(state, {_WORST}) AS state, arg_min(code, ROW({_WORST}, code)) AS"
        f" code, arg_min(decision, ROW({_WORST}, code, decision)) AS decision FROM aside GROUP BY node)"
        f" SELECT s.node, {literal(speaker.field.name)}, s.spoken,"
        " CASE WHEN len(one.candidates) = 1 THEN one.target END,"
        " CASE WHEN len(one.candidates) = 1 THEN NULL WHEN len(one.candidates) > 1 THEN 'ambiguous'"
        " WHEN lost.state IS NULL OR lost.state = 'absent' THEN 'missing' ELSE 'aside' END,"
        " lost.state, lost.code, lost.decision, CASE WHEN len(one.candidates) > 1 THEN one.candidates END"
        f" FROM (SELECT DISTINCT * FROM ({spoken})) s LEFT JOIN one ON one.node = s.node LEFT JOIN lost ON"
        f" lost.node = s.node"
    )
