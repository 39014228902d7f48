"""A run: the stages in order, what each reads and leaves behind.

resolve -> extract -> evidence -> (plan frozen) -> map + transform -> link -> dedupe -> complete -> plan the load
-> load -> validate -> reconcile -> report. A stage that is marked done is not done again; one that was cut off goes on
with the parts that are there.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from crm_migrate import __version__
from crm_migrate.connecting.contract import Target, TargetSchema
from crm_migrate.errors import CrmMigrateError, DamagedFile, MappingError, UsageError
from crm_migrate.finding import Finding, errors
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.opening import OpenSources, open_target
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.target_lock import FILE, read_lock, write_lock
from crm_migrate.quality.evidence import decide, doubts
from crm_migrate.reports import USUAL, named, write_reports
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.erase import erase, people_on_the_list, read_told
from crm_migrate.stages.extract import extract, read_facts
from crm_migrate.stages.follow import follow
from crm_migrate.stages.link import link
from crm_migrate.stages.load import LoadPlan, execute_load, plan_load, remember_load
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.stages.load.drift import Drift, drift
from crm_migrate.stages.load.needs import Needs, look_at_needs
from crm_migrate.stages.load.objects import written_objects
from crm_migrate.stages.load.offline import LockedTarget
from crm_migrate.stages.load.restoring import adopt
from crm_migrate.stages.map import map_all
from crm_migrate.stages.mask import mask
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.undo import UndoReport, choose
from crm_migrate.stages.undo import undo as undo_run
from crm_migrate.stages.validate import validate_after, validate_before
from crm_migrate.workspace.beside import beside, clear_beside
from crm_migrate.workspace.decision_files import decision_files
from crm_migrate.workspace.evidence import Facts, read_evidence, write_evidence
from crm_migrate.workspace.figures import Duration, Figures, Header
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.locking import project_lock, target_lock
from crm_migrate.workspace.state import (
    check_tables,
    freeze,
    is_done,
    mark_done,
    new_run,
    now,
    open_run,
    read_state,
    runs,
)
from crm_migrate.workspace.tables import FOLLOWED
from crm_migrate.workspace.taking_over import fingerprint, take_over_or_make
from crm_migrate.workspace.undoing import refuse_undone

STAGES = ("extract", "map", "link", "dedupe", "complete", "plan", "load", "validate", "reconcile", "report")


class Listener(Protocol):
    """Hears which stage runs, on what, and how much of it is done: `done` of `total`, 0 where nobody knows."""

    def __call__(self, stage: str, what: str = "", done: int = 0, total: int = 0) -> None:
        """Called when a stage begins and while it goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a run came: its folder and plan, the load plan once there is one, the figures at the end."""

    project: Project
    run: Run
    plan: Plan
    load_plan: LoadPlan | None = None
    figures: Figures | None = None
    findings: tuple[Finding, ...] = ()
    reports: tuple[Path, ...] = ()


def start(
    project: Project,
    environment: str | None,
    listener: Listener,
    *,
    until: str = STAGES[-1],
    workers: int | None = None,
    limit: int | None = None,
    reports: Sequence[str] = (),
) -> Outcome:
    """Begin a new run and take it through the stages up to and with `until`.

    `workers` is the number of processes of the map and transform pass (default: by the size of the sources);
    `limit` makes it a rehearsal with the first records of every source, which never ends with GO; `reports` are formats
    of the report (default: the usual ones), also for those who resume it.
    Raises UsageError for an unknown format; MappingError, InputError, TargetError; Interrupted when it stops in good
    order.
    """
    asked = named(reports)
    with project_lock(project):
        sources = OpenSources(project)
        plan, told = plan_now(project, environment, sources)
        needs = _needed(plan, project, until)
        if STAGES.index(until) >= STAGES.index("plan"):
            _reach(plan, project)
        outcome = _go(project, new_run(project, plan, limit, asked), plan, listener, until, workers, sources)
        return replace(outcome, findings=(*told, *_told_by(outcome), *needs.unmet))


def rehearse(
    project: Project, plan: Plan, sources: OpenSources, listener: Listener, *, until: str, rows_of: Run | None = None
) -> Outcome:
    """Take a plan that is resolved already, with the environment that it names, as far as `until` (before `report`).

    Sources that another run has read in the same way, corrected as now, are not read again: the rows are the same.
    Where people are to be erased, every run reads for itself, beside it.
    """
    with project_lock(project):
        run = new_run(project, plan)
        if rows_of is not None and plan.erase is None:
            for source in same_rows(read_plan(rows_of), plan):
                shutil.copytree(rows_of.table("extract", source), run.table("extract", source))
        return _go(project, run, plan, listener, until, None, sources)


def same_rows(one: Plan, other: Plan) -> list[str]:
    """The sources that two plans read in the same way: a row has the same number in both."""
    theirs = {source.name: source for source in one.sources}
    return [
        source.name
        for source in other.sources
        if theirs.get(source.name) == source
        and one.corrections.get(source.name, ()) == other.corrections.get(source.name, ())
    ]


def plan_offline(project: Project, environment: str | None, listener: Listener) -> Outcome:
    """Begin a run and check its records against what is locked of the target, which is not reached: it ends there.

    UsageError where nothing is locked.
    """
    with project_lock(project):
        sources = OpenSources(project)
        draft, told = plan_now(project, environment, sources)
        locked = read_lock(project, draft.environment.name)
        if locked is None:
            raise UsageError(
                f"nothing is locked of `{draft.environment.name}` in {FILE}", hint="crm-migrate target pull"
            )
        outcome = _go(project, new_run(project, draft), draft, listener, "complete", None, sources)
        listener("plan")
        load_plan = plan_load(outcome.plan, project, outcome.run, LockedTarget(locked))
        planned = replace(outcome, load_plan=load_plan)
        return replace(planned, findings=(*told, *_told_by(planned)))


def pull(project: Project, environment: str | None) -> tuple[Plan, TargetSchema, tuple[Drift, ...]]:
    """Lock what the target says of the mapped objects; what it says, and what it said otherwise before."""
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        there = target.describe([each.target for each in plan.objects])
    finally:
        target.close()
    before = read_lock(project, plan.environment.name)
    write_lock(project, plan.environment.name, there)
    return plan, there, tuple(drift(plan, before, there)) if before else ()


def resume(project: Project, run_id: str | None, listener: Listener, *, until: str = STAGES[-1]) -> Outcome:
    """Go on with a run where it stopped, or begin the first one. Refuses when what decides the plan changed since."""
    if run_id is None and not runs(project):
        return start(project, None, listener, until=until)
    with project_lock(project):
        run = open_run(project, run_id)
        _refuse_undone(project, run)
        _refuse_offline(run)
        frozen, sources = read_plan(run), OpenSources(project)
        plan, _ = plan_now(project, frozen.environment.name, sources)
        if is_done(run, "extract"):
            rehearsed = read_state(run).limit is not None
            open_run(project, run.id, plan.with_evidence(frozen.evidence) if rehearsed else plan, write=False)
        if STAGES.index(until) >= STAGES.index("plan") and not is_done(run, "load"):
            if not _noted_needs(project, run):
                _needed(plan, project, until)
            _reach(plan, project)
        outcome = _go(project, run, plan, listener, until, None, sources)
        return replace(outcome, findings=_told_by(outcome))


def _refuse_undone(project: Project, run: Run) -> None:
    """UsageError where a run was undone: it does not go on."""
    if project.ledger.exists():
        with checked(project.ledger) as ledger:
            refuse_undone(ledger, run.id)


def _refuse_offline(run: Run) -> None:
    """UsageError where a run was planned without its target: what is there has never been looked at."""
    planned = read_load_plan(run)
    if planned is not None and planned.offline:
        raise UsageError(f"run {run.id} was planned without the target", hint="crm-migrate plan")


def _needed(plan: Plan, project: Project, until: str) -> Needs:
    """What the environment needs before a load. UsageError where we are to load and something is missing."""
    needs = look_at_needs(plan, project)
    if STAGES.index(until) >= STAGES.index("load"):
        needs.refuse()
    return needs


def _reach(plan: Plan, project: Project) -> None:
    """What would stop the load is said before the hours of reading: a wrong url or password, no answer, no rights."""
    target = open_target(plan, project)
    try:
        target.prepare(written_objects(plan), apply=False)
    finally:
        target.close()


def _told_by(outcome: Outcome) -> tuple[Finding, ...]:
    """What was odd about the sources as they were read, about the target as it was found, and about earlier runs."""
    read = tuple(f for source in outcome.plan.sources for f in read_facts(outcome.run, source.name).findings)
    read += read_told(outcome.run)
    return (*read, *doubts(outcome.plan.evidence), *(outcome.load_plan.findings() if outcome.load_plan else ()))


def plan_now(project: Project, environment: str | None, sources: OpenSources) -> tuple[Plan, list[Finding]]:
    """The mapping resolved against the columns of the sources as they are now, with the locked evidence, and what is
    worth knowing about it. What is wrong with the mapping is told before a source that cannot be opened."""
    columns = _Asked(sources)
    plan, findings = resolve(project, environment=environment, columns=columns)
    if columns.refused is not None:
        raise columns.refused
    return plan.with_evidence(read_evidence(project.evidence)), findings


@dataclass(slots=True)
class _Asked:
    """Asks sources for their columns, and keeps the first refusal for later."""

    sources: OpenSources
    refused: CrmMigrateError | None = None

    def __call__(self, source: SourcePlan) -> tuple[str, ...] | None:
        """The columns; None where the source cannot be opened."""
        try:
            return self.sources.columns(source)
        except CrmMigrateError as error:
            self.refused = self.refused or error
            return None


# ---------------------------------------------------------------------------------------------------- the stages


@dataclass(slots=True)
class _Stages:
    """The stages of one run: `through` says whether to go on after one."""

    run: Run
    until: str
    listener: Listener

    @contextmanager
    def stage(self, name: str) -> Iterator[bool]:
        """Run a stage unless it is done; yields whether there is work. Marks it done and notes its wall time."""
        work = not is_done(self.run, name)
        started = time.monotonic()
        if work:
            check_tables(self.run)
            self.listener(name)
        yield work
        if work:
            mark_done(self.run, name, time.monotonic() - started)

    def stops_after(self, name: str) -> bool:
        """Whether the run was asked to end after this stage."""
        return STAGES.index(name) >= STAGES.index(self.until)


def _go(
    project: Project,
    run: Run,
    draft: Plan,
    listener: Listener,
    until: str,
    workers: int | None,
    sources: OpenSources,
) -> Outcome:
    """`draft` is the plan before the evidence of what is read now; where that is done, the run's frozen plan holds."""
    stages = _Stages(run, until, listener)
    with stages.stage("extract") as work:
        if work:
            _extract(project, run, draft, listener, sources)
    plan = read_plan(run)
    mapped = partial(map_all, workers=workers, progress=partial(listener, "map", "parts"))
    linked, deduped, completed = (
        partial(_reusing, "link", link),
        partial(_dedupe, project, until),
        partial(_complete, project),
    )
    for name, step in (("map", mapped), ("link", linked), ("dedupe", deduped), ("complete", completed)):
        if STAGES.index(name) > STAGES.index(until):
            break
        with stages.stage(name) as work:
            if work:
                step(plan, run)
    if STAGES.index("plan") > STAGES.index(until):
        return Outcome(project, run, plan)
    target = open_target(plan, project)
    try:
        return _to_target(project, run, plan, target, stages)
    finally:
        target.close()


