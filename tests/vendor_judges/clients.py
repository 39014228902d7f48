"""Clients of CRMs that are not ours: where they are kept, and how one is run against a simulator."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "CRM_MIGRATE_TEST_CLIENTS"


def _missing(words: str) -> Any:
    if os.environ.get("CI"):
        pytest.fail(f"CI must have the foreign clients: {words}")
    pytest.skip(f"{words}; `make test` has them")


def _folder() -> Path:
    told = os.environ.get(VARIABLE, "")
    if not told or told.startswith("none:"):
        _missing(told or f"{VARIABLE} is not set")
    return Path(told)


def by_python(driver: Path, *arguments: str) -> Any:
    """What a driver says that uses a client of PyPI, parsed."""
    name = "venv/Scripts/python.exe" if os.name == "nt" else "venv/bin/python"
    return _said([str(_folder() / name), str(driver), *arguments])


def by_node(driver: Path, *arguments: str) -> Any:
    """What a driver says that uses a client of npm, parsed."""
    modules, node = _folder() / "node_modules", shutil.which("node")
    if node is None or not modules.is_dir():
        _missing("there is no Node.js, or npm had nothing")
    return _said([str(node), str(driver), *arguments], NODE_PATH=str(modules))


def _said(command: list[str], **more: str) -> Any:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, env={**os.environ, **more})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
