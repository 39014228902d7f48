"""A stage of a new run takes over the tables of an earlier run, where nothing that decides them has changed.

Only for stages that are pure functions of the plan and of the tables before them: the same key, the same bytes.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from crm_migrate.errors import DamagedFile, OtherVersion
from crm_migrate.workspace.code_version import code_version
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import Part, publish, read_manifest, verified, write_manifest
from crm_migrate.workspace.sealing import damaged
from crm_migrate.workspace.state import RunState, note_key, read_state


def take_over_or_make(run: Run, stage: str, decided_by: Iterable[str], make: Callable[[], None]) -> None:
    """Fill the tables of a stage: from the latest run where the same decided them, else by `make`.

    `decided_by` is all that decides them besides the tables that this run has so far, the code and the libraries.
    """
    key = _key(run, stage, decided_by)
    earlier = _taken_over(run, stage, key)
    if earlier is None:
        make()
    note_key(run, stage, key, earlier)


def fingerprint(folder: Path) -> str:
    """What a table holds; empty where there is none."""
    return "".join(f"{part.name}={part.sha256};" for part in read_manifest(folder) or ())


def _key(run: Run, stage: str, decided_by: Iterable[str]) -> str:
    before = (f"{name}:{fingerprint(run.folder / name)}" for name in read_state(run).tables)
    return hashlib.sha256("\x00".join((code_version(), stage, *decided_by, *before)).encode()).hexdigest()


def _taken_over(run: Run, stage: str, key: str) -> str | None:
    for earlier, state in _earlier(run):
        if stage in state.stages and state.keys.get(stage) == key:
            try:
                _copy(earlier, run, [name for name in state.tables if Path(name).parts[0] == stage])
            except (DamagedFile, OtherVersion):
                continue  # what was harmed since is made again
            return earlier.id
    return None


def _earlier(run: Run) -> Iterator[tuple[Run, RunState]]:
    """The runs before this one whose state can be read, the latest first."""
    names = (path.name for path in run.folder.parent.glob("*/"))
    for name in sorted((name for name in names if name < run.id), reverse=True):
        earlier = Run(run.folder.with_name(name), name)
        try:
            yield earlier, read_state(earlier)
        except (FileNotFoundError, DamagedFile, OtherVersion):
            continue


def _copy(earlier: Run, run: Run, tables: Iterable[str]) -> None:
    """DamagedFile where a table is no longer what was published; tables that were copied before are made again then."""
    for name in tables:
        source, folder = earlier.folder / name, run.folder / name
        parts = read_manifest(source)
        if parts is None:
            raise damaged(source, "is gone")
        folder.mkdir(parents=True, exist_ok=True)
        write_manifest(folder, [_copied(verified(source, part), folder, part) for part in parts])


def _copied(file: Path, folder: Path, part: Part) -> Part:
    shutil.copyfile(file, temporary := folder / f".{part.name}.{os.getpid()}.tmp")
    return publish(temporary, folder / file.name, part.key, part.rows)
