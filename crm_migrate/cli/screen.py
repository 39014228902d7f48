"""The one place that prints: results on stdout, progress and hints on stderr; plain where nobody watches."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.text import Text

from crm_migrate.cli import next_step
from crm_migrate.cli.progress import told
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
    ("help:", "cyan"),
    ("next:", "dim"),
    ("report  ", "dim"),
    ("as a workbook:", "dim"),
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
        self._stage = self._what = ""
        self._said = 0.0
        self._began = self._stage_began = self._part_began = time.monotonic()

    # -- progress --------------------------------------------------------------------------------------------------

    def stage(self, stage: str, what: str = "", done: int = 0, total: int = 0) -> None:
        """Say on stderr which stage runs, on what, how far and how long still; a terminal keeps a line per stage."""
        if self.quiet:
            return
        if stage != self._stage:
            self._ended()
            self._stage, self._what, self._stage_began, self._part_began = (
                stage,
                what,
                time.monotonic(),
                time.monotonic(),
            )
            self._said = 0.0
        elif what != self._what:
            self._what, self._part_began = what, time.monotonic()
        text = told(stage, visible(what, 60), done, total, time.monotonic() - self._part_began)
        if self._err.is_terminal:
            self._spin(text)
        elif time.monotonic() - self._said >= PLAIN_EVERY:
            self._print(self._err, text)
            self._said = time.monotonic()

    def _ended(self) -> None:
        """Leave a line of the stage that is over, on a terminal."""
        if self._stage and self._err.is_terminal:
            self._print(self._err, f"done  {self._stage:<10} {time.monotonic() - self._stage_began:8.1f} s")

    def _spin(self, text: str) -> None:
        if self._status is None:
            self._status = self._err.status(Text(text), spinner="line")
            self._status.start()
        self._status.update(Text(text))

    def finished(self) -> None:
        """Take the moving line away and say how long it took."""
        self._ended()
        if self._status is not None:
            self._status.stop()
            self._status = None
        if not self.quiet:
            self._print(self._err, f"{time.monotonic() - self._began:.1f} s")

    @property
    def width(self) -> int:
        """The columns that results may take."""
        return self._out.width

    # -- results ---------------------------------------------------------------------------------------------------

    def figures(self, figures: Figures, reports: Sequence[Path] = (), *, as_json: bool = False) -> None:
        """The end of a run: the accounting, one sentence, gates that failed, the reports, what next."""
        from crm_migrate.reports import json_report, presentable

        shown = presentable(figures)
        if as_json:
            self.lines([json_report.render(shown, masked=True).rstrip("\n")])
            return
        report = next((path for path in reports if path.suffix == ".html"), None)
        self.lines(terminal.render(shown, report=report, width=self._out.width))
        if report is not None and all(path.suffix != ".xlsx" for path in reports):
            command = f"crm-migrate report {figures.header.run} --format xlsx"
            self.lines([f"as a workbook: {next_step.with_project(command)}"])
        if asked := sum(each.pairs for each in figures.merges if each.outcome == "review"):
            told = f"{asked:,} pair(s) of records may be one each, and a person is asked"
            self.lines([f"{told}: {next_step.with_project('crm-migrate review')}"])
        if files := next((path for path in reports if path.name == "README.md"), None):
            self.lines(
                [f"files   {files}", "        what arrived are these files: the page says how the CRM imports them"]
            )
        self.next(_after(figures))

    def load_plan(self, load_plan: "LoadPlan | None", *, as_json: bool = False) -> None:
        """What a load would do, per object; samples of records only in the JSON."""
        if load_plan is not None:
            self.lines(
                [load_plan.model_dump_json(indent=1)] if as_json else _load_plan_lines(load_plan, self._out.width)
            )

    def lines(self, lines: Iterable[str]) -> None:
        """Results, one per line, on stdout."""
        for line in lines:
            self._print(self._out, line)

    def warn(self, sentence: str) -> None:
        """A warning on stderr, whether somebody watches or not."""
        self._tell(f"warning: {visible(sentence)}")

    def findings(self, findings: "Sequence[Finding]") -> None:
        """What was noticed on the way, on stderr: one line per code and place, the most serious first."""
        groups: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in findings if not self.quiet else ():
            place = finding.place.source or finding.place.file
            groups.setdefault((finding.severity.value, finding.code, place), []).append(finding)
        for severity, code, place in sorted(groups, key=lambda group: (_SEVERITIES.index(group[0]), *group[1:])):
            alike = groups[severity, code, place]
            more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
            self._tell(f"{severity}[{code}]  {place}: {visible(alike[0].message, 300)}{more}")

    def next(self, hint: str) -> None:
        """What to do next; on a terminal only, so that a script's log stays a log."""
        for line in next_step.lines(hint) if hint and not self.quiet and self._err.is_terminal else ():
            self._print(self._err, line)

    def _tell(self, sentence: str) -> None:
        """A sentence on stderr in the width of the terminal."""
        for line in terminal.wrapped(sentence, self._err.width):
            self._print(self._err, line)

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


