"""What must hold before a run writes: a target that answers, and what its environment needs."""

from crm_migrate.connecting.contract import LeavesToPeople
from crm_migrate.mapping.opening import open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.pipeline.order import reaches
from crm_migrate.stages.load.needs import Needs, look_at_needs
from crm_migrate.stages.load.objects import written_objects
from crm_migrate.stages.load.preparing import refuse_unmade
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock


def needed(plan: Plan, project: Project, until: str) -> Needs:
    """What the environment needs before a load. UsageError where we are to load and something is missing."""
    needs = look_at_needs(plan, project)
    if reaches(until, "load"):
        needs.refuse()
    return needs


def reach(plan: Plan, project: Project, *, loads: bool) -> None:
    """What would stop the load is said before the hours of reading: a wrong url or password, no answer, no rights; and,
    where we are to load, what people have to make there before."""
    target = open_target(plan, project)
    try:
        if loads and isinstance(target, LeavesToPeople):
            refuse_unmade(plan, target)
        else:
            target.prepare(written_objects(plan), apply=False)
    finally:
        target.close()


def note_needs(project: Project, run: Run, plan: Plan) -> None:
    """Write into the ledger, before a load begins, by what the needs of its environment are met."""
    if plan.environment.needs and not noted_needs(project, run):
        needs = look_at_needs(plan, project)
        needs.refuse()
        with project_lock(project), checked(project.ledger) as ledger:
            ledger.note("needs", {"run": run.id, "environment": plan.environment.name, "met": needs.met})


def noted_needs(project: Project, run: Run) -> bool:
    """Whether the load of this run was let in already: what was begun is finished, whatever was tidied up since."""
    if not project.ledger.exists():
        return False
    with checked(project.ledger) as ledger:
        return any(body["run"] == run.id for body in ledger.bodies("needs"))
