"""Load: send what the plan says, exactly once, in load order, and remember what the target answered.

Per batch: the intent durable on disk, the request, the outcome per key. Stopped anywhere, the same run goes on where
it was; the target's own journal wins over what we remember.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import Interruptible, Journal, Target
from crm_migrate.errors import TargetConflict, UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.load.claims import claim_members
from crm_migrate.stages.load.cutting import cut_last, cut_links, cut_records, join_parent, wanted_links
from crm_migrate.stages.load.files import hold_unsent, takes_files
from crm_migrate.stages.load.holding import hold
from crm_migrate.stages.load.objects import Link, links, target_object, waiting, written_last, written_objects
from crm_migrate.stages.load.plan import LoadPlan, LoadSample, ObjectLoad, read_plan, sealed
from crm_migrate.stages.load.planning import plan_load
from crm_migrate.stages.load.preparing import prepare
from crm_migrate.stages.load.publishing import PUBLISHED, loaded_ids, publish_memory, write_outcomes
from crm_migrate.stages.load.removing import remove_merged
from crm_migrate.stages.load.restoring import refuse_exchanged
from crm_migrate.stages.load.sending import Kind, Sender, check_journal, cut
from crm_migrate.stages.load.sending.clock import WallClock
from crm_migrate.stages.load.sending.uploading import files_of
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import Ledger, checked
from crm_migrate.workspace.locking import project_lock, target_lock
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.sealing import damaged
from crm_migrate.workspace.signals import handled, stop_now
from crm_migrate.workspace.tables import LOADED_IDS, OUTCOMES, THEIRS
from crm_migrate.workspace.undoing import loads, refuse_open_undo, refuse_undone

__all__ = [
    "LoadPlan",
    "LoadResult",
    "LoadSample",
    "ObjectLoad",
    "execute_load",
    "plan_load",
    "read_plan",
    "remember_load",
]


class LoadedObject(BaseModel):
    """What became of one object: entities that were written, refused, and held because a parent was refused."""

    model_config = ConfigDict(frozen=True)

    object: str
    loaded: int
    rejected: int
    held: int
    links_open: int = 0


class LoadResult(BaseModel):
    """What became of a load. `rejected` and open links are findings too."""

    model_config = ConfigDict(frozen=True)

    identity: str
    objects: tuple[LoadedObject, ...]

    def findings(self) -> tuple[Finding, ...]:
        """Refusals and open links, one finding per object."""
        out = []
        for o in self.objects:
            counts = {"target_refused": o.rejected, "parent_held": o.held, "link_open": o.links_open}
            for code, count in counts.items():
                if count:
                    words = f"{o.object}: {count} record(s): {code.replace('_', ' ')}"
                    out.append(Finding(code, words, Severity.WARNING, Place(source=o.object), count=count))
        return tuple(out)


def _never() -> bool:
    return False


def _silent(_object: str, _rows: int) -> None:
    return None


def execute_load(
    plan: Plan,
    project: Project,
    run: Run,
    target: Target,
    *,
    stop: Callable[[], bool] = _never,
    progress: Callable[[str, int], None] = _silent,
) -> LoadResult:
    """Carry out the plan of this run's load, or go on with it; writes `outcomes` of every object.

    Interrupted between two batches when `stop()` says so or Ctrl-C was pressed; TargetConflict when the target is not
    the one that was planned for; TargetError when it cannot go on. `resume` is calling this again.
    """
    load_plan = read_plan(run)
    if load_plan is None or load_plan.plan_hash != plan.hash:
        raise UsageError("this run has no plan of its load", hint="crm-migrate plan")
    with project_lock(project), checked(project.ledger) as ledger, stoppable(target, stop) as stopped:
        refuse_undone(ledger, run.id)
        refuse_open_undo(project, ledger, load_plan.identity)
        _refuse_overtaken(load_plan, run, ledger)
        _check_seal(load_plan, run, ledger)
        identity = _enter(plan, load_plan, run, target, ledger)
        with target_lock(identity), relations(run, "load") as tables:
            sender = Sender(
                plan.project,
                identity,
                run,
                ledger,
                target,
                ledger.lines(run.id),
                stopped,
                progress,
                WallClock(),
                files_of(plan, project.folder),
            )
            check_journal(sender)
            if isinstance(target, Journal):
                for object_plan in (each for each in plan.objects if not each.existing.only):
                    claim_members(tables, target, plan, object_plan)
            held = {o.name: _load_object(tables, sender, plan, o) for o in plan.objects}
            linked = {o.name: _load_links(tables, sender, plan, o) for o in plan.objects}
            lines = ledger.lines(run.id)
            for object_plan in plan.objects:
                write_outcomes(tables, lines, object_plan)
            remove_merged(tables, sender, project, plan)
            objects = tuple(_became(tables, o, held[o.name], *linked[o.name]) for o in plan.objects)
    return LoadResult(identity=identity, objects=objects)


def remember_load(plan: Plan, project: Project, run: Run, identity: str) -> None:
    """Carry what was loaded and read back since into what later runs compare with; saying it twice changes nothing."""
    with project_lock(project), checked(project.ledger) as ledger:
        refuse_undone(ledger, run.id)
        lines = ledger.lines(run.id)
        with relations(run, "load") as tables:
            for object_plan in (each for each in plan.objects if not each.existing.only):
                back = run.table("validate", object_plan.name, "actual")
                publish_memory(tables, project, identity, plan, object_plan, lines, back)
        ledger.note(PUBLISHED, {"run": run.id, "identity": identity})


def _refuse_overtaken(load_plan: LoadPlan, run: Run, ledger: Ledger) -> None:
    """UsageError where another run has written to the target since: what was to be created may be there by now."""
    others = [other for other in loads(ledger, load_plan.identity) if other != run.id]
    if not ledger.begun(run.id) and len(others) > load_plan.loads:
        raise UsageError(
            f"run {others[-1]} has loaded since this load was planned: it would be compared with what is no more",
            hint="crm-migrate plan",
        )


def _check_seal(load_plan: LoadPlan, run: Run, ledger: Ledger) -> None:
    """DamagedFile where the tables of the plan are not those that it was made of; what is begun changes them itself."""
    if not ledger.begun(run.id) and sealed(load_plan, run).hash != load_plan.hash:
        raise damaged(run.table("load", "plan.json"), "does not fit the tables that it stands for")


def _enter(plan: Plan, load_plan: LoadPlan, run: Run, target: Target, ledger: Ledger) -> str:
    """Prepare the target and make sure that it is the one that was planned for.

    A target may get its name only when it is prepared; the ledger says that this run was about to do that.
    """
    before = target.identity()
    refuse_exchanged(ledger, run, before)
    entered = run.id in ledger.runs_of(before)
    preparing = any(body["run"] == run.id for body in ledger.bodies("preparing")) and not ledger.begun(run.id)
    if before != load_plan.identity and not entered and not preparing:
        raise TargetConflict("the target is not the one that this load was planned for", hint="crm-migrate plan")
    if not entered:
        ledger.note("preparing", {"run": run.id, "identity": before})
    prepare(target, written_objects(plan))
    identity = target.identity()
    ledger.begin(run.id, identity, plan.hash, plan.project, plan.environment.name)
    return identity


# ---------------------------------------------------------------------------------------------------- one object


def _load_object(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> int:
    """Create, adopt and update the records of one object; how many were held because a parent was refused."""
    now = [link for link in links(plan, object_plan) if not link.later]
    held = _hold_orphans(tables, object_plan, now)
    object = target_object(plan, object_plan)
    queries: dict[Kind, str] = {
        "create": "e.__action = 'create'",
        "adopt": "e.__action = 'update' AND e.__code = 'existing'",
        "update": "e.__action = 'update' AND e.__code IS DISTINCT FROM 'existing'",
    }
    for kind, condition in queries.items():
        wanted = partial(cut_records, tables, sender.target, plan, object_plan, kind, condition)
        sender.send(cut(sender.run, object_plan.name, object, kind, wanted))
    if takes_files(sender.target, plan, object_plan):
        held += hold_unsent(tables, sender.ledger.lines(sender.run.id), object_plan)
    _write_ids(tables, sender, plan, object_plan)
    return held


def _hold_orphans(tables: Relations, object_plan: ObjectPlan, now: list[Link]) -> int:
    """Hold the children of parents that the target refused: their line of the plan says so from now on."""
    lost = " OR ".join(f"({each})" for each in _lost(now).values())
    return _hold(tables, object_plan, now, f"e.__action IN ('create', 'update') AND ({lost})")


def _hold_linkless(tables: Relations, object_plan: ObjectPlan, later: list[Link]) -> int:
    """Hold the records of which only links are to be written, to parents that are not there."""
    lost = ", ".join(f"CASE WHEN {condition} THEN {literal(name)} END" for name, condition in _lost(later).items())
    left = f"list_filter({names_of('e.__changed_fields')}, lambda x: NOT list_contains([{lost}], x))"
    return _hold(tables, object_plan, later, f"e.__action = 'update' AND coalesce(len({left}), 1) = 0")


def _lost(points: list[Link]) -> dict[str, str]:
    """Per link the condition that its parent is not in the target, over the joins of `_hold`."""
    return {
        link.name: f"e.{quoted(link.name)} IS NOT NULL AND p{number}.__entity IS NULL"
        for number, link in enumerate(points)
    }


def _hold(tables: Relations, object_plan: ObjectPlan, points: list[Link], blocked: str) -> int:
    """Let the lines of the plan wait that the condition says, for the parents of these links; how many."""
    if not points:
        return 0
    joins = "".join(join_parent(tables, link, number) for number, link in enumerate(points))
    words = literal(", ".join(link.field.name for link in points) + ": the target refused its parent")
    return hold(tables, object_plan, joins, blocked, literal("parent_held"), words)


def _write_ids(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> None:
    """Write `load/<object>/ids`, where links follow: the target ids of all records that carry our key, those that were
    there before by the plan's reading, those that came by the target's answers."""
    if object_plan.name in set(_linked_to(plan)):
        before = tables.scan(THEIRS, object_plan.name)
        made = loaded_ids(tables, sender.ledger.lines(sender.run.id), object_plan.name)
        tables.publish(
            f"""SELECT target_id, __entity FROM {before} WHERE __entity IS NOT NULL
            AND __entity NOT IN (SELECT __entity FROM {made})
            UNION ALL SELECT target_id, __entity FROM {made} ORDER BY target_id""",
            LOADED_IDS, object_plan.name,
        )  # fmt: skip


def _linked_to(plan: Plan) -> Iterator[str]:
    """The objects whose target ids are needed: the parents of links, and those that the second pass writes."""
    for object_plan in plan.objects:
        yield from (link.parent for link in links(plan, object_plan))
        if waiting(plan, object_plan):
            yield object_plan.name


def _load_links(tables: Relations, sender: Sender, plan: Plan, object_plan: ObjectPlan) -> tuple[int, int]:
    """The second pass: links that had to wait until both ends were there, then what closes a record behind its lines.

    How many records were held because nothing else of them was to be written, and how many links are open.
    """
    later = [link for link in links(plan, object_plan) if link.later]
    last = [str(field.target) for field in written_last(object_plan)]
    if not later and not last:
        return 0, 0
    held = _hold_linkless(tables, object_plan, later)
    object = target_object(plan, object_plan)

    def wanted() -> Iterator[pa.Table]:
        yield from cut_links(tables, sender.target, object, object_plan, later)
        if last:
            yield from cut_last(tables, sender.target, object, object_plan, last)

    sender.send(cut(sender.run, object_plan.name, object, "link", wanted))
    return held, sum(tables.count(f"({wanted_links(tables, object_plan, link, lost=True)})") for link in later)


def _became(tables: Relations, object_plan: ObjectPlan, orphans: int, linkless: int, links_open: int) -> LoadedObject:
    """What became of an object, by the outcomes of its records."""
    outcomes = tables.scan(OUTCOMES, object_plan.name)
    counts: dict[str, int] = dict(tables.rows(f"SELECT outcome, count(*) FROM {outcomes} GROUP BY outcome"))
    return LoadedObject(
        object=object_plan.name,
        loaded=int(counts.get("loaded", 0)),
        rejected=int(counts.get("rejected", 0)),
        held=orphans + linkless,
        links_open=links_open,
    )


@contextmanager
def stoppable(target: Target, stop: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Ctrl-C, or another signal to stop, asks for a stop between two batches, and ends what the target itself waits
    for; a second one does not wait."""
    asked = target.stop if isinstance(target, Interruptible) else threading.Event()

    def ask(number: int, frame: object) -> None:
        if asked.is_set():
            stop_now(number, frame)
        asked.set()

    with handled(ask):
        yield lambda: asked.is_set() or stop()
