"""Earlier runs that were stopped before they could remember what they loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crm_migrate.connecting.contract import Journal, Limits, Target
from crm_migrate.errors import DamagedFile, OtherVersion
from crm_migrate.mapping.frozen import read_plan as read_frozen
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.at_work import batch_of
from crm_migrate.stages.load.publishing import PUBLISHED, publish_memory
from crm_migrate.stages.load.sending import call
from crm_migrate.stages.load.sending.answers import Said, record
from crm_migrate.stages.load.sending.requests import accounted, standing
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import BatchLine, Ledger, checked
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.tables import PLANNED, THEIRS


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence for each earlier run that cannot be read: what it loaded is found in the target by our key, but what
    it sent is not known any more (`damaged`), or to another version of ours only (`foreign`)."""

    damaged: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def settle_earlier(plan: Plan, project: Project, run: Run, target: Target, identity: str) -> Unread:
    """Remember what earlier runs loaded that were stopped before they could: this plan compares with that too."""
    if not project.ledger.exists():
        return Unread()
    notes, foreign = [], []
    with checked(project.ledger) as ledger:
        done = {(body["run"], body["identity"]) for body in ledger.bodies(PUBLISHED)}
        for earlier in ledger.runs_of(identity):
            if earlier != run.id and (earlier, identity) not in done and project.run(earlier).plan.exists():
                try:
                    settle_run(plan, project, partial(_theirs, run), project.run(earlier), target, ledger, identity)
                except DamagedFile as error:
                    notes.append(f"what run {earlier} sent is not known any more: {error.message}")
                except OtherVersion as error:
                    foreign.append(f"what run {earlier} sent is not known here: {error.message}")
    return Unread(tuple(notes), tuple(foreign))


def _theirs(run: Run, object_name: str) -> Path:
    return run.table(*THEIRS.path(object_name))


def settle_run(
    plan: Plan, project: Project, back: Callable[[str], Path], earlier: Run, target: Target, ledger: Ledger,
    identity: str,
) -> None:  # fmt: skip
    """Remember what a run loaded of the objects of this plan; `back` names the table of an object as it is now."""
    then = read_frozen(earlier)
    if isinstance(target, Journal):
        committed = target.committed(then.project, earlier.id)
        for line in ledger.batches(earlier.id):
            if not line.settled and line.intent.name in committed:
                _replay(then, earlier, target, ledger, line)
    lines = ledger.lines(earlier.id)
    present = {o.name for o in plan.objects if not o.existing.only}
    with relations(earlier, "load") as tables:
        for object_plan in (each for each in then.objects if not each.existing.only):
            if object_plan.name in present and tables.finished(PLANNED, object_plan.name):
                name = object_plan.name
                publish_memory(tables, project, identity, then, object_plan, lines, back(name))
    ledger.note(PUBLISHED, {"run": earlier.id, "identity": identity})


def _replay(plan: Plan, run: Run, target: Target, ledger: Ledger, line: BatchLine) -> None:
    """Ask the target's journal for the answer of a committed batch; it writes nothing."""
    batch = batch_of(plan, run, line)
    request = standing(batch, line, Limits(rows=line.intent.count))[0].on("ask")
    answer = accounted(request.listed(), call(target, batch.action)(request.written(plan.project)))
    record(ledger, Said(request, answer, len(line.outcomes)))
