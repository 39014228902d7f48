"""Records that a stopped load has begun in the target: no reading shows them as ours, so an undo would leave them."""

from collections.abc import Iterator

from crm_migrate.connecting.contract import ENTITY, Begins, Target
from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.at_work import batch_of
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.undo.images import Lines
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine


class BegunError(UsageError):
    """The run has to be resumed before it is undone."""


def refuse_begun(plan: Plan, run: Run, lines: Lines, target: Target) -> None:
    """BegunError where records of the run are begun and not finished."""
    if not isinstance(target, Begins):
        return
    for object_plan in plan.objects:
        tried = sorted({e for line in lines.values() for e in _tried(plan, run, line, object_plan.name)})
        found = target.begun(target_object(plan, object_plan), tried) if tried else ()
        if found:
            raise BegunError(
                f"{len(found):,} record(s) of {object_plan.name} were begun when run {run.id} stopped, and are not "
                "finished: an undo does not see them, and they would stay in the target",
                hint="crm-migrate resume PROJECT, and undo then",
            )


def _tried(plan: Plan, run: Run, line: BatchLine, object_name: str) -> Iterator[str]:
    """Who was to be created by a batch of an object that has no final answer."""
    intent = line.intent
    if line.settled or intent.action != "create" or intent.name.rsplit("/", 2)[0] != object_name:
        return
    yield from (str(each) for each in batch_of(plan, run, line).rows()[ENTITY].to_pylist())
