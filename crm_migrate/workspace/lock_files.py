"""Lock files beside the mapping, for people to review and for git to keep: named parts under one word, in JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.disk.json_once import Twice, once
from crm_migrate.errors import UsageError
from crm_migrate.workspace.files import SHARED, write_file

VERSION = 1
MAX_BYTES = 64 << 20


def read_parts(path: Path, word: str, again: str) -> dict[str, Any]:
    """Name -> part; none where there is no file. UsageError where it is not as we wrote it; `again` says what to do."""
    if not path.exists():
        return {}
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise refused(path, "is no file of ours: it is a folder, a device or far too large", again)
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=once)
    except (ValueError, RecursionError, Twice) as error:
        raise refused(path, f"cannot be read: {error}", again) from error
    parts = document.get(word) if isinstance(document, dict) else None
    if not isinstance(parts, dict) or document.get("crm_migrate") != VERSION:
        raise refused(path, f"is not of version {VERSION}, which this program reads", again)
    return dict(parts)


def write_parts(path: Path, word: str, parts: Mapping[str, Any]) -> None:
    """All parts, in the order of their names, in place of the file."""
    document = {"crm_migrate": VERSION, word: dict(sorted(parts.items()))}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    write_file(path, (text + "\n").encode(), SHARED)


def refused(path: Path, what: str, again: str) -> UsageError:
    """The error about a lock file that is not as we wrote it."""
    return UsageError(f"{path.name} {what}", hint=again)
