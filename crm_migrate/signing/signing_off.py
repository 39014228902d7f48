"""Signs a run off, or says why not; and whether all who must have signed."""

from crm_migrate.errors import UsageError
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.signing.proposers import proposed_by
from crm_migrate.workspace.kept_figures import read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sign_offs import (
    BUILT_IN,
    Answer,
    Bound,
    SignOff,
    add_sign_off,
    bound_of,
    digests_now,
    lacking,
    people_now,
    read_sign_offs,
)
from crm_migrate.workspace.state import login, now
from crm_migrate.workspace.undoing import undone_runs


def sign_off(project: Project, run: Run, role: str, who: str, answer: Answer, conditions: str) -> SignOff:
    """Write a sign-off under a run as it stands. UsageError where it may not be given, with the reason."""
    plan, figures = read_plan(run), read_figures(run)
    if plan.reconcile.sign_off and role not in plan.reconcile.sign_off:
        raise UsageError(f"nobody signs as `{role}`", hint=nearest(role, plan.reconcile.sign_off))
    if answer != "reject":
        _refuse(project, run, plan, who, figures.verdict)
    bound = bound_now(project, run)
    signed = SignOff(
        role=role, who=who, when=now(), verdict=answer, conditions=conditions, login=login(), run=bound.run,
        figures=bound.figures, mapping=bound.mapping, decisions=bound.decisions, exceptions=bound.exceptions,
        samples=bound.samples,
    )  # fmt: skip
    add_sign_off(project.folder, signed)
    return signed


def bound_now(project: Project, run: Run) -> Bound:
    """What a sign-off of the run would be bound to now."""
    files = digests_now(project.folder, read_plan(run).files)
    return bound_of(read_figures(run), files, people_now(project.folder))


def missing(project: Project, run: Run) -> list[str]:
    """Why the run is not signed off, in sentences; empty where it is."""
    return lacking(read_sign_offs(project.folder), read_plan(run).reconcile.sign_off, bound_now(project, run))


def _refuse(project: Project, run: Run, plan: Plan, who: str, verdict: str) -> None:
    if verdict == "NO-GO":
        raise UsageError(f"run {run.id} ended with NO-GO: nobody can approve it", hint="mend what its report names")
    if run.id in undone_runs(project):
        raise UsageError(f"run {run.id} was undone: nobody can approve it", hint="crm-migrate run")
    if changed := _changed(project, plan):
        hint = "crm-migrate run, then sign that; or put the file back"
        raise UsageError(f"{changed} is not what run {run.id} went by", hint=hint)
    if proposed := proposed_by(project, run, who):
        raise UsageError(f"{who} has proposed {proposed}, and may not approve it", hint="somebody else has to sign")


def _changed(project: Project, plan: Plan) -> str:
    """A file of mapping or decisions that the run did not go by as it is now; empty where there is none."""
    here = {name: digest for name, digest in plan.files.items() if not name.startswith(BUILT_IN)}
    people = {name: digest for name, digest in people_now(project.folder).items() if name.startswith("decisions")}
    today = digests_now(project.folder, here) | people
    return next((name for name in sorted(here.keys() | today.keys()) if here.get(name) != today.get(name)), "")
