"""`repair`: write again what the report of a run found to differ in the target, cause by cause."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.migrate import conclude
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.screen import Screen
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.stages.repair.choosing import Wanted
    from crm_migrate.workspace.figures import Cause
    from crm_migrate.workspace.layout import Project


@click.command("repair")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Of the report of this run; the last by default.")
@click.option("--object", "object_name", metavar="NAME", default="", help="Only this object.")
@click.option("--field", metavar="NAME", default="", help="Only this field (or reference).")
@click.option("--cause", metavar="TEXT", default="", help="Only this cause, or all that begin so: `truncated`.")
@click.option("--apply", is_flag=True, help="Do it; without it nothing is written to the target.")
@json_option
def repair_command(
    folder: Path,
    run_id: str | None,
    object_name: str,
    field: str,
    cause: str,
    apply: bool,
    as_json: bool,
) -> None:
    """Write again what the report of the last run found to differ in the target.

    Without an option it lists the causes; with some of them it plans their repair, and with --apply does it. What is
    written goes the way of every load: planned, journalled, read back, told in a report. Only the chosen cells are
    written: none that somebody has changed in the target since, none that would bring an opt-out back to life. Stopped
    while it writes, the same command goes on.

    \b
    Example: crm-migrate repair demo
             crm-migrate repair demo --object deals --field stage
             crm-migrate repair demo --object deals --field stage --apply
    """
    from crm_migrate import pipeline
    from crm_migrate.stages.repair.choosing import Wanted

    screen, project = Screen(quiet=as_json), project_of(folder)
    wanted = Wanted(object_name, field, cause)
    if wanted == Wanted() and not apply:
        _list(screen, project, run_id, as_json=as_json)
        return
    outcome = pipeline.repair(project, run_id, wanted, screen.stage, apply=apply)
    if apply:
        conclude(screen, outcome, as_json)
        return
    screen.finished()
    screen.findings(outcome.findings)
    screen.load_plan(outcome.load_plan, as_json=as_json)
    screen.next(f"crm-migrate repair PROJECT{_chosen(wanted)} --apply")


def _list(screen: Screen, project: "Project", run_id: str | None, *, as_json: bool) -> None:
    from crm_migrate.workspace.kept_figures import read_figures
    from crm_migrate.workspace.state import look_at

    run = look_at(project, run_id, "reconcile")
    figures = read_figures(run)
    found = [each for each in figures.causes() if each[2].cls in ("lost", "different", "filled_by_target")]
    if as_json:
        causes = [{"object": o, "field": f, "cause": c.cause, "class": c.cls, "cells": c.count} for o, f, c in found]
        screen.lines([json.dumps({"run": run.id, "causes": causes}, ensure_ascii=False)])
        return
    lines = [_line(*each) for each in found]
    screen.lines(lines or [f"the report of run {run.id} has no such difference"])
    if lines:
        screen.next("crm-migrate repair PROJECT --object NAME --field NAME --cause TEXT")


def _line(object_name: str, field: str, cause: "Cause") -> str:
    told = "".join(f", {place.count:,} of them in {place.value or 'empty'}" for place in cause.places[:1])
    return visible(f"{object_name}.{field}: {cause.count:,} x {cause.cause}{told}")


def _chosen(wanted: "Wanted") -> str:
    said = {"--object": wanted.object, "--field": wanted.field, "--cause": wanted.cause}
    return "".join(f" {option} {next_step.quoted(Path(value))}" for option, value in said.items() if value)