def _extract(project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources) -> None:
    """Read every source, decide the evidence on whole columns, and freeze the plan with it."""
    limit = read_state(run).limit
    clear_beside(run)
    days_from = (_read_erasing if plan.erase is not None else _read)(project, run, plan, listener, sources, limit)
    facts = _decided(project, run, plan, days_from)
    if limit is None:  # a part of a column decides nothing for later runs
        write_evidence(project.evidence, facts)
    freeze(run, plan.with_evidence(facts))


def _read(
    project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources, limit: int | None
) -> dict[str, set[int]]:
    """Read every source; the years that its workbooks count their day numbers from."""
    days_from = {}
    for source in plan.sources:
        listener("extract", source.name)
        read = partial(listener, "extract", source.name)
        corrections = plan.corrections.get(source.name, ())
        reader = sources.reader(source)
        found = extract(source, project, run, source=reader, corrections=corrections, limit=limit, progress=read)
        days_from[source.name] = {file.days_from for file in found.files if file.days_from is not None}
    return days_from


def _read_erasing(
    project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources, limit: int | None
) -> dict[str, set[int]]:
    """Read every source beside the run and follow its rows as far as to who is one person; the run gets them without
    the people on the list."""
    people = people_on_the_list(plan, project)
    with beside(run) as read:
        days_from = _read(project, read, plan, listener, sources, limit)
        known = plan.with_evidence(_decided(project, read, plan, days_from))
        write_file(read.plan, known.canonical_json().encode())
        if people:
            listener("erase")
            map_all(known, read)
            link(known, read)
            dedupe(known, read)
        erase(known, project, read, run, people)
    return days_from


