"""Undo: take back what a run did in the target, but for what somebody has touched there since.

Every start reads the target anew and judges anew whatever is not done yet, so nothing that was decided yesterday is
sent today; each start is a run of its own in the ledger, sent like any other: intent, request, outcome.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from crm_migrate.connecting.contract import Remove, Target
from crm_migrate.errors import CrmMigrateError, Interrupted, TargetConflict, UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.stages.load import stoppable
from crm_migrate.stages.load.at_work import refuse_run_at_work
from crm_migrate.stages.load.earlier import settle_run
from crm_migrate.stages.load.keys import Names, sent_to
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.load.publishing import PUBLISHED
from crm_migrate.stages.load.restoring import refuse_restored
from crm_migrate.stages.load.sending import Sender
from crm_migrate.stages.load.sending.clock import Clock, WallClock
from crm_migrate.stages.load.sending.requests import settled_at
from crm_migrate.stages.load.theirs import ask_again, read_theirs
from crm_migrate.stages.reconcile import causes
from crm_migrate.stages.undo.begun import BegunError, refuse_begun
from crm_migrate.stages.undo.carrying_out import carry_out
from crm_migrate.stages.undo.images import Lines, Undoing
from crm_migrate.stages.undo.judging import judge
from crm_migrate.stages.undo.referring import keep_referred, keep_referred_elsewhere
from crm_migrate.stages.undo.remembering import remember_undo
from crm_migrate.stages.undo.report import ObjectUndo, UndoReport, figures, read_report, write_kept, write_report
from crm_migrate.stages.undo.returning import bring_back_removed, remember_returned
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import Ledger, checked
from crm_migrate.workspace.locking import project_lock, target_lock
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.state import is_done, now, open_run, runs
from crm_migrate.workspace.tables import NOW, VERDICTS
from crm_migrate.workspace.undoing import UNDONE, loads, pass_of, passes, undone

__all__ = ["ObjectUndo", "UndoReport", "choose", "undo"]


def _never() -> bool:
    return False


def _silent(_object: str, _rows: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Start:
    """What is undone, and whom one start speaks to."""

    run: Run
    plan: Plan
    project: Project
    identity: str
    ledger: Ledger
    target: Target
    clock: Clock


def choose(project: Project, run_id: str | None) -> Run:
    """The run of that id; else the last one that wrote something, whether it is undone or not.

    Undone twice it is the same run: nobody undoes an older one without naming it.
    """
    if run_id is not None:
        return open_run(project, run_id, write=False)
    if project.ledger.exists():
        with checked(project.ledger) as ledger:
            wrote = [
                body["run"] for body in ledger.bodies("run") if "/" not in body["run"] and ledger.sent(body["run"])
            ]
        if wrote:
            return project.run(wrote[-1])
    raise UsageError("no run of this project has written anything yet", hint="crm-migrate run")


def undo(
    plan: Plan, project: Project, run: Run, target: Target, *, apply: bool,
    stop: Callable[[], bool] = _never, progress: Callable[[str, int], None] = _silent, clock: Clock | None = None,
) -> UndoReport:  # fmt: skip
    """Say what the undo of a run would do, or do it: remove what it created, restore what it changed.

    `plan` is the run's own. UsageError where the run cannot be undone (now), TargetConflict where the target is not the
    one that it wrote to; Interrupted when it stops in good order: the same call goes on.
    """
    identity, again = target.identity(), f"crm-migrate undo PROJECT {run.id} --apply"
    with ExitStack() as held:
        held.enter_context(_hinted(again))
        for lock in (project_lock(project), target_lock(identity)) if apply else ():
            held.enter_context(lock)
        if not project.ledger.exists():
            raise UsageError("no run of this project has written anything yet", hint="crm-migrate run")
        ledger = held.enter_context(checked(project.ledger))
        if run.id in undone(ledger):
            return read_report(run)
        _refuse(ledger, run, identity, target)
        refuse_restored(project, plan, target, identity)
        start = _Start(run, plan, project, identity, ledger, target, clock or WallClock())
        if not apply:
            return _look(start)
        stopped = held.enter_context(stoppable(target, stop))
        while (report := _apply(start, stopped, progress)) is None:
            pass
        return report


@contextmanager
def _hinted(again: str) -> Iterator[None]:
    """What goes on with an undo is the same command, and no `resume`."""
    try:
        yield
    except BegunError:
        raise
    except CrmMigrateError as error:
        hint = error.hint.replace("crm-migrate resume", again).replace("then resume", f"then: {again}")
        error.hint = hint or again
        raise


def _refuse(ledger: Ledger, run: Run, identity: str, target: Target) -> None:
    """Raise where this run cannot be undone, or not before another one."""
    began = ledger.targets_of(run.id)
    if not began or not ledger.sent(run.id):
        raise UsageError(f"run {run.id} has written nothing: there is nothing to undo", hint="crm-migrate runs")
    if identity not in began:
        raise TargetConflict(
            f"run {run.id} wrote to another target than this one: that one was lost or exchanged",
            hint="bring it back, and undo then",
        )
    done, wrote = undone(ledger), loads(ledger, identity)
    later = [each for each in wrote[wrote.index(run.id) + 1 :] if each not in done]
    if later:
        raise UsageError(
            f"{len(later)} later run(s) wrote to this target too, and what they did stands on this one; the last of "
            f"them is undone first: {later[-1]}",
            hint=f"crm-migrate undo PROJECT {later[-1]}",
        )
    if not isinstance(target, Remove):
        raise UsageError(
            "this target's connector cannot take records away again: nothing can be undone there",
            hint="bring back a backup of the target, then: crm-migrate target adopt",
        )


# ---------------------------------------------------------------------------------------------------- one start


def _look(start: _Start) -> UndoReport:
    """What would be done; nothing is written to the target, and nothing remembered."""
    here = Run(start.project.work / f"undoing-{os.getpid()}", "undoing")
    _refuse_begun(start)
    back = _bring_back(start, apply=False)
    try:
        _read(start, here)
        with relations(here, "undo") as tables:
            _judge(tables, start, _undoing(start))
            return _report(tables, start, back, applied=False)
    finally:
        shutil.rmtree(here.folder, ignore_errors=True)


def _apply(start: _Start, stopped: Callable[[], bool], progress: Callable[[str, int], None]) -> UndoReport | None:
    """One start: do what is to be done, and correct what is remembered of the target.

    None where another start may do more: something was refused, and since then something went that may have been in
    its way (a new record had the unique value that another is to get back).
    """
    here = pass_of(start.run, len(passes(start.ledger, start.run)) + 1)
    shutil.rmtree(here.folder, ignore_errors=True)  # of one that ended before it was begun
    _wait_out_doubt(start, stopped)
    _refuse_begun(start)
    back = _bring_back(start, apply=True)
    _read(start, here)
    _settle(start, here)
    undoing, plan = _undoing(start), start.plan
    with relations(here, "undo") as tables:
        _judge(tables, start, undoing)
        start.ledger.begin(here.id, start.identity, plan.hash, plan.project, plan.environment.name)
        sender = Sender(
            plan.project, start.identity, here, start.ledger, start.target, {}, stopped, progress, start.clock
        )
        done, refused = carry_out(tables, sender, undoing)
        for object_plan in plan.objects:
            columns = ", ".join(VERDICTS.columns).replace("fields", "to_json(fields)::VARCHAR AS fields")
            verdicts = f"SELECT {columns} FROM {Names(object_plan.name).verdict} ORDER BY __entity"
            tables.publish(verdicts, VERDICTS, object_plan.name)
        if done and refused:
            return None
        _wait_out_doubt(start, _never)
        for object_plan in plan.objects:
            remember_undo(tables, start.project, start.identity, undoing, object_plan, start.target)
            remember_returned(tables, start.project, start.identity, undoing, object_plan, start.target)
        report = _report(tables, start, back, applied=True)
    write_report(report, start.run)
    stale = [each.id for each in runs(start.project) if read_load_plan(each) and not start.ledger.begun(each.id)]
    said = {"run": start.run.id, "identity": start.identity, "at": report.undone, "planned": stale}
    start.ledger.note(UNDONE, said)
    return report


def _bring_back(start: _Start, *, apply: bool) -> dict[str, int]:
    """Object -> how many records that the run had removed come back."""
    return bring_back_removed(start.plan, start.run, start.ledger.lines(start.run.id), start.target, apply=apply)


def _attempts(start: _Start) -> Sequence[tuple[Run, Lines]]:
    """The run and the starts of its undo until now, with their lines of the ledger."""
    return [(each, start.ledger.lines(each.id)) for each in (start.run, *passes(start.ledger, start.run))]


def _wait_out_doubt(start: _Start, stopped: Callable[[], bool]) -> None:
    """What nobody answered may still take effect, and a read may lie about what was just written: nothing is read
    before that is over."""
    limits = start.target.limits(target_object(start.plan, start.plan.objects[0]), "remove")
    answered = replace(limits, longest_seconds=0)
    sent = [
        settled_at(datetime.fromisoformat(attempt.at), answered if line.settled else limits)
        for _, lines in _attempts(start)
        for line in lines.values()
        for attempt in line.attempts
    ]
    start.clock.wait(max(sent), stopped)
    if stopped():
        raise Interrupted("stopped before anything was sent", hint="crm-migrate resume")
    refuse_run_at_work(start.run, start.target, start.ledger)


def _refuse_begun(start: _Start) -> None:
    """Before the first start of an undo: a run that is being undone does not go on any more."""
    (_, lines), *earlier = _attempts(start)
    if not earlier:
        refuse_begun(start.plan, start.run, lines, start.target)


def _read(start: _Start, here: Run) -> None:
    """Read every object as it is now, with a digest of what we do not load."""
    for object_plan in start.plan.objects:
        read_theirs(start.target, target_object(start.plan, object_plan), here, NOW, object_plan.name)
    with relations(here, "undo") as tables:
        for each in start.plan.objects:
            sent = sent_to(start.project, start.identity, each.name)
            ask_again(tables, start.target, target_object(start.plan, each), NOW, each.name, sent)


def _settle(start: _Start, here: Run) -> None:
    """A run that was stopped before it could remember what it loaded remembers it now."""
    published = {(body["run"], body["identity"]) for body in start.ledger.bodies(PUBLISHED)}
    if (start.run.id, start.identity) not in published:
        back = {o.name: here.table(*NOW.path(o.name)) for o in start.plan.objects}
        settle_run(start.plan, start.project, back.__getitem__, start.run, start.target, start.ledger, start.identity)


def _undoing(start: _Start) -> Undoing:
    (_, lines), *earlier = _attempts(start)
    return Undoing(start.plan, start.run, lines, earlier, is_done(start.run, "validate"))


def _judge(tables: Relations, start: _Start, undoing: Undoing) -> None:
    """Create the verdicts of every object."""
    causes.define(tables)
    there = start.target.describe([o.target for o in start.plan.objects])
    for object_plan in start.plan.objects:
        found = there.object(object_plan.target)
        judge(tables, undoing, object_plan, {f.name for f in found.fields if f.default} if found else ())
    assert isinstance(start.target, Remove)
    keep_referred_elsewhere(tables, start.plan, start.target)
    keep_referred(tables, start.plan)


def _report(tables: Relations, start: _Start, back: Mapping[str, int], *, applied: bool) -> UndoReport:
    return UndoReport(
        run=start.run.id,
        environment=start.plan.environment.name,
        identity=start.identity,
        applied=applied,
        objects=tuple(figures(tables, o, back.get(o.name, 0)) for o in start.plan.objects),
        undone=now() if applied else "",
        kept_list=write_kept(tables, start.plan, start.run),
    )
