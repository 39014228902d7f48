"""Answers of people about patterns: one for all pairs of which matching says the same, in `decisions/patterns.yaml`.

    patterns:
      - id: P-3f0c...
        object: contacts
        rule: learned
        pattern: "same e-mail and city; another street: only one kind of evidence agrees"
        decision: merge            # or apart
        who: ayse
        when: 2025-03-14
        why: they moved
        evidence: 5f0c...          # of the pattern, and of the model or rule that speaks so

An answer speaks about pairs that are asked about, and about nothing else: a contradiction, another rule and what a
person said of single records go before it. Under another model or rule it is stale, and the pairs are asked again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from crm_migrate.finding import Finding
from crm_migrate.workspace.decision_files import decision_files, is_ours, read_entries, with_entries, wrong
from crm_migrate.workspace.files import SHARED, write_file

FILE = "patterns.yaml"
WORD = "patterns"
_WORDS = ("merge", "apart")


@dataclass(frozen=True, slots=True)
class PatternDecision:
    """What a person said about all pairs of a pattern."""

    id: str
    object: str
    rule: str
    pattern: str
    decision: Literal["merge", "apart"]
    who: str
    when: str
    why: str
    evidence: str


def read_patterns(folder: Path) -> tuple[list[PatternDecision], list[Finding]]:
    """All answers about patterns, by id, and what is wrong with the files."""
    found, findings = read_entries(decision_files(folder), WORD, "pattern", _decision)
    return sorted(found, key=lambda each: each.id), findings


def write_patterns(folder: Path, answers: Sequence[PatternDecision]) -> list[Finding]:
    """Add answers to the file, each in place of an earlier one about its pattern. Returns findings, and writes
    nothing, where the file cannot be read; and writes nothing where all of them stand there already."""
    path = folder / FILE
    if path.exists() and not is_ours(path, WORD):
        return [wrong(path, f"It is no list of decisions under `{WORD}:`.")]
    mine, damaged = read_entries([path] if path.exists() else [], WORD, "pattern", _decision)
    if damaged:
        return damaged
    fresh = [each for each in answers if not any(says(old, each) for old in mine)]
    replaced = {each.id for each in fresh}
    if fresh:
        entries = with_entries(path, WORD, map(asdict, fresh), lambda item: item["id"] not in replaced)
        write_file(path, entries, SHARED)
    return []


def says(old: PatternDecision, new: PatternDecision) -> bool:
    """Both say the same, whenever they were said."""
    return {**asdict(old), "when": ""} == {**asdict(new), "when": ""}


def _decision(item: Any) -> PatternDecision | str:
    """An answer, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    known = PatternDecision.__dataclass_fields__
    if unknown := sorted(set(item) - set(known)):
        return f"unknown word `{unknown[0]}`."
    if missing := [word for word in known if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if odd := [word for word in item if not isinstance(item[word], str)]:
        return f"`{odd[0]}` must be one text."
    if item["decision"] not in _WORDS:
        return f"`decision` must be one of {', '.join(_WORDS)}."
    return PatternDecision(**item)
