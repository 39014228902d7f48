"""What the reconciliation of a run knows of the nights of its environment."""

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile.deviating import Watching
from crm_migrate.workspace.exception_states import read_states
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.nights import day_of, known_nights
from crm_migrate.workspace.state import read_state


def watching_of(project: Project, run: Run, plan: Plan) -> Watching | None:
    """The gate, the nights before the run and what was said of exceptions; None where the environment has no gate."""
    watch, state = plan.environment.watch, read_state(run)
    if watch is None:
        return None
    return Watching(
        plan=watch,
        known=known_nights(project, plan.environment.name, before=run.id),
        day=state.night or day_of(state.started, plan.time_zone),
        does="" if not state.night else "delta" if state.writes else "reconcile",
        states=read_states(project.folder),
    )
