"""A repair: a run over the records of the last one, whose load writes the cells of chosen causes and nothing else."""

from dataclasses import replace

from crm_migrate.errors import UsageError
from crm_migrate.mapping.frozen import read_plan_to_go_on
from crm_migrate.mapping.opening import OpenSources, open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.pipeline.admitting import needed, reach
from crm_migrate.pipeline.going import Outcome, go
from crm_migrate.pipeline.listening import Listener
from crm_migrate.stages.load.repairing import repairs
from crm_migrate.stages.repair import order, take_records
from crm_migrate.stages.repair.choosing import Wanted
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.state import is_done, look_at, new_run, open_run, runs
from crm_migrate.workspace.undoing import loads, undone_runs


def repair(
    project: Project, run_id: str | None, wanted: Wanted, listener: Listener, *, apply: bool, workers: int | None = None
) -> Outcome:
    """Repair the chosen causes of a run's report (default: of the last report), or only plan it (`apply` False).

    A repair that was stopped while it wrote goes on, whatever is asked for. UsageError where the run is not the last
    that has loaded its target, was undone, or has no such difference; Interrupted when it stops in good order.
    """
    with project_lock(project):
        if apply and (begun := _begun(project)) is not None:
            return go(
                project,
                open_run(project, begun.id),
                read_plan_to_go_on(begun),
                listener,
                "report",
                workers,
                OpenSources(project),
            )
        reported = look_at(project, run_id, "reconcile")
        plan = read_plan_to_go_on(reported)
        _refuse_stale(project, reported, plan)
        until = "report" if apply else "plan"
        unmet = needed(plan, project, until).unmet
        reach(plan, project, loads=apply)
        run = new_run(project, plan)
        order(plan, reported, run, wanted)
        take_records(reported, run)
        outcome = go(project, run, plan, listener, until, workers, OpenSources(project))
        return replace(outcome, findings=unmet)


def _begun(project: Project) -> Run | None:
    """The last run, where it is a repair that has begun to write and has not ended."""
    known = runs(project)
    if not known or not repairs(known[-1]) or is_done(known[-1], "report") or not project.ledger.exists():
        return None
    with checked(project.ledger) as ledger:
        return known[-1] if ledger.begun(known[-1].id) else None


def _refuse_stale(project: Project, reported: Run, plan: Plan) -> None:
    """UsageError where what the run's report says of the target does not hold any more."""
    if at := undone_runs(project).get(reported.id):
        raise UsageError(f"run {reported.id} was undone ({at}): there is nothing to repair", hint="crm-migrate run")
    target = open_target(plan, project)
    try:
        identity = target.identity()
    finally:
        target.close()
    with checked(project.ledger) as ledger:
        later = [run for run in loads(ledger, identity) if run > reported.id]
        known = reported.id in ledger.runs_of(identity)
    if later:
        hint = f"crm-migrate repair PROJECT --run {later[-1]}, or `resume` where that has not ended"
        raise UsageError(f"run {later[-1]} has loaded since: the report of {reported.id} does not hold", hint=hint)
    if not known:
        raise UsageError(f"run {reported.id} has not loaded this target", hint="crm-migrate run")
