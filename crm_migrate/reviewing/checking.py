"""Answers become decisions where they can: every one that cannot is named, and takes no other down with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, Reading, Said, wrong
from crm_migrate.reviewing.comparing import label
from crm_migrate.reviewing.deciding import Decided, agreeing, decisions_of, group_of
from crm_migrate.reviewing.layout import WORDS
from crm_migrate.reviewing.pattern_answers import pattern_decision, pattern_problems
from crm_migrate.reviewing.questions import Cells, Column, Pack, Question
from crm_migrate.reviewing.spoken import spoken_problems
from crm_migrate.workspace.decisions import DuplicateDecision, evidence_hash
from crm_migrate.workspace.patterns import PatternDecision


@dataclass(frozen=True, slots=True)
class Checked:
    """`decisions` per answered question, `patterns` per answered pattern, `findings` for all that is not taken, and
    what stays open."""

    decisions: Decided = field(default_factory=dict)
    patterns: dict[str, PatternDecision] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    later: int = 0
    untouched: int = 0
    refused: int = 0


def check(
    pack: Pack,
    reading: Reading,
    today: str,
    now: Mapping[str, Mapping[str, Cells]],
    standing: Sequence[DuplicateDecision],
    evidence: Mapping[str, str] | None = None,
) -> Checked:
    """Check all answers. `now`: object -> record -> what it says in the latest run; `standing`: decisions on file;
    `evidence`: pattern -> its hash in the latest run."""
    questions = {q.id: q for q in pack.questions}
    findings, decided, later, untouched = list(reading.findings), {}, 0, 0
    refused = set(reading.spoilt)
    for answer in reading.answers:
        if answer.question in refused or not answer.says_something:
            untouched += answer.question not in refused
            continue
        question = questions[answer.question]
        if question.pattern is not None:
            continue  # it is answered when its examples are
        problems = list(_problems(question, pack.columns[question.object], answer, now.get(question.object, {})))
        if problems:
            findings += problems
            refused.add(question.id)
        elif answer.decision.text == "later":
            later += 1
        else:
            decided[question.id] = tuple(decisions_of(question, answer, today))
    places = {answer.question: answer.decision.place for answer in reading.answers}
    decided, against = agreeing(decided, places, standing)
    refused |= {name for name in questions if name in against}
    findings += [f for fs in against.values() for f in fs]
    patterns: dict[str, PatternDecision] = {}
    for answer in reading.answers:
        question = questions[answer.question]
        if question.pattern is None or answer.question in refused or not answer.says_something:
            continue
        problems = list(pattern_problems(question, answer, questions, decided, standing, evidence or {}))
        if problems:
            findings += problems
            refused.add(question.id)
        elif answer.decision.text == "later":
            later += 1
        else:
            patterns[question.id] = pattern_decision(question, answer, today)
    return Checked(decided, patterns, tuple(findings), later, untouched, len(refused))


# -------------------------------------------------------------------------------------------- one answer by itself


def _problems(
    question: Question, columns: Sequence[Column], answer: Answer, now: Mapping[str, Cells]
) -> Iterator[Finding]:
    yield from spoken_problems(answer)
    if answer.decision.text not in WORDS:
        return
    if answer.decision.text != "later":
        yield from _changed(question, answer, now)
    yield from _groups(question, answer)
    yield from _kept(question, columns, answer)


def _changed(question: Question, answer: Answer, now: Mapping[str, Cells]) -> Iterator[Finding]:
    """The records still are what was decided about."""
    gone = [name for name in question.names if name not in now]
    if gone:
        message = f"{', '.join(gone)} is no record of the latest run any more."
        yield wrong(
            "decision_obsolete", answer.decision.place, message, "Write a new workbook or page, and decide anew."
        )
    elif question.evidence != evidence_hash({name: now[name] for name in question.names}):
        told = "; ".join(_differences(question, now))
        message = f"The records have changed since the question was asked: {told}."
        yield wrong("decision_stale", answer.decision.place, message, "Write a new workbook or page, and decide anew.")


def _differences(question: Question, now: Mapping[str, Cells]) -> list[str]:
    """`kisi:17 phone`: which cells changed; values are not told."""
    found = [
        f"{record.name} {name}"
        for record in question.records
        for name in sorted({*record.own, *now[record.name]})
        if (record.own.get(name) or "") != (now[record.name].get(name) or "")
    ]
    return [*found[:3], f"{len(found) - 3} more"] if len(found) > 3 else found


def _groups(question: Question, answer: Answer) -> Iterator[Finding]:
    """Numbers of groups are numbers of groups, and only a merge has them."""
    known = [str(n) for n in range(1, len(question.records) + 1)]
    for said in answer.together.values():
        if said.text and said.text not in known:
            yield _ungrouped(
                said, f"{said.text[:80]!r} is no number of a group.", f"Choose one of: {', '.join(known)}."
            )
    split = {said.text or "1": said for said in answer.together.values()}
    word = answer.decision.text
    if len(split) > 1 and word != "merge":
        at = next(said for number, said in split.items() if number != "1")
        yield _ungrouped(at, f"Groups are for a merge, but the decision is {word}.", "Choose merge, or number all 1.")
    if word == "merge" and len(split) == len(question.records):
        at = next(iter(answer.together.values()))
        hint = "Choose apart, or give equal numbers to those that are one."
        yield _ungrouped(at, "The decision is merge, but every record has a number of its own.", hint)


def _ungrouped(said: Said, message: str, hint: str) -> Finding:
    return wrong("review_together_wrong", said.place, message, hint)


def _kept(question: Question, columns: Sequence[Column], answer: Answer) -> Iterator[Finding]:
    """A record that gives a field is one of the question, has something there, and gives the block with it."""
    places = {label(n): n for n in range(len(question.records))}
    by_name = {column.name: column for column in columns}
    blocks: dict[tuple[str, str], tuple[str, Said]] = {}
    for name, said in answer.keep.items():
        column = by_name.get(name)
        if answer.decision.text != "merge":
            yield _unfit(said, f"Nothing is kept from one record where the decision is {answer.decision.text}.")
        elif column is None or not column.choosable:
            yield _unfit(said, f"Which record gives {name!r} cannot be chosen: its rule decides.")
        elif said.text not in places:
            yield _unfit(said, f"{said.text[:80]!r} is no record of this question.")
        elif not question.records[places[said.text]].shown.get(name):
            yield _unfit(said, f"Record {said.text} has nothing in {name}.")
        elif column.block:
            group = (column.block, group_of(answer, said.text))
            other, first = blocks.setdefault(group, (name, said))
            if first.text != said.text:
                yield _unfit(
                    said, f"{other} and {name} come from one record together, but {other} shall come from {first.text}."
                )


def _unfit(said: Said, message: str) -> Finding:
    return wrong("review_keep_wrong", said.place, message, "Choose a record that has a value there, or `by rule`.")
