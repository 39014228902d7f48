"""Takes a run through its stages, from where it stands: what is marked done is not done again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyarrow import default_memory_pool

from crm_migrate import __version__
from crm_migrate.connecting.contract import Bundles, Target
from crm_migrate.finding import Finding
from crm_migrate.mapping.frozen import read_plan_to_go_on
from crm_migrate.mapping.opening import OpenSources, open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.pipeline.admitting import note_needs
from crm_migrate.pipeline.approved import changes_since_approved
from crm_migrate.pipeline.following import as_it_stands
from crm_migrate.pipeline.listening import Listener, Sent
from crm_migrate.pipeline.order import reaches
from crm_migrate.pipeline.staging import finish, merge, read_sources, reusing
from crm_migrate.pipeline.watching import watching_of
from crm_migrate.reports import USUAL, write_reports
from crm_migrate.stages.link import link
from crm_migrate.stages.load import LoadPlan, execute_load, plan_load, remember_load
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.stages.load.files import takes_files
from crm_migrate.stages.map import map_all
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.repair.closing import close_exceptions
from crm_migrate.stages.validate import validate_after, validate_before
from crm_migrate.workspace.figures import Duration, Figures, Header
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.nights import end_night
from crm_migrate.workspace.state import (
    check_tables,
    is_done,
    mark_done,
    now,
    read_state,
)


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


@dataclass(slots=True)
class _Stages:
    """The stages of one run, each done once."""

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
            default_memory_pool().release_unused()  # Arrow keeps what it gets: the next stage would be on top of it

    def stops_after(self, name: str) -> bool:
        """Whether the run was asked to end after this stage."""
        return reaches(name, self.until)


def go(
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
            read_sources(project, run, draft, listener, sources)
    plan = read_plan_to_go_on(run)
    mapped = partial(map_all, workers=workers, progress=partial(listener, "map", "parts"))
    linked, deduped, completed = (
        partial(reusing, "link", link),
        partial(merge, project, until),
        partial(finish, project),
    )
    for name, step in (("map", mapped), ("link", linked), ("dedupe", deduped), ("complete", completed)):
        if not reaches(until, name):
            break
        with stages.stage(name) as work:
            if work:
                step(plan, run)
        if name == "dedupe":
            plan = read_plan_to_go_on(run)  # with what was learned
    if not reaches(until, "plan"):
        return Outcome(project, run, plan)
    target = open_target(plan, project)
    try:
        return _to_target(project, run, plan, target, stages)
    finally:
        target.close()


def _to_target(project: Project, run: Run, plan: Plan, target: Target, stages: _Stages) -> Outcome:
    """Plan the load, write, read back, reconcile and report; where nothing may be written, all of it but that."""
    writes = read_state(run).writes
    with stages.stage("plan") as work:
        if work:
            validate_before(plan, run, target.describe([o.target for o in plan.objects]))
            plan_load(plan, project, run, target)
    load_plan = read_load_plan(run)
    if stages.stops_after("plan"):
        return Outcome(project, run, plan, load_plan)
    with stages.stage("load") as work:
        if work and writes:
            note_needs(project, run, plan)
            sent = Sent(stages.listener, load_plan.writes if load_plan else 0)
            execute_load(plan, project, run, target, progress=sent.batch)
    page = target.bundle(plan.project, run.id) if isinstance(target, Bundles) else None
    files = (page,) if page else ()
    if stages.stops_after("load"):
        return Outcome(project, run, plan, load_plan, reports=files)
    with stages.stage("validate") as work:
        if work:
            validate_after(plan, run, target)
            if writes:
                remember_load(plan, project, run, target.identity())
    if stages.stops_after("validate"):
        return Outcome(project, run, plan, load_plan)
    with stages.stage("reconcile"):
        uploads = [each.name for each in plan.objects if takes_files(target, plan, each)]
        watching = watching_of(project, run, plan)
        changes = changes_since_approved(project, run, plan)
        figures = reconcile(plan, run, header_of(run), target.identity(), uploads, watching, changes)
        if watching is not None and watching.does:
            end_night(project, run)
    if stages.stops_after("reconcile"):
        return Outcome(project, run, plan, load_plan, figures)
    with stages.stage("report"):
        close_exceptions(project, run, figures)
        asked = read_state(run).reports or USUAL
        figures = as_it_stands(project, run, figures)
        reports = write_reports(figures, run.report, formats=asked, ledger=run.table("reconcile"))
    return Outcome(project, run, plan, load_plan, figures, (), (*reports, *files))


def header_of(run: Run) -> Header:
    """What differs between two runs of the same thing: ids, instants, durations."""
    state = read_state(run)
    durations = tuple(Duration(stage=stage, seconds=seconds) for stage, seconds in state.seconds.items())
    return Header(run=run.id, started=state.started, finished=now(), tool_version=__version__, durations=durations)
