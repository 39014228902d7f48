"""Undone runs, as the ledger knows them: every start of an undo is a run of its own, below the one that it undoes.

`<run>/undo-2` is the second start of the undo of a run. It is over when the ledger says `undone`; until then nothing is
planned or loaded there, because what we remember of the target does not hold.
"""

from typing import Any

from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import Ledger, checked

UNDONE = "undone"  # the kind of a ledger's entry: `run`, `identity`, `at`, and the runs that were `planned` before it


def pass_of(run: Run, number: int) -> Run:
    """A start of the undo of a run, counted from 1."""
    return Run(run.folder / f"undo-{number}", f"{run.id}/undo-{number}")


def passes(ledger: Ledger, run: Run) -> list[Run]:
    """The starts of the undo of a run, oldest first."""
    ids = {body["run"] for body in ledger.bodies("run")}
    found: list[Run] = []
    while (each := pass_of(run, len(found) + 1)).id in ids:
        found.append(each)
    return found


def loads(ledger: Ledger, identity: str) -> list[str]:
    """The runs that sent something to that target, undone or not, oldest first; starts of an undo are none."""
    return [run for run in dict.fromkeys(ledger.runs_of(identity)) if "/" not in run and ledger.sent(run)]


def undone(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """What the ledger says of runs that were undone, by run."""
    return {body["run"]: body for body in ledger.bodies(UNDONE)}


def undone_runs(project: Project) -> dict[str, str]:
    """Run -> when it was undone."""
    if not project.ledger.exists():
        return {}
    with checked(project.ledger) as ledger:
        return {run: str(body["at"]) for run, body in undone(ledger).items()}


def refuse_open_undo(project: Project, ledger: Ledger, identity: str) -> None:
    """UsageError while a run on that target is undone in part, and its folder is there to undo the rest."""
    done = undone(ledger)
    for each in ledger.runs_of(identity):
        run, _, number = each.partition("/")
        if number and run not in done and project.run(run).plan.exists():
            raise UsageError(
                f"the undo of run {run} was begun and is not finished", hint=f"crm-migrate undo PROJECT {run} --apply"
            )


def refuse_undone(ledger: Ledger, run: str) -> None:
    """UsageError where a run was undone, or was planned before another one was."""
    for body in ledger.bodies(UNDONE):
        if body["run"] == run:
            raise UsageError(f"run {run} was undone ({body['at']}): it cannot go on", hint="crm-migrate run")
        if run in body["planned"]:
            raise UsageError(
                f"run {run} was planned before run {body['run']} was undone: the target is another one now",
                hint="crm-migrate plan",
            )
