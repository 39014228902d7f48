"""Annotations for a job of GitHub Actions: what failed, and the exceptions that need somebody, as workflow commands.

GitHub shows ten errors and ten warnings of a step and drops the others, so that the last of ten says how many more.
"""

from collections.abc import Iterator, Sequence

from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import ExceptionGroup, Figures, Gate

SHOWN = 10  # of each level in one step

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render(figures: Figures, words: Language) -> str:
    """One line each; print them in a step. Notes are left out."""
    verdict = words.word(f"verdict.{figures.verdict}")
    errors = [_gate(gate, words) for gate in figures.gates if not gate.passed and not gate.accepted]
    errors += [_group(group, words) for group in figures.exceptions if group.severity == "error"]
    warnings = [_gate(gate, words) for gate in figures.gates if not gate.passed and gate.accepted]
    warnings += [_group(group, words) for group in figures.exceptions if group.severity == "warning"]
    lines = [_command("notice", words.word("verdict"), f"{verdict}: {words.word(f'verdict.why.{figures.verdict}')}")]
    lines += _first("error", errors, words)
    lines += _first("warning", warnings, words)
    return "".join(f"{line}\n" for line in lines)


def _first(level: str, said: Sequence[tuple[str, str]], words: Language) -> Iterator[str]:
    shown = said if len(said) <= SHOWN else said[: SHOWN - 1]
    yield from (_command(level, title, text) for title, text in shown)
    if more := len(said) - len(shown):
        yield _command(level, words.word("report"), words.word("annotations.more", count=words.number(more)))


def _gate(gate: Gate, words: Language) -> tuple[str, str]:
    found = f"{words.word('column.limit')} {gate.limit}, {words.word('column.actual')} {gate.actual}"
    accepted = f"; {words.word('column.accepted')} {gate.accepted}" if gate.accepted else ""
    return f"{words.name('word', gate.name)} {gate.scope}".strip(), found + accepted


def _group(group: ExceptionGroup, words: Language) -> tuple[str, str]:
    place = " · ".join(filter(None, (group.object, group.field, group.source)))
    return f"{words.number(group.count)} × {group.code} {place}".strip(), f"{group.title} {group.fix}".strip()


def _command(level: str, title: str, text: str) -> str:
    return f"::{level} title={_escaped(title, _PROPERTY)}::{_escaped(text, _DATA)}"


def _escaped(text: str, marks: dict[str, str]) -> str:
    return "".join(marks.get(letter, letter) for letter in text)
