"""Finds an interpreter that is newer than ours may be, for a server that needs one."""

import json
import os
import subprocess
import sys
from pathlib import Path

NAMED = "CRM_MIGRATE_NEWER_PYTHON"  # an interpreter, where none of the usual places has the one to be taken
NEWEST = 19  # minor versions that are looked for on the path
ASKED = "import ensurepip, json, sys, venv; print(json.dumps([sys.version_info[:3], sys.version]))"
Version = tuple[int, ...]


def newer_python(oldest: Version) -> tuple[Path, str] | None:
    """An interpreter that makes environments, at least that old, and its words about its version; None without one.

    Ours where it will do, else the one that is named, else the oldest that will.
    """
    if sys.version_info[:2] >= oldest:
        return Path(sys.executable), sys.version
    named = os.environ.get(NAMED)
    found = [(said, path) for path in ([named] if named else _usual(oldest)) if (said := _asked(path))]
    fitting = sorted((version, words, path) for (version, words), path in found if version[:2] >= oldest)
    return (Path(fitting[0][2]), fitting[0][1]) if fitting else None


def missing(oldest: Version) -> str:
    """Why there is none, in words."""
    return f"no Python {oldest[0]}.{oldest[1]} or newer on the path or with pyenv ({NAMED} may name one)"


def _usual(oldest: Version) -> list[str]:
    """What may be one: by name on the path, and what pyenv has installed."""
    names = [f"python3.{minor}" for minor in range(oldest[1], NEWEST + 1)] + ["python3", "python"]
    folders = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    pyenv = [*home.glob("versions/3.*/bin/python"), *home.glob("pyenv-win/versions/3.*/python.exe")]
    found = (each for each in (*(folder / name for name in names for folder in folders), *pyenv) if each.is_file())
    return list({each.resolve(): str(each) for each in found if os.access(each, os.X_OK)}.values())


def _asked(path: str) -> tuple[Version, str] | None:
    """Its version and its words about it; None for what cannot make an environment."""
    try:
        done = subprocess.run([path, "-c", ASKED], capture_output=True, text=True, timeout=30, check=True)
        version, words = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return tuple(version), words
