"""What a run has done so far: `run.json`, the frozen plan beside it, and run ids that sort by their start."""

import getpass
import itertools
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from crm_migrate.errors import UsageError
from crm_migrate.workspace.code_version import version_name
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import MANIFEST
from crm_migrate.workspace.private import private_folder
from crm_migrate.workspace.sealing import as_we_write, damaged, read_sealed, write_sealed

_LISTED = 5  # run ids that a refusal names


class FrozenPlan(Protocol):
    """What a run needs of the plan: its hash and its canonical text."""

    @property
    def hash(self) -> str:
        """sha256, hex."""
        ...

    def canonical_json(self) -> str:
        """One text for one meaning."""
        ...


class RunState(BaseModel):
    """The content of `run.json`. `stages` maps a finished stage to the UTC instant; `epoch` counts who opened the run
    to write, so that a worker of an earlier opening can be told apart. `limit` is the number of records of every source
    that a rehearsal takes, `started_by` the login of who began it, `reports` the formats that were asked for (empty:
    the usual ones). `drafted` is the hash of
    the plan as it was before the sources were read. `tables` are the folders of all finished tables when the last stage
    ended: one that has gone since is damage, not an empty table. `keys` maps a stage to the hash of all that decided
    its tables, where a later run may take them over; `taken_from` to the run whose tables these are. `night` is the day
    of the project whose night it is, empty for other runs; where it does not `write`, the target is only looked at.
    `made_by` names the program that began the run; empty where that did not yet say so.
    """

    model_config = ConfigDict(extra="forbid")

    run: str
    plan_hash: str
    started: str
    drafted: str = ""
    epoch: int = 1
    stages: dict[str, str] = {}
    seconds: dict[str, float] = {}
    limit: int | None = None
    started_by: str = ""
    reports: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    keys: dict[str, str] = {}
    taken_from: dict[str, str] = {}
    night: str = ""
    writes: bool = True
    made_by: str = ""


def login() -> str:
    """The login name of who calls us; empty where the system knows none. Whoever may set the environment may set it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def now() -> str:
    """This instant, UTC, ISO 8601 with seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def runs(project: Project) -> list[Run]:
    """All runs of a project, oldest first."""
    folder = project.work / "runs"
    found = sorted(p.name for p in folder.iterdir() if (p / "run.json").exists()) if folder.is_dir() else []
    return [project.run(name) for name in found]


def new_run(
    project: Project, plan: FrozenPlan, limit: int | None = None, reports: tuple[str, ...] = (), *,
    night: str = "", writes: bool = True,
) -> Run:  # fmt: skip
    """Start a run. Its id is the next number of the project, the clock and some chance: two starts never get the same
    one, also in two copies of a project that load into one target, and a clock that was set back changes no order."""
    run = _claim(project)
    write_file(run.plan, plan.canonical_json().encode())
    state = RunState(
        run=run.id, plan_hash=plan.hash, drafted=plan.hash, started=now(), started_by=login(), limit=limit,
        reports=reports, night=night, writes=writes, made_by=version_name(),
    )  # fmt: skip
    write_state(run, state)
    return run


def freeze(run: Run, plan: FrozenPlan) -> None:
    """Give a run its final plan, once its sources are read and the evidence of their columns is decided."""
    write_state(run, read_state(run).model_copy(update={"plan_hash": plan.hash}))
    write_file(run.plan, plan.canonical_json().encode())


def _claim(project: Project) -> Run:
    """A folder that nobody else has: the number is claimed by an exclusive file before the folder is named."""
    folder = project.work / "runs"
    private_folder(folder)
    for number in itertools.count(_highest(folder) + 1):
        try:
            (folder / f"{number:05d}.claim").touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        run = project.run(f"{number:05d}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}")
        run.folder.mkdir(mode=0o700)
        return run
    raise AssertionError("unreachable")


