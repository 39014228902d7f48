"""Measure a command as a whole: wall and CPU of its process tree, CPU of the database server, peak memory (sum of PSS).

Linux gives PSS; elsewhere the sum of resident sizes is taken, which counts shared pages more than once.
"""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

INTERVAL = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds and bytes of one run; `server_cpu` is what the database server used meanwhile."""

    name: str
    wall: float
    cpu: float
    server_cpu: float
    peak: int
    stages: str = ""

    def row(self, base: "Measured") -> str:
        """One aligned line with the ratio of wall times to `base`."""
        return (
            f"{self.name:34} {self.wall:8.2f} s {self.cpu:8.2f} {self.server_cpu:8.2f} "
            f"{self.peak / 2**20:8.0f} MB {self.wall / base.wall:7.2f} x  {self.stages}"
        )


HEAD = f"{'':34} {'wall':>8}   {'CPU':>8} {'server':>8} {'peak':>11} {'wall vs. raw':>9}"


def measure(
    name: str, command: list[str], *, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> Measured:
    """Run a command to its end; RuntimeError with its output when it fails."""
    before, children = _server_cpu(), _children_cpu()
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watched = _Watch(process.pid)
    watched.start()
    output, _ = process.communicate()
    wall = time.monotonic() - started
    watched.join()
    if process.returncode:
        raise RuntimeError(f"{name} failed ({process.returncode}):\n{output.decode(errors='replace')[-4000:]}")
    cpu = max(watched.cpu, _children_cpu() - children)
    return Measured(name, wall, cpu, _server_cpu() - before, watched.peak)


class _Watch(threading.Thread):
    """Samples a process tree until its root is gone."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peak = 0
        self._cpu: dict[int, float] = {}

    @property
    def cpu(self) -> float:
        """User and system seconds of every process that was ever seen in the tree."""
        return sum(self._cpu.values())

    def run(self) -> None:
        while self.root.is_running() and self.root.status() != psutil.STATUS_ZOMBIE:
            try:
                tree = [self.root, *self.root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.peak = max(self.peak, sum(self._sample(process) for process in tree))
            time.sleep(INTERVAL)

    def _sample(self, process: psutil.Process) -> int:
        try:
            times = process.cpu_times()
            self._cpu[process.pid] = times.user + times.system
            memory = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return 0
        return int(getattr(memory, "pss", memory.rss))


def _children_cpu() -> float:
    """User and system seconds of the children that have ended, exact to a tick; 0 where the system keeps none."""
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system) if hasattr(times, "children_user") else 0.0


def _server_cpu() -> float:
    """CPU seconds of all database server processes of this machine, ended ones included."""
    total = 0.0
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in {"postgres", "postgres.exe"}:
            try:
                times = process.cpu_times()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total