def _load_plan_table(load_plan: "LoadPlan", actions: Sequence[str]) -> list[str]:
    rows = [["object", *actions]]
    for load in load_plan.objects:
        counts = load.model_dump(include=set(actions))
        name = load.object if load.object == load.target else f"{load.object} -> {load.target}"
        rows.append([visible(name, 40), *(f"{counts[a]:,}" for a in actions)])
    return terminal.aligned(rows)


def _load_plan_lines(load_plan: "LoadPlan", width: int) -> list[str]:
    """One line per object with its counts by action, why records wait, and what the target lacks."""
    happens = [a for a in _ACTIONS if a in _ACTIONS[:2] or any(getattr(load, a) for load in load_plan.objects)]
    whole = _load_plan_table(load_plan, _ACTIONS)
    fits = max(map(terminal.text_width, whole)) <= width
    return [
        *(whole if fits else _load_plan_table(load_plan, happens)),
        "",
        f"{load_plan.writes:,} records would be written; nothing is written yet.",
        *(["planned against target.lock, as if the target were empty: what is there is not known"] * load_plan.offline),
        *(f"mode  {visible(load.object, 40)}: {load.mode}" for load in load_plan.objects if load.mode != "upsert"),
        *(f"looked up  {visible(o.object, 40)}: {o.unchanged:,} found" for o in load_plan.objects if o.only),
        *_removals(load_plan),
        *(part for line in _forecast(load_plan) for part in terminal.wrapped(line, width)),
        *reasons("records that would not be written", [(o.object, o.codes) for o in load_plan.objects], width),
        *reasons("source rows that become no record", [(o.object, o.aside) for o in load_plan.objects], width),
        *(f"the target lacks  {visible(line)}" for line in load_plan.prepare),
    ]


def _forecast(load_plan: "LoadPlan") -> Iterable[str]:
    """What the load costs, where anything would be written."""
    return load_plan.forecast.lines() if load_plan.forecast and load_plan.writes else ()


def _removals(load_plan: "LoadPlan") -> Iterator[str]:
    """How many records would go because others have taken them in, and examples of each object."""
    for load in (load for load in load_plan.objects if load.remove):
        yield f"{visible(load.object, 40)}: {load.remove:,} record(s) would be removed, merged into others:"
        yield from (f"  {visible(s.record)}  {visible(s.message)}" for s in load.samples if s.action == "remove")


def reasons(head: str, counted: Sequence[tuple[str, Mapping[str, int]]], width: int) -> list[str]:
    """`held: key_missing` and the like with their counts and what they mean, under a heading; nothing for none."""
    from crm_migrate.codes import CODES

    lines = []
    for name, reasons in counted:
        for reason, count in reasons.items():
            code = reason.rpartition(": ")[2]
            meaning = f" ({CODES[code].title})" if code in CODES else ""
            lines += terminal.wrapped(f"{count:>7,}  {visible(name)} {visible(reason)}{meaning}", width, indent=11)
    return ["", head, *lines] if lines else []


def _after(figures: Figures) -> str:
    """What to do next after a verdict."""
    if figures.verdict == "NO-GO":
        return "mend what the report names, then: crm-migrate run"
    return "open the report, and let those sign who must"
