"""Runs a command beside all servers that tests use, each private and on loopback, and stops them afterwards.

    python scripts/servers.py run -- pytest

Temporary files lie in memory where there is enough of it: our tests sync files so often that they would wait for the
disk half of their time. TMPDIR says otherwise.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amagi
import bottle
import clients
import mariadb
import postgres
import tryton
from serving import main

MEMORY = Path("/dev/shm")
ENOUGH = 6 << 30  # bytes; a whole run of the tests takes less than two thirds of that


def in_memory() -> bool:
    """Whether there is a roomy file system in memory, from which programs may be started."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return False
    system = os.statvfs(MEMORY)
    return system.f_bavail * system.f_frsize >= ENOUGH and not system.f_flag & os.ST_NOEXEC


@contextmanager
def temporary_files() -> Iterator[None]:
    """A folder for all temporary files, gone at the end; servers run as other users, and make theirs there too."""
    if not in_memory():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crm-migrate-", dir=MEMORY, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o1777)
        os.environ["TMPDIR"] = tempfile.tempdir = name
        yield


if __name__ == "__main__":
    with temporary_files():
        main(
            __doc__,
            {each.VARIABLE: each.running for each in (postgres, mariadb, tryton, amagi, bottle, clients)},
        )
