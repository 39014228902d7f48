"""The one place that prints: results on stdout, progress and hints on stderr; plain where nobody watches."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.text import Text

from crm_migrate.reports import terminal
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import Figures

if TYPE_CHECKING:
    from crm_migrate.finding import Finding
    from crm_migrate.stages.load import LoadPlan

PLAIN_EVERY = 10.0  # seconds between two lines of the same stage where no terminal shows a spinner

_SEVERITIES = ("error", "warning", "note")
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

    def load_plan(self, load_plan: "LoadPlan | None", *, as_json: bool = False) -> None:
        """What a load would do, per object; samples of records only in the JSON."""
        if load_plan is not None:
            self.lines([load_plan.model_dump_json(indent=1)] if as_json else _load_plan_lines(load_plan))

    def lines(self, lines: Iterable[str]) -> None:
        """Results, one per line, on stdout."""
        for line in lines:
            self._print(self._out, line)

    def warn(self, sentence: str) -> None:
        """A warning on stderr, whether somebody watches or not."""
        self._print(self._err, f"warning: {visible(sentence)}")

    def findings(self, findings: "Sequence[Finding]") -> None:
        """What was noticed on the way, on stderr: one line per code and place, the most serious first."""
        groups: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in findings if not self.quiet else ():
            place = finding.place.source or finding.place.file
            groups.setdefault((finding.severity.value, finding.code, place), []).append(finding)
        for severity, code, place in sorted(groups, key=lambda group: (_SEVERITIES.index(group[0]), *group[1:])):
            told = groups[severity, code, place]
            more = f" (and {len(told) - 1} more like it)" if len(told) > 1 else ""
            self._print(self._err, f"{severity}[{code}]  {place}: {visible(told[0].message, 300)}{more}")

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


_ACTIONS = ("create", "update", "unchanged", "held", "rejected", "excluded", "vanished")


def _load_plan_lines(load_plan: "LoadPlan") -> list[str]:
    """One line per object with its counts by action, why records wait, and what the target lacks."""
    rows = [["object", "target", *_ACTIONS]]
    for load in load_plan.objects:
        counts = load.model_dump(include=set(_ACTIONS))
        rows.append([visible(load.object, 40), visible(load.target, 40), *(f"{counts[a]:,}" for a in _ACTIONS)])
    waiting = [
        (f"{count:,}", visible(code), visible(load.object))
        for load in load_plan.objects
        for code, count in load.codes.items()
    ]
    return [
        *terminal.aligned(rows, left=(0, 1)),
        "",
        f"{load_plan.writes:,} records would be written; nothing is written yet.",
        *(f"{name}: {count} x {code}" for count, code, name in waiting),
        *(
            f"{visible(load.object)}: {count:,} source rows {visible(reason)}"
            for load in load_plan.objects
            for reason, count in load.aside.items()
        ),
        *(f"the target lacks  {visible(line)}" for line in load_plan.prepare),
    ]


def _after(figures: Figures) -> str:
    """The next command for a verdict."""
    if figures.verdict == "NO-GO":
        return "open the report, mend what it names, then: crm-migrate run"
    return "crm-migrate report   (then let those sign who must)"
