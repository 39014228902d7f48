"""`ci`: every project checked, its examples run, its records taken into a CRM that is thrown away; for CI and hooks."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from crm_migrate.cli.options import env_option, json_option
from crm_migrate.cli.reporting import ALL, formats_of
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language
from crm_migrate.reports import terminal
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.files import SHARED, write_file

if TYPE_CHECKING:
    from crm_migrate.finding import Finding
    from crm_migrate.trying.ci import Tried
    from crm_migrate.words.language import Language
    from crm_migrate.workspace.figures import Figures
    from crm_migrate.workspace.layout import Run


@click.command("ci")
@click.argument("named", nargs=-1, metavar="[PROJECT]...", type=click.Path(path_type=Path, exists=True))
@env_option
@click.option(
    "--reports", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write reports there, by project."
)
@click.option("--report", "formats", default="junit,md", show_default=True, help=f"Formats of them, of {ALL}.")
@click.option("--no-run", is_flag=True, help="Mappings and examples only, in a second or two: for a hook.")
@click.option("--lang", metavar="CODE", help="Language of the pages (de, en, tr); that of the projects by default.")
@json_option
def ci_command(
    named: tuple[Path, ...],
    environment: str | None,
    folder: Path | None,
    formats: str,
    no_run: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Check mappings, run their examples, and take their records into a SQLite that is thrown away.

    Without a PROJECT all below the current folder are tried; a file that a mapping uses stands for its project. No
    environment of a mapping is reached, and nothing is left in a project: only --reports writes. The exit code is the
    highest of all projects: 0 all gates pass, 1 a gate or an example failed, 2 a mapping is wrong, 3 a source cannot be
    read. On GitHub findings become annotations, and the summary goes to the page of the job.

    \b
    Example: crm-migrate ci --reports reports
             crm-migrate ci customers/anadolu customers/petek
    """
    from crm_migrate.reports import named as known
    from crm_migrate.trying.ci import try_project
    from crm_migrate.trying.ci_reports import page, words_of
    from crm_migrate.trying.projects import names, projects

    wanted = known(formats_of(formats)) if folder is not None else ()
    spoken = asked_language(lang) if lang else None
    screen = Screen(quiet=as_json)
    tried: dict[str, Tried] = {}
    for name, project in names(projects(named), Path.cwd()).items():
        place = _place(folder, name) if folder is not None else None
        listener = partial(_heard, screen, name)
        keep = None if no_run else partial(_keep, place, wanted, lang)
        tried[name] = try_project(project, environment, listener, keep)
        if place is not None:
            _write(place, name, tried[name], wanted, spoken or words_of([tried[name]]))
    screen.finished()
    summary = page(tried, spoken or words_of(list(tried.values())))
    if folder is not None:
        write_file(folder / "summary.md", summary.encode(), SHARED)
    _tell_github(tried, summary, aside=as_json)
    if as_json:
        screen.lines([json.dumps([_plain(*each) for each in tried.items()], ensure_ascii=False, indent=1)])
    else:
        screen.lines(_lines(tried, screen.width))
        screen.next(next((f.hint for each in tried.values() for f in each.wrong if f.hint), ""))
    click.get_current_context().exit(max(each.exit_code for each in tried.values()))


def _heard(screen: Screen, project: str, stage: str, what: str = "", done: int = 0, total: int = 0) -> None:
    screen.stage(f"{project}: {stage}", what, done, total)


# -------------------------------------------------------------------------------------------------------- reports


def _place(folder: Path, name: str) -> Path:
    """A folder of its own below the reports, whatever the project's name leads to."""
    return folder.joinpath(*(part for part in PurePath(name).parts if part != PurePath(name).anchor))


def _keep(place: Path | None, formats: Sequence[str], lang: str | None, figures: "Figures", run: "Run") -> None:
    """The formats that need the run's own tables; the others tell of the check and the examples too."""
    from crm_migrate.reports import write_reports

    others = [name for name in formats if name not in ("junit", "md")]
    if place is not None and others:
        write_reports(figures, place, formats=others, ledger=run.table("reconcile"), locale=lang)


def _write(place: Path, name: str, tried: "Tried", formats: Sequence[str], words: "Language") -> None:
    from crm_migrate.reports import FORMATS
    from crm_migrate.trying.ci_reports import junit_of, project_page

    place.mkdir(parents=True, exist_ok=True)
    if "junit" in formats:
        write_file(place / FORMATS["junit"], junit_of(name, tried).encode(), SHARED)
    if "md" in formats:
        write_file(place / FORMATS["md"], project_page(name, tried, words).encode(), SHARED)


# --------------------------------------------------------------------------------------------------------- GitHub


def _tell_github(tried: "Mapping[str, Tried]", summary: str, *, aside: bool) -> None:
    """Annotations in the files of the repository, and the page of the job. `aside`: stdout is for something else."""
    from crm_migrate.cli.frames import as_github

    if os.environ.get("GITHUB_ACTIONS") == "true":
        base = Path(os.environ.get("GITHUB_WORKSPACE") or ".")
        for each in tried.values():
            click.echo(as_github([_placed(each, finding, base) for finding in each.findings]), nl=False, err=aside)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as handle:
            handle.write(summary)


def _placed(tried: "Tried", finding: "Finding", base: Path) -> "Finding":
    """A finding of a project with its file as it is seen from a folder."""
    from crm_migrate.trying.projects import seen_from

    if not finding.place.file:
        return finding
    file = seen_from(base.resolve(), tried.project.folder / finding.place.file)
    return replace(finding, place=replace(finding.place, file=file))


# ---------------------------------------------------------------------------------------------------------- screen


def _lines(tried: "Mapping[str, Tried]", width: int) -> list[str]:
    """What is wrong, project by project, as frames; at the end a line for each."""
    from crm_migrate.cli.frames import frame
    from crm_migrate.trying.ci_reports import steps
    from crm_migrate.words.language import language

    english = language("en")
    here = Path()
    frames = (frame(_placed(each, finding, here)) for each in tried.values() for finding in each.wrong)
    framed = [line for text in frames for line in text.split("\n")]
    rows = [
        ["ok" if each.exit_code == 0 else "FAIL", visible(name), *steps(each, english), f"{each.seconds:.1f} s"]
        for name, each in tried.items()
    ]
    table = terminal.aligned([["", "project", "mapping", "examples", "trial run", ""], *rows], left=(0, 1, 2, 3, 4))
    if max(map(terminal.text_width, table)) > width:
        table = [line for row in rows for line in terminal.wrapped("  ".join(row), width)]
    return [*framed, *table]


def _plain(name: str, tried: "Tried") -> dict[str, Any]:
    """A project for machines."""
    findings = [asdict(finding) for finding in tried.findings]
    return {
        "project": name,
        "mapping": str(tried.project.mapping),
        "exit_code": tried.exit_code,
        "seconds": round(tried.seconds, 3),
        "examples": None if tried.examples is None else {name: not wrong for name, wrong in tried.examples.items()},
        "verdict": tried.figures.verdict if tried.figures else None,
        "findings": findings,
    }
