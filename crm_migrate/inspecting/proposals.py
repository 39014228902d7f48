"""What matching says of pairs otherwise than an earlier run did, and what changed since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crm_migrate.errors import UsageError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.models import weighed_by
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.state import is_done, runs
from crm_migrate.workspace.tables import CLUSTERS, NODES, PAIRS

Pair = tuple[str, str]
_FIELDS_SHOWN = 3
OTHERS = "other records"  # how many have a value, or who is one with whom


@dataclass(frozen=True, slots=True)
class Said:
    """The last word on a pair in one run; the decision behind it, "" where nobody decided."""

    outcome: str
    decision: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A pair of which two runs say different things ("" for nothing), and what changed between them."""

    object: str
    pair: Pair
    before: str
    now: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one run knows of one object: its pairs by the names of their records, the mapping, the model."""

    said: dict[Pair, Said]
    plan: ObjectPlan
    model: str


def earlier_run(project: Project, run: Run) -> Run:
    """The run before that matched, too. UsageError where there is none."""
    before = [each for each in runs(project) if each.id < run.id and is_done(each, "dedupe")]
    if not before:
        raise UsageError(f"no run before {run.id} has matched", hint="there is nothing to compare with")
    return before[-1]


def changed_proposals(before: Run, now: Run) -> list[Changed]:
    """The pairs that the two runs speak of otherwise, by object and name; each with all that may be the cause."""
    was, here = read_plan(before), read_plan(now)
    names = [each.name for each in here.objects if each.name in {other.name for other in was.objects}]
    with relations(before, "changes", partial=True) as old, relations(now, "changes", partial=True) as new:
        found: list[Changed] = []
        for name in names:
            if old.finished(CLUSTERS, name) and new.finished(CLUSTERS, name):
                found += _of_object(old, new, _seen(old, was.object(name)), _seen(new, here.object(name)))
        return found


def _seen(tables: Relations, plan: ObjectPlan) -> _Seen:
    nodes = tables.scan(NODES, plan.name)
    rows = tables.rows(
        f"""SELECT x.__source || ':' || x.__key, y.__source || ':' || y.__key, p.outcome, coalesce(p.decision, '')
        FROM {tables.scan(PAIRS, plan.name)} p JOIN {nodes} x ON x.__node = p.a JOIN {nodes} y ON y.__node = p.b"""
    )
    said = {(min(a, b), max(a, b)): Said(str(outcome), str(decision)) for a, b, outcome, decision in rows}
    return _Seen(said, plan, weighed_by(tables, plan.name))


def _of_object(old: Relations, new: Relations, was: _Seen, now: _Seen) -> Iterator[Changed]:
    nothing = Said("", "")
    pairs = {p for p in was.said.keys() | now.said.keys() if was.said.get(p, nothing) != now.said.get(p, nothing)}
    wanted = {name for pair in pairs for name in pair}
    before, after = _records(old, was.plan, wanted), _records(new, now.plan, wanted)
    for pair in sorted(pairs):
        then, here = was.said.get(pair, nothing), now.said.get(pair, nothing)
        because = [*_of_records(pair, before, after)]
        if then.decision != here.decision:
            because.insert(0, f"decision {here.decision or then.decision + ' was taken back'}")
        if was.model != now.model:
            because.append("the model was learned anew")
        if was.plan != now.plan:
            because.append("the mapping")
        yield Changed(now.plan.name, pair, then.outcome, here.outcome, tuple(because or [OTHERS]))


def _records(tables: Relations, plan: ObjectPlan, wanted: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """What the records of these names say themselves, by name."""
    fields = [field.name for field in plan.fields if field.ref is None]
    view = tables.whole(NODES, plan.name)
    cells = "".join(f", {quoted(name)}::VARCHAR" for name in fields)
    rows = tables.rows(
        f"SELECT __source || ':' || __key AS name{cells} FROM {view} WHERE list_contains(?, __source || ':' || __key)",
        [sorted(wanted)],
    )
    return {str(row[0]): dict(zip(fields, row[1:], strict=True)) for row in rows}


def _of_records(
    pair: Pair, before: dict[str, dict[str, str | None]], after: dict[str, dict[str, str | None]]
) -> Iterator[str]:
    for name in pair:
        if name not in before:
            yield f"{name} is new"
        elif name not in after:
            yield f"{name} is gone"
        else:
            was, now = before[name], after[name]
            fields = [f for f in sorted(was.keys() | now.keys()) if (was.get(f) or "") != (now.get(f) or "")]
            more = f" and {len(fields) - _FIELDS_SHOWN} more" if len(fields) > _FIELDS_SHOWN else ""
            if fields:
                yield f"{name}: {', '.join(fields[:_FIELDS_SHOWN])}{more}"
