"""`mapping.lock`: which shared mapping a project was made with, line by line, for git to keep.

It holds the lines themselves and not only their digest, so that whoever meets another version is told what changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_migrate.disk.canonical import content_hash
from crm_migrate.disk.json_once import Twice, once
from crm_migrate.disk.plain_file import read_plain
from crm_migrate.workspace.files import SHARED, write_file

FILE = "mapping.lock"
_VERSION = 1
_MAX_BYTES = 8 << 20
_NAMED = 5  # paths that are told; of more their number


class LockDamaged(Exception):
    """The lock is not as we wrote it; the message says how."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A shared mapping as it was: its version, and the text at every dotted path of it."""

    version: str
    lines: dict[str, str]

    @property
    def digest(self) -> str:
        """sha256 of the lines, hex."""
        return content_hash(self.lines)


def read_lock(folder: Path) -> dict[str, Locked]:
    """What is locked, by name; nothing where there is no lock. LockDamaged where it is not as we wrote it."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        document = json.loads(read_plain(path, _MAX_BYTES).decode("utf-8-sig"), object_pairs_hook=once)
    except (OSError, ValueError, RecursionError, Twice) as error:
        raise LockDamaged(f"`{FILE}` cannot be read: {error}") from None
    used = document.get("use") if isinstance(document, dict) else None
    if not isinstance(used, dict) or document.get("crm_migrate") != _VERSION:
        raise LockDamaged(f"`{FILE}` is not of version {_VERSION}, which this program reads")
    return {name: _locked(name, said) for name, said in used.items()}


def _locked(name: str, said: Any) -> Locked:
    lines = said.get("lines") if isinstance(said, dict) else None
    if not isinstance(lines, dict) or not all(isinstance(text, str) for text in lines.values()):
        raise LockDamaged(f"`{FILE}` does not say what `{name}` was")
    locked = Locked(str(said.get("version")), lines)
    if said.get("sha256") != locked.digest:
        raise LockDamaged(f"`{FILE}` says of `{name}` what was not locked: its hash does not fit")
    return locked


def write_lock(folder: Path, used: Mapping[str, Locked]) -> None:
    """Lock these shared mappings, and no others."""
    said = {
        name: {"version": each.version, "sha256": each.digest, "lines": dict(sorted(each.lines.items()))}
        for name, each in sorted(used.items())
    }
    text = json.dumps({"crm_migrate": _VERSION, "use": said}, ensure_ascii=False, indent=2)
    write_file(folder / FILE, (text + "\n").encode(), SHARED)


def changes(before: Locked, now: Locked) -> dict[str, list[str]]:
    """The paths that say something else, are new, or are gone; by these words."""
    both = before.lines.keys() & now.lines.keys()
    return {
        "changed": sorted(path for path in both if before.lines[path] != now.lines[path]),
        "new": sorted(now.lines.keys() - both),
        "gone": sorted(before.lines.keys() - both),
    }


def difference(before: Locked, now: Locked) -> str:
    """What is not as it was, in words; "" where all is."""
    told = [f"version {before.version} is {now.version} now"] if before.version != now.version else []
    lines = changes(before, now).items()
    return ", ".join([*told, *(f"{len(paths)} {word} ({_listed(paths)})" for word, paths in lines if paths)])


def _listed(paths: list[str]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(f"`{path}`" for path in paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
