"""The verbs that move records: plan, run, resume, target prepare, status, runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option, project_argument
from crm_migrate.cli.reporting import ALL, USUAL, formats_of
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import CrmMigrateError, UsageError

if TYPE_CHECKING:
    from crm_migrate.stages.load.undeleting import Back
    from crm_migrate.workspace.layout import Run

until_option = click.option("--until", metavar="STAGE", default="report", help="Stop after this stage, resumable.")


@click.command("plan")
@project_argument
@env_option
@click.option(
    "--offline", is_flag=True, help="Against target.lock (see target pull), where the target is out of reach."
)
@json_option
def plan_command(folder: Path, environment: str | None, offline: bool, as_json: bool) -> None:
    """Do everything but write: how many records would be created, updated, held or rejected, and why."""
    from crm_migrate import pipeline
    from crm_migrate.reviewing.standing import open_questions

    screen = Screen(quiet=as_json)
    project = project_of(folder)
    if offline:
        outcome = pipeline.plan_offline(project, environment, screen.stage)
    else:
        outcome = pipeline.start(project, environment, screen.stage, until="plan")
    screen.finished()
    screen.findings(outcome.findings)
    screen.load_plan(outcome.load_plan, as_json=as_json)
    masked = [f"{name}.{field}" for name, fields in outcome.plan.environment.mask.items() for field in fields]
    if masked and not as_json:
        screen.lines([f"pseudonyms are loaded for {', '.join(sorted(masked))}"])
    questions = open_questions(outcome.plan, outcome.run)
    if questions and not as_json:
        screen.lines([*questions, "answer them before the load: what is loaded apart is not merged by a later answer"])
    load = f"crm-migrate resume (loads exactly this plan, {outcome.plan.hash[:12]})"
    unmet = [finding for finding in outcome.findings if finding.code == "need_unmet"]
    for finding in unmet if as_json else ():  # else it is told among the findings
        screen.warn(finding.message)
    load = next(
        (finding.hint for finding in unmet), "crm-migrate plan, once the target is reached" if offline else load
    )
    screen.next("crm-migrate review PROJECT (then review --read, and plan again)" if questions else load)


@click.command("run")
@project_argument
@env_option
@until_option
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that transform (default: by the sources' size).")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="A rehearsal with the first N records of every source: never GO.",
)
@click.option("--report", "formats", default=USUAL, show_default=True, help=f"Formats of the report, of {ALL}.")
@json_option
def run_command(
    folder: Path,
    environment: str | None,
    until: str,
    workers: int | None,
    limit: int | None,
    formats: str,
    as_json: bool,
) -> None:
    """Take the company's records through all stages into the target, and prove it.

    \b
    Example: crm-migrate run demo --env local
    """
    from crm_migrate import pipeline

    screen = Screen(quiet=as_json)
    outcome = pipeline.start(
        project_of(folder),
        environment,
        screen.stage,
        until=_stage(until),
        workers=workers,
        limit=limit,
        reports=formats_of(formats),
    )
    conclude(screen, outcome, as_json)


@click.command("resume")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest by default.")
@until_option
@json_option
def resume_command(folder: Path, run_id: str | None, until: str, as_json: bool) -> None:
    """Go on where a run stopped: after Ctrl-C, a crash, a full disk, or `plan`."""
    from crm_migrate import pipeline

    screen = Screen(quiet=as_json)
    outcome = pipeline.resume(project_of(folder), run_id, screen.stage, until=_stage(until))
    conclude(screen, outcome, as_json)


def _stage(name: str) -> str:
    from crm_migrate import pipeline

    if name not in pipeline.STAGES:
        raise UsageError(f"there is no stage {name!r}", hint="stages: " + ", ".join(pipeline.STAGES))
    return name


def conclude(screen: Screen, outcome: Any, as_json: bool) -> None:
    """Print the accounting and leave with the exit code of the verdict."""
    screen.finished()
    screen.findings(outcome.findings)
    if outcome.figures is None:
        screen.next("crm-migrate resume")
        return
    screen.figures(outcome.figures, outcome.reports, as_json=as_json)
    if outcome.figures.verdict == "NO-GO":
        raise SystemExit(1)


@click.group("target")
def target_group() -> None:
    """The target: create or check what the load needs there, or go on after it was restored."""


@target_group.command("prepare")
@project_argument
@env_option
@click.option("--dry-run", is_flag=True, help="Only say what is missing.")
def prepare_command(folder: Path, environment: str | None, dry_run: bool) -> None:
    """Create what is missing in the target: tables, our key column, the batch journal."""
    from crm_migrate import pipeline

    done = pipeline.prepare(project_of(folder), environment, apply=not dry_run)
    for line in done or ("nothing is missing",):
        click.echo(line)
    Screen().next("crm-migrate plan")


@target_group.command("pull")
@project_argument
@env_option
@json_option
def pull_command(folder: Path, environment: str | None, as_json: bool) -> None:
    """Lock what the target says of the mapped objects in target.lock, beside the mapping, for version control.

    `plan` and `run` then tell what has changed there since, `mapping check` what the mapping lacks of it, and
    `plan --offline` checks all rows against it where the target is out of reach.
    """
    from crm_migrate import pipeline
    from crm_migrate.mapping.target_lock import FILE

    screen = Screen(quiet=as_json)
    plan, schema, changed = pipeline.pull(project_of(folder), environment)
    if as_json:
        found = {"environment": plan.environment.name, "objects": {o.name: len(o.fields) for o in schema.objects}}
        click.echo(json.dumps({**found, "drift": [each.model_dump() for each in changed]}, indent=1))
        return
    screen.findings([each.finding() for each in changed])
    absent = [each.target for each in plan.objects if schema.object(each.target) is None]
    fields = sum(len(each.fields) for each in schema.objects)
    screen.lines([f"{len(schema.objects)} object(s) with {fields} field(s) of `{plan.environment.name}` are in {FILE}"])
    screen.lines(f"not in the target  {name}" for name in absent)
    screen.next(f"review {FILE} and commit it, then: crm-migrate plan")


@target_group.command("adopt")
@project_argument
@env_option
def adopt_command(folder: Path, environment: str | None) -> None:
    """Go on with a target that was restored from a backup: what it lost is loaded again by the next run.

    Nothing is written there, and what people deleted in it stays deleted. Records that a lost load had changed are
    compared anew with what the target holds now.
    """
    from crm_migrate import pipeline

    done = pipeline.adopt_target(project_of(folder), environment)
    for line in done or ("the target has lost nothing that was loaded",):
        click.echo(line)
    Screen().next(f"crm-migrate plan {folder}")


@target_group.command("undelete")
@project_argument
@env_option
@click.option("--apply", is_flag=True, help="Do it; without it nothing is written to the target.")
@json_option
def undelete_command(folder: Path, environment: str | None, apply: bool, as_json: bool) -> None:
    """Bring back, with their old ids, records that we loaded and that were deleted in the target since.

    Only what lies in the target's recycle bin and carries our key comes back, with what was deleted together with it;
    who was merged into another record does not. Salesforce can (15 days); elsewhere people bring records back.
    """
    from crm_migrate import pipeline

    screen = Screen(quiet=as_json)
    found = pipeline.undelete_in_target(project_of(folder), environment, apply=apply)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found], indent=1))
        return
    does = "are back" if apply else "can come back"
    for each in found:
        screen.lines([f"{each.object}: {each.missing:,} of our records are not there, {len(each.back):,} {does}"])
        screen.lines(f"  {id} stays away: {' '.join(filter(None, (why.code, why.words)))}" for id, why in each.refused)
    if not found:
        screen.lines(["nothing that we loaded is missing"])
    again = not apply and any(each.back for each in found)
    screen.next(f"crm-migrate target undelete {folder} --apply" if again else f"crm-migrate plan {folder}")


def _told(each: "Back") -> dict[str, Any]:
    refused = {id: {"code": why.code, "words": why.words} for id, why in each.refused}
    return {"object": each.object, "missing": each.missing, "back": list(each.back), "refused": refused}


@click.command("runs")
@project_argument
@json_option
def runs_command(folder: Path, as_json: bool) -> None:
    """The runs of a project, oldest first: the verdict of each and what arrived, or how far it came.

    Where a verb takes the id of a run, its beginning is enough (00003), as long as only one run begins so.
    """
    from crm_migrate.workspace.state import read_state, runs
    from crm_migrate.workspace.undoing import undone_runs

    screen, told, project = Screen(quiet=as_json), {}, project_of(folder)
    try:
        undone = undone_runs(project)
    except CrmMigrateError as error:
        undone = {}
        screen.warn(error.message)
    for run in runs(project):
        try:
            state = read_state(run).model_dump()
            told[run.id] = {**state, "verdict": _verdict_of(run), "undone": undone.get(run.id, "")}
        except CrmMigrateError as error:  # one broken run hides no other
            screen.warn(error.message)
    if as_json:
        click.echo(json.dumps(list(told.values()), indent=1))
        return
    for run_id, state in told.items():
        stages = list(state["stages"])
        far = f"stopped after {stages[-1]}" if stages else "nothing yet"
        night = f"night {state['night']}  " if state["night"] else ""
        back = f"  undone {state['undone']}" if state["undone"] else ""
        click.echo(f"{run_id}  {night}{state['verdict'] or far}{back}")


def _verdict_of(run: "Run") -> str:
    """The verdict of a run that was reconciled, with what arrived and what waits; nothing for another."""
    from crm_migrate.reports.totals import totals
    from crm_migrate.workspace.kept_figures import figures_path, read_figures

    if not figures_path(run).is_file():
        return ""
    figures = read_figures(run)
    sums = totals(figures)
    waits = sums.states.get("held", 0) + sums.states.get("failed", 0)
    return f"{figures.verdict}  {sums.arrived:,} arrived, {waits:,} wait"
