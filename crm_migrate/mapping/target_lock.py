"""`target.lock`: what the target said of the mapped objects when it was asked last, per environment, for git to keep.

People review and merge this file; each environment's part has a hash, so that nothing is taken for the target's word
that the target did not say.
"""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from crm_migrate.connecting.contract import TargetSchema
from crm_migrate.disk.canonical import content_hash
from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.lock_files import read_parts, refused, write_parts

FILE = "target.lock"
_WORD = "environments"
_AGAIN = "bring it back from version control, or remove it and ask the target again: crm-migrate target pull"
_SCHEMA = TypeAdapter(TargetSchema)


def read_lock(project: Project, environment: str) -> TargetSchema | None:
    """The schema that is locked for an environment, None where there is none. UsageError where it is not as we wrote
    it."""
    part = _environments(project).get(environment)
    if part is None:
        return None
    said = part.get("objects") if isinstance(part, dict) else None
    if not isinstance(said, list) or part.get("sha256") != content_hash(said):
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
    digest = content_hash(ordered)
    parts = _environments(project)
    if parts.get(environment, {}).get("sha256") != digest:
        parts[environment] = {"sha256": digest, "objects": ordered}
        write_parts(project.folder / FILE, _WORD, parts)
    return digest


def _environments(project: Project) -> dict[str, Any]:
    return read_parts(project.folder / FILE, _WORD, _AGAIN)


def _refused(what: str) -> UsageError:
    return refused(Path(FILE), what, _AGAIN)