def _decided(project: Project, run: Run, plan: Plan, days_from: dict[str, set[int]]) -> Facts:
    """The evidence of the columns that a run has read. MappingError where one is in doubt."""
    facts, findings = decide(plan, run, read_evidence(project.evidence), days_from)
    if errors(findings):
        raise MappingError("what columns of this export mean is in doubt", findings)
    return facts


def _reusing(stage: str, step: Callable[[Plan, Run], None], plan: Plan, run: Run, *also: str) -> None:
    """Do what a pure stage does, or take over what an earlier run made of the same: plan, tables, and what is `also`
    said. Where records go and what is reconciled of them decides nothing before they are planned to be loaded."""
    said = plan.model_dump_json(exclude={"environment", "files", "examples"})
    take_over_or_make(run, stage, (said, *also), partial(step, plan, run))


def _dedupe(project: Project, until: str, plan: Plan, run: Run) -> None:
    """Match and merge; where the model merges, what the target was given as one record before stays one, and what its
    users have merged there is one."""
    merges = any(each.learned is not None and each.learned.do == "merge" for each in plan.objects)
    followed = project.ledger.exists() and _follow(project, until, plan, run)
    identity = _loaded_into(project, plan, until) if (merges or followed) and project.ledger.exists() else None
    crosswalk = partial(project.crosswalk, identity) if identity else None
    decided = [path.read_text(encoding="utf-8") for path in decision_files(run.decisions)]
    if crosswalk is not None:
        decided += (fingerprint(crosswalk(each.identity)) for each in plan.objects)
        decided += (fingerprint(run.folder.joinpath(*FOLLOWED.path(each.name))) for each in plan.objects)
    _reusing("dedupe", partial(dedupe, crosswalk=crosswalk), plan, run, *decided)


