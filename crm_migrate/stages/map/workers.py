"""The map and transform pass over all parts: in this process when there is little, else on a pool of spawned ones.

Workers write temporary files; only this process publishes them. A worker dies with its parent. Of every part that is
made a receipt is kept: its key and the digests of its four tables. A part with a receipt under the same key, whose
tables are still what the receipt says, is not made again: that is all that resuming means here.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from crm_migrate.errors import DamagedFile
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.map.batch import map_batch
from crm_migrate.stages.transform.own_code import load_all
from crm_migrate.workspace.code_version import code_version
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import Part, paths, publish, read_manifest, verified, write_manifest
from crm_migrate.workspace.sealing import read_sealed, write_sealed
from crm_migrate.workspace.tables import ERASED

TABLES = ("records", "set_aside", "cells", "changes")
RECEIPTS = "receipts"
FEW_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Task:
    """One part of one source for one object: what to read, where to leave the four tables, under which key."""

    plan: Path
    part: Path
    source: str
    object: str
    folder: Path
    name: str
    key: str
    erased: Path | None = None  # the marks of people who are erased


@dataclass(frozen=True, slots=True)
class Made:
    """The temporary files of one task, in the order of TABLES, with their row counts."""

    task: Task
    files: tuple[tuple[Path, int], ...]


def map_all(
    plan: Plan,
    run: Run,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Map every source of every object; leaves the tables `map/<object>/<source>/...`.

    `progress` hears how many parts of how many are mapped.
    """
    load_all(plan)
    tasks = list(_tasks(plan, run))
    done = {task: parts for task in tasks if (parts := _published(task) or _taken_over(task, run)) is not None}
    open_tasks = [task for task in tasks if task not in done]
    for made in _run(open_tasks, workers or _workers_for(open_tasks)):
        done[made.task] = _publish(made)
        progress(len(done), len(tasks))
    _finish(plan, run, tasks, done)


def _workers_for(tasks: list[Task]) -> int:
    """One process while starting others would cost more than they save, else one per core."""
    rows = sum(pq.read_metadata(task.part).num_rows for task in tasks)
    return 1 if rows < FEW_ROWS else min(os.cpu_count() or 1, 8)


def _tasks(plan: Plan, run: Run) -> Iterator[Task]:
    """One task per part, source and object, in a fixed order."""
    for object_plan in plan.objects:
        for source in object_plan.sources:
            slice_key = _slice_key(plan, source, object_plan.name)
            folder = run.table("map", object_plan.name, source)
            extracted = run.table("extract", source, "records")
            erased, marks = _marks(run, source)
            for part, path in zip(read_manifest(extracted) or [], paths(extracted), strict=True):
                key = hashlib.sha256(f"{slice_key}:{part.sha256}{marks}".encode()).hexdigest()
                yield Task(run.plan, path, source, object_plan.name, folder, part.name, key, erased)


def _marks(run: Run, source: str) -> tuple[Path | None, str]:
    """The file that marks rows of people who are erased, and its digest; nothing where no list was read."""
    folder = run.folder.joinpath(*ERASED.path(source))
    parts = read_manifest(folder)
    return (verified(folder, parts[0]), f":{parts[0].sha256}") if parts else (None, "")


def _slice_key(plan: Plan, source: str, object_name: str) -> str:
    """The hash of all that decides what a part becomes besides its rows: plan, evidence, code and libraries."""
    owners = plan.owners.model_dump_json() if plan.owners else ""
    maps = "".join(plan.value_maps[name].model_dump_json() for name in sorted(plan.value_maps))
    evidence = repr(sorted((c, sorted(facts.items())) for c, facts in plan.evidence.get(source, {}).items()))
    parts = (
        plan.source(source).model_dump_json(), plan.object(object_name).model_dump_json(), maps, owners, evidence,
        plan.as_of or "", code_version(), repr(sorted(plan.python.items())),
    )  # fmt: skip
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


# ------------------------------------------------------------------------------------------------------- workers


