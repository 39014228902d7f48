"""Which projects are meant: those that are named, or all below the current folder; and how they are called."""

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.shipped import MAPPING

_NOT_OURS = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_SAYS_SO = re.compile(rb"^crm_migrate\s*:", re.MULTILINE)
_HEAD = 65_536


def projects(named: Sequence[Path]) -> list[Project]:
    """The projects of these folders and files, each once: all of a folder, and of a file that a mapping uses (a table
    of values, a decision: what changed in a commit) the project around it.

    UsageError where a name leads to none.
    """
    found: dict[Path, Project] = {}
    for name in named or (Path(),):
        mappings = list(_around(name) if name.is_file() else _below(name))
        if not mappings:
            where = "the current folder" if name == Path() else str(name)
            raise UsageError(f"there is no {MAPPING} of {where}", hint="name the folder of a project, or its mapping")
        found |= {path.resolve(): Project(path.parent.resolve(), path.resolve()) for path in mappings}
    return list(found.values())


def _around(file: Path) -> Iterator[Path]:
    """The file itself where it is a mapping, whatever it is called; else that of the nearest folder above."""
    if file.name == MAPPING or (file.suffix in (".yaml", ".yml") and _SAYS_SO.search(file.read_bytes()[:_HEAD])):
        yield file
        return
    above = (folder / MAPPING for folder in file.resolve().parents)
    yield from itertools.islice(filter(Path.is_file, above), 1)


def _below(folder: Path) -> Iterator[Path]:
    """The mappings of a folder and below; nothing in hidden folders, nor in a project's own."""
    for place, folders, files in os.walk(folder):
        if MAPPING in files:
            yield Path(place) / MAPPING
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)


def names(projects: Sequence[Project], base: Path) -> dict[str, Project]:
    """Each by its folder as seen from `base`, or by its mapping where that has a name of its own."""
    base = base.resolve()
    return {_name(project, base): project for project in projects}


def _name(project: Project, base: Path) -> str:
    if project.mapping.name != MAPPING:
        return seen_from(base, project.mapping)
    return project.folder.name if project.folder == base else seen_from(base, project.folder)


def seen_from(base: Path, path: Path) -> str:
    """A path as it is written in a folder, with `/`; whole where it is not below it."""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()
