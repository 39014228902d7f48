"""A run compared with what its CRM has exported since, in place of what was read back from the target; and a mapping
with the exports of a CRM into which somebody else loaded its records."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from crm_migrate.connecting.contract import Bundles
from crm_migrate.disk.laying import lay
from crm_migrate.errors import UsageError
from crm_migrate.mapping.exported_names import with_exported_names
from crm_migrate.mapping.frozen import read_plan_to_go_on
from crm_migrate.mapping.opening import open_target
from crm_migrate.pipeline.going import header_of
from crm_migrate.reports import named, write_reports
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.validate import validate_after
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Project, Run

_ANEW = ("validate", "reconcile")  # the stages that are done again


def compare_exports(
    project: Project, run: Run, folder: Path, formats: Sequence[str], zone: str | None = None
) -> tuple[Figures, list[Path]]:
    """The figures of a run with the exports in `folder` as what is in the target, and their reports (beside those of
    the run, in `exports/`). The run and its own reports stay as they are. `zone` is that of moments without an offset.

    UsageError where the target of the run is read itself; InputError where an export is not there or lacks a column.
    """
    named(formats)
    plan = with_exported_names(read_plan_to_go_on(run), project.folder, zone)
    target = open_target(plan, project)
    try:
        if not isinstance(target, Bundles):
            hint = "crm-migrate run reads it back, and reports that; or name the column by which to find them: --key"
            raise UsageError("the target of this run is read itself: it needs no exports", hint=hint)
        exported = target.exported(folder, {})
        with _copied(run, project) as copy:
            validate_after(plan, copy, exported)
            figures = reconcile(plan, copy, header_of(run), target.identity())
            ledger = copy.table("reconcile")
            return figures, write_reports(figures, run.report / "exports", formats=formats, ledger=ledger)
    finally:
        target.close()


@contextmanager
def _copied(run: Run, project: Project) -> Iterator[Run]:
    """A copy of a run in which the tables of two stages can be made anew; files of the others are shared with it."""
    copy = Run(project.work / "exports" / run.id, run.id)
    shutil.rmtree(copy.folder, ignore_errors=True)
    try:
        shutil.copytree(run.folder, copy.folder, copy_function=partial(_laid, run))
        yield copy
    finally:
        shutil.rmtree(copy.folder, ignore_errors=True)


def _laid(run: Run, file: str, place: str) -> None:
    if Path(file).relative_to(run.folder).parts[0] in _ANEW:
        shutil.copy2(file, place)
        return
    lay(Path(file), Path(place))
