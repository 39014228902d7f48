"""A place apart from the project, where a run leaves everything it writes; it is gone afterwards, with its records."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from crm_migrate.disk.scratch import Scratch
from crm_migrate.workspace.layout import Project


@contextmanager
def place_apart(project: Project) -> Iterator[Path]:
    """A folder inside the project's own work folder, where records in clear leave the project no more than those of a
    run; of a project that may not be written the system's temporary one. What was not there before goes with it."""
    there = [folder for folder in (project.work, project.scratch) if not folder.exists()]
    try:
        scratch = Scratch(project.scratch)
    except OSError:
        scratch = Scratch(None)
    try:
        yield scratch.path
    finally:
        scratch.close()
        for folder in reversed(there):
            with suppress(OSError):  # somebody else works there by now, or it never came to be
                folder.rmdir()


def set_apart(project: Project, place: Path, like: Project | None = None) -> Project:
    """The project with `place` for all that is written, and a copy there of what people decided and of what is locked
    of columns and of matching: its own, or that of another state of it."""
    said = like or project
    place.mkdir(mode=0o700, exist_ok=True)
    if said.decisions.is_dir():
        shutil.copytree(said.decisions, place / "decisions")
    if said.evidence.is_file():
        shutil.copyfile(said.evidence, place / "evidence.lock")
    if said.models.is_file():
        shutil.copyfile(said.models, place / "matching.lock")
    return replace(project, apart=place)
