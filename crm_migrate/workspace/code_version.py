"""Which program made something: what one program made, another one may make otherwise."""

import hashlib
import importlib.metadata
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_NAME = "crm-migrate"


@cache
def code_version() -> str:
    """The hash of our own package, word lists included, and of the versions of all libraries that it asks for."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".py", ".txt")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    digest.update("".join(f"{name}={version};" for name, version in _libraries()).encode())
    return digest.hexdigest()


def version_name() -> str:
    """How people tell one program from another: the number of its release, and the beginning of that hash."""
    return f"{_NAME} {importlib.metadata.version(_NAME)} (build {code_version()[:8]})"


def _libraries() -> Iterator[tuple[str, str]]:
    """The distributions that ours requires without extras, with the versions that are installed."""
    for requirement in sorted(importlib.metadata.requires(_NAME) or ()):
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            yield name, importlib.metadata.version(name)
