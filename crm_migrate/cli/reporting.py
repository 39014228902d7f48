"""The verb `report`: render the figures of a run again, in other formats, another language, or unmasked."""

import json
from pathlib import Path

import click

from crm_migrate.cli.next_step import working_on
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language
from crm_migrate.errors import UsageError
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run

ALL, USUAL = (
    "html, xlsx, json, junit, md, github, csv, parquet, exceptions",
    "html,json,junit,md",
)  # said here so that `--help` imports no renderer


@click.command("report")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--project", "folder", type=click.Path(path_type=Path, exists=True), default=".", help="Project folder.")
@click.option("--format", "formats", default=USUAL, show_default=True, help=f"Formats, by commas, of {ALL}.")
@click.option("--lang", metavar="CODE", help="Language of the report (de, en, tr); the project's by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; the run's own by default.")
@click.option(
    "--reveal", is_flag=True, help="Show personal values. The files are then personal data: mind who gets them."
)
@click.option("--json", "as_json", is_flag=True, help="Print the paths as JSON on stdout.")
def report_command(
    run_id: str | None, folder: Path, formats: str, lang: str | None, out: Path | None, reveal: bool, as_json: bool
) -> None:
    """Write the reconciliation report of a run (the latest one by default) and print the paths.

    \b
    Example: crm-migrate report --format html,xlsx --lang tr
    """
    from crm_migrate.pipeline.following import as_it_stands
    from crm_migrate.reports import write_reports
    from crm_migrate.workspace.undoing import undone_runs

    project = Project(*_places(folder))
    run = find_run(project, run_id)
    figures = as_it_stands(project, run, read_figures(run))
    undone = undone_runs(project).get(run.id)
    paths = write_reports(
        figures,
        out or run.report,
        formats=formats_of(formats),
        reveal=reveal,
        ledger=run.table("reconcile"),
        locale=asked_language(lang).code if lang else None,
    )
    screen = Screen(quiet=as_json)
    screen.lines([json.dumps([str(path) for path in paths])] if as_json else map(str, paths))
    if undone:
        screen.warn(f"run {run.id} was undone ({undone}); its report tells of the target as it was after the load")
    if reveal:
        screen.warn("these files show personal values; keep them where the project's sources are kept")
    screen.next(
        "open the report and sign it" if figures.verdict != "NO-GO" else "open the report and mend what it names"
    )


def formats_of(text: str) -> list[str]:
    """The formats that a user wrote, separated by commas. UsageError where there are none."""
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if not wanted:
        raise UsageError("no report format is named", hint=f"formats: {ALL}")
    return wanted


def _places(folder: Path) -> tuple[Path, Path]:
    """The project folder and its mapping, of a folder or of the mapping file itself."""
    working_on(folder)
    mapping = folder if folder.is_file() else folder / "crm-migrate.yaml"
    return mapping.parent.resolve(), mapping.resolve()


def find_run(project: Project, run_id: str | None) -> Run:
    """A run by its id or the beginning of it, or the latest that was reconciled."""
    from crm_migrate.workspace.state import named_run, runs

    reconciled = [run for run in runs(project) if figures_path(run).is_file()]
    if not reconciled:
        raise UsageError(f"no run of {project.folder} was reconciled yet", hint="crm-migrate run")
    return reconciled[-1] if run_id is None else named_run(reconciled, run_id, "reconciled run")
