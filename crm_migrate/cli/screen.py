"""The one place that prints: results on stdout, progress and hints on stderr; plain where nobody watches."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

from crm_migrate.finding import Finding, Severity
from crm_migrate.reports import terminal
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import Figures

PLAIN_EVERY = 10.0  # seconds between two lines of the same stage where no terminal shows a spinner

_STYLES = (
    ("GO WITH ACCEPTED EXCEPTIONS", "bold yellow"),
    ("NO-GO", "bold red"),
    ("GO", "bold green"),
    ("DOES NOT ADD UP", "bold red"),
    ("gate failed", "red"),
    ("error", "bold red"),
    ("warning", "bold yellow"),
    ("next:", "dim"),
    ("report  ", "dim"),
)


class Screen:
    """A terminal, or what stands in for one: a pipe, a log of CI, a file. `quiet` keeps progress and hints away.

    Colours follow NO_COLOR, FORCE_COLOR and whether somebody watches; no meaning is in a colour alone.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._out = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._err = Console(file=sys.stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._status: Status | None = None
        self._stage = ""
        self._said = 0.0
        self._began = time.monotonic()

    # -- progress --------------------------------------------------------------------------------------------------

    def stage(self, name: str, what: str = "") -> None:
        """Say on stderr which stage runs; on a terminal one moving line, elsewhere a line now and then."""
        if self.quiet:
            return
        text = f"{name}  {visible(what, 100)}".rstrip()
        if self._err.is_terminal:
            self._spin(text)
        elif name != self._stage or time.monotonic() - self._said >= PLAIN_EVERY:
            self._print(self._err, text)
            self._said = time.monotonic()
        self._stage = name

    def _spin(self, text: str) -> None:
        if self._status is None:
            self._status = self._err.status(Text(text), spinner="line")
            self._status.start()
        self._status.update(Text(text))

    def finished(self) -> None:
        """Take the moving line away and say how long it took."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        if not self.quiet:
            self._print(self._err, f"{time.monotonic() - self._began:.1f} s")

    # -- results ---------------------------------------------------------------------------------------------------

    def figures(self, figures: Figures, reports: Sequence[Path] = (), *, as_json: bool = False) -> None:
        """The end of a run: the accounting, one sentence, gates that failed, the reports, what next."""
        from crm_migrate.reports import json_report, presentable

        shown = presentable(figures)
        if as_json:
            self.lines([json_report.render(shown, masked=True).rstrip("\n")])
            return
        report = next((path for path in reports if path.suffix == ".html"), None)
        self.lines(terminal.render(shown, report=report))
        self.next(_after(figures))

    def load_plan(self, load_plan: Any, *, as_json: bool = False) -> None:
        """What a load would do, per object."""
        rows = load_plan_rows(load_plan)
        if as_json:
            self.lines([json.dumps(rows, indent=1, ensure_ascii=False)])
            return
        self.table([list(rows[0]), *([str(v) for v in row.values()] for row in rows)] if rows else [])

    def table(self, rows: list[list[str]], left: tuple[int, ...] = (0,)) -> None:
        """Aligned columns; the first row is the head."""
        if rows:
            self.lines(terminal.aligned([[visible(cell, 200) for cell in row] for row in rows], left))

    def lines(self, lines: Iterable[str]) -> None:
        """Results, one per line, on stdout."""
        for line in lines:
            self._print(self._out, line)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Findings on stderr: code and sentence, the place with its line and a caret, and what helps."""
        for finding in findings:
            for line in finding_lines(finding):
                self._print(self._err, line)

    def warn(self, sentence: str) -> None:
        """A warning on stderr, whether somebody watches or not."""
        self._print(self._err, f"warning: {visible(sentence)}")

    def next(self, command: str) -> None:
        """The one line that says what to do next; on a terminal only, so that a script's log stays a log."""
        if command and not self.quiet and self._err.is_terminal:
            self._print(self._err, f"next:   {command}")

    def _print(self, console: Console, line: str) -> None:
        """A line that the console can encode: code pages of Windows lack most of the world's letters."""
        encoding = getattr(console.file, "encoding", None) or "utf-8"
        text = Text(line.encode(encoding, "backslashreplace").decode(encoding))
        for word, style in _STYLES:
            if line.startswith(word):
                text.stylize(style, 0, len(word))
                break
        console.print(text, no_wrap=True, overflow="ignore", crop=False)


def finding_lines(finding: Finding) -> list[str]:
    """A finding in the frame of a compiler's message."""
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    lines = [f"{finding.severity.value}[{finding.code}]: {visible(finding.message)}{times}"]
    place = finding.place
    if str(place):
        lines.append(f"  --> {visible(str(place))}")
    if place.excerpt:
        number = str(place.line)
        lines.append(f"  {number} | {visible(place.excerpt, 200)}")
        lines.append(f"  {' ' * len(number)} | {' ' * max(0, place.column - 1)}{'^' * max(1, place.length)}")
    if finding.hint:
        lines.append(f"  = help: {visible(finding.hint)}")
    return lines


def load_plan_rows(load_plan: Any) -> list[dict[str, int | str]]:
    """One row per object of a load plan, with its counts by action."""
    return [{"object": name, **counts} for name, counts in load_plan.counts.items()]


def _after(figures: Figures) -> str:
    """The next command for a verdict."""
    if figures.verdict == "NO-GO":
        return "open the report, mend what it names, then: crm-migrate run"
    return "crm-migrate signoff"


def severity_counts(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`, for the last line of a check."""
    found = [finding.severity for finding in findings]
    words = [
        f"{found.count(severity)} {severity.value}{'' if found.count(severity) == 1 else 's'}"
        for severity in Severity
        if severity in found
    ]
    return ", ".join(words) or "nothing found"
