"""`target.lock`: what the target said of the mapped objects when it was asked last, per environment, for git to keep.

People review and merge this file; each environment's part has a hash, so that nothing is taken for the target's word
that the target did not say.
"""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from crm_migrate.connecting.contract import TargetSchema
from crm_migrate.disk.json_once import Twice, once
from crm_migrate.errors import UsageError
from crm_migrate.workspace.files import SHARED, write_file
from crm_migrate.workspace.layout import Project

FILE = "target.lock"
_VERSION = 1
_MAX_BYTES = 64 << 20
_SCHEMA = TypeAdapter(TargetSchema)


def read_lock(project: Project, environment: str) -> TargetSchema | None:
    """The schema that is locked for an environment, None where there is none. UsageError where it is not as we wrote
    it."""
    part = _environments(project).get(environment)
    if part is None:
        return None
    said = part.get("objects") if isinstance(part, dict) else None
    if not isinstance(said, list) or part.get("sha256") != _digest(said):
        raise _refused(f"says of `{environment}` what was not pulled: its hash does not fit")
    try:
        return _SCHEMA.validate_python({"objects": said})
    except ValidationError as error:
        raise _refused(f"says of `{environment}` what this program cannot read") from error


def write_lock(project: Project, environment: str, schema: TargetSchema) -> str:
    """Lock a schema for an environment; its hash. The same schema leaves the file as it is, and other environments
    stay as they are."""
    said = _SCHEMA.dump_python(schema, mode="json", exclude_defaults=True, exclude={"prepared"})["objects"]
    ordered = sorted(said, key=lambda each: str(each["name"]))
    digest = _digest(ordered)
    parts = _environments(project)
    if parts.get(environment, {}).get("sha256") != digest:
        parts[environment] = {"sha256": digest, "objects": ordered}
        document = {"crm_migrate": _VERSION, "environments": dict(sorted(parts.items()))}
        text = json.dumps(document, ensure_ascii=False, indent=2)
        write_file(project.folder / FILE, (text + "\n").encode(), SHARED)
    return digest


def _environments(project: Project) -> dict[str, Any]:
    path = project.folder / FILE
    if not path.exists():
        return {}
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        raise _refused("is no file of ours: it is a folder, a device or far too large")
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=once)
    except (ValueError, RecursionError, Twice) as error:
        raise _refused(f"cannot be read: {error}") from error
    parts = document.get("environments") if isinstance(document, dict) else None
    if not isinstance(parts, dict) or document.get("crm_migrate") != _VERSION:
        raise _refused(f"is not of version {_VERSION}, which this program reads")
    return dict(parts)


def _digest(said: list[Any]) -> str:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(what: str) -> UsageError:
    again = "bring it back from version control, or remove it and ask the target again: crm-migrate target pull"
    return UsageError(f"{FILE} {what}", hint=again)
