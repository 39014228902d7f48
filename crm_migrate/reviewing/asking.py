"""From the tables of a run to the questions that people are asked, the most important first."""

from collections import Counter
from collections.abc import Iterable, Sequence

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.reviewing.candidates import Candidate, candidates
from crm_migrate.reviewing.patterns import Found, pattern_question, patterns, reach_of, uncovered
from crm_migrate.reviewing.questions import KINDS, Column, Kind, LeftOut, Pack, Question
from crm_migrate.reviewing.telling import tell
from crm_migrate.stages.dedupe.choices import is_choosable
from crm_migrate.stages.dedupe.survivorship import block_of
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import CLUSTERS

LIMIT = 200  # questions of one workbook: a morning's work
TOO_MANY = 30  # records of one question that can be shown at all
BIG = f"more than {TOO_MANY} records in one question: whoever sent this file makes the rule stricter"
BEYOND = "less important: not in this file, whoever sent it can ask for more"


def ask(plan: Plan, run: Run, *, limit: int = LIMIT, audit: int = LIMIT) -> Pack:
    """The questions of a run that has been through `dedupe`: at most `limit` open ones and `audit` merges to look at.

    UsageError where the run has not come so far. Nothing is dropped without being counted in `left_out`.
    """
    with relations(run, "review") as work:
        asked = [each for each in plan.objects if each.mergeable]
        if any(not work.finished(CLUSTERS, each.name) for each in asked):
            raise UsageError(f"run {run.id} has not been through dedupe", hint="crm-migrate run --until dedupe")
        grouped = sorted(
            (one for each in asked for one in patterns(work, plan, each, TOO_MANY)), key=lambda one: (-one.gain, one.id)
        )
        found = [c for each in asked for c in candidates(work, plan, each)]
        singly = uncovered(found, grouped)
        small = sorted((c for c in singly if len(c.nodes) <= TOO_MANY), key=lambda c: c.rank)
        chosen = _first(small, limit, audit)
        told = (*_of_patterns(work, plan, grouped[:limit]), *_told(work, plan, chosen))
        told = tuple({question.id: question for question in told}.values())
    reach = reach_of(
        [(one.answers, one.expected) for one in grouped] + [(1, c.expected) for c in small if c.kind == "review"]
    )
    outside = [(c, BIG) for c in singly if len(c.nodes) > TOO_MANY]
    patterned: list[tuple[str, Kind, str]] = [(one.object.name, "pattern", BEYOND) for one in grouped[limit:]]
    outside += [(c, BEYOND) for c in small if (c.object.name, c.kind, c.nodes) not in _names(chosen)]
    return Pack(
        project=plan.project,
        run=run.id,
        plan_hash=plan.hash,
        columns={each.name: _columns(each, told) for each in asked if any(q.object == each.name for q in told)},
        questions=told,
        left_out=_left_out([(c.object.name, c.kind, because) for c, because in outside] + patterned),
        reach=reach,
    )


def _of_patterns(work: Relations, plan: Plan, grouped: Sequence[Found]) -> list[Question]:
    """Each pattern, and behind it the questions of its examples."""
    examples = _told(work, plan, [c for one in grouped for c in one.examples])
    told, at = [], 0
    for one in grouped:
        shown = examples[at : at + len(one.examples)]
        told += [pattern_question(one, shown), *shown]
        at += len(shown)
    return told


def _names(chosen: Iterable[Candidate]) -> set[tuple[str, Kind, tuple[int, ...]]]:
    return {(c.object.name, c.kind, c.nodes) for c in chosen}


def _first(ranked: Sequence[Candidate], limit: int, audit: int) -> list[Candidate]:
    return [*[c for c in ranked if c.kind != "merged"][:limit], *[c for c in ranked if c.kind == "merged"][:audit]]


def _told(work: Relations, plan: Plan, chosen: Sequence[Candidate]) -> tuple[Question, ...]:
    """The questions in the order of the candidates, told object by object."""
    told: dict[int, Question] = {}
    for each in plan.objects:
        places = [n for n, c in enumerate(chosen) if c.object.name == each.name]
        if places:
            told |= zip(places, tell(work, plan, each, [chosen[n] for n in places]), strict=True)
    return tuple(told[n] for n in range(len(chosen)))


def _left_out(outside: Iterable[tuple[str, Kind, str]]) -> tuple[LeftOut, ...]:
    """`outside`: object, kind and why it is not asked, for each question."""
    counted = Counter(outside)
    order = sorted(counted, key=lambda line: (line[0], KINDS.index(line[1]), line[2]))
    return tuple(LeftOut(object=o, kind=k, because=b, count=counted[o, k, b]) for o, k, b in order)


def _columns(each: ObjectPlan, told: Iterable[Question]) -> tuple[Column, ...]:
    """The fields that any of the records fills, in the order of the mapping."""
    records = (record for q in told if q.object == each.name for record in q.records)
    filled = {name for record in records for name, value in record.shown.items() if value}
    return tuple(_column(f) for f in each.fields if f.name in filled)


def _column(field: FieldPlan) -> Column:
    choosable = is_choosable(field) and not field.let
    return Column(
        name=field.name, type=field.type, survive=field.survive, block=block_of(field), choosable=choosable
    )  # fmt: skip