def _follow(project: Project, until: str, plan: Plan, run: Run) -> bool:
    """Ask the target what its users have merged, where the run goes as far as that; whether it says so of anything."""
    if STAGES.index(until) < STAGES.index("plan"):
        return False
    target = open_target(plan, project)
    try:
        return follow(plan, project, run, target)
    finally:
        target.close()


def _complete(project: Project, plan: Plan, run: Run) -> None:
    """The records as they are to be loaded, with pseudonyms where the environment masks."""
    _reusing("complete", complete, plan, run)
    mask(plan, project, run)


def _loaded_into(project: Project, plan: Plan, until: str) -> str | None:
    """The target that this run is for; a run that ends before is taken to be for that of the last load."""
    if STAGES.index(until) >= STAGES.index("plan"):
        target = open_target(plan, project)
        try:
            return target.identity()
        finally:
            target.close()
    with checked(project.ledger) as ledger:
        loads = reversed(ledger.bodies("run"))
        return next((str(load["identity"]) for load in loads if _environment(project, load["run"], plan)), None)


def _environment(project: Project, run_id: str, plan: Plan) -> bool:
    """Whether that run went to the environment of this plan; what a run did that was lost or damaged is unknown."""
    run = project.run(run_id)
    try:
        return run.plan.exists() and read_plan(run).environment.name == plan.environment.name
    except DamagedFile:
        return False


