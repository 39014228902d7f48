"""What follows from a reference that leads nowhere: hold, reject, exclude or clear, until nothing changes any more.

A child of a held or rejected parent is held with that reason and never loaded unlinked; what becomes of the child of
an excluded parent, and of a missing or ambiguous one, the mapping says. Where a decision excluded the parent, it is the
decision's doing that the child stays behind, and its children's.
"""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.link.records import references, table
from crm_migrate.workspace.relations import Relations

_STATES = {"hold": "held", "reject": "rejected", "exclude": "excluded"}


def settle(work: Relations, plan: Plan) -> None:
    """Table `gone/<object>` (`node`, `state`, `code`, `decision`, `field`, `message`) for every object; notes of links
    that were cleared."""
    for child in plan.objects:
        _settle_unresolved(work, child)
    while any(_follow(work, child) for child in plan.objects):
        pass


def _settle_unresolved(work: Relations, child: ObjectPlan) -> None:
    work.execute(
        f"CREATE TABLE {table('gone', child.name)}"
        " (node BIGINT, state VARCHAR, code VARCHAR, decision VARCHAR, field VARCHAR, message VARCHAR)"
    )
    for field in references(child):
        assert field.ref is not None
        missing = {"warn_and_clear": "clear"}.get(field.ref.missing, field.ref.missing)
        _apply(work, child, field, "l.problem = 'missing'", missing, "parent_missing", _MISSING)
        _apply(work, child, field, "l.problem = 'ambiguous'", field.ref.ambiguous, "parent_ambiguous", _AMBIGUOUS)
        excluded = "l.problem = 'aside' AND l.state = 'excluded'"
        erased = f"{excluded} AND l.code = 'erased'"
        _apply(work, child, field, erased, field.ref.parent_erased, "parent_erased", _ERASED)
        _apply(
            work,
            child,
            field,
            f"{excluded} AND l.code <> 'erased'",
            field.ref.parent_excluded,
            "parent_excluded",
            _ASIDE,
        )
        for state in ("held", "rejected"):
            waiting = f"l.problem = 'aside' AND l.state = '{state}'"
            _apply(work, child, field, waiting, "hold", f"parent_{state}", _ASIDE)


_MISSING = "concat(field, ' names ', spoken, ' of ', {parent}, ', which no source has. Bring it, or say `missing:`.')"
_AMBIGUOUS = "concat(field, ' names ', spoken, ' of ', {parent}, ', and ', len(candidates), ' records answer to it.')"
_ASIDE = "concat(field, ' names ', spoken, ' of ', {parent}, ', which is ', state, ' (', code, ')', {by}, '.')"

_ERASED = "concat(field, ' names a record of ', {parent}, ' whose person was erased', {by}, '.')"


def _apply(
    work: Relations, child: ObjectPlan, field: FieldPlan, which: str, policy: str, code: str, message: str
) -> None:
    assert field.ref is not None
    decision = "CASE WHEN l.state = 'excluded' THEN l.decision END"
    text = message.format(parent=literal(field.ref.object), by=f"coalesce(' by ' || {decision}, '')")
    mine = f"FROM {table('links', child.name)} l WHERE l.field = {literal(field.name)} AND {which}"
    if policy == "clear":
        note = f"SELECT node, field, {literal(code)}, concat({text}, ' The link was cleared.') {mine}"
        work.execute(f"INSERT INTO {table('notes', child.name)} {note}")
        work.execute(f"DELETE FROM {table('links', child.name)} l WHERE l.field = {literal(field.name)} AND {which}")
        return
    state = literal(_STATES[policy])
    fresh = f"SELECT node, {state}, {literal(code)}, {decision}, field, {text} {mine}"
    work.execute(
        f"INSERT INTO {table('gone', child.name)} SELECT * FROM ({fresh})"
        f" WHERE node NOT IN (SELECT node FROM {table('gone', child.name)})"
    )


def _follow(work: Relations, child: ObjectPlan) -> bool:
    """Apply what the parents' fates mean to their children once; whether anything changed."""
    changed = False
    for field in references(child):
        assert field.ref is not None
        for state, code, decision in work.rows(
            "SELECT DISTINCT g.state, g.code, coalesce(g.decision, '') FROM"
            f" {table('gone', field.ref.object)} g JOIN {table('links', child.name)} l ON l.target = g.node"
            f" WHERE l.field = {literal(field.name)} AND l.problem IS NULL"
            f" AND l.node NOT IN (SELECT node FROM {table('gone', child.name)}) ORDER BY ALL"
        ):
            _mark(work, child, field, (str(state), str(code), str(decision)))
            policy = field.ref.parent_excluded if state == "excluded" else "hold"
            which = f"l.problem = 'aside' AND l.state = {literal(state)} AND l.code = {literal(code)}"
            which += f" AND coalesce(l.decision, '') = {literal(decision)}"
            _apply(work, child, field, which, policy, f"parent_{state}", _ASIDE)
            changed = True
    return changed


def _mark(work: Relations, child: ObjectPlan, field: FieldPlan, fate: tuple[str, str, str]) -> None:
    assert field.ref is not None
    state, code, decision = map(literal, fate)
    work.execute(
        f"UPDATE {table('links', child.name)} AS l SET target = NULL, problem = 'aside', state = {state},"
        f" code = {code}, decision = nullif({decision}, '') FROM {table('gone', field.ref.object)} g"
        f" WHERE l.target = g.node AND l.field = {literal(field.name)} AND l.problem IS NULL AND g.state = {state}"
        f" AND g.code = {code} AND coalesce(g.decision, '') = {decision}"
    )
