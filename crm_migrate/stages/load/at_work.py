"""Jobs of a target that nobody waits for any more: what they still write must not be missed by who reads the target."""

from collections.abc import Iterator
from datetime import datetime

from crm_migrate.connecting.contract import Jobs, Limits, Target, WriteBatch
from crm_migrate.errors import UsageError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.load.sending import KINDS, Batch
from crm_migrate.stages.load.sending.requests import Request, standing
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import BatchLine, Ledger, checked
from crm_migrate.workspace.parts import Part


def refuse_at_work(project: Project, target: Target, identity: str, *, but: str = "") -> None:
    """UsageError where a job of a run (`but` for one) still writes to the target. One that was never let to begin is
    ended."""
    if not isinstance(target, Jobs) or not project.ledger.exists():
        return
    with checked(project.ledger) as ledger:
        for run_id in ledger.runs_of(identity):
            if run_id != but and project.run(run_id).plan.exists():
                refuse_run_at_work(project.run(run_id), target, ledger)


def refuse_run_at_work(run: Run, target: Target, ledger: Ledger) -> None:
    """UsageError where a job of that run still writes to the target."""
    if not isinstance(target, Jobs):
        return
    for line in ledger.batches(run.id):
        if line.settled or not any(attempt.intent.job for attempt in line.attempts):
            continue
        for request, sent in _sent(read_plan(run), run, line):
            told = target.outcome(request.job, sent)
            if isinstance(told, datetime):
                raise UsageError(
                    f"a job of run {run.id} is at work in the target still ({request.job}): it would be missed",
                    hint="the same again when it is done; `resume` of that run waits for it",
                )


def _sent(plan: Plan, run: Run, line: BatchLine) -> Iterator[tuple[Request, WriteBatch]]:
    batch = batch_of(plan, run, line)
    for request in standing(batch, line, Limits(rows=line.intent.count)):
        if request.state == "in_doubt" and request.job:
            yield request, request.written(plan.project)


def batch_of(plan: Plan, run: Run, line: BatchLine) -> Batch:
    """The batch that a line of the ledger is about."""
    object_name, kind, name = line.intent.name.rsplit("/", 2)
    assert kind in (*KINDS, "remove")
    object = target_object(plan, plan.object(object_name))
    return Batch(run, object_name, object, kind, Part(name, "", line.intent.count, line.intent.digest))
