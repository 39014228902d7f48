"""The two mappings of a comparison: files, folders, revisions of git, or what the last run did."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.errors import MappingError, UsageError
from crm_migrate.inspecting.examples import columns_used
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import Plan
from crm_migrate.pipeline import plan_now
from crm_migrate.trying.revisions import is_revision, place_of, unpack
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.shipped import MAPPING
from crm_migrate.workspace.state import look_at


@dataclass(frozen=True, slots=True)
class Side:
    """A mapping as it is called, the project that its side files and decisions are read from, and its plan."""

    name: str
    project: Project
    plan: Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared, as it is typed. `data` is the project whose sources are read, by both."""

    old: str | None  # None: the last run of the project
    new: str
    data: Project


def asked(first: str, second: str | None) -> Asked:
    """Two names are old and new. One is a project against its last run, or a revision against the file as it is."""
    if second is not None:
        return Asked(first, second, _project(second))
    if is_revision(first):
        now = place_of(first)
        return Asked(first, str(now), _of_file(now))
    return Asked(None, first, _project(first))


def old_side(asked: Asked, place: Path, environment: str | None, sources: OpenSources) -> Side:
    """The mapping as it was."""
    return run_side(asked.data, None, sources) if asked.old is None else _side(asked.old, place, environment, sources)


def run_side(project: Project, run_id: str | None, sources: OpenSources) -> Side:
    """What a run did (default: the last that has read its sources). UsageError where the sources do not fit it now."""
    run = look_at(project, run_id, "extract")
    plan = read_plan(run)
    for source in plan.sources:
        missing = sorted(set(columns_used(plan, source)) - {*sources.columns(source), source.tag or ""})
        if missing:
            raise UsageError(
                f"run {run.id} read `{missing[0]}` of `{source.name}`, which has no such column now",
                hint="name the mapping instead of the run, or bring the export that it read",
            )
    return Side(f"run {run.id}", project, _with_the_list(plan, project))


def _with_the_list(plan: Plan, project: Project) -> Plan:
    """The plan with the list of those who ask to be erased as it is now: who asked since is not read either."""
    if plan.erase is None:
        return plan
    name = plan.erase.people
    digest = hashlib.sha256((project.folder / name).read_bytes()).hexdigest()
    return plan.model_copy(update={"files": plan.files | {name: digest}})


def as_it_is(project: Project, environment: str | None, sources: OpenSources) -> Side:
    """The mapping of a project."""
    return Side(project.mapping.name, project, plan_now(project, environment, sources)[0])


def new_side(asked: Asked, place: Path, environment: str | None, sources: OpenSources) -> Side:
    """The mapping as it is."""
    return _side(asked.new, place, environment, sources)


def _side(name: str, place: Path, environment: str | None, sources: OpenSources) -> Side:
    project = _of_file(unpack(name, place)) if is_revision(name) else _project(name)
    try:
        return Side(name, project, plan_now(project, environment, sources)[0])
    except MappingError as error:  # the findings name a file, and there are two of that name
        raise MappingError(f"{name}: {error.message}", error.findings) from error


def _project(name: str) -> Project:
    """The project of a file, a folder or a revision, in the working tree."""
    path = place_of(name) if is_revision(name) else Path(name)
    mapping = path / MAPPING if path.is_dir() else path
    if not is_revision(name) and not mapping.is_file():
        raise UsageError(f"there is no mapping {mapping}", hint="a file, a project's folder, or REVISION:path")
    return _of_file(mapping)


def _of_file(mapping: Path) -> Project:
    return Project(mapping.parent.resolve(), mapping.resolve())
