"""Joins to the figures of a run what people said and did since: exceptions, samples, sign-offs."""

from collections.abc import Iterator

from crm_migrate.errors import InputError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.stages.reconcile.sample_exceptions import joined, packs_of
from crm_migrate.stages.reconcile.sampled import defects, digests_of, sample_figures
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.follow_up import SignedOff
from crm_migrate.workspace.following import followed
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sample_packs import read_packs
from crm_migrate.workspace.sign_offs import Bound, bound_of, digests_now, people_now, read_sign_offs
from crm_migrate.workspace.state import read_state


def as_it_stands(project: Project, run: Run, figures: Figures) -> Figures:
    """The figures as a report shows them now. MappingError or InputError where a file of people cannot be read."""
    try:
        plan = read_plan(run)
    except InputError:
        if read_packs(project.folder) or read_sign_offs(project.folder):
            raise
        # figures are told without a plan, too, where nobody has checked or signed anything
        return followed(project, run, figures)
    packs = packs_of(read_packs(project.folder), plan)
    digests = digests_of(plan, run, packs)
    found = followed(project, run, joined(figures, plan, packs, digests))
    samples = {"samples": sample_figures(plan, packs, digests), "defects": tuple(defects(packs))}
    bound = bound_of(figures, digests_now(project.folder, plan.files), people_now(project.folder))
    more = {"sign_hash": bound.hash, "signed": tuple(_signed(project, run, bound)), **samples}
    return found.model_copy(update={"follow_up": found.follow_up.model_copy(update=more)})


def _signed(project: Project, run: Run, bound: Bound) -> Iterator[SignedOff]:
    """The sign-off of each role that counts: its last one of this run, else its last one of any."""
    all_ = read_sign_offs(project.folder)
    last = {each.role: each for each in (*all_, *(each for each in all_ if each.run == run.id))}
    started_by = read_state(run).started_by
    for each in last.values():
        yield SignedOff.model_validate({
            "role": each.role, "who": each.who, "when": each.when, "verdict": each.verdict,
            "conditions": each.conditions, "login": each.login, "run": each.run, "hash": each.bound.hash,
            "void": each.void(bound), "own_account": bool(each.login) and each.login == started_by,
        })  # fmt: skip
