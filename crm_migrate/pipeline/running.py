"""Begins runs, goes on with them, and rehearses: the doors of the pipeline."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_migrate.errors import CrmMigrateError, UsageError
from crm_migrate.finding import Finding
from crm_migrate.mapping.frozen import read_plan, read_plan_to_go_on
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.target_lock import FILE, read_lock
from crm_migrate.pipeline.admitting import needed, noted_needs, reach
from crm_migrate.pipeline.going import Outcome, go
from crm_migrate.pipeline.listening import Listener
from crm_migrate.pipeline.order import STAGES, reaches
from crm_migrate.quality.evidence import doubts
from crm_migrate.reports import named
from crm_migrate.stages.erase import read_told
from crm_migrate.stages.extract import read_facts
from crm_migrate.stages.load import plan_load
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.stages.load.offline import LockedTarget
from crm_migrate.workspace.evidence import read_evidence
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.models import read_models
from crm_migrate.workspace.state import (
    is_done,
    new_run,
    open_run,
    read_state,
    runs,
)
from crm_migrate.workspace.undoing import refuse_undone


def start(
    project: Project,
    environment: str | None,
    listener: Listener,
    *,
    until: str = STAGES[-1],
    workers: int | None = None,
    limit: int | None = None,
    reports: Sequence[str] = (),
    night: str = "",
    writes: bool = True,
) -> Outcome:
    """Begin a new run and take it through the stages up to and with `until`.

    `workers` is the number of processes of the map and transform pass (default: by the size of the sources);
    `limit` makes it a rehearsal with the first records of every source, which never ends with GO; `reports` are formats
    of the report (default: the usual ones), also for those who resume it; `night` is the day whose night it is; where
    it does not `write`, the target is only looked at.
    Raises UsageError for an unknown format; MappingError, InputError, TargetError; Interrupted when it stops in good
    order.
    """
    asked = named(reports)
    with project_lock(project):
        sources = OpenSources(project)
        plan, told = plan_now(project, environment, sources)
        needs = needed(plan, project, until if writes else "plan")
        if reaches(until, "plan"):
            reach(plan, project, loads=writes and reaches(until, "load"))
        run = new_run(project, plan, limit, asked, night=night, writes=writes)
        outcome = go(project, run, plan, listener, until, workers, sources)
        return replace(outcome, findings=(*told, *_told_by(outcome), *needs.unmet))


def rehearse(
    project: Project, plan: Plan, sources: OpenSources, listener: Listener, *, until: str, rows_of: Run | None = None
) -> Outcome:
    """Take a plan that is resolved already, with the environment that it names, as far as `until` (before `report`).

    Sources that another run has read in the same way, corrected as now, are not read again: the rows are the same.
    Where people are to be erased, every run reads for itself, beside it.
    """
    with project_lock(project):
        run = new_run(project, plan)
        if rows_of is not None and plan.erase is None:
            for source in same_rows(read_plan(rows_of), plan):
                shutil.copytree(rows_of.table("extract", source), run.table("extract", source))
        return go(project, run, plan, listener, until, None, sources)


def same_rows(one: Plan, other: Plan) -> list[str]:
    """The sources that two plans read in the same way: a row has the same number in both."""
    theirs = {source.name: source for source in one.sources}
    return [
        source.name
        for source in other.sources
        if theirs.get(source.name) == source
        and one.corrections.get(source.name, ()) == other.corrections.get(source.name, ())
    ]


def plan_offline(project: Project, environment: str | None, listener: Listener) -> Outcome:
    """Begin a run and check its records against what is locked of the target, which is not reached: it ends there.

    UsageError where nothing is locked.
    """
    with project_lock(project):
        sources = OpenSources(project)
        draft, told = plan_now(project, environment, sources)
        locked = read_lock(project, draft.environment.name)
        if locked is None:
            raise UsageError(
                f"nothing is locked of `{draft.environment.name}` in {FILE}", hint="crm-migrate target pull"
            )
        outcome = go(project, new_run(project, draft), draft, listener, "complete", None, sources)
        listener("plan")
        load_plan = plan_load(outcome.plan, project, outcome.run, LockedTarget(locked))
        planned = replace(outcome, load_plan=load_plan)
        return replace(planned, findings=(*told, *_told_by(planned)))


def resume(project: Project, run_id: str | None, listener: Listener, *, until: str = STAGES[-1]) -> Outcome:
    """Go on with a run where it stopped, or begin the first one. Refuses when what decides the plan changed since."""
    if run_id is None and not runs(project):
        return start(project, None, listener, until=until)
    with project_lock(project):
        run = open_run(project, run_id)
        _refuse_undone(project, run)
        _refuse_offline(run)
        frozen, sources = read_plan_to_go_on(run), OpenSources(project)
        plan, _ = plan_now(project, frozen.environment.name, sources)
        if is_done(run, "extract"):
            rehearsed = read_state(run).limit is not None
            same = plan.with_evidence(frozen.evidence).with_models(frozen.models) if rehearsed else plan
            open_run(project, run.id, same, write=False)
        if reaches(until, "plan") and not is_done(run, "load"):
            writes = read_state(run).writes
            if writes and not noted_needs(project, run):
                needed(plan, project, until)
            reach(plan, project, loads=writes and reaches(until, "load"))
        outcome = go(project, run, plan, listener, until, None, sources)
        return replace(outcome, findings=_told_by(outcome))


def _refuse_undone(project: Project, run: Run) -> None:
    """UsageError where a run was undone: it does not go on."""
    if project.ledger.exists():
        with checked(project.ledger) as ledger:
            refuse_undone(ledger, run.id)


def _refuse_offline(run: Run) -> None:
    """UsageError where a run was planned without its target: what is there has never been looked at."""
    planned = read_load_plan(run)
    if planned is not None and planned.offline:
        raise UsageError(f"run {run.id} was planned without the target", hint="crm-migrate plan")


def _told_by(outcome: Outcome) -> tuple[Finding, ...]:
    """What was odd about the sources as they were read, about the target as it was found, and about earlier runs."""
    read = tuple(f for source in outcome.plan.sources for f in read_facts(outcome.run, source.name).findings)
    read += read_told(outcome.run)
    return (*read, *doubts(outcome.plan.evidence), *(outcome.load_plan.findings() if outcome.load_plan else ()))


def plan_now(project: Project, environment: str | None, sources: OpenSources) -> tuple[Plan, list[Finding]]:
    """The mapping resolved against the columns of the sources as they are now, with the locked evidence, and what is
    worth knowing about it. What is wrong with the mapping is told before a source that cannot be opened."""
    columns = _Asked(sources)
    plan, findings = resolve(project, environment=environment, columns=columns)
    if columns.refused is not None:
        raise columns.refused
    return plan.with_evidence(read_evidence(project.evidence)).with_models(read_models(project.models)), findings


@dataclass(slots=True)
class _Asked:
    """Asks sources for their columns, and keeps the first refusal for later."""

    sources: OpenSources
    refused: CrmMigrateError | None = None

    def __call__(self, source: SourcePlan) -> tuple[str, ...] | None:
        """The columns; None where the source cannot be opened."""
        try:
            return self.sources.columns(source)
        except CrmMigrateError as error:
            self.refused = self.refused or error
            return None
