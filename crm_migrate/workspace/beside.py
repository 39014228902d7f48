"""A folder beside a run, for what must not stay: made for one step, and gone after it however that ends."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.private import private_folder

_SUFFIX = ".beside"


@contextmanager
def beside(run: Run) -> Iterator[Run]:
    """A run of the same project to write tables into; what a killed step left of another is removed first."""
    clear_beside(run)
    name = run.id + _SUFFIX
    there = Run(run.folder.with_name(name), name)
    private_folder(there.folder)
    try:
        yield there
    finally:
        shutil.rmtree(there.folder)


def clear_beside(run: Run) -> None:
    """Remove what steps of this project that were killed have left; call with the project's lock."""
    for folder in run.folder.parent.glob(f"*{_SUFFIX}"):
        shutil.rmtree(folder)
