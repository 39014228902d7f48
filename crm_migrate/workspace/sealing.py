"""What we wrote is what we read: JSON files with the digest of their content, and words for those that changed, or that
another version of ours wrote."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crm_migrate.errors import DamagedFile, OtherVersion
from crm_migrate.workspace.code_version import version_name
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import WORK

SEAL = "sha256"
MADE_BY = "made_by"  # the key of `run.json` that names the program which began the run


def write_sealed(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON object with the digest of its content as its last key."""
    text = json.dumps({**document, SEAL: _digest(document)}, ensure_ascii=False)  # indented, Python writes it by itself
    write_file(path, text.encode())


def read_sealed(path: Path) -> dict[str, Any]:
    """The object without its digest. FileNotFoundError where there is no file, DamagedFile where it was changed."""
    try:
        document = json.loads(path.read_bytes().decode())
    except ValueError as error:
        raise damaged(path, "is cut or changed: it cannot be read") from error
    seal = document.pop(SEAL, None) if isinstance(document, dict) else None
    if seal is None or seal != _digest(document):
        raise damaged(path, "is not what was written: its digest does not fit")
    return dict(document)


def damaged(path: Path, what: str) -> DamagedFile:
    """The error for a file of ours: its place below the project, what is wrong, and how to go on without it."""
    inside = _inside(path)
    return DamagedFile(f"{Path(*inside).as_posix()} {what}", hint=_way_on(inside))


@contextmanager
def as_we_write(path: Path) -> Iterator[None]:
    """OtherVersion where a file whose bytes are right does not have the shape that this program gives its kind."""
    try:
        yield
    except (ValidationError, TypeError, KeyError, AttributeError) as error:
        raise other_version(path) from error


def other_version(path: Path, what: str = "this version cannot read it", hint: str = "") -> OtherVersion:
    """The error for a file of ours of another version: its place, which one that was, which one this is."""
    told = f"{Path(*_inside(path)).as_posix()} was written by {_made_by(path)}, and this is {version_name()}: {what}"
    return OtherVersion(told, hint=hint or "read it with that version, or start a new run: crm-migrate run")


def _made_by(path: Path) -> str:
    """The program that began the run of a file; said in general where none was noted."""
    states = (folder / "run.json" for folder in path.parents if folder.parent.name == "runs")
    try:
        return str(next(read_sealed(state).get(MADE_BY) for state in states) or _SOMEONE)
    except (StopIteration, OSError, DamagedFile):
        return _SOMEONE


_SOMEONE = "another version of crm-migrate"


def _inside(path: Path) -> tuple[str, ...]:
    parts = path.parts
    return parts[parts.index(WORK) :] if WORK in parts else parts[-3:]


def _way_on(inside: tuple[str, ...]) -> str:
    if inside[1:2] == ("targets",):
        folder = Path(*inside[:-1]).as_posix()
        return f"bring {folder} back from a backup, or remove that folder: the next plan asks the target by our key"
    return "crm-migrate run (a new run takes nothing from a damaged one)"


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
