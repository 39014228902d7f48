"""What other people's programs read of old databases: mdbtools for Access, and Firebird's own engine for its files.

    python scripts/readers.py install     # what is missing: from the distribution, as root on Debian

SQL Server and Oracle have no such thing: only a server reads what is theirs.
"""

import argparse
import contextlib
import ctypes.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from serving import install_package

# Of Debian, Fedora and the installer of Firebird; below /.
ENGINES = (
    "usr/lib/*/firebird/*/plugins/*Engine*",
    "usr/lib*/firebird/plugins/*Engine*",
    "opt/firebird/plugins/*Engine*",
)


def has_mdbtools() -> bool:
    """Whether the programs that read Access are on the path."""
    return shutil.which("mdb-json") is not None


def has_firebird() -> bool:
    """Whether the client library of Firebird is there, and the engine that it opens files with."""
    engines = (found for each in ENGINES for found in Path("/").glob(each))
    return ctypes.util.find_library("fbclient") is not None and next(engines, None) is not None


# What is needed, whether it is there, and the packages of which the first that the distribution has brings it.
NEEDED: dict[str, tuple[Callable[[], bool], tuple[str, ...]]] = {
    "mdbtools": (has_mdbtools, ("mdbtools",)),
    "Firebird's engine": (has_firebird, ("firebird3.0-server-core", "firebird4.0-server-core")),
}


def install(title: str) -> bool:
    """Whether it is there now; installed from the distribution where it is missing and that is ours to do."""
    there, packages = NEEDED[title]
    for package in () if there() else packages:
        with contextlib.suppress(SystemExit, subprocess.CalledProcessError):
            install_package(package, title, package)
            break
    return there()


def main() -> None:
    """`install`: say what is missing still; its tests are skipped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=["install"])
    parser.parse_args()
    for title in NEEDED:
        if not install(title):
            print(f"no {title}: its tests are skipped (install {' or '.join(NEEDED[title][1])})")


if __name__ == "__main__":
    main()
