"""References to secrets, resolved only when connecting: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`.

Inside a longer text (a URL) they stand in braces, `${env:NAME}`, and are percent-quoted. What they resolve to is
never part of a message.
"""

import importlib
import os
import re
from pathlib import Path
from urllib.parse import quote

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.errors import UsageError

MAX_BYTES = 1 << 16

_WHOLE = re.compile(r"(env|file|keyring):(?!//)(\S.*)")
_INSIDE = re.compile(r"\$\{(env|file|keyring):([^}]+)\}")


def is_reference(text: str) -> bool:
    """True where a text is, or holds, a reference to a secret."""
    return bool(_WHOLE.fullmatch(text) or _INSIDE.search(text))


def resolve_secret(text: str, folder: Path) -> str:
    """The text with its references replaced; `file:` is relative to `folder`. UsageError where one leads nowhere."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        return _look_up(whole[1], whole[2], folder)
    return _INSIDE.sub(lambda m: quote(_look_up(m[1], m[2], folder), safe=""), text)


def _look_up(kind: str, name: str, folder: Path) -> str:
    if kind == "env":
        value = os.environ.get(name)
        if not value:
            raise UsageError(f"the environment variable {name} is not set", hint=f"set {name} and run again")
        return value
    return _from_file(folder / name) if kind == "file" else _from_keyring(name)


def _from_file(path: Path) -> str:
    """The text of a file, without the mark that Windows puts before it and the line end behind it."""
    hint = f"create {path.name}: a plain file of UTF-8 text, mode 0600"
    try:
        secret = read_plain(path, MAX_BYTES).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"the secret's file {path.name} cannot be read", hint=hint) from None
    if not secret.strip() or "\0" in secret:
        what = "is no text: it holds NUL" if secret.strip() else "is empty"
        raise UsageError(f"the secret's file {path.name} {what}", hint=hint)
    return secret


def _from_keyring(name: str) -> str:
    service, _, user = name.partition("/")
    try:
        value = importlib.import_module("keyring").get_password(service, user)
    except ModuleNotFoundError:
        raise UsageError("`keyring:` needs the Python package `keyring`", hint="pip install keyring") from None
    if not value:
        raise UsageError(f"the keyring has no password for {name}", hint=f"keyring set {service} {user}")
    return str(value)
