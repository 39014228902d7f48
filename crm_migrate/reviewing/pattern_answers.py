"""Answers to patterns: who merges all pairs of one has looked at its examples, and none drawn at random was apart."""

from collections.abc import Iterator, Mapping, Sequence

from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, wrong
from crm_migrate.reviewing.questions import Question
from crm_migrate.reviewing.spoken import spoken_problems
from crm_migrate.reviewing.standing import answered
from crm_migrate.workspace.decisions import DuplicateDecision
from crm_migrate.workspace.patterns import PatternDecision

Decisions = Mapping[str, Sequence[DuplicateDecision]]  # question -> what its answer decides


def pattern_problems(
    question: Question, answer: Answer, questions: Mapping[str, Question], decided: Decisions,
    standing: Sequence[DuplicateDecision], evidence: Mapping[str, str],
) -> Iterator[Finding]:  # fmt: skip
    """What is wrong with the answer to a pattern; `decided` are the answers to its examples in the same file."""
    said, place = question.pattern, answer.decision.place
    assert said is not None
    spoken = list(spoken_problems(answer))
    yield from spoken
    if spoken or answer.decision.text == "later":
        return
    if evidence.get(question.id) != said.evidence:
        message = "The model or the rule has changed since the question was asked."
        yield wrong("decision_stale", place, message, "Write a new workbook or page, and decide anew.")
    elif answer.decision.text == "merge":
        known = [*standing, *(d for decisions in decided.values() for d in decisions)]
        yield from _looked_at(question, place, [questions[name] for name in said.sample], known)


def _looked_at(
    question: Question, place: str, sample: Sequence[Question], known: Sequence[DuplicateDecision]
) -> Iterator[Finding]:
    said = question.pattern
    assert said is not None
    if unseen := [each for each in sample if not answered(each, known)]:
        message = f"{len(unseen)} of its {len(sample)} examples have no answer; the first is {_named(unseen[0])}."
        yield wrong("review_pattern_unseen", place, message, "Answer the examples first: merge or apart.")
        return
    apart = [each for each in sample if each.id in said.random and _is_apart(each, known)]
    if apart:
        message = f"{len(apart)} of {len(said.random)} examples drawn at random are apart: {_named(apart[0])}."
        hint = "Answer apart or later, and the pairs one by one."
        yield wrong("review_pattern_against", place, message, hint)


def _is_apart(question: Question, known: Sequence[DuplicateDecision]) -> bool:
    """Whether a decision keeps two of the records apart."""
    names = set(question.names)
    apart = (d for d in known if d.object == question.object and d.decision == "apart")
    return any(len(names & set(d.members)) > 1 for d in apart)


def _named(question: Question) -> str:
    return " and ".join(question.names[:2])


def pattern_decision(question: Question, answer: Answer, today: str) -> PatternDecision:
    """What the answer decides."""
    said = question.pattern
    assert said is not None
    return PatternDecision(
        id=question.id, object=question.object, rule=said.rule, pattern=said.pattern,
        decision="merge" if answer.decision.text == "merge" else "apart", who=answer.who.text, when=today,
        why=answer.why.text or f"decided in review, {len(said.sample)} of {said.pairs} pairs looked at",
        evidence=said.evidence,
    )  # fmt: skip
