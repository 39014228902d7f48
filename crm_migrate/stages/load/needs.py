"""What an environment needs before anything is loaded into it, proved by what the project holds.

`mapping_signed`: everybody of `reconcile: sign_off:` (or anybody, where it names nobody) has signed this mapping, as
it is. `three_clean_mocks`: so many runs with it into other targets wrote records and ended with GO.
`rehearsal_signed_off`: one such run, which may have ended with accepted exceptions, is signed off (`crm-migrate
signoff`), and nothing that was signed has changed since. All are bound to the meaning of the mapping (`Plan.meaning`),
so that one changed line asks for all of them again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from crm_migrate.errors import CrmMigrateError, UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sign_offs import bound_of, digests_now, lacking, people_now, read_sign_offs
from crm_migrate.workspace.signatures import read_signatures
from crm_migrate.workspace.state import read_state, runs

CODE = "need_unmet"
_REHEARSE = "crm-migrate run PROJECT --env NAME (into another target, until it ends with GO; then this one again)"
_MOCKS = {"one_clean_mock": 1, "two_clean_mocks": 2, "three_clean_mocks": 3}


@dataclass(frozen=True, slots=True)
class Needs:
    """What was found: a proof for every need that is met, a finding for every other."""

    met: dict[str, str] = field(default_factory=dict)
    unmet: tuple[Finding, ...] = ()

    def refuse(self) -> None:
        """UsageError with all that is missing, and the first thing to do about it."""
        if self.unmet:
            raise UsageError("; ".join(finding.message for finding in self.unmet), hint=self.unmet[0].hint)


def look_at_needs(plan: Plan, project: Project) -> Needs:
    """Which needs of the plan's environment are met. InputError where the signatures cannot be read."""
    met, unmet = {}, []
    for need in plan.environment.needs:
        look = _PROOFS.get(need) or partial(_mocks, _MOCKS[need])
        missing, proof, hint = look(plan, project)
        if missing:
            message = f"`{plan.environment.name}` needs `{need}`: {missing}"
            unmet.append(Finding(CODE, message, Severity.WARNING, Place(source=need), hint))
        else:
            met[need] = proof
    return Needs(met, tuple(unmet))


def _signed(plan: Plan, project: Project) -> tuple[str, str, str]:
    """What is lacking, what proves it, and what to do."""
    every = read_signatures(project.folder)
    valid = [each for each in every if each.mapping == plan.meaning]
    roles = plan.reconcile.sign_off or tuple({each.role for each in valid}) or ("somebody",)
    missing = [role for role in roles if role not in {each.role for each in valid}]
    proof = ", ".join(f"{each.role} {each.when}" for each in valid)
    outdated = {each.role for each in every} & set(missing)
    told = "; what was signed was another mapping" if outdated else ""
    who = f"--role {missing[0]} --who NAME" if missing else ""
    hint = f"crm-migrate mapping sign PROJECT --env {plan.environment.name} {who}"
    return (f"not signed by {', '.join(missing)}{told}" if missing else ""), proof, hint


def _mocks(wanted: int, plan: Plan, project: Project) -> tuple[str, str, str]:
    """The same for rehearsals."""
    clean = [run.id for run in _rehearsals(plan, project, ("GO",))]
    missing = f"{len(clean)} of {wanted} runs with this mapping in other environments wrote records and ended with GO"
    return (missing if len(clean) < wanted else ""), ", ".join(clean), _REHEARSE


def _signed_off(plan: Plan, project: Project) -> tuple[str, str, str]:
    """The same for a rehearsal under which everybody has put their name who must; the latest is the one to sign."""
    every, roles, open_ = read_sign_offs(project.folder), plan.reconcile.sign_off, list[tuple[str, str]]()
    for run in reversed(_rehearsals(plan, project, ("GO", "GO WITH ACCEPTED EXCEPTIONS"))):
        files = digests_now(project.folder, read_plan(run).files)
        bound = bound_of(read_figures(run), files, people_now(project.folder))
        why = lacking(every, roles, bound)
        if not why:
            return "", f"{run.id} {bound.hash}", ""
        open_.append((run.id, "; ".join(why)))
    if not open_:
        return "no run with this mapping in another environment wrote records and ended with GO", "", _REHEARSE
    latest, why_not = open_[0]
    hint = f"crm-migrate signoff PROJECT --run {latest} --role {roles[0] if roles else 'ROLE'} --who NAME"
    return f"run {latest} is not signed off: {why_not}", "", hint


_PROOFS = {"mapping_signed": _signed, "rehearsal_signed_off": _signed_off}


def _rehearsals(plan: Plan, project: Project, verdicts: Sequence[str]) -> list[Run]:
    """The runs that prove this mapping elsewhere, oldest first. One that is damaged, or of another version of ours,
    proves nothing and is none."""
    return [run for run in runs(project) if _is_rehearsal(plan, run, verdicts)]


def _is_rehearsal(plan: Plan, run: Run, verdicts: Sequence[str]) -> bool:
    try:
        return figures_path(run).is_file() and all(_proves(plan, run, verdicts))
    except (CrmMigrateError, OSError):
        return False


def _proves(plan: Plan, run: Run, verdicts: Sequence[str]) -> Iterator[bool]:
    rehearsed, figures = read_plan(run), read_figures(run)
    there = (rehearsed.environment.connector, rehearsed.environment.options)
    yield rehearsed.environment.name != plan.environment.name
    yield there != (plan.environment.connector, plan.environment.options)  # the same target by another name
    yield rehearsed.meaning == plan.meaning
    yield figures.header.run == run.id and figures.plan_hash == read_state(run).plan_hash
    yield figures.verdict in verdicts
    yield any(each.created or each.updated for each in figures.target_sets)
