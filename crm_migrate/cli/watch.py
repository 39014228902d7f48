"""The verb `watch`: one night of a parallel run, and how the nights stand."""

from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option, project_argument
from crm_migrate.cli.reporting import ALL, USUAL, formats_of
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError


@click.command("watch")
@project_argument
@env_option
@click.option("--only", type=click.Choice(["reconcile"]), help="Compare, and write nothing: users work in the target.")
@click.option("--show", is_flag=True, help="Only tell how the nights stand.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that transform (default: by the sources' size).")
@click.option("--report", "formats", default=USUAL, show_default=True, help=f"Formats of the report, of {ALL}.")
@json_option
def watch_command(
    folder: Path,
    environment: str | None,
    only: str | None,
    show: bool,
    workers: int | None,
    formats: str,
    as_json: bool,
) -> None:
    """A night of a parallel run: what is new in the sources goes into the target, and all of it is compared.

    \b
    crm-migrate watch PROJECT                    every night, by cron or the Task Scheduler
    crm-migrate watch PROJECT --only reconcile   once users work in the target
    crm-migrate watch PROJECT --show             the nights so far

    `watch: {under: 0.5 %, nights: 3}` of the environment says when nights are stable. Exit code 0: this night stayed
    under its limits, whether or not there are enough of them; 1: it did not. Any other: there is no result.
    """
    if show and (only or workers):
        raise UsageError("--show runs nothing", hint="leave out the other options")
    if show:
        _show(folder, environment, as_json=as_json)
        return
    from crm_migrate import pipeline

    screen = Screen(quiet=as_json)
    outcome = pipeline.watch(
        project_of(folder),
        environment,
        screen.stage,
        "reconcile" if only else "delta",
        workers=workers,
        reports=formats_of(formats),
    )
    screen.finished()
    screen.findings(outcome.findings)
    assert outcome.figures is not None, "a night goes on to its report"
    screen.figures(outcome.figures, outcome.reports, as_json=as_json)
    watch = outcome.figures.watch
    assert watch is not None, "a night has a gate"
    if watch.nights[-1].outcome not in ("stable", "same"):
        raise SystemExit(1)


def _show(folder: Path, environment: str | None, *, as_json: bool) -> None:
    from crm_migrate import pipeline
    from crm_migrate.reports import nights
    from crm_migrate.words.language import language

    watch = pipeline.nights_now(project_of(folder), environment)
    english = language("en")
    told = [nights.said(each, english) for each in watch.nights] or ["no night yet"]
    Screen(quiet=as_json).lines(
        [watch.model_dump_json(indent=1)] if as_json else [*told, nights.sentence(watch, english)]
    )
