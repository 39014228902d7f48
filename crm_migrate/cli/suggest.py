"""`mapping suggest`: lines for a mapping, each with its evidence, as a patch that changes nothing a person wrote."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option
from crm_migrate.errors import UsageError
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.suggesting.candidates import Known
    from crm_migrate.suggesting.suggestion import Suggestion
    from crm_migrate.workspace.layout import Project

earlier_option = click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A folder of finished projects, whose mappings are believed more than any name.",
)


@click.command("suggest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PROJECT | FILES...]")
@click.option("--write", "to_file", is_flag=True, help="Put the lines into the mapping; by default they are printed.")
@earlier_option
@json_option
def suggest_command(paths: tuple[Path, ...], to_file: bool, earlier: Path | None, as_json: bool) -> None:
    """Propose lines for a mapping: by the names of columns, their values, profiles and earlier projects.

    \b
    What a person wrote is never touched, and what fits nowhere stays unmapped. Each line says why it is there, in a
    comment `# proposed:`; take the comment away when you have looked at the line.
      crm-migrate mapping suggest demo
      crm-migrate mapping suggest demo --earlier finished --write
      crm-migrate mapping suggest contacts.csv companies.xlsx
    """
    from crm_migrate.suggesting.knowledge import earlier as read_earlier

    known = read_earlier(earlier) if earlier else {}
    paths = paths or (Path(),)
    if len(paths) == 1 and (paths[0].is_dir() or paths[0].suffix in (".yaml", ".yml")):
        _of_project(project_of(paths[0]), known, to_file, as_json)
    else:
        _of_files(paths, known, to_file, as_json)


def _of_project(project: "Project", known: "dict[str, Known]", to_file: bool, as_json: bool) -> None:
    from crm_migrate.suggesting.amending import amended
    from crm_migrate.suggesting.patching import difference
    from crm_migrate.workspace.files import SHARED, write_file

    found = amended(project, known)
    for finding in found.unread:
        click.echo(f"warning: {visible(finding.message)}", err=True)
    if as_json:
        click.echo(json.dumps(_data(found.told), ensure_ascii=False, indent=1))
    else:
        for line in told_of(found.told, found.sources):
            click.echo(line)
        click.echo(difference(found.old, found.new, project.mapping.name), nl=False)
    if to_file and found.new != found.old:
        write_file(project.mapping, found.file.encoded(found.new), SHARED)
    added = len(found.new.splitlines()) - len(found.old.splitlines())
    done = f"{added} line(s) added to {project.mapping}" if to_file else f"{added} line(s) proposed; nothing is written"
    after = "crm-migrate mapping check" if to_file else "crm-migrate mapping suggest PROJECT --write"
    click.echo("\n".join([done, *(next_step.lines(after) if added else [])]), err=True)


def _of_files(paths: Sequence[Path], known: "dict[str, Known]", to_file: bool, as_json: bool) -> None:
    from crm_migrate.suggesting.starting import start

    if to_file:
        raise UsageError("`--write` needs a project", hint="crm-migrate init FOLDER, for the folder of these files")
    gone = next((path for path in paths if not path.exists()), None)
    if gone is not None:
        raise UsageError(f"there is no {gone}", hint="name a project, its mapping, or files of exports")
    here = Path.cwd()
    files = [path.resolve() for path in paths]
    folder = here if all(path.is_relative_to(here) for path in files) else files[0].parent
    outside = next((path for path in files if not path.is_relative_to(folder)), None)
    if outside is not None:
        raise UsageError(f"{outside} lies in another folder than {files[0].name}", hint="name files of one folder")
    begun = start(folder, files, known)
    for finding in begun.skipped:
        click.echo(f"warning: {visible(finding.message)}", err=True)
    if as_json:
        click.echo(json.dumps(_data(begun.told), ensure_ascii=False, indent=1))
        return
    click.echo(begun.text, nl=False)


def told_of(told: "Suggestion", sources: Sequence[str]) -> Iterator[str]:
    """What a person must see to first, then what is not proposed, as comments that `patch` passes over."""
    for name, field in told.missing:
        yield f"# required and without a source: {name}.{field}"
    for note in told.notes:
        yield f"# {visible(note)}"
    for offer in told.beside:
        why = visible(", ".join(offer.because))
        cell = f"{offer.object}.{offer.field}: {offer.source}: {visible(offer.cell)}"
        yield f"# fits a line of yours: {cell}  {offer.score:.2f} {why}"
    for source in sources:
        left = [each for each in told.left if each.source == source]
        for remark in dict.fromkeys(each.remark for each in left):
            names = ", ".join(visible(each.column, 60) for each in left if each.remark == remark)
            yield f"# not mapped of {source}: {names}" + (f": {visible(remark)}" if remark else "")


def _data(told: "Suggestion") -> dict[str, object]:
    return {
        "proposed": [asdict(offer) for offer in told.offers],
        "beside": [asdict(offer) for offer in told.beside],
        "feeds": [{"object": name, "source": source, **asdict(feed)} for (name, source), feed in told.feeds.items()],
        "keys": {name: asdict(key) if key else None for name, key in told.keys.items()},
        "missing": [f"{name}.{field}" for name, field in told.missing],
        "unmapped": [asdict(left) for left in told.left],
        "notes": told.notes,
    }
