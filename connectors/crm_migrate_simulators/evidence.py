"""How we know that a real system behaves as a simulator does: each rule with its evidence, and how many are assumed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Ground = Literal["recording", "document", "assumed"]
GROUNDS: tuple[Ground, ...] = ("recording", "document", "assumed")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a simulator, in a sentence. `source` names the recording or the document; why we assume it, else."""

    room: str
    words: str
    ground: Ground
    source: str


def counted(grounds: Iterable[str]) -> str:
    """`5 by recording, 4 by document, 3 assumed (25 %)`."""
    by = Counter(grounds)
    total = sum(by.values())
    share = f"{100 * by['assumed'] / total:.0f} %" if total else "none"
    return f"{by['recording']} by recording, {by['document']} by document, {by['assumed']} assumed ({share})"


def table(title: str, rules: Iterable[Rule]) -> str:
    """The rules as a page of Markdown, by room, with the share of what is assumed at its top."""
    rules = list(rules)
    lines = [f"# {title}", "", f"{len(rules)} rules: {counted(rule.ground for rule in rules)}.", ""]
    lines += ["Written by `scripts/make_simulator_rules.py` from the simulator's own table; do not edit.", ""]
    for room in dict.fromkeys(rule.room for rule in rules):
        lines += [f"## {room}", "", "| rule | evidence | source |", "|---|---|---|"]
        lines += [f"| {r.words} | {r.ground} | {r.source} |" for r in rules if r.room == room]
        lines.append("")
    return "\n".join(lines)
