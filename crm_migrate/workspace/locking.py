"""One writer per project and per target: locks of the operating system, which die with the process that holds them."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crm_migrate.errors import TargetConflict, UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.private import private_folder


@contextmanager
def project_lock(project: Project) -> Iterator[None]:
    """Hold a project; UsageError at once when another process does. May be taken again inside itself."""
    private_folder(project.work)
    lock = FileLock(project.work / "writer.lock", timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"another crm-migrate is working in {project.folder}", hint="wait until it ends, or stop it; then resume"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def target_lock(identity: str) -> Iterator[None]:
    """Hold a target on this machine; TargetConflict at once when another process does, whatever its project."""
    user = os.getuid() if hasattr(os, "getuid") else ""  # a folder of another user could not be written
    folder = Path(tempfile.gettempdir()) / f"crm-migrate-locks-{user}"
    private_folder(folder)
    lock = FileLock(folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.lock", timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise TargetConflict(
            "another crm-migrate is loading this target", hint="wait until it ends; then resume"
        ) from None
    try:
        yield
    finally:
        lock.release()
