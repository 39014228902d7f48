"""Bringing back, with their old ids, records of ours that were deleted in a target which keeps them for a while.

Nothing of it is remembered here: a record that is back is there for the next run as it was. Parents go first, as what
was deleted together comes back together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from crm_migrate.connecting.contract import Refusal, Target, TargetObject, Undelete
from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.load.objects import target_object
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock, target_lock
from crm_migrate.workspace.parts import tables
from crm_migrate.workspace.sql import exists
from crm_migrate.workspace.undoing import refuse_open_undo

SOME = 1_000  # records that are asked for at a time
UNABLE = "this target's connector cannot bring back what was deleted there"


@dataclass(frozen=True, slots=True)
class Back:
    """Of one object: how many of our records are missing in the target, the ids of those that can come back or did, and
    why others did not."""

    object: str
    missing: int
    back: tuple[str, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()


def undelete(plan: Plan, project: Project, target: Target, *, apply: bool) -> tuple[Back, ...]:
    """Say which of our records can come back, or bring them back; one line per object of which any is missing.

    UsageError where the target cannot, or where an undo is not finished.
    """
    able = able_to(target)
    identity = target.identity()
    if not project.ledger.exists():
        raise UsageError("this project has loaded nothing yet", hint="crm-migrate run")
    with ExitStack() as held:
        for lock in (project_lock(project), target_lock(identity)) if apply else ():
            held.enter_context(lock)
        refuse_open_undo(project, held.enter_context(checked(project.ledger)), identity)
        found = (_of_object(plan, project, identity, each, target, able, apply=apply) for each in plan.objects)
        return tuple(each for each in found if each.missing)


def able_to(target: Target) -> Undelete:
    """The target as one that brings back. UsageError where it is none."""
    if not isinstance(target, Undelete):
        raise UsageError(
            UNABLE,
            hint="bring the records back in the CRM's own screens while it keeps them, then: crm-migrate run",
        )
    return target


def _of_object(
    plan: Plan, project: Project, identity: str, each: ObjectPlan, target: Target, able: Undelete, *, apply: bool
) -> Back:
    object = target_object(plan, each)
    missing = dict(missing_in(target, object, _sent(project, identity, each.name)))
    held = keyed_of(able, object, missing)
    if not apply:
        return Back(each.name, len(missing), tuple(sorted(held)))
    refused = bring_back(able, object, sorted(held))
    return Back(each.name, len(missing), tuple(sorted(held - refused.keys())), tuple(sorted(refused.items())))


def keyed_of(able: Undelete, object: TargetObject, entities: Mapping[str, str]) -> set[str]:
    """The ids of those records (id -> our key) that can come back and carry that key."""
    found: set[str] = set()
    for some in _parts(sorted(entities)):
        found |= {id for id, key in able.deleted(object, some).items() if entities[id] == key}
    return found


def bring_back(able: Undelete, object: TargetObject, ids: Sequence[str]) -> dict[str, Refusal]:
    """Bring records back; why some are not there."""
    refused: dict[str, Refusal] = {}
    for some in _parts(ids):
        refused |= able.undelete(object, some)
    return refused


def _sent(project: Project, identity: str, name: str) -> dict[str, str]:
    """Id -> our key of what we loaded."""
    folder = project.sent(identity, name)
    rows = (row for part in (tables(folder) if exists(folder) else ()) for row in part.to_pylist())
    return {str(row["target_id"]): str(row["__entity"]) for row in rows if row["target_id"]}


def missing_in(target: Target, object: TargetObject, sent: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Id and key of those records (id -> our key) that the target does not have."""
    for some in _parts(sorted(sent)):
        there = {id for table in target.read(object.bare(), "id", some) for id in table["target_id"].to_pylist()}
        yield from ((id, sent[id]) for id in some if id not in there)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + SOME] for start in range(0, len(ids), SOME))
