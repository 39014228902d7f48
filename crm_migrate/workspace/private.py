"""Folders that only their owner may enter: what lies in them decides what is written to a customer's CRM."""

import os
import stat
from pathlib import Path

from crm_migrate.errors import UsageError

OTHERS = 0o077


def private_folder(folder: Path) -> None:
    """Make a folder of mode 0700, and take the rights of others from one that is there.

    UsageError where it belongs to somebody else, who could exchange what lies in it. Windows has no such modes.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "nt":
        return
    found = folder.stat()
    if found.st_uid != os.getuid():
        raise UsageError(f"{folder} belongs to another user", hint="remove it, or work in a project of your own")
    if stat.S_IMODE(found.st_mode) & OTHERS:
        folder.chmod(0o700)
