"""Patterns: pairs of which one rule or the model says the same, and the answers of people to all of them at once."""

from collections.abc import Sequence

from crm_migrate.disk.canonical import content_hash
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.pairs import MODEL
from crm_migrate.workspace.patterns import PatternDecision
from crm_migrate.workspace.relations import Relations

# How alike two texts are is told with two decimals; pairs are of one pattern with the same first one.
PATTERN = r"regexp_replace(why, '(\d\.\d)\d+', '\1', 'g')"


def pattern_id(object_name: str, rule: str, pattern: str) -> str:
    """The same words about the same kind of record make the same pattern in every run."""
    return "P-" + content_hash([object_name, rule, pattern])[:10]


def evidence_of(each: ObjectPlan, rule: str, pattern: str, model: str) -> str:
    """Hash of a pattern and of what speaks so: the rule as the mapping has it, or the model (its hash)."""
    spoken = next((r.model_dump(mode="json") for r in each.match if r.name == rule), None)
    return content_hash([each.name, rule, pattern, model if rule == MODEL else spoken])[:16]


def replay_patterns(work: Relations, each: ObjectPlan, answers: Sequence[PatternDecision], model: str) -> list[Finding]:
    """Give the pairs of `pairs/<object>` that are asked about the answers to their patterns; stale ones are told.

    Pairs that a contradiction, a rule or a person has decided are not asked about, and stay as they are.
    """
    findings = []
    for answer in (answer for answer in answers if answer.object == each.name):
        if answer.evidence != evidence_of(each, answer.rule, answer.pattern, model):
            findings.append(_stale(answer))
            continue
        work.execute(
            f"UPDATE {quoted(f'pairs/{each.name}')} SET outcome = ?, decision = ?, why = ?"
            f" WHERE rule = ? AND {PATTERN} = ? AND outcome = 'review' AND decision IS NULL",
            [answer.decision, answer.id, f"{answer.who} on {answer.when}: {answer.why}", answer.rule, answer.pattern],
        )
    return findings


def _stale(answer: PatternDecision) -> Finding:
    said = f"The answer {answer.id} about {answer.object} was given under another model or rule"
    return Finding("pattern_stale", f"{said}: its pairs are asked again.", severity=Severity.NOTE)
