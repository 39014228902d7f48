"""Runs a command beside a private PostgreSQL on loopback, and always stops the server afterwards.

    python scripts/postgres.py run -- pytest -m postgresql

The command sees the server's URL in CRM_MIGRATE_TEST_POSTGRESQL. The server is one that is installed already (PATH,
Debian's and Homebrew's folders); where there is none and we are root on Debian, it is installed. As root the server
runs as an unprivileged user, because PostgreSQL refuses anything else.
"""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "CRM_MIGRATE_TEST_POSTGRESQL"
FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
START_SECONDS = 60
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


def install() -> None:
    """Install the distribution's server; a sentence and exit code 1 where that is not ours to do."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("no PostgreSQL server found: install one (initdb and postgres), or run as root on Debian")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"], check=True, env=quiet)


def server_user() -> str | None:
    """The user to run as: None when we are an ordinary user already."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # not on Windows, where nobody is root

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def wait_until_ready(server: subprocess.Popen[bytes], binaries: Path, port: int, log: Path) -> None:
    """Return when the server takes connections; exit with its own last words when it dies or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(probe, check=False).returncode == 0:
            return
        time.sleep(0.05)
    sys.exit(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (SIGINT: open sessions are cut), then the hard way."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(20)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The URL of a private server that lives as long as this block."""
    binaries = find_binaries()
    if binaries is None:
        install()
        binaries = find_binaries()
    assert binaries is not None, "installed, and still no initdb"
    user, password, port = server_user(), secrets.token_urlsafe(16), free_port()
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
            wait_until_ready(server, binaries, port, log)
            yield f"postgresql://crm_migrate:{password}@127.0.0.1:{port}/postgres"
        finally:
            stop(server)


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def run(command: list[str]) -> int:
    """Run the command with the URL in its environment; its exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)
    with running() as url:
        return subprocess.run(command, env={**os.environ, VARIABLE: url}, check=False).returncode


def main() -> None:
    """`run -- COMMAND`; without a command the URL is printed and the server runs until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "serve"])
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments, after --")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if arguments.verb == "run":
        sys.exit(run(command) if command else "run: what? python scripts/postgres.py run -- COMMAND")
    with contextlib.suppress(KeyboardInterrupt), running() as url:
        print(url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
