"""Findings of a mapping as people read them: code, place, excerpt, caret, help."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from crm_migrate.finding import Finding, Severity

_WIDTH = 120
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(findings: Sequence[Finding]) -> str:
    """All findings as frames, one blank line between them; ends with a line feed unless there are none."""
    return "".join(frame(finding) + "\n" for finding in findings)


def frame(finding: Finding) -> str:
    """One finding: `error[code]: message`, `--> file:line:column`, the line, a caret, `= help:`."""
    lines = [f"{finding.severity.value}[{finding.code}]: {finding.message}"]
    place = finding.place
    margin = len(str(place.line)) if place.line else 1
    if str(place):
        lines.append(f"{' ' * margin}--> {place}")
    if place.excerpt and place.line:
        excerpt, column = _window(place.excerpt, place.column)
        length = max(1, min(place.length, len(excerpt) - column + 1))
        lines += [
            f"{' ' * margin} |",
            f"{place.line} | {excerpt}",
            f"{' ' * margin} | {_padding(excerpt, column)}{'^' * length}",
        ]
    if finding.hint:
        lines.append(f"{' ' * margin} = help: {finding.hint}")
    return "\n".join(lines) + "\n"


def _window(text: str, column: int) -> tuple[str, int]:
    """A long line cut around the column, and where the column is then."""
    text = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in text)  # it steers no terminal
    if len(text) <= _WIDTH:
        return text.rstrip(), column
    start = max(0, column - _WIDTH // 2)
    cut = text[start : start + _WIDTH]
    head, tail = "…" * (start > 0), "…" * (start + _WIDTH < len(text))
    return f"{head}{cut}{tail}", column - start + len(head)


def _padding(text: str, column: int) -> str:
    """Blanks up to the column; tabs stay tabs, so that the caret stands where it belongs."""
    return "".join("\t" if char == "\t" else " " for char in text[: column - 1].ljust(column - 1))


def as_json(findings: Sequence[Finding]) -> str:
    """The findings for machines."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1)


def as_github(findings: Sequence[Finding]) -> str:
    """The findings as annotations of a GitHub workflow."""
    return "".join(f"{_annotation(finding)}\n" for finding in findings)


def _annotation(finding: Finding) -> str:
    place = finding.place
    facts = {"file": place.file, "line": str(place.line or ""), "col": str(place.column or ""), "title": finding.code}
    said = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in facts.items() if value)
    text = f"{finding.message}. {finding.hint}".strip()
    return f"::{_LEVELS[finding.severity]} {said}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text
