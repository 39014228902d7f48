"""Joins to the figures of a run what people said and did since: exceptions, samples."""

from crm_migrate.mapping.frozen import read_plan
from crm_migrate.stages.reconcile.sampled import defects, digests_of, sample_figures
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.following import followed
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sample_packs import read_packs


def as_it_stands(project: Project, run: Run, figures: Figures) -> Figures:
    """The figures as a report shows them now. MappingError or InputError where a file of people cannot be read."""
    found = followed(project, run, figures)
    packs = [each for each in read_packs(project.folder) if each.environment == found.environment]
    if not packs:
        return found
    plan = read_plan(run)
    samples = sample_figures(plan, packs, digests_of(plan, run, packs))
    told = found.follow_up.model_copy(update={"samples": samples, "defects": tuple(defects(packs))})
    return found.model_copy(update={"follow_up": told})
