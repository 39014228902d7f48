"""What is done to the target of a project outside a run: prepared, pulled, adopted; or by a run: taken back."""

from crm_migrate.connecting.contract import TargetSchema
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.opening import open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.target_lock import read_lock, write_lock
from crm_migrate.pipeline.listening import Listener, Sent
from crm_migrate.stages.load.drift import Drift, drift
from crm_migrate.stages.load.objects import written_objects
from crm_migrate.stages.load.preparing import prepare as make
from crm_migrate.stages.load.preparing import refuse_unmade
from crm_migrate.stages.load.restoring import adopt
from crm_migrate.stages.load.said_values import values_by_hand
from crm_migrate.stages.load.undeleting import Back, undelete
from crm_migrate.stages.undo import UndoReport, choose
from crm_migrate.stages.undo import undo as undo_run
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock, target_lock


def pull(project: Project, environment: str | None) -> tuple[Plan, TargetSchema, tuple[Drift, ...]]:
    """Lock what the target says of the mapped objects; what it says, and what it said otherwise before."""
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        there = target.describe([each.target for each in plan.objects])
    finally:
        target.close()
    before = read_lock(project, plan.environment.name)
    write_lock(project, plan.environment.name, there)
    return plan, there, tuple(drift(plan, before, there)) if before else ()


def adopt_target(project: Project, environment: str | None) -> tuple[str, ...]:
    """Go on with a target that was restored from a backup as it is now; one line per object."""
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        return adopt(plan, project, target)
    finally:
        target.close()


def undelete_in_target(project: Project, environment: str | None, *, apply: bool) -> tuple[Back, ...]:
    """Bring back what was deleted in the target of what we loaded, or only say what can come back."""
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        return undelete(plan, project, target, apply=apply)
    finally:
        target.close()


def undo(project: Project, run_id: str | None, listener: Listener, *, apply: bool) -> UndoReport:
    """Take back what a run did in the target (default: the last that wrote something), or only say what that would be.

    Raises UsageError where it cannot be undone now; Interrupted when it stops in good order.
    """
    run = choose(project, run_id)
    plan = read_plan(run)
    target = open_target(plan, project)
    listener("undo")
    try:
        return undo_run(plan, project, run, target, apply=apply, progress=Sent(listener, 0, stage="undo").batch)
    finally:
        target.close()


def prepare(project: Project, environment: str | None, *, apply: bool) -> tuple[str, ...]:
    """Create (or only name) what the target lacks; returns one line per thing. Values that people have to add there
    stop nothing: `plan` says which records wait for them.

    UsageError or TargetConflict where somebody else works in the project or the target while we would change it.
    """
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        lacking = target.prepare(written_objects(plan), apply=False)
        missing = (*map(str, values_by_hand(plan, target)), *lacking)  # by what was just seen
        if not apply:
            return missing
        refuse_unmade(plan, target)
        with project_lock(project), target_lock(target.identity()):
            make(target, written_objects(plan))
            return missing
    finally:
        target.close()