def _to_target(project: Project, run: Run, plan: Plan, target: Target, stages: _Stages) -> Outcome:
    """Plan the load, write, read back, reconcile and report."""
    with stages.stage("plan") as work:
        if work:
            validate_before(plan, run, target.describe([o.target for o in plan.objects]))
            plan_load(plan, project, run, target)
    load_plan = read_load_plan(run)
    if stages.stops_after("plan"):
        return Outcome(project, run, plan, load_plan)
    with stages.stage("load") as work:
        if work:
            _note_needs(project, run, plan)
            sent = _Sent(stages.listener, load_plan.writes if load_plan else 0)
            execute_load(plan, project, run, target, progress=sent.batch)
    if stages.stops_after("load"):
        return Outcome(project, run, plan, load_plan)
    with stages.stage("validate") as work:
        if work:
            validate_after(plan, run, target)
            remember_load(plan, project, run, target.identity())
    if stages.stops_after("validate"):
        return Outcome(project, run, plan, load_plan)
    with stages.stage("reconcile"):
        figures = reconcile(plan, run, header_of(run), target.identity())
    if stages.stops_after("reconcile"):
        return Outcome(project, run, plan, load_plan, figures)
    with stages.stage("report"):
        asked = read_state(run).reports or USUAL
        reports = write_reports(figures, run.report, formats=asked, ledger=run.table("reconcile"))
    return Outcome(project, run, plan, load_plan, figures, (), tuple(reports))


def _note_needs(project: Project, run: Run, plan: Plan) -> None:
    """Write into the ledger, before a load begins, by what the needs of its environment are met."""
    if plan.environment.needs and not _noted_needs(project, run):
        needs = look_at_needs(plan, project)
        needs.refuse()
        with project_lock(project), checked(project.ledger) as ledger:
            ledger.note("needs", {"run": run.id, "environment": plan.environment.name, "met": needs.met})


def _noted_needs(project: Project, run: Run) -> bool:
    """Whether the load of this run was let in already: what was begun is finished, whatever was tidied up since."""
    if not project.ledger.exists():
        return False
    with checked(project.ledger) as ledger:
        return any(body["run"] == run.id for body in ledger.bodies("needs"))


@dataclass(slots=True)
class _Sent:
    """Adds up the records of the batches that the target answered."""

    listener: Listener
    total: int
    records: int = 0
    stage: str = "load"

    def batch(self, object_name: str, rows: int) -> None:
        """One more batch of an object."""
        self.records += rows
        self.listener(self.stage, object_name, self.records, max(self.total, self.records))


def header_of(run: Run) -> Header:
    """What differs between two runs of the same thing: ids, instants, durations."""
    state = read_state(run)
    durations = tuple(Duration(stage=stage, seconds=seconds) for stage, seconds in state.seconds.items())
    return Header(run=run.id, started=state.started, finished=now(), tool_version=__version__, durations=durations)


def adopt_target(project: Project, environment: str | None) -> tuple[str, ...]:
    """Go on with a target that was restored from a backup as it is now; one line per object."""
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        return adopt(plan, project, target)
    finally:
        target.close()


def undo(project: Project, run_id: str | None, listener: Listener, *, apply: bool) -> UndoReport:
    """Take back what a run did in the target (default: the last that wrote something), or only say what that would be.

    Raises UsageError where it cannot be undone now; Interrupted when it stops in good order.
    """
    run = choose(project, run_id)
    plan = read_plan(run)
    target = open_target(plan, project)
    listener("undo")
    try:
        return undo_run(plan, project, run, target, apply=apply, progress=_Sent(listener, 0, stage="undo").batch)
    finally:
        target.close()


def prepare(project: Project, environment: str | None, *, apply: bool) -> tuple[str, ...]:
    """Create (or only name) what the target lacks; returns one line per thing.

    UsageError or TargetConflict where somebody else works in the project or the target while we would change it.
    """
    plan, _ = resolve(project, environment=environment)
    target = open_target(plan, project)
    try:
        if not apply:
            return target.prepare(written_objects(plan), apply=False)
        with project_lock(project), target_lock(target.identity()):
            return target.prepare(written_objects(plan), apply=True)
    finally:
        target.close()
