"""Nights of a parallel run: a delta and reconciliation, or reconciliation alone, and what is known of earlier ones."""

from collections.abc import Sequence
from typing import Literal

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.plan_environment import WatchPlan
from crm_migrate.mapping.resolving import read, resolve
from crm_migrate.pipeline.going import Outcome
from crm_migrate.pipeline.listening import Listener
from crm_migrate.pipeline.running import start
from crm_migrate.workspace import state
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.night_figures import WatchFigure
from crm_migrate.workspace.nights import begin_night, day_of, known_nights, standing


def watch(
    project: Project,
    environment: str | None,
    listener: Listener,
    does: Literal["delta", "reconcile"],
    *,
    workers: int | None = None,
    reports: Sequence[str] = (),
) -> Outcome:
    """Run tonight: a new run that is noted as a night when it begins and with what came of it, or only looks at the
    target (`reconcile`).

    UsageError where no environment has `watch:`, or somebody else is at work in the project; else what `start` raises.
    """
    with project_lock(project):
        plan, _ = _watched(project, environment)
        today = day_of(state.now(), plan.time_zone)
        begin_night(project, plan.environment.name, today)
        return start(
            project, plan.environment.name, listener, workers=workers, reports=reports, night=today,
            writes=does == "delta",
        )  # fmt: skip


def nights_now(project: Project, environment: str | None) -> WatchFigure:
    """The nights of the environment as they stand today. UsageError where none has `watch:`."""
    plan, gate = _watched(project, environment)
    known = known_nights(project, plan.environment.name)
    return standing(known, day_of(state.now(), plan.time_zone), gate.nights, gate.under)


def _watched(project: Project, environment: str | None) -> tuple[Plan, WatchPlan]:
    """The plan of the environment that is meant, which without a name is the only one with `watch:`."""
    file = read(project).file
    known = [name for name, each in file.environments.items() if each.watch is not None] if file else []
    if environment is None and len(known) > 1:
        raise UsageError(f"nights are watched in {len(known)} environments", hint=f"--env {known[0]}")
    plan, _ = resolve(project, environment=environment or next(iter(known), None))
    if plan.environment.watch is None:
        hint = f"below `{plan.environment.name}:` of `environments:` write: watch: {{under: 0.5 %, nights: 3}}"
        raise UsageError(
            f"the environment `{plan.environment.name}` does not say when its nights are stable", hint=hint
        )
    return plan, plan.environment.watch
