"""The verb `exceptions`: what is open of a run, what is new, gone and still there, and what people say of it."""

import json
from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import find_run
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError


@click.command("exceptions")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Of this run; the latest that was reconciled by default.")
@click.option("--read", "edits", type=click.Path(path_type=Path), help="Edited report.xlsx, or exceptions-edits.csv.")
@click.option("--who", help="With --read: who says so.")
@click.option("--dry-run", is_flag=True, help="With --read: check everything, write nothing.")
@json_option
def exceptions_command(
    folder: Path, run_id: str | None, edits: Path | None, who: str | None, dry_run: bool, as_json: bool
) -> None:
    """The exceptions of a run with their ids: what is new, gone and still there, and who does what about it.

    \b
    crm-migrate exceptions demo
    crm-migrate report --project demo --format html,xlsx     yellow cells may be changed
    crm-migrate exceptions demo --read report.xlsx --who ayse

    What is said stands in exceptions.yaml. Nothing is overwritten that somebody else has said since the file was made.
    """
    if edits is None:
        if who or dry_run:
            raise UsageError("--who and --dry-run go with --read", hint="crm-migrate exceptions PROJECT --read FILE")
        _show(folder, run_id, as_json=as_json)
    elif run_id:
        raise UsageError("--read takes a file that names its run", hint="leave out --run")
    elif not (who or "").strip():
        raise UsageError("whoever edits says who it is", hint="add --who NAME")
    else:
        _take(folder, edits, str(who).strip(), dry_run=dry_run, as_json=as_json)


def _show(folder: Path, run_id: str | None, *, as_json: bool) -> None:
    from crm_migrate.pipeline.following import as_it_stands
    from crm_migrate.reports import presentable
    from crm_migrate.reports.sentence import since
    from crm_migrate.words.language import language
    from crm_migrate.workspace.kept_figures import read_figures

    project = project_of(folder)
    run = find_run(project, run_id)
    figures = presentable(as_it_stands(project, run, read_figures(run)))
    follow, screen = figures.follow_up, Screen(quiet=as_json)
    if as_json:
        screen.lines([json.dumps({"run": run.id, **follow.model_dump(mode="json")}, ensure_ascii=False, indent=1)])
        return
    for each in figures.exceptions:
        said = follow.of(each.id)
        words = " ".join(filter(None, (said.status, said.told or said.since, said.assignee, said.decision)))
        about = " ".join(filter(None, (each.object or each.source, each.field, each.code)))
        screen.lines([f"{each.id}  {each.severity:7}  {each.count:>7,}  {about}  {words}"])
    for gone in follow.gone:
        screen.lines([f"{gone.id}  gone     {gone.count:>7,}  {gone.object} {gone.field} {gone.code}"])
    screen.lines([since(figures, language("en")) or "no earlier run to compare with"])
    screen.next("crm-migrate report --format html,xlsx (yellow cells may be changed), then: exceptions --read FILE")


def _take(folder: Path, edits: Path, who: str, *, dry_run: bool, as_json: bool) -> None:
    from crm_migrate.cli import frames
    from crm_migrate.correcting.exceptions import take_edits
    from crm_migrate.workspace.state import now

    taken = take_edits(project_of(folder), edits, who, now(), dry_run=dry_run)
    screen = Screen(quiet=as_json)
    if as_json:
        findings = [{"code": f.code, "place": str(f.place), "message": f.message} for f in taken.findings]
        said = {each.id: each.status for each in taken.said}
        told = {"said": said, "untouched": taken.untouched, "findings": findings}
        screen.lines([json.dumps(told, ensure_ascii=False)])
    else:
        click.echo(frames.render(taken.findings), err=True, nl=False)
        done = "would be written" if dry_run else "are in exceptions.yaml"
        screen.lines([f"{len(taken.said):,} exceptions {done}, {taken.untouched:,} as they were"])
        screen.next("crm-migrate report" if taken.said and not dry_run else "")
    if taken.findings:
        raise SystemExit(1)
