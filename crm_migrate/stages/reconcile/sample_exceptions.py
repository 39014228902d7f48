"""What reviewers of samples found wrong, as exceptions beside those that were computed.

Verdicts come after the figures of a run and are no part of them: they are joined whenever somebody looks. Wrong ones
of a record that has changed since, or that came about by another mapping, are to be checked again; until somebody has,
they stay open.
"""

from collections.abc import Iterator, Sequence

from crm_migrate.codes import CODES
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.sampled import Digests, digests_of, is_stale
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.figures import IN_TARGET, Example, ExceptionGroup, Figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sample_packs import OUTDATED, WRONG, SampledRecord, SamplePack, read_packs

Found = dict[tuple[str, str, str], list[Example]]  # (code, object, field) -> a line for each record


def packs_of(packs: Sequence[SamplePack], plan: Plan) -> list[SamplePack]:
    """The samples of the environment of a plan."""
    return [each for each in packs if each.environment == plan.environment.name]


def with_defects(project: Project, run: Run, figures: Figures) -> Figures:
    """The figures with an exception for each field that reviewers found wrong. InputError where a sample or the plan
    of the run cannot be read; without samples nothing is read."""
    written = read_packs(project.folder)
    if not written:
        return figures
    plan = read_plan(run)
    packs = packs_of(written, plan)
    return joined(figures, plan, packs, digests_of(plan, run, packs))


def joined(figures: Figures, plan: Plan, packs: Sequence[SamplePack], digests: Digests) -> Figures:
    """The same, of samples that are read already."""
    found = tuple(_groups(_lines(plan, packs, digests)))
    return figures.model_copy(update={"exceptions": identified((*figures.exceptions, *found))})


def _lines(plan: Plan, packs: Sequence[SamplePack], digests: Digests) -> Found:
    """Every wrong record that nobody has found right since, by its fields; it is told once, whoever says so."""
    judged = [(each, is_stale(pack, each, plan, digests)) for pack in packs for each in pack.records if each.verdict]
    settled = {_who(each) for each, stale in judged if not stale}
    found: Found = {}
    for each, stale in judged:
        if each.verdict == "wrong" and not (stale and _who(each) in settled):
            for field in each.fields or ("",):
                lines = found.setdefault((OUTDATED if stale else WRONG, each.object, field), [])
                example = Example(record=f"{each.object}:{each.entity}", field=field, message=each.note)
                if all(known.record != example.record for known in lines):
                    lines.append(example)
    return found


def _who(record: SampledRecord) -> tuple[str, str]:
    return record.object, record.entity


def _groups(found: Found) -> Iterator[ExceptionGroup]:
    for (code, object_name, field), lines in sorted(found.items(), key=lambda each: each[0]):
        yield ExceptionGroup(
            code=code, severity="error" if code == WRONG else "warning", object=object_name, source="", field=field,
            rule="", state=IN_TARGET, count=len(lines), title=CODES[code].title, fix=CODES[code].fix,
            examples=tuple(lines[:EXAMPLES]),
        )  # fmt: skip
