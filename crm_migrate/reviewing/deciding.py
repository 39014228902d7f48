"""From answers that are sound to decisions: merges per group, apart between them, and never a contradiction."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, wrong
from crm_migrate.reviewing.comparing import label
from crm_migrate.reviewing.questions import Question
from crm_migrate.workspace.decisions import DuplicateDecision, contradictions

Decided = dict[str, tuple[DuplicateDecision, ...]]  # question -> what its answer decides


def group_of(answer: Answer, record: str) -> str:
    """Number of the group that a record was put into; 1 where nobody said."""
    said = answer.together.get(record)
    return said.text or "1" if said else "1"


def decisions_of(question: Question, answer: Answer, today: str) -> Iterator[DuplicateDecision]:
    """What the answer means: one merge per group, and apart what is in different ones."""
    groups = _groups_of(question, answer)
    told: list[tuple[tuple[str, ...], str]] = []
    if answer.decision.text == "merge":
        told += [(tuple(group), "merge") for group in groups if len(group) > 1]
    told += [((x, y), "apart") for a, b in combinations(groups, 2) for x in a for y in b]
    if answer.decision.text == "apart" and all(len(group) == 1 for group in groups):
        told = [(question.names, "apart")]
    names = {label(n): record.name for n, record in enumerate(question.records)}
    for number, (members, word) in enumerate(told, 1):
        chosen = {f: names[s.text] for f, s in answer.keep.items() if word == "merge" and names[s.text] in members}
        yield DuplicateDecision(
            object=question.object,
            members=tuple(sorted(members)),
            decision="merge" if word == "merge" else "apart",
            who=answer.who.text,
            when=today,
            why=answer.why.text or f"decided in review ({question.id})",
            evidence=question.evidence_of(members),
            id=f"{question.id}.{number}",
            survivor=tuple(sorted(chosen.items())),
        )


def _groups_of(question: Question, answer: Answer) -> list[list[str]]:
    """Records by group: of a merge as numbered, of `apart` as they are one today; what rules merged comes apart."""
    groups: dict[object, list[str]] = {}
    for n, record in enumerate(question.records):
        if answer.decision.text == "merge":
            group: object = group_of(answer, label(n))
        else:
            group = n if question.kind == "merged" else record.joined
        groups.setdefault(group, []).append(record.name)
    return list(groups.values())


def agreeing(
    decided: Decided, places: Mapping[str, str], standing: Sequence[DuplicateDecision]
) -> tuple[Decided, dict[str, list[Finding]]]:
    """The decisions that agree with each other and with those on file; of the others the chain that forbids them.

    `decided`: question -> what its answer decides; `places`: question -> where that stands.
    """
    against: dict[str, list[Finding]] = {}
    kept = dict(decided)
    while True:
        replaced = _replaced(standing, kept)
        chains = contradictions([*replaced, *(d for ds in kept.values() for d in ds)])
        bad = {name: way for object_name, way in chains for name in _on(kept, object_name, way)}
        if not bad:
            return kept, against
        for name, way in bad.items():
            against.setdefault(name, []).append(_contradiction(places[name], way))
            kept.pop(name, None)


def _replaced(standing: Sequence[DuplicateDecision], new: Decided) -> list[DuplicateDecision]:
    """What still stands on file when these answers are written."""
    about = {(d.object, d.members) for ds in new.values() for d in ds}
    return [
        d for d in standing if d.id.rpartition(".")[0] not in new and (d.object, tuple(sorted(d.members))) not in about
    ]


def _on(decided: Decided, object_name: str, way: Sequence[str]) -> list[str]:
    """Questions whose answers make a link of the chain, or forbid its ends."""
    links = {tuple(sorted(pair)) for pair in pairwise(way)}
    ends = tuple(sorted((way[0], way[-1])))
    return [
        name
        for name, decisions in decided.items()
        for d in decisions
        if d.object == object_name
        and ((d.decision == "merge" and links & set(d.pairs)) or (d.decision == "apart" and ends in d.pairs))
    ]


def _contradiction(place: str, way: Sequence[str]) -> Finding:
    message = f"This cannot be together with other decisions: {' = '.join(way)}, but {way[0]} ≠ {way[-1]}."
    return wrong(
        "decision_conflict", place, message, "Change one answer of the chain, or take back the decision on file."
    )
