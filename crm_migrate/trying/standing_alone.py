"""A mapping compared with the exports of a CRM into which somebody else loaded its records.

The sources are read, mapped and merged as in any run, into files that are thrown away; what these say is what we expect
of the exports. Nothing of the project's own state is read or written, and its target is not reached.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crm_migrate import pipeline
from crm_migrate.connecting.contract import Bundles, Source
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding
from crm_migrate.mapping import library
from crm_migrate.mapping.exported_names import with_exported_names
from crm_migrate.mapping.opening import OpenSources, open_target
from crm_migrate.mapping.plan import FilePlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.resolving import read
from crm_migrate.mapping.resolving_layouts import LAYOUT
from crm_migrate.pipeline.going import header_of
from crm_migrate.reports import named, write_reports
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.validate import validate_after
from crm_migrate.trying.apart import place_apart, set_apart
from crm_migrate.workspace.layout import Project, Run

_EXPORTS = "exports"  # no environment of a mapping


@dataclass(frozen=True, slots=True)
class Asked:
    """`exports` is a folder or a file. `keys` is object of the mapping (or "" for all) -> the column of its export that
    names its records. `source` is read in place of the only source of the mapping. `zone` is that of moments without an
    offset in the exports."""

    exports: Path
    keys: Mapping[str, str]
    source: Path | None = None
    zone: str | None = None


def compare_alone(
    project: Project, environment: str | None, asked: Asked, formats: Sequence[str], listener: pipeline.Listener
) -> pipeline.Outcome:
    """The figures of a mapping with the exports as what is in the target, and their reports in `reports/` beside it.

    UsageError where a key is none of the columns of an object; InputError where a source or an export cannot be read.
    """
    named(formats)
    with place_apart(project) as place:
        apart = set_apart(project, place / "run")
        sources = _Instead(apart, asked.source)
        plan, told = pipeline.plan_now(apart, environment, sources)
        plan = _into_files(sources.changed(plan), place / "files", _exporting(project, plan))
        plan = with_exported_names(plan, project.folder, asked.zone)
        keys = _keys(plan, asked.keys)
        gone = pipeline.rehearse(apart, plan, sources, listener, until="load")
        target = open_target(gone.plan, apart)
        try:
            assert isinstance(target, Bundles), "files can be exported"
            listener("validate")
            validate_after(gone.plan, gone.run, target.exported(asked.exports, keys))
            listener("reconcile")
            figures = reconcile(gone.plan, gone.run, header_of(gone.run), target.identity())
        finally:
            target.close()
        reports = Run(project.work / "runs" / gone.run.id, gone.run.id).report
        written = write_reports(figures, reports, formats=formats, ledger=gone.run.table("reconcile"))
        load_plan = read_load_plan(gone.run)
        findings: tuple[Finding, ...] = (*told, *gone.findings)
    return replace(
        gone, project=project, load_plan=load_plan, figures=figures, findings=findings, reports=tuple(written)
    )  # fmt: skip


class _Instead(OpenSources):
    """The sources of a project, of which the only one may be another file than the mapping says."""

    def __init__(self, project: Project, file: Path | None) -> None:
        super().__init__(project)
        self._file = _only(project, file) if file is not None else None

    def reader(self, source: SourcePlan) -> Source:
        return super().reader(self._changed(source))

    def changed(self, plan: Plan) -> Plan:
        """The plan with that file."""
        return plan.model_copy(update={"sources": tuple(map(self._changed, plan.sources))})

    def _changed(self, source: SourcePlan) -> SourcePlan:
        if self._file is None:
            return source
        files = (FilePlan(pattern=self._file),)
        return source.model_copy(update={"files": files})


def _only(project: Project, file: Path) -> str:
    """The file as a mapping with one source names it."""
    said = read(project).file
    if said is not None and len(said.sources) != 1:
        message = f"the mapping has {len(said.sources)} sources, so nobody knows which one is meant"
        raise UsageError(message, hint="say no --source: the mapping's own files are read")
    try:
        return file.resolve().relative_to(project.folder).as_posix()
    except ValueError:
        message = f"{file} is not in the folder of the mapping ({project.folder})"
        raise InputError(message, hint="put the file there: a mapping reads nothing outside of its folder") from None


def _exporting(project: Project, plan: Plan) -> str:
    """The profile that knows what the CRM exports: that of its import files, where it has one."""
    said = read(project).file
    assert said is not None, "it was planned"
    environment = said.environments[plan.environment.name]
    name = environment.profile or environment.connector
    return f"{name}_files" if library.find("targets", f"{name}_files", project.folder) else name


def _into_files(plan: Plan, place: Path, profile: str) -> Plan:
    """The plan with files as its target: names of fields, and how files are written, are those of the environment."""
    order = [each.target for each in plan.objects]
    said = json.loads(plan.environment.options.get(LAYOUT, "{}"))
    keys = {each.target: each.key_field for each in plan.objects}
    layout = {**said, "order": order, "key": keys, "profile": profile}
    options = {"folder": place.as_posix(), LAYOUT: json.dumps(layout)}
    environment = EnvironmentPlan(name=_EXPORTS, connector="files", options=options)
    return plan.model_copy(update={"environment": environment})


def _keys(plan: Plan, said: Mapping[str, str]) -> dict[str, str]:
    """Object of the target -> the field that names its records in the exports."""
    names = [each.name for each in plan.objects]
    for name in said.keys() - {*names, ""}:
        raise UsageError(f"the mapping has no object `{name}`", hint=f"--key OBJECT=COLUMN, of: {', '.join(names)}")
    wanted = {each.name: said.get(each.name) or said.get("") for each in plan.objects}
    return {each.target: _known(each, key) for each in plan.objects if (key := wanted[each.name])}


def _known(object_plan: ObjectPlan, column: str) -> str:
    columns = [str(each.target) for each in loaded_fields(object_plan)]
    if column not in columns:
        message = f"no field of {object_plan.name} goes to the column `{column}`"
        raise UsageError(message, hint=f"--key {object_plan.name}=COLUMN, of: {', '.join(columns)}")
    return column
