"""The lock of a shared mapping, written anew: what it uses now, and what is not as it was."""

from collections.abc import Iterator

from crm_migrate.errors import MappingError, UsageError
from crm_migrate.finding import errors
from crm_migrate.mapping.reading import MAX_ENTRIES, read_file
from crm_migrate.mapping.sharing import Shared, shared_of
from crm_migrate.mapping.sharing_lock import FILE, LockDamaged, Locked, changes, read_lock, write_lock
from crm_migrate.workspace.layout import Project


def locked_anew(project: Project) -> list[str]:
    """Lock what the project's mapping uses; what was done, in lines. MappingError where that cannot be read."""
    document, told = read_file(project.mapping, project.mapping.name, MAX_ENTRIES)
    shared, findings = shared_of(document, project.folder)
    if wrong := errors([*told, *findings]):
        raise MappingError("the mapping cannot be read as far as that", wrong, hint="crm-migrate mapping check")
    if shared is None:
        hint = "name one: `use: agency/contacts`, from mappings/shared/ of the project"
        raise UsageError("the mapping uses no shared one, so there is nothing to lock", hint=hint)
    lines = list(_changes(_before(project, shared), shared.locked))
    write_lock(project.folder, {shared.name: shared.locked})
    count = len(shared.locked.lines)
    return [*lines, f"locked {shared.name} {shared.version} ({shared.document.name}): {count} lines, in {FILE}"]


def _before(project: Project, shared: Shared) -> Locked | None:
    try:
        return read_lock(project.folder).get(shared.name)
    except LockDamaged:  # who writes it anew has been told so
        return None


def _changes(before: Locked | None, now: Locked) -> Iterator[str]:
    """Each line that is not as it was locked, old and new."""
    if before is None:
        return
    told = changes(before, now)
    yield from (f"changed  {path}: {before.lines[path]} -> {now.lines[path]}" for path in told["changed"])
    yield from (f"new      {path}: {now.lines[path]}" for path in told["new"])
    yield from (f"gone     {path}: {before.lines[path]}" for path in told["gone"])
