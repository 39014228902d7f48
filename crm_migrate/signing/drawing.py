"""Draws a sample of a run: as many records at random as prove what is asked, and one for every stratum besides."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.signing.strata import Stratum, population, strata
from crm_migrate.stages.reconcile.side_by_side import Record, lay_out, records_of
from crm_migrate.stages.reconcile.sides import loaded_fields
from crm_migrate.workspace.bounds import sample_size
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.sample_packs import SampledRecord, SamplePack


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sample shall prove: that less than `prove` percent are wrong, with `confidence` percent; of which records.

    `owner` None is everybody's. `seed` decides the draw: the same one draws the same records.
    """

    reviewer: str
    objects: tuple[str, ...] = ()
    owner: str | None = None
    prove: str = "5"
    confidence: str = "95"
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample, and its records with their values."""

    pack: SamplePack
    records: tuple[Record, ...]


def owners_of(plan: Plan, run: Run, objects: Sequence[str]) -> list[str]:
    """The owners of the records that arrived, by name."""
    with relations(run, "reconcile", partial=True) as tables:
        lay_out(tables, plan)
        found: set[str] = set()
        for each in _chosen(plan, objects):
            for column in _owners(each):
                rows = tables.rows(f"SELECT DISTINCT {column} FROM {quoted(f'expected/{each.name}')}")
                found |= {str(row[0]) for row in rows if row[0]}
    return sorted(found)


def draw(plan: Plan, run: Run, asked: Asked) -> Drawn:
    """Draw a sample of the records of a reconciled run that arrived. UsageError where there is none to draw from."""
    prove, confidence = Fraction(asked.prove) / 100, Fraction(asked.confidence) / 100
    with relations(run, "reconcile", partial=True) as tables:
        lay_out(tables, plan)
        objects = [each for each in _chosen(plan, asked.objects) if asked.owner is None or _owners(each)]
        whole = sum(_populate(tables, each, asked) for each in objects)
        if not whole:
            of = f" of {asked.owner}" if asked.owner is not None else ""
            raise UsageError(f"no record{of} arrived in run {run.id}: there is nothing to draw", hint="crm-migrate run")
        at_random = _random(tables, objects, sample_size(whole, prove, confidence))
        found, left = _strata(tables, plan, objects)
        why = _why(found)
        records = tuple(
            record
            for each in objects
            for record in records_of(tables, plan, each, {e for name, e in {*at_random, *why} if name == each.name})
        )
    pack = SamplePack(
        id=_name(run, asked, objects),
        reviewer=asked.reviewer,
        run=run.id,
        environment=plan.environment.name,
        mapping=plan.meaning,
        objects=tuple(each.name for each in objects),
        owner=asked.owner or "",
        seed=asked.seed,
        prove=asked.prove,
        confidence=asked.confidence,
        population=whole,
        strata=len(found),
        left_out=left,
        records=tuple(_sampled(each, at_random, why) for each in records),
    )
    return Drawn(pack, records)


def _chosen(plan: Plan, names: Sequence[str]) -> list[ObjectPlan]:
    known = {each.name: each for each in plan.objects}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"there is no object {unknown[0]!r}", hint=f"objects: {', '.join(known)}")
    return [each for each in plan.objects if not names or each.name in names]


def _owners(object_plan: ObjectPlan) -> list[str]:
    """The columns with the owners of an object's records."""
    return [quoted(str(field.target)) for field in loaded_fields(object_plan) if field.kind.role == "owner"]


def _populate(tables: Relations, object_plan: ObjectPlan, asked: Asked) -> int:
    """Create the table of the records to draw from; how many there are."""
    name = object_plan.name
    mine = " OR ".join(f"e.{column} = {literal(asked.owner or '')}" for column in _owners(object_plan))
    where = f"WHERE {mine}" if asked.owner is not None else ""
    start = literal(f"{asked.seed}:{name}:")
    tables.execute(
        f"""CREATE TEMP TABLE {population(name)} AS SELECT a.__entity, a.__cluster, md5({start} || a.__entity) AS __rank
        FROM {quoted(f"arrived/{name}")} a JOIN {quoted(f"expected/{name}")} e USING (__entity) {where}"""
    )
    return tables.count(population(name))


def _random(tables: Relations, objects: Sequence[ObjectPlan], size: int) -> set[tuple[str, str]]:
    """So many records of all, each as likely as any other: the first in the order of a keyed digest."""
    parts = " UNION ALL ".join(
        f"SELECT {literal(each.name)} AS object, __entity, __rank FROM {population(each.name)}" for each in objects
    )
    rows = tables.rows(f"SELECT object, __entity FROM ({parts}) ORDER BY __rank, object, __entity LIMIT {size}")
    return {(str(name), str(entity)) for name, entity in rows}


def _strata(tables: Relations, plan: Plan, objects: Sequence[ObjectPlan]) -> tuple[list[Stratum], int]:
    every = [strata(tables, plan, each) for each in objects if tables.count(population(each.name))]
    return [each for found, _ in every for each in found], sum(left for _, left in every)


def _why(found: Sequence[Stratum]) -> dict[tuple[str, str], list[str]]:
    why: dict[tuple[str, str], list[str]] = {}
    for each in found:
        why.setdefault((each.object, each.entity), []).append(each.what)
    return why


def _sampled(record: Record, at_random: set[tuple[str, str]], why: dict[tuple[str, str], list[str]]) -> SampledRecord:
    key = (record.object, record.entity)
    return SampledRecord(
        object=record.object,
        entity=record.entity,
        random=key in at_random,
        why=tuple(why.get(key, ())),
        digest=record.digest,
    )


def _name(run: Run, asked: Asked, objects: Sequence[ObjectPlan]) -> str:
    names = [each.name for each in objects]
    what = [run.id, asked.reviewer, names, asked.owner, asked.prove, asked.confidence, asked.seed]
    return "S-" + hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()[:10]
