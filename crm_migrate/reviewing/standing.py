"""How many questions about duplicates a planned run leaves open, and what hangs on them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from crm_migrate.mapping.plan import Plan
from crm_migrate.reviewing.asking import ask
from crm_migrate.reviewing.questions import Pack, Question
from crm_migrate.workspace.decisions import DuplicateDecision
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.patterns import PatternDecision


def open_questions(plan: Plan, run: Run) -> tuple[str, ...]:
    """One line per object with open questions: how many, the records in them, their links and money. None: empty."""
    pack = ask(plan, run, audit=0)
    return tuple(_lines(plan, pack))


def open_counts(
    plan: Plan, run: Run, standing: Iterable[DuplicateDecision] = (), patterns: Iterable[PatternDecision] = ()
) -> dict[str, int]:
    """Object -> questions that are open; not those that `standing` decisions and answers to `patterns` have answered
    since the run."""
    said = {(answer.id, answer.evidence) for answer in patterns}
    pack = ask(plan, run, audit=0)
    decided = list(standing)
    found: dict[str, int] = {}
    for each in plan.objects:
        asked = [q for q in pack.of(each.name, "review", "held") if not answered(q, decided)]
        asked += [q for q in pack.of(each.name, "pattern") if (q.id, q.evidence) not in said]
        more = sum(line.count for line in pack.left_out if line.object == each.name and line.kind != "merged")
        if asked or more:
            found[each.name] = len(asked) + more
    return found


def answered(question: Question, decided: Iterable[DuplicateDecision]) -> bool:
    """Whether decisions speak about each record of a question, beside another one of it."""
    names = set(question.names)
    spoken = (names & set(each.members) for each in decided if each.object == question.object)
    return names == set().union(*(shared for shared in spoken if len(shared) > 1))


def _lines(plan: Plan, pack: Pack) -> Iterator[str]:
    for each in plan.objects:
        asked = pack.of(each.name, "pattern", "review", "held")
        more = sum(line.count for line in pack.left_out if line.object == each.name and line.kind != "merged")
        if not asked and not more:
            continue
        records = {record.name: record for question in asked for record in question.records}.values()
        links = sum(sum(record.links.values()) for record in records)
        money: dict[str, Decimal] = {}
        for of, amount in (item for record in records for item in record.money.items()):
            money[of] = money.get(of, Decimal(0)) + Decimal(amount)
        hangs = [f"{links:,} links" if links else "", *(f"{amount:,f} {of}" for of, amount in sorted(money.items()))]
        told = ", ".join(word for word in hangs if word) or "nothing"
        yield (
            f"open questions  {each.name}: {len(asked) + more:,} about duplicates, {len(records):,} records; "
            f"on them hang {told}{f' (and {more:,} questions more)' if more else ''}"
        )
