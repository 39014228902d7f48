"""The verb `reconcile`: a run, a mapping or a bare file compared with what a CRM exports."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import DEFAULT, project_of
from crm_migrate.cli.migrate import conclude
from crm_migrate.cli.options import env_option, json_option
from crm_migrate.cli.reporting import ALL, USUAL, find_run, formats_of
from crm_migrate.cli.screen import Screen
from crm_migrate.disk.laying import lay
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.pipeline import Outcome
    from crm_migrate.trying.standing_alone import Asked
    from crm_migrate.workspace.layout import Project

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("reconcile")
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False, metavar="[PROJECT]")
@click.option(
    "--target-export",
    "exports",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder with the exports of the CRM, a file per object.",
)
@click.option("--target", "export", type=_FILE, help="The export, where it is one file.")
@click.option("--source", type=_FILE, help="What was migrated, without a mapping or in place of its file.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="[OBJECT=]COLUMN",
    help="The column by which records are known in the exports, where another tool loaded them.",
)
@click.option(
    "--time-zone", "zone", metavar="ZONE", help="Of moments without an offset in the exports (Europe/Berlin); else UTC."
)
@click.option("--mapping", type=_FILE, help="The mapping between the two files, where they are not alike.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for two files and the report.")
@env_option
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest by default.")
@click.option("--report", "formats", default=USUAL, show_default=True, help=f"Formats of the report, of {ALL}.")
@json_option
def reconcile_command(
    folder: Path | None,
    exports: Path | None,
    export: Path | None,
    source: Path | None,
    keys: Sequence[str],
    zone: str | None,
    mapping: Path | None,
    output: Path | None,
    environment: str | None,
    run_id: str | None,
    formats: str,
    as_json: bool,
) -> None:
    """Compare what a migration should have brought with what the CRM exports.

    \b
    A run that wrote import files:  crm-migrate reconcile . --target-export exports
    Another tool loaded the data:   crm-migrate reconcile . --target-export exports --key Legacy_Id__c
    Two files alone:                crm-migrate reconcile --source old.csv --target new.csv --key Id
    With a mapping between them:    crm-migrate reconcile --target new.csv --key Id --mapping mapping.yaml
    """
    place = _one_place(exports, export)
    _refuse_unknown(zone)
    if mapping is not None and folder is not None:
        raise UsageError("PROJECT and --mapping both name a mapping", hint="say one of them")
    screen = Screen(quiet=as_json)
    named = mapping or folder
    if named is None and source is not None:
        outcome = _two_files(source, place, keys, zone, output, formats, screen)
    elif output is not None:
        raise UsageError("--output is for two files", hint="the report of a mapping lies in reports/ beside it")
    elif not keys:
        _refuse_beside_run({"--env": environment, "--source": source})
        outcome = _run(project_of(named or Path()), run_id, place, formats, zone)
    elif run_id is not None:
        raise UsageError("--run and --key exclude each other", hint="with --key the mapping is compared, and no run")
    else:
        from crm_migrate.trying.standing_alone import Asked

        asked = Asked(place, _keys(keys), source, zone)
        outcome = _alone(project_of(named or Path()), environment, asked, formats, screen)
    for each in outcome.figures.fields if outcome.figures else ():
        if each.classes.get("not_comparable"):
            screen.warn(f"not compared, as no export has it: {each.object}.{each.field}")
    conclude(screen, outcome, as_json)


def _one_place(exports: Path | None, export: Path | None) -> Path:
    if exports is not None and export is not None:
        raise UsageError("--target-export and --target exclude each other", hint="a folder of exports, or the only one")
    if place := exports or export:
        return place
    hint = "--target-export FOLDER (a file per object), or --target FILE"
    raise UsageError("nothing is said of what the CRM exported", hint=hint)


def _refuse_unknown(zone: str | None) -> None:
    from zoneinfo import available_timezones

    if zone is not None and zone not in available_timezones():
        raise UsageError(f"there is no time zone `{zone}`", hint="--time-zone Europe/Berlin, as the CRM's settings say")


def _refuse_beside_run(said: dict[str, str | Path | None]) -> None:
    for option, value in said.items():
        if value is not None:
            hint = "to compare the mapping without a run, name the column by which records are known: --key COLUMN"
            raise UsageError(f"{option} says nothing of a run, which has its own", hint=hint)


def _keys(said: Sequence[str]) -> dict[str, str]:
    parts = [text.rpartition("=") for text in said]
    keys = {object: column for object, _, column in parts}
    if len(keys) != len(parts):
        raise UsageError("--key is said twice for the same object", hint="one column per object")
    return keys


def _run(project: "Project", run_id: str | None, place: Path, formats: str, zone: str | None) -> "Outcome":
    from crm_migrate import pipeline
    from crm_migrate.mapping.frozen import read_plan

    run = find_run(project, run_id)
    figures, reports = pipeline.compare_exports(project, run, place, formats_of(formats), zone)
    return pipeline.Outcome(project, run, read_plan(run), None, figures, (), tuple(reports))


def _alone(project: "Project", environment: str | None, asked: "Asked", formats: str, screen: Screen) -> "Outcome":
    from crm_migrate.trying.standing_alone import compare_alone

    return compare_alone(project, environment, asked, formats_of(formats), screen.stage)


def _two_files(
    source: Path,
    target: Path,
    keys: Sequence[str],
    zone: str | None,
    output: Path | None,
    formats: str,
    screen: Screen,
) -> "Outcome":
    """A project of its own, in which people can go on: its mapping may be changed, and compared again."""
    from crm_migrate.suggesting import two_files
    from crm_migrate.trying.standing_alone import Asked

    if target.is_dir():
        raise UsageError("--source is compared with one file", hint="--target FILE in place of --target-export")
    if len(keys) != 1:
        raise UsageError("two files are compared by one key", hint="--key COLUMN, a column that both have")
    place = output or Path(f"reconcile-{target.stem}")
    if (place / DEFAULT).exists():
        hint = f"crm-migrate reconcile {place} --target {target} --key {keys[0]}; or --output another folder"
        raise UsageError(f"there is a mapping in {place} already", hint=hint)
    said = two_files.pair(source, target, keys[0])
    (place / "mappings" / "targets").mkdir(parents=True, exist_ok=True)
    lay(source, place / source.name)
    (place / "mappings" / "targets" / "compared.yaml").write_text(two_files.profile(target.name, said), "utf-8")
    (place / DEFAULT).write_text(two_files.mapping(source.name, keys[0], said), "utf-8")
    for file, columns in ((source, said.source_only), (target, said.target_only)):
        if columns:
            screen.warn(f"not compared, as only {file.name} has them: {', '.join(columns)}")
    return _alone(project_of(place), None, Asked(target, {"": keys[0]}, None, zone), formats, screen)