def _run(tasks: list[Task], workers: int) -> Iterable[Made]:
    """Run tasks here, or on spawned processes with a bounded number in flight; results in the order of tasks."""
    if workers <= 1 or len(tasks) <= 1:
        yield from map(execute, tasks)
        return
    # Threads of polars in every worker would fight for the same cores.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_die_with_parent) as pool:
        try:
            yield from pool.map(execute, tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _die_with_parent() -> None:
    """End this worker when its parent is gone, however it went: otherwise it would go on writing (measured)."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@cache
def _plan(path: Path) -> Plan:
    return Plan.model_validate_json(path.read_text(encoding="utf-8"))


def execute(task: Task) -> Made:
    """Map one part and leave its tables as temporary files beside their final place."""
    plan = _plan(task.plan)
    erased = _erased(task.erased, task.object) if task.erased is not None else None
    mapped = map_batch(plan, plan.object(task.object), plan.source(task.source), pl.read_parquet(task.part), erased)
    frames = (mapped.records, mapped.set_aside, mapped.cells, mapped.changes)
    return Made(task, tuple(_write(task, table, frame) for table, frame in zip(TABLES, frames, strict=True)))


@cache
def _erased(path: Path, object_name: str) -> pl.DataFrame:
    return pl.read_parquet(path).filter(pl.col("object") == object_name)


def _write(task: Task, table: str, frame: pl.DataFrame) -> tuple[Path, int]:
    folder = task.folder / table
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{task.name}.{os.getpid()}.tmp"
    pq.write_table(frame.to_arrow(), temporary, compression="zstd", compression_level=1)
    return temporary, frame.height


# ----------------------------------------------------------------------------------------------------- publishing


def _publish(made: Made) -> list[Part]:
    task = made.task
    parts = [
        publish(file, task.folder / table / f"{task.name}.parquet", task.key, rows)
        for table, (file, rows) in zip(TABLES, made.files, strict=True)
    ]
    return _receipted(task, parts)


def _receipted(task: Task, parts: list[Part]) -> list[Part]:
    """Write the receipt last: what has one is whole."""
    write_sealed(_receipt(task.folder, task), {"key": task.key, "parts": [asdict(part) for part in parts]})
    return parts


def _receipt(folder: Path, task: Task) -> Path:
    return folder / RECEIPTS / f"{task.name}.json"


def _published(task: Task) -> list[Part] | None:
    """The four parts of a task that an earlier opening of this run published under the same key, or None."""
    return _whole(task, task.folder)


def _whole(task: Task, folder: Path) -> list[Part] | None:
    """The four parts below a folder that have a receipt under the task's key and are still what it says, or None."""
    try:
        receipt = read_sealed(_receipt(folder, task))
        if receipt["key"] != task.key:
            return None
        parts = [Part(**part) for part in receipt["parts"]]
        for table, part in zip(TABLES, parts, strict=True):
            verified(folder / table, part)
    except (FileNotFoundError, DamagedFile):
        return None  # it is made again
    return parts


def _taken_over(task: Task, run: Run) -> list[Part] | None:
    """The four parts from the run before this one, where nothing that decides them has changed; else None."""
    earlier = max((other for other in run.folder.parent.glob("*/") if other.name < run.id), default=None)
    if earlier is None:
        return None
    folder = earlier / task.folder.relative_to(run.folder)
    parts = _whole(task, folder)
    if parts is None:
        return None
    return _receipted(task, [_copied(task, folder, table, part) for table, part in zip(TABLES, parts, strict=True)])


def _copied(task: Task, folder: Path, table: str, part: Part) -> Part:
    file = folder / table / f"{part.name}.parquet"
    place = task.folder / table / file.name
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, temporary := place.with_name(f".{task.name}.{os.getpid()}.tmp"))
    return publish(temporary, place, task.key, part.rows)


def _finish(plan: Plan, run: Run, tasks: list[Task], done: dict[Task, list[Part]]) -> None:
    """Write the manifests: from here on the tables exist. A source without rows leaves empty ones."""
    for object_plan in plan.objects:
        for source in object_plan.sources:
            folder = run.table("map", object_plan.name, source)
            mine = [done[task] for task in tasks if task.folder == folder]
            for number, table in enumerate(TABLES):
                write_manifest(folder / table, [parts[number] for parts in mine])
