"""`matching.lock`: what matching has learned, object by object, for people to read and for git to keep.

Each model has its hash, so that nothing is taken for learned that somebody wrote. Who removes one has it learned anew.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from crm_migrate.workspace.lock_files import read_parts, refused, write_parts
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import MODEL

_WORD = "objects"
RENEW = "bring it back from version control, or remove it: the next crm-migrate run learns anew"


def read_models(path: Path) -> dict[str, str]:
    """Object -> the text of its model; none where there is no file. UsageError where it is not as we wrote it."""
    return {name: _text(path, name, part) for name, part in read_parts(path, _WORD, RENEW).items()}


def weighed_by(work: Relations, name: str) -> str:
    """The text of the model that the records of an object were weighed by in a run; empty where none spoke."""
    documents = work.rows(f"SELECT document FROM {work.scan(MODEL, name)}")
    return str(documents[0][0]) if documents else ""


def write_models(path: Path, models: Mapping[str, str], on: str, run: str) -> None:
    """Add what a run learned on a day, in place of earlier models of these objects; the same ones stay as they are."""
    parts = read_parts(path, _WORD, RENEW)
    fresh = {name: text for name, text in models.items() if name not in parts or _text(path, name, parts[name]) != text}
    learned = {
        name: {"learned": {"on": on, "run": run}, "sha256": _digest(text), "model": json.loads(text)}
        for name, text in fresh.items()
    }
    if learned:
        write_parts(path, _WORD, {**parts, **learned})


def forget_models(path: Path, objects: Collection[str] | None = None) -> list[str]:
    """Take the models of these objects (default: all) out of the file; the objects that had one."""
    parts = read_parts(path, _WORD, RENEW)
    forgotten = sorted(parts.keys() if objects is None else parts.keys() & set(objects))
    if forgotten:
        write_parts(path, _WORD, {name: part for name, part in parts.items() if name not in forgotten})
    return forgotten


def learned_when(path: Path) -> dict[str, tuple[str, str]]:
    """Object -> the day on which its model was learned, and the run."""
    said = {
        name: part.get("learned") or {}
        for name, part in read_parts(path, _WORD, RENEW).items()
        if isinstance(part, dict)
    }
    return {name: (str(when.get("on", "")), str(when.get("run", ""))) for name, when in said.items()}


def _text(path: Path, name: str, part: Any) -> str:
    """The text of a model, as it was hashed: JSON keeps the order of its keys and the digits of its numbers."""
    if not isinstance(part, dict) or not isinstance(part.get("model"), dict):
        raise refused(path, f"holds no model of `{name}`", RENEW)
    text = json.dumps(part["model"], ensure_ascii=False, separators=(",", ":"))
    if part.get("sha256") != _digest(text):
        raise refused(path, f"says of `{name}` what was not learned: its hash does not fit", RENEW)
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
