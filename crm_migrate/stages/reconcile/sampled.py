"""Samples against a run: which verdicts still hold for its records, and what they prove of all."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile.side_by_side import lay_out, records_of
from crm_migrate.workspace.bounds import most_wrong
from crm_migrate.workspace.follow_up import SampleDefect, SampleFigure
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.sample_packs import SampledRecord, SamplePack

Digests = Mapping[tuple[str, str], str]  # (object, entity) -> digest of the record as this run has it


def digests_of(plan: Plan, run: Run, packs: Sequence[SamplePack]) -> Digests:
    """The digests of all sampled records that this run has."""
    wanted: dict[str, set[str]] = {}
    for record in (record for pack in packs for record in pack.records):
        wanted.setdefault(record.object, set()).add(record.entity)
    if not wanted:
        return {}
    with relations(run, "reconcile", partial=True) as tables:
        lay_out(tables, plan)
        found = (
            record for each in plan.objects for record in records_of(tables, plan, each, wanted.get(each.name, ()))
        )
        return {(record.object, record.entity): record.digest for record in found}


def is_stale(pack: SamplePack, record: SampledRecord, plan: Plan, digests: Digests) -> bool:
    """Whether what was seen of a record is not what this run has, or came about by another mapping."""
    return pack.mapping != plan.meaning or digests.get((record.object, record.entity)) != record.digest


def sample_figures(plan: Plan, packs: Sequence[SamplePack], digests: Digests) -> tuple[SampleFigure, ...]:
    """What each sample says of this run."""
    return tuple(_figure(plan, pack, digests) for pack in packs)


def defects(packs: Sequence[SamplePack]) -> Iterator[SampleDefect]:
    """Every record that somebody found wrong, also where the verdict is stale by now."""
    for pack in packs:
        for each in pack.records:
            if each.verdict == "wrong":
                yield SampleDefect(
                    sample=pack.id, object=each.object, entity=each.entity, fields=each.fields, note=each.note,
                    who=each.who,
                )  # fmt: skip


def _figure(plan: Plan, pack: SamplePack, digests: Digests) -> SampleFigure:
    judged = [each for each in pack.records if each.verdict]
    current = [each for each in judged if not is_stale(pack, each, plan, digests)]
    at_random = [each for each in pack.records if each.random]
    checked = [each for each in current if each.random]
    bad = sum(each.verdict != "right" for each in checked)
    at_most = None
    if len(checked) == len(at_random):
        at_most = most_wrong(pack.population, len(checked), bad, Fraction(pack.confidence) / 100)
    return SampleFigure(
        id=pack.id,
        reviewer=pack.reviewer,
        owner=pack.owner,
        objects=pack.objects,
        run=pack.run,
        prove=pack.prove,
        confidence=pack.confidence,
        population=pack.population,
        random=len(at_random),
        covering=len(pack.records) - len(at_random),
        checked=len(current),
        right=sum(each.verdict == "right" for each in current),
        wrong=sum(each.verdict == "wrong" for each in current),
        unclear=sum(each.verdict == "unclear" for each in current),
        stale=len(judged) - len(current),
        random_checked=len(checked),
        random_wrong=bad,
        at_most=at_most,
        proven=at_most is not None and Fraction(at_most, pack.population) < Fraction(pack.prove) / 100,
        same_mapping=pack.mapping == plan.meaning,
    )
