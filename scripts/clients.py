"""Clients of CRMs that are not ours, kept outside our environment: those of PyPI, and those of npm where there is Node.

    python scripts/clients.py run -- pytest tests/vendor_judges

The command sees their folder in CRM_MIGRATE_TEST_CLIENTS: `venv` is a Python environment (`requirements/clients.in`),
`node_modules` what npm installed (`requirements/clients/`). They drive the simulated CRMs; none of them is shipped.
"""

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from from_pypi import NONE, REQUIREMENTS, Server, called
from newer_python import missing, newer_python
from serving import install_package, main

VARIABLE = "CRM_MIGRATE_TEST_CLIENTS"
PACKAGE = REQUIREMENTS / "clients"
FILES = ("package.json", "package-lock.json")


def _npm(folder: Path) -> None:
    """What the lock of npm names, without running any of its scripts."""
    npm = _node()
    if npm is None:
        print("no Node.js, its clients are left out: install nodejs and npm", file=sys.stderr)
        return
    for name in FILES:
        shutil.copy(PACKAGE / name, folder)
    called([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)


def _node() -> str | None:
    """The program npm; from the distribution where that is ours to install."""
    if shutil.which("npm") is None:
        with contextlib.suppress(SystemExit):
            install_package("npm", "Node.js", "node, npm")
    return shutil.which("npm")


def _no_server(kept: Path, folder: Path, port: int) -> Sequence[str]:
    raise NotImplementedError("clients do not listen")


def clients() -> Server:
    """What is kept: another folder after any change of what is locked."""
    return Server(
        "clients", "foreign clients", Path(__file__), _npm, _no_server, also=tuple(PACKAGE / n for n in FILES)
    )


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The folder of the clients; "" where they cannot be had."""
    found = newer_python((3, 11))
    if found is None:
        yield NONE + missing((3, 11))
        return
    kept = clients().ready(*found)
    yield "" if kept is None else kept.as_posix()


if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
