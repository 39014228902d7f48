"""`init`: a folder of exports becomes a project with a first mapping."""

from pathlib import Path

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.suggest import earlier_option, told_of


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--database",
    metavar="URL",
    help="Instead of files: a database whose tables profiles know (SuiteCRM, vtiger, CiviCRM), as env:NAME or sqlite:///file.db.",
)
@earlier_option
def init_command(folder: Path, database: str | None, earlier: Path | None) -> None:
    """Write a first mapping for a folder of exports: what they are, their keys, fields and links, and an example.

    \b
    A folder that is a project already is refused, and nothing in it is touched. Files that cannot be read are told
    and passed over. The mapping can be checked at once; each proposed line waits for a person to confirm it.
    Example: crm-migrate init exports
             crm-migrate init suitecrm --database env:SUITECRM_URL
    """
    from crm_migrate.reports.visible import visible
    from crm_migrate.suggesting.drafting import fit_line
    from crm_migrate.suggesting.knowledge import earlier as read_earlier
    from crm_migrate.suggesting.starting import MAPPING, refuse_project, start, start_database
    from crm_migrate.workspace.files import SHARED, write_file

    next_step.working_on(folder)
    refuse_project(folder)
    known = read_earlier(earlier) if earlier else None
    begun = start_database(folder, database, known) if database else start(folder, earlier=known)
    for finding in begun.skipped:
        click.echo(f"warning: {finding.message}", err=True)
    for finding in begun.aside:
        click.echo(f"warning: {finding.message}\nhelp:  {finding.hint}", err=True)
    for export in begun.exports:
        for fit in export.fits:
            found = "is" if len(export.fits) == 1 else "may be"
            click.echo(f"{visible(export.name)} {found} {visible(fit_line(fit))}")
    refuse_project(folder)  # somebody may have made one while the exports were read
    write_file(folder / MAPPING, begun.text.encode(), SHARED)
    for line in told_of(begun.told, [export.name for export in begun.exports]):
        click.echo(line)
    click.echo(f"wrote {folder / MAPPING}")
    for line in next_step.lines("crm-migrate mapping check"):
        click.echo(line, err=True)
