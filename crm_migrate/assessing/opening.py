"""What is assessed: the sources of a project, or exports without any mapping, each staged and studied."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from crm_migrate.assessing.staging import Staged, stage
from crm_migrate.connecting.contract import Source
from crm_migrate.disk.scratch import Scratch
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.exports import files_in, found_in
from crm_migrate.suggesting.knowledge import profiles, unread
from crm_migrate.suggesting.recognising import recognised
from crm_migrate.suggesting.tables import MOST_ROWS, Table
from crm_migrate.workspace.layout import WORK, Project


@dataclass(frozen=True, slots=True)
class Subject:
    """One source: staged whole, studied by its first rows, and what a mapping says of it, where there is one."""

    name: str
    staged: Staged
    study: Study
    plan: SourcePlan | None = None


@dataclass(slots=True)
class Opened:
    """Everything that is assessed, and what could not be read."""

    title: str
    folder: Path
    subjects: list[Subject] = field(default_factory=list)
    plan: Plan | None = None
    unread: list[Finding] = field(default_factory=list)


@contextmanager
def of_project(project: Project, environment: str | None = None) -> Iterator[Opened]:
    """The sources of a mapping. MappingError where it has errors, InputError where no source can be read."""
    opened = OpenSources(project)
    failed: list[Finding] = []

    def columns(source: SourcePlan) -> Sequence[str] | None:
        try:
            return opened.columns(source)
        except CrmMigrateError as error:
            failed.append(_unread(source.name, error))
            return None

    plan, _ = resolve(project, environment=environment, columns=columns)
    found = Opened(plan.title or project.folder.name, project.folder, plan=plan, unread=failed)
    known = profiles(project.folder)
    missing = {finding.place.source for finding in failed}
    failed += unread(project.folder)
    with _laid_down(project.folder) as place:
        for number, source in enumerate(plan.sources):
            if source.name not in missing:
                _add(found, source.name, opened.reader(source), place / f"{number}.parquet", source)
        for subject in found.subjects:
            subject.study.profile = recognised(subject.staged.columns, known)
        yield _some(found)


@contextmanager
def of_files(folder: Path, files: Sequence[Path] | None = None) -> Iterator[Opened]:
    """Exports in a folder, or some of them, without a mapping. InputError where none can be read."""
    found = Opened(folder.resolve().name, folder)
    with _laid_down(folder) as place:
        wanted = files_in(folder) if files is None else files
        exports = found_in(folder, wanted, profiles(folder), {}, place)
        found.unread += [*exports.skipped, *unread(folder)]
        for number, export in enumerate(exports.exports):
            _add(found, export.name, export.source(folder, place), place / f"{number}.parquet", study=export.study)
        yield _some(found)


def _add(
    found: Opened, name: str, source: Source, path: Path, plan: SourcePlan | None = None, study: Study | None = None
) -> None:
    try:
        staged = stage(name, source, path)
    except CrmMigrateError as error:
        found.unread.append(_unread(name, error))
        return
    found.subjects.append(Subject(name, staged, study or _studied(name, staged, plan), plan))


def _studied(name: str, staged: Staged, plan: SourcePlan | None) -> Study:
    values = staged.head(MOST_ROWS)
    locale = plan.locale if plan else "en"
    return Study(Table(name, staged.columns, name, values, staged.rows <= MOST_ROWS, locale))


def _unread(name: str, error: CrmMigrateError) -> Finding:
    message = f"`{name}` is left out: {error.message}"
    return Finding("source_unread", message, Severity.WARNING, Place(source=name), error.hint)


def _some(found: Opened) -> Opened:
    if not found.subjects:
        reason = f": {found.unread[0].message}" if found.unread else ""
        raise InputError(f"nothing in {found.folder} can be assessed{reason}", hint="name a folder with exports")
    return found


@contextmanager
def _laid_down(folder: Path) -> Iterator[Path]:
    """A place in the customer's own folder, gone afterwards."""
    held = Scratch(folder / WORK / "scratch")
    try:
        yield held.path
    finally:
        held.close()
        for place in (folder / WORK / "scratch", folder / WORK):
            with suppress(OSError):  # somebody's
                place.rmdir()
