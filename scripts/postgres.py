"""Runs a command beside a private PostgreSQL on loopback, and always stops the server afterwards.

    python scripts/postgres.py run -- pytest -m postgresql

The command sees the server's URL in CRM_MIGRATE_TEST_POSTGRESQL. The server is one that is installed already (PATH,
Debian's and Homebrew's folders); where there is none and we are root on Debian, it is installed. As root the server
runs as an unprivileged user, because PostgreSQL refuses anything else.
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

from serving import free_port, install_package, main, server_user, stop, wait_until

VARIABLE = "CRM_MIGRATE_TEST_POSTGRESQL"
FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
SETTINGS = ("fsync=on", "max_connections=50", "shared_buffers=128MB", "max_wal_size=2GB")


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: the newest of Debian's and Homebrew's, else what PATH names."""
    found = [Path(p) for pattern in FOLDERS for p in Path("/").glob(pattern[1:]) if (Path(p) / "initdb").exists()]
    if found:
        return max(found, key=_version)
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


def _version(folder: Path) -> float:
    digits = "".join(c if c.isdigit() or c == "." else " " for c in str(folder)).split()
    return max((float(d) for d in digits if d.replace(".", "", 1).isdigit()), default=0.0)


def initialise(binaries: Path, folder: Path, user: str | None, password: str) -> Path:
    """Make an empty cluster that wants a password even on loopback."""
    data, secret = folder / "data", folder / "secret"
    secret.write_text(password, encoding="utf-8")
    if user:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "crm_migrate", f"--pwfile={secret}"]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run([*command, *options], user=user, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"initdb failed: {done.stderr.strip()}")
    secret.unlink()
    return data


def ready(binaries: Path, port: int) -> bool:
    """Whether the server takes connections."""
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(probe, check=False).returncode == 0


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The URL of a private server that lives as long as this block."""
    binaries = find_binaries()
    if binaries is None:
        install_package("postgresql", "PostgreSQL", "initdb and postgres")
        binaries = find_binaries()
    assert binaries is not None, "installed, and still no initdb"
    user, password, port = server_user("postgres"), secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory(prefix="crm-migrate-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        data = initialise(binaries, folder, user, password)
        settings = [*SETTINGS, "listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}"]
        command = [str(binaries / "postgres"), "-D", str(data), *(word for s in settings for word in ("-c", s))]
        log = folder / "log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                command, user=user, cwd=folder, stdout=out, stderr=out, start_new_session=os.name != "nt"
            )
        try:
            wait_until(lambda: ready(binaries, port), server, log)
            yield f"postgresql://crm_migrate:{password}@127.0.0.1:{port}/postgres"
        finally:
            stop(server, "SIGINT", "SIGQUIT")  # fast: open sessions are cut; then the hard way


if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
