"""The secret that the pseudonyms of a project are made with: made once, read by nobody but its owner.

Whoever loses it gets other pseudonyms; who has it can try out which value a pseudonym stands for.
"""

import secrets

from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.private import private_folder
from crm_migrate.workspace.sealing import damaged

_BYTES = 32


def mask_key(project: Project) -> bytes:
    """The key of a project, made where it has none. DamagedFile where what lies there is no key."""
    path = project.mask_key
    if not path.exists():
        private_folder(project.work)
        write_file(path, secrets.token_hex(_BYTES).encode() + b"\n")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise damaged(path, "is not what was written: bring it back from a backup, or remove it for other pseudonyms")
    return key
