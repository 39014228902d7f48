"""Runs a command beside a private MariaDB on loopback, and always stops the server afterwards.

    python scripts/mariadb.py run -- pytest -m mariadb

The command sees the server's URL in CRM_MIGRATE_TEST_MARIADB. The server is one that is installed already (PATH,
Debian's and Homebrew's folders); where there is none and we are root on Debian, it is installed. As root the server
runs as an unprivileged user.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from serving import answers, free_port, install_package, main, server_user, stop, wait_until

VARIABLE = "CRM_MIGRATE_TEST_MARIADB"
FOLDERS = ("/usr/sbin", "/usr/bin", "/opt/homebrew/opt/mariadb/bin", "/usr/local/opt/mariadb/bin")
# One file for all tables: tests make hundreds of small ones, and each file costs several fsyncs.
SETTINGS = (
    "innodb-file-per-table=0",
    "innodb-buffer-pool-size=128M",
    "max-connections=50",
    "skip-log-bin",
    "sync-frm=0",
)


def find(program: str) -> str | None:
    """The path of a program of MariaDB."""
    return shutil.which(program) or shutil.which(program, path=os.pathsep.join(FOLDERS))


def programs() -> tuple[str, str]:
    """The server and what makes its data folder; installed where they are missing and we may."""
    if not find("mariadbd") or not find("mariadb-install-db"):
        install_package("mariadb-server", "MariaDB", "mariadbd and mariadb-install-db")
    server, maker = find("mariadbd"), find("mariadb-install-db")
    assert server and maker, "installed, and still no mariadbd"
    return server, maker


def initialise(maker: str, folder: Path, user: str | None, password: str) -> None:
    """Make an empty data folder, and the statements that give it our user and database at the first start."""
    (folder / "data").mkdir()
    first = folder / "first.sql"
    first.write_text(
        f"CREATE USER crm_migrate@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON *.* TO crm_migrate@'127.0.0.1' WITH GRANT OPTION;\nCREATE DATABASE crm;\n",
        encoding="utf-8",
    )
    if user:
        for path in (folder, folder / "data", first):
            shutil.chown(path, user)
    command = [maker, "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db", "--skip-name-resolve"]
    done = subprocess.run(
        [*command, "--auth-root-authentication-method=normal"],
        user=user, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"mariadb-install-db failed: {(done.stderr or done.stdout).strip()[-2000:]}")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The URL of a private server that lives as long as this block."""
    server_program, maker = programs()
    user, password, port = server_user("mysql"), secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory(prefix="crm-migrate-maria-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        initialise(maker, folder, user, password)
        settings = [*SETTINGS, "bind-address=127.0.0.1", f"port={port}", f"datadir={folder / 'data'}"]
        settings += [f"socket={folder / 'socket'}", f"pid-file={folder / 'pid'}", f"init-file={folder / 'first.sql'}"]
        log = folder / "log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                [server_program, "--no-defaults", "--skip-name-resolve", *(f"--{s}" for s in settings)],
                user=user, cwd=folder, stdout=out, stderr=out, start_new_session=os.name != "nt",
            )  # fmt: skip
        try:
            wait_until(lambda: answers(port), server, log)
            yield f"mariadb://crm_migrate:{password}@127.0.0.1:{port}/crm"
        finally:
            stop(server, "SIGTERM", "SIGKILL")


if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
