"""What reads old databases and is not Python: skipped visibly where it is missing, but not in CI."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from readers import has_firebird, has_mdbtools
from serving import free_port as free_port


def needs_mdbtools() -> None:
    """Access can be read; it never can on Windows."""
    if sys.platform == "win32":
        pytest.skip("mdbtools are not for Windows")
    if not has_mdbtools():
        _missing("mdbtools")


def needs_firebird() -> None:
    """Files of Firebird can be opened: by the driver, its library and the engine."""
    try:
        import sqlalchemy_firebird  # noqa: F401
    except ImportError:
        _missing("firebird-driver: make install")
    if not has_firebird():
        _missing("Firebird's engine")


def _missing(what: str) -> None:
    reason = f"no {what}: python scripts/readers.py install"
    if os.environ.get("CI"):
        pytest.fail(f"CI must have it: {reason}")
    pytest.skip(reason)
