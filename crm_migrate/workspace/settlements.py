"""Conflicts that people settled: fields that the sources and users of the target both changed, in `decisions/*.yaml`.

conflicts:
  - id: K-9f31c2d4
    object: contacts
    entity: 5f0c...            # our key of the record
    field: email               # as the target names it
    keep: theirs               # or ours
    evidence: 1b2c...          # of both values; where one has changed since, the question is asked again
    who: ayse
    when: 2025-03-14
    why: she wrote to us herself
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crm_migrate.finding import Finding
from crm_migrate.workspace.decision_files import decision_files, is_ours, read_entries, with_entries, wrong
from crm_migrate.workspace.files import SHARED, write_file

FILE = "conflicts.yaml"
WORD = "conflicts"
_WORDS = ("id", "object", "entity", "field", "keep", "evidence", "who", "when", "why")
SIDES = ("ours", "theirs")


@dataclass(frozen=True, slots=True)
class Settlement:
    """Whose value of one field of one record a person keeps."""

    object: str
    entity: str
    field: str
    keep: str
    evidence: str
    who: str
    when: str
    why: str
    id: str = ""

    @property
    def about(self) -> tuple[str, str, str]:
        """The field of the record."""
        return self.object, self.entity, self.field

    @property
    def name(self) -> str:
        """Its id, or one made of what it is about."""
        return self.id or f"K-{self.entity[:6]}-{self.field}-{self.evidence[:4]}"


def read_settlements(folder: Path) -> tuple[list[Settlement], list[Finding]]:
    """All of them, the later one of two about the same field last, and what is wrong with the files."""
    found, findings = read_entries(decision_files(folder), WORD, "keep", _settlement)
    return sorted(found, key=lambda each: (*each.about, each.when)), findings


def write_settlements(folder: Path, settled: Sequence[Settlement]) -> list[Finding]:
    """Add to `conflicts.yaml`, each in place of an earlier one there about the same field.

    Returns findings, and writes nothing, where a file cannot be read.
    """
    path = folder / FILE
    if path.exists() and not is_ours(path, WORD):
        return [wrong(path, f"It is no list under `{WORD}:`.")]
    standing, findings = read_entries([path] if path.exists() else [], WORD, "keep", _settlement)
    if findings:
        return findings
    new = {each.about for each in settled}
    kept = {each.name for each in standing if each.about not in new}
    entries = with_entries(path, WORD, map(_as_yaml, settled), lambda item: item["id"] in kept)
    write_file(path, entries, SHARED)
    return []


def _as_yaml(settled: Settlement) -> dict[str, Any]:
    said = asdict(settled) | {"id": settled.name}
    return {word: said[word] for word in _WORDS}


def _settlement(item: Any) -> Settlement | str:
    """One entry, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    if unknown := sorted(set(item) - set(_WORDS)):
        return f"unknown word `{unknown[0]}`."
    if missing := [word for word in _WORDS if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if odd := [word for word in item if not isinstance(item[word], str)]:
        return f"`{odd[0]}` must be one text."
    if item["keep"] not in SIDES:
        return f"`keep` must be one of {', '.join(SIDES)}."
    return Settlement(**item)
