"""The databases that tests load into: a SQLite file, and a schema of its own in the PostgreSQL that CI starts."""

import os
import uuid
from pathlib import Path

import pytest

VARIABLE = "CRM_MIGRATE_TEST_POSTGRESQL"
KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


def options(kind: str, folder: Path) -> dict[str, str]:
    """The options of an environment whose target is empty. Skips visibly where there is no server, but not in CI."""
    if kind == "sqlite":
        return {"url": f"sqlite:///{folder / 'crm.db'}"}
    url = os.environ.get(VARIABLE)
    if not url and os.environ.get("CI"):
        pytest.fail(f"CI must have a PostgreSQL: {VARIABLE} is not set")
    if not url:
        pytest.skip(f"no PostgreSQL: python scripts/postgres.py run -- pytest (sets {VARIABLE})")
    return {"url": url, "schema": f"test_{uuid.uuid4().hex}"}
