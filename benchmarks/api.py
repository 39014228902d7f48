"""Behind an API: what ledger and journal cost, beside a client that sends the same batches and keeps nothing.

The CRM is our simulator on a socket, a process of its own with a fresh store for each contender. The time of the load
is told, not that of the stages before it. Of our load the peak memory is told for a quarter of the records and for all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contacts import write
from benchmarks.e2e import MAPPING
from benchmarks.measure import measure

ENVIRONMENT = (
    'connector: rest, profile: sql, url: "env:CRM_URL", client_id: crm-migrate, client_secret: "env:CRM_SECRET", '
    'parallel: "PARALLEL", longest_seconds: "30", settle_seconds: "0"'
)
COMMAND = [sys.executable, "-m", "crm_migrate"]
LIMIT = 1.3  # times the bare client


def main(arguments: list[str]) -> None:
    """Load into a fresh simulator by both, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks api", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--parallel", type=int, default=4, help="requests at a time")
    parser.add_argument("--batch", type=int, default=200, help="records of a request")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="crm-migrate-api-") as name:
        _compare(Path(name), asked.rows, asked.parallel, asked.batch)


def _compare(folder: Path, rows: int, parallel: int, batch: int) -> None:
    quarter, _, _, _ = _ours(folder / "quarter", rows // 4, parallel, batch)
    peak, seconds, records, planned = _ours(folder / "all", rows, parallel, batch)
    with _simulated(folder, batch) as url:
        measure("prepare", [*COMMAND, "target", "prepare", str(folder / "all")], environment=_environment(url))
        command = [sys.executable, "-m", "benchmarks.barepost", url, str(planned), str(parallel)]
        bare = measure("bare client", [*command, str(told := folder / "seconds")])
        limit = float(told.read_text())
        assert _created(url) == records
    print(f"{records:,} records, {batch} in a request, {parallel} requests at a time")
    print(f"bare client                 {limit:8.1f} s   {bare.peak / 2**20:6.0f} MB")
    met = "met" if seconds <= LIMIT * limit else "missed"
    print(f"crm-migrate, the load       {seconds:8.1f} s   {peak / 2**20:6.0f} MB   {seconds / limit:.2f} x: {met}")
    print(f"crm-migrate, a quarter      {'':8}     {quarter / 2**20:6.0f} MB")


def _ours(folder: Path, rows: int, parallel: int, batch: int) -> tuple[int, float, int, Path]:
    """Peak bytes and seconds of the load, the records that the CRM made of it, and the table that was planned."""
    folder.mkdir()
    write(folder / "contacts.csv", rows)
    with _simulated(folder, batch) as url:
        environment = ENVIRONMENT.replace("PARALLEL", str(parallel))
        mapping = MAPPING.replace('connector: sql, url: "URL"', environment)
        (folder / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
        measure("plan", [*COMMAND, "run", str(folder), "--until", "plan"], environment=_environment(url))
        loaded = measure("load", [*COMMAND, "resume", str(folder), "--until", "load"], environment=_environment(url))
        (state,) = (folder / ".crm-migrate" / "runs").glob("*/run.json")
        planned = state.parent / "load" / "contacts" / "entities" / "*.parquet"
        return loaded.peak, json.loads(state.read_text())["seconds"]["load"], _created(url), planned


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, "CRM_URL": url, "CRM_SECRET": "not-a-secret"}


@contextmanager
def _simulated(folder: Path, batch: int) -> Iterator[str]:
    """The address of a CRM with an object `contacts` and nothing in it."""
    schema = folder / "schema.json"
    schema.write_text(json.dumps({"objects": {"contacts": {"fields": {}}}}), encoding="utf-8")
    command = [*COMMAND, "simulate", "rest", "--schema", str(schema)]
    server = subprocess.Popen(
        [*command, "--habit", f"batch={batch}", "--habit", f"page={batch}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().decode().split()[-1]
    finally:
        server.terminate()
        server.wait()


def _created(url: str) -> int:
    """The witness: creations in the simulator's own log."""
    with urllib.request.urlopen(f"{url}/_simulator/summary") as answer:
        return int(json.load(answer)["created"]["contacts"])
