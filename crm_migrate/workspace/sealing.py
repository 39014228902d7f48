"""What we wrote is what we read: JSON files with the digest of their content, and words for those that changed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.errors import DamagedFile
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import WORK

SEAL = "sha256"


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
    parts = path.parts
    inside = parts[parts.index(WORK) :] if WORK in parts else parts[-3:]
    return DamagedFile(f"{Path(*inside).as_posix()} {what}", hint=_way_on(inside))


def _way_on(inside: tuple[str, ...]) -> str:
    if inside[1:2] == ("targets",):
        folder = Path(*inside[:-1]).as_posix()
        return f"bring {folder} back from a backup, or remove that folder: the next plan asks the target by our key"
    return "crm-migrate run (a new run takes nothing from a damaged one)"


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
