"""The verb `reconcile`: a run compared with what its CRM has exported since."""

from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.migrate import conclude
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import ALL, USUAL, find_run, formats_of
from crm_migrate.cli.screen import Screen


@click.command("reconcile")
@project_argument
@click.option(
    "--target-export",
    "exports",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="The folder with the exports of the CRM, a file per object.",
)
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest by default.")
@click.option("--report", "formats", default=USUAL, show_default=True, help=f"Formats of the report, of {ALL}.")
@json_option
def reconcile_command(folder: Path, exports: Path, run_id: str | None, formats: str, as_json: bool) -> None:
    """Compare a run that wrote import files with what the CRM exports after the import.

    \b
    Example: crm-migrate reconcile . --target-export exports
    """
    from crm_migrate import pipeline
    from crm_migrate.mapping.frozen import read_plan

    project = project_of(folder)
    run = find_run(project, run_id)
    figures, reports = pipeline.compare_exports(project, run, exports, formats_of(formats))
    conclude(
        Screen(quiet=as_json),
        pipeline.Outcome(project, run, read_plan(run), None, figures, (), tuple(reports)),
        as_json,
    )
