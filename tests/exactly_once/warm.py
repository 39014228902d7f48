"""A warm parent: it has imported everything, and each job is a fork of it that may be killed at any moment.

Importing takes longer than loading a small company, so a kill would nearly always hit an import. Run as a program it
reads jobs as JSON lines and tells of them on stdout: `started PID`, `at SEAM TIME` (the child itself, when it comes to
one), `ended CODE CPU`. One job at a time. Only where processes fork.
"""

import contextlib
import ctypes
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
PACKAGES = (
    "crm_migrate", "crm_migrate_amagi", "crm_migrate_bottle", "crm_migrate_dynamics", "crm_migrate_files",
    "crm_migrate_freshsales", "crm_migrate_odoo", "crm_migrate_opencrm",
    "crm_migrate_hubspot", "crm_migrate_rest", "crm_migrate_salesforce", "crm_migrate_sql", "crm_migrate_tryton",
    "crm_migrate_zoho",
)  # fmt: skip
# Where a run comes by, in order: what is announced is that it begins there.
SEAMS = {
    "open": ("crm_migrate.pipeline.running", "plan_now"),
    "extract": ("crm_migrate.pipeline.staging", "extract"),
    "map": ("crm_migrate.pipeline.going", "map_all"),
    "link": ("crm_migrate.pipeline.going", "link"),
    "dedupe": ("crm_migrate.pipeline.staging", "dedupe"),
    "complete": ("crm_migrate.pipeline.staging", "complete"),
    "plan": ("crm_migrate.pipeline.going", "plan_load"),
    "load": ("crm_migrate.pipeline.going", "execute_load"),
    "send": ("crm_migrate.stages.load", "_load_object"),
    "bytes": ("crm_migrate.disk.plain_tree", "PlainTree.pieces"),  # of a file, each time that it is sent
    "links": ("crm_migrate.stages.load", "_load_links"),
    "outcomes": ("crm_migrate.stages.load", "write_outcomes"),
    "validate": ("crm_migrate.pipeline.going", "validate_after"),
    "remember": ("crm_migrate.pipeline.going", "remember_load"),
    "reconcile": ("crm_migrate.pipeline.going", "reconcile"),
    "report": ("crm_migrate.pipeline.going", "write_reports"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A command line of ours. `lossy` is the share of batches of a SQL target whose answer gets lost, half of them
    before they were carried out; `halted` waits to be told to go on before it begins (for who wants to trace it).

    `point` counts writes, syncs and sends (see `failing.c`): at that one the process is killed, or with `error` (an
    errno) the call fails, and with `lasting` all after it; at 0 they are only counted.

    `later` are seconds by which its clock is ahead of ours. `machine` is where it keeps its locks: of another machine
    it sees none.
    """

    words: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    said: str = os.devnull  # where stdout and stderr go
    lossy: float = 0
    seed: int = 0
    halted: bool = False
    point: int = -1
    error: int = 0
    lasting: bool = False
    later: float = 0
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: its exit code (negative: the signal), the seconds of processor it took, and the points that it
    came by, with the call that was struck."""

    code: int
    cpu: float
    points: int = 0
    struck: str = ""


# ------------------------------------------------------------------------------------------------ the warm parent


def serve() -> None:
    """Read jobs until there are no more."""
    _import_everything()
    news = os.dup(1)
    for line in sys.stdin:
        said = json.loads(line)
        job = Job(**{**said, "words": tuple(said["words"])})
        pid = os.fork()
        if pid == 0:
            _carry_out(job, news)
        _tell(news, f"started {pid}")
        _, status, used = os.wait4(pid, 0)
        _tell(news, f"ended {os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime:.3f}")


def _import_everything() -> None:
    """All of ours, and what it imports late; no thread of DuckDB or polars has begun when this returns."""
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                _import_if_installed(module.name)
    for late in ("hypothesis", "hypothesis.extra.pandas", "encodings.utf_8_sig", "psycopg", "pymysql"):
        with contextlib.suppress(ImportError):  # a driver that is not installed
            importlib.import_module(late)


def _import_if_installed(module: str) -> None:
    """A module of ours, unless it is for a driver that is not installed."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("crm_migrate"):
            raise


def _tell(news: int, line: str) -> None:
    os.write(news, f"{line}\n".encode())  # short: lines of two processes never mix


def _carry_out(job: Job, news: int) -> None:
    """The child: from here to the end of the process."""
    os.environ.update(job.variables)
    said = os.open(job.said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    _announce_seams(news)
    _lose_answers(job)
    _somewhere_else(job)
    from crm_migrate.cli import main

    if job.halted:
        os.kill(os.getpid(), signal.SIGSTOP)
    if job.point >= 0:
        ctypes.CDLL(None).fail_at(ctypes.c_long(job.point), job.error, int(job.lasting))

    code = 0
    try:
        main(list(job.words))
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:  # noqa: BLE001 -- as the interpreter does it
        import traceback

        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if job.point >= 0:
        counting = ctypes.CDLL(None)
        counting.point_hit.restype = ctypes.c_char_p
        _tell(news, f"points {counting.points_seen()} {counting.point_hit().decode()}")
    os._exit(code)


def _announce_seams(news: int) -> None:
    for seam, (module, name) in SEAMS.items():
        owner, _, method = name.rpartition(".")
        place = importlib.import_module(module)
        _wrap(getattr(place, owner) if owner else place, method, seam, news)


def _wrap(module: Any, name: str, seam: str, news: int) -> None:
    inner: Callable[..., Any] = getattr(module, name)

    def announced(*arguments: Any, **options: Any) -> Any:
        _tell(news, f"at {seam} {time.monotonic():.4f}")
        return inner(*arguments, **options)

    setattr(module, name, announced)


def _somewhere_else(job: Job) -> None:
    """Another time, another machine."""
    import tempfile
    from datetime import timedelta

    from crm_migrate.connecting.http import Waiting
    from crm_migrate.stages.load.sending.clock import WallClock

    if job.machine:
        tempfile.tempdir = job.machine
    for clock in (WallClock, Waiting):
        _set_ahead(clock, timedelta(seconds=job.later))


def _set_ahead(clock: Any, by: Any) -> None:
    now = clock.now
    clock.now = lambda self: now(self) + by


def _lose_answers(job: Job) -> None:
    """Small batches, and connections to databases that break before or after their commit."""
    import random

    import crm_migrate_dynamics.target
    import crm_migrate_hubspot.target
    import crm_migrate_salesforce.target
    import crm_migrate_zoho.target
    from crm_migrate.connecting.contract import Answer, WriteBatch
    from crm_migrate.errors import InDoubt
    from crm_migrate_sql.mariadb import Mariadb
    from crm_migrate_sql.postgresql import Postgres
    from crm_migrate_sql.sqlite import Sqlite
    from crm_migrate_sql.target import SqlTarget
    from exactly_once.company import BATCH

    for backend in (Sqlite, Postgres, Mariadb):
        backend.batch_rows = BATCH
    crm_migrate_hubspot.target.BATCH = crm_migrate_salesforce.target.ROWS = BATCH
    crm_migrate_dynamics.target.ROWS = crm_migrate_zoho.target.ROWS = BATCH
    dice, write = random.Random(job.seed), SqlTarget.write

    def lossy(self: SqlTarget, batch: WriteBatch) -> Answer:
        struck, before = dice.random() < job.lossy, dice.random() < 0.5
        if struck and before:
            raise InDoubt("the connection broke")
        answer = write(self, batch)
        if struck:
            raise InDoubt("the connection broke")
        return answer

    SqlTarget.write = lossy  # type: ignore[method-assign]


# ------------------------------------------------------------------------------------------------ who asks it


class Child:
    """A job that runs. `seam` is where it said last that it is; "" before that."""

    def __init__(self, warm: "Warm") -> None:
        self._warm = warm
        self.pid, self.seam, self._since = 0, "", 0.0
        self.ended: Ended | None = None
        self._points = (0, "")
        while not self.pid:
            self._hear(None)

    def reach(self, seam: str) -> bool:
        """Wait until it comes to a seam, or past it where that is done already; False where it ends before that."""
        order = list(SEAMS)
        while self.ended is None and (not self.seam or order.index(self.seam) < order.index(seam)):
            self._hear(None)
        return self.ended is None

    def wait(self, seconds: float) -> None:
        """Let it work for so long."""
        until = time.monotonic() + seconds
        while self.ended is None and (left := until - time.monotonic()) > 0:
            self._hear(left)

    def kill(self) -> Ended:
        """SIGKILL, wherever it is now."""
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(self.pid, signal.SIGKILL)
        return self.end()

    def end(self) -> Ended:
        """Wait until it ends by itself."""
        while self.ended is None:
            self._hear(None)
        return self.ended

    def _hear(self, seconds: float | None) -> None:
        for line in self._warm.heard(seconds):
            match line.split():
                case ["started", pid]:
                    self.pid = int(pid)
                case ["at", seam, at]:
                    self._left(float(at))
                    self.seam, self._since = seam, float(at)
                case ["points", count, *struck]:
                    self._points = int(count), " ".join(struck)
                case ["ended", code, cpu]:
                    self.ended = Ended(int(code), float(cpu), *self._points)

    def _left(self, at: float) -> None:
        if self.seam:
            self._warm.took[self.seam].append(at - self._since)


class Warm:
    """The warm parent, from `with` to its end. `took` are the seconds that its children spent between two seams.

    `library` is loaded before all others (what makes calls fail, see `failing.c`).
    """

    def __init__(self, library: Path | None = None) -> None:
        self._library = {"LD_PRELOAD": str(library)} if library else {}
        self.took: dict[str, list[float]] = defaultdict(list)
        self._rest = b""

    def __enter__(self) -> "Warm":
        paths = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        # one thread of OpenBLAS less to lose in a fork
        variables = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", **self._library}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exactly_once.warm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def start(self, job: Job) -> Child:
        """Begin a job; the one before it has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(asdict(job))}\n".encode())
        self._process.stdin.flush()
        return Child(self)

    def run(self, job: Job) -> Ended:
        """A job from its beginning to its end."""
        return self.start(job).end()

    def usual(self, seam: str) -> float:
        """How long children spent at a seam of late, more than most of them."""
        took = sorted(self.took[seam][-20:])
        return took[len(took) * 3 // 4] if took else 0.2

    def heard(self, seconds: float | None) -> Iterator[str]:
        """Whole lines that were told, once there is something or so much time has passed."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return
        more = os.read(self._process.stdout.fileno(), 65536)
        if not more:
            raise EOFError("the warm parent is gone")
        *lines, self._rest = (self._rest + more).split(b"\n")
        yield from (line.decode() for line in lines)


if __name__ == "__main__":
    serve()