def _highest(folder: Path) -> int:
    numbers = (path.name[:5] for path in folder.iterdir())
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def named_run(known: Sequence[Run], named: str, kind: str = "run") -> Run:
    """The run of these that has this id, or the only one whose id begins so. UsageError where that is none or more."""
    meant = [run for run in known if run.id == named] or [run for run in known if named and run.id.startswith(named)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        listed = ", ".join(run.id for run in meant[-_LISTED:])
        raise UsageError(f"{len(meant)} runs begin with {named}", hint=f"more of the id; the latest of them: {listed}")
    listed = ", ".join(run.id for run in known[-_LISTED:])
    raise UsageError(f"there is no {kind} {named!r}", hint=f"the latest that there are: {listed}")


def look_at(project: Project, run_id: str | None, stage: str) -> Run:
    """A run that finished a stage, to read what that left (default: the latest such run). UsageError for others."""
    if run_id is not None:
        run = open_run(project, run_id, write=False)
        if not is_done(run, stage):
            raise UsageError(f"run {run.id} has not finished `{stage}`", hint=f"crm-migrate resume --run {run.id}")
        return run
    found = next((run for run in reversed(runs(project)) if is_done(run, stage)), None)
    if found is None:
        raise UsageError(f"no run of this project has finished `{stage}` yet", hint="crm-migrate run")
    return found


def open_run(project: Project, run_id: str | None = None, plan: FrozenPlan | None = None, *, write: bool = True) -> Run:
    """The run of that id, or of its beginning (default: the latest). With `plan`, UsageError when it is not the one
    that the run began with.

    `write` counts the epoch up: say False to look only.
    """
    known = runs(project)
    if not known:
        raise UsageError("this project has no run yet", hint="crm-migrate run")
    run = known[-1] if run_id is None else named_run(known, run_id)
    state = read_state(run)
    if plan is not None and plan.hash != state.plan_hash:
        raise UsageError(
            f"the plan changed since run {run.id} began: it was {state.plan_hash[:12]}, it is {plan.hash[:12]}",
            hint="crm-migrate run (a new run reuses what still fits), or put the mapping back and resume",
        )
    if write:
        write_state(run, state.model_copy(update={"epoch": state.epoch + 1}))
    return run


def read_state(run: Run) -> RunState:
    """What `run.json` says. DamagedFile where it was changed, OtherVersion where it has another shape."""
    said = read_sealed(run.state)
    with as_we_write(run.state):
        return RunState.model_validate(said)


def is_frozen(run: Run, digest: str) -> bool:
    """Whether a plan of that digest is the one that the run froze or, before that, its draft."""
    state = read_state(run)
    return digest == state.plan_hash or (digest == state.drafted and "extract" not in state.stages)


def write_state(run: Run, state: RunState) -> None:
    """Replace `run.json`, whole or not at all."""
    write_sealed(run.state, state.model_dump(mode="json"))


def mark_done(run: Run, stage: str, seconds: float = 0.0) -> None:
    """Note that a stage is finished and how many wall seconds it took."""
    state = read_state(run)
    stages, took = {**state.stages, stage: now()}, {**state.seconds, stage: round(seconds, 3)}
    found = tuple(sorted(path.parent.relative_to(run.folder).as_posix() for path in run.folder.rglob(MANIFEST)))
    write_state(run, state.model_copy(update={"stages": stages, "seconds": took, "tables": found}))


def note_key(run: Run, stage: str, key: str, taken_from: str | None) -> None:
    """Note the hash of all that decides the tables of a stage, and the run that they are from, if not from this one."""
    state = read_state(run)
    taken = {**state.taken_from, stage: taken_from} if taken_from else state.taken_from
    write_state(run, state.model_copy(update={"keys": {**state.keys, stage: key}, "taken_from": taken}))


def check_tables(run: Run) -> None:
    """DamagedFile where a table that a stage had finished has no manifest any more: it would look like an empty one."""
    for name in read_state(run).tables if run.state.exists() else ():
        manifest = run.folder / name / MANIFEST
        if not manifest.exists():
            raise damaged(manifest, "is gone")


def is_done(run: Run, stage: str) -> bool:
    """Whether a stage of this run is finished."""
    return stage in read_state(run).stages
