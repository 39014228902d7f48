"""`assess`: what the data is like, before anybody maps it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.options import env_option
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from crm_migrate.assessing.figures import Assessment
    from crm_migrate.assessing.opening import Opened

MAPPING = "crm-migrate.yaml"


@click.command("assess")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PROJECT | FOLDER | FILES...]")
@env_option
@click.option("--lang", metavar="CODE", default="en", show_default=True, help="Language of the report (de, en, tr).")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; `reports` beside the data by default."
)
@click.option("--baseline", is_flag=True, help="Freeze hashes and figures; a later assess tells what changed since.")
@click.option(
    "--take",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.xlsx",
    help="Keep what people wrote into the yellow cells of assessment.xlsx.",
)
@click.option(
    "--reveal", is_flag=True, help="Show personal values. The files are then personal data: mind who gets them."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON on stdout; no file is written.")
def assess_command(
    paths: tuple[Path, ...],
    environment: str | None,
    lang: str,
    out: Path | None,
    baseline: bool,
    take: Path | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Look at all data of a project, or at exports without any mapping, and write what a first meeting needs.

    Use of every field by year, scores with their parts, damage, duplicates, relations, words without a translation,
    owners who left, sensitive data, and what was not assessed: as HTML, XLSX and JSON. No target is reached.

    \b
    Example: crm-migrate assess demo
             crm-migrate assess exports --lang de
             crm-migrate assess exports --baseline
             crm-migrate assess exports --take reports/assessment.xlsx

    What people decide about findings (status, who sees to it, day, decision) they write into the workbook; `--take`
    keeps it beside the reports, all or nothing. It stands in every later assessment, marked where a finding changed.
    """
    from crm_migrate import __version__
    from crm_migrate.assessing.assembling import HURTS, assess
    from crm_migrate.assessing.baseline import compared, read
    from crm_migrate.assessing.standing import read as read_kept
    from crm_migrate.assessing.standing import with_standing
    from crm_migrate.assessing.writing import NAME

    words = asked_language(lang, "assess")
    if as_json and (baseline or take is not None):
        word = "--baseline" if baseline else "--take"
        raise UsageError(f"--json writes no file, and {word} does", hint="take one of the two out")
    folder, opening = _opened(paths, environment)
    place = out or folder / "reports"
    if not as_json:
        _not_taken(place / f"{NAME}.xlsx", place, take)
    screen = Screen(quiet=as_json)
    with opening as opened:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        found = assess(opened, made=made, tool=__version__, masked=not reveal)
    if take is not None:
        _take(take, place, found, screen)
    found = with_standing(found, read_kept(place), HURTS)
    if as_json:
        found = compared(found, read(place))
        screen.lines([found.model_dump_json(indent=1)])
        return
    _write(found, place, words.code, screen, baseline=baseline)
    if reveal:
        screen.warn("these files show personal values; keep them where the sources are kept")
    screen.next("open assessment.html")


def _not_taken(workbook: Path, place: Path, take: Path | None) -> None:
    """UsageError where the workbook that is about to be written anew holds words that nobody has taken."""
    from crm_migrate.assessing.standing import read
    from crm_migrate.assessing.taking import came, unkept

    if not workbook.is_file() or (take is not None and take.resolve() == workbook.resolve()):
        return
    if cells := unkept(came(workbook), read(place)):
        hint = f"crm-migrate assess ... --take {workbook}, or move it away"
        raise UsageError(f"people wrote into {workbook}, and {cells:,} cell(s) of it are not kept yet", hint=hint)


def _take(workbook: Path, place: Path, found: "Assessment", screen: Screen) -> None:
    """Keep what people wrote into a workbook; all of it, or exit 1 with every cell that does not fit."""
    from crm_migrate.assessing.standing import keep, read
    from crm_migrate.assessing.taking import came, taken
    from crm_migrate.cli import frames

    brought = came(workbook)
    if brought is None:
        raise UsageError(f"{workbook} is no workbook of an assessment", hint="take assessment.xlsx")
    fresh = taken(brought, read(place), found)
    if brought.findings:
        click.echo(frames.render(brought.findings), err=True, nl=False)
        click.echo(f"nothing is kept: {len(brought.findings):,} cell(s) or rows do not fit", err=True)
        raise SystemExit(1)
    if fresh:
        screen.lines([f"{len(fresh):,} finding(s) decided about: {keep(place, fresh)}"])
    else:
        screen.lines(["the workbook changes nothing"])


def _write(found: "Assessment", folder: Path, code: str, screen: Screen, *, baseline: bool) -> None:
    """The three files and, where it is asked for, the baseline; their paths and the worst findings as words."""
    from crm_migrate.assessing.baseline import compared, freeze, read
    from crm_migrate.assessing.headline import headline
    from crm_migrate.assessing.writing import write
    from crm_migrate.words.language import language

    words = language(code, "assess")
    frozen = [freeze(found, folder)] if baseline else []
    found = compared(found, read(folder))
    paths = [*write(found, folder, words), *frozen]
    screen.lines([*headline(found, words), "", *map(str, paths)])


def _opened(paths: tuple[Path, ...], environment: str | None) -> "tuple[Path, AbstractContextManager[Opened]]":
    """The folder and its sources: of a mapping where one is named or lies there, else of exports."""
    from crm_migrate.assessing.opening import of_files, of_project
    from crm_migrate.cli.mapping import project_of

    first = (paths or (Path(),))[0]
    if len(paths) <= 1 and (first.suffix in (".yaml", ".yml") or (first / MAPPING).is_file()):
        project = project_of(first)
        return project.folder, of_project(project, environment)
    if environment is not None:
        raise UsageError("--env names an environment of a mapping, and there is none", hint="leave --env out")
    gone = next((path for path in paths if not path.exists()), None)
    if gone is not None:
        raise UsageError(f"there is no {gone}", hint="name a project, a folder of exports, or files")
    if len(paths) <= 1 and first.is_dir():
        return first, of_files(first)
    files = [path.resolve() for path in paths]
    outside = next((path for path in files if path.parent != files[0].parent), None)
    if outside is not None:
        raise UsageError(f"{outside} lies in another folder than {files[0].name}", hint="name files of one folder")
    return files[0].parent, of_files(files[0].parent, files)
