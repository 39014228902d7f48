"""`undo`: take back what a run did in the target, or say what that would be."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.screen import Screen, reasons
from crm_migrate.reports import terminal
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.stages.undo import UndoReport


@click.command("undo")
@project_argument
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--apply", is_flag=True, help="Do it; without it nothing is written to the target.")
@json_option
def undo_command(folder: Path, run_id: str | None, apply: bool, as_json: bool) -> None:
    """Take back what a run did in the target: remove what it created, restore what it changed.

    Records that somebody has touched since, or that others refer to, stay as they are and are listed with the reason.
    What `target prepare` made (tables, fields, our key) stays.
    By default it is the last run that wrote something; an older one can be undone once the later ones are. Without
    --apply it only says what it would do. After an interruption the same command goes on.

    \b
    Example: crm-migrate undo demo
             crm-migrate undo demo --apply
    """
    from crm_migrate import pipeline

    screen = Screen(quiet=as_json)
    report = pipeline.undo(project_of(folder), run_id, screen.stage, apply=apply)
    screen.finished()
    screen.lines([report.model_dump_json(indent=1)] if as_json else _lines(report, screen.width))
    screen.next("crm-migrate run" if report.applied else f"crm-migrate undo PROJECT {report.run} --apply")


def _lines(report: "UndoReport", width: int) -> list[str]:
    """What becomes of the records, why some stay, and where they are listed."""
    said = f"undone {report.undone}" if report.applied else f"{report.writes:,} records would go back; none has yet"
    kept = [(o.object, o.kept) for o in report.objects]
    comes = "removed by the run, back again" if report.applied else "removed by the run, would come back"
    return [
        *terminal.wrapped(f"run {report.run} ({visible(report.environment)}): {said}", width),
        "",
        *_table(report, width),
        *(f"{visible(o.object, 40)}: {o.back:,} {comes}" for o in report.objects if o.back),
        *reasons(
            "records that stay as they are" if report.applied else "records that would stay as they are", kept, width
        ),
        *([f"listed in  {report.kept_list}"] if report.kept_list else []),
    ]


def _table(report: "UndoReport", width: int) -> list[str]:
    """One line per object: created + changed = removed + restored + as before + kept."""
    does = (
        ("removed", "restored", "as before", "kept") if report.applied else ("remove", "restore", "as before", "keep")
    )
    head, rows = ("created", "changed", *does), []
    for o in report.objects:
        counts = (o.created, o.changed, o.removed, o.restored, o.same, sum(o.kept.values()))
        rows.append([visible(o.object, 40), *(f"{count:,}" for count in counts)])
    table = terminal.aligned([["object", *head], *rows])
    if max(map(terminal.text_width, table)) <= width:
        return table
    told = (f"{n}: {', '.join(' '.join(pair) for pair in zip(counts, head, strict=True))}" for n, *counts in rows)
    return [line for words in told for line in terminal.wrapped(words, width)]
