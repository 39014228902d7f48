"""Preparing a target for certain: what a request made that nobody answered, the next look finds."""

from collections.abc import Sequence

from crm_migrate.connecting.by_hand import refuse
from crm_migrate.connecting.contract import LeavesToPeople, Target, TargetObject
from crm_migrate.errors import InDoubt
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.objects import written_objects
from crm_migrate.stages.load.said_values import values_by_hand

TRIES = 6


def prepare(target: Target, objects: Sequence[TargetObject]) -> None:
    """Make what is missing. InDoubt where the target leaves it open again and again."""
    for _ in range(TRIES - 1):
        try:
            target.prepare(objects, apply=True)
        except InDoubt:
            continue
        return
    target.prepare(objects, apply=True)


def refuse_unmade(plan: Plan, target: Target) -> None:
    """TargetError that names all that people have to make where a load cannot begin before, and the values with it."""
    if isinstance(target, LeavesToPeople) and (found := target.by_hand(written_objects(plan))):
        refuse(f"`{plan.environment.name}`", (*found, *values_by_hand(plan, target)))
