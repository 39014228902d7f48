"""What the scripts of database servers share: the program and its user, a port, start and stop, a command beside it."""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

START_SECONDS = 60
Running = Callable[[], AbstractContextManager[str]]


def install_package(package: str, title: str, programs: str) -> None:
    """Install a package of the distribution; a sentence and exit code 1 where that is not ours to do."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"no {title} found: install it ({programs}), or run as root on Debian")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patient = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]  # somebody else may be installing
    subprocess.run([*patient, "update"], check=True, env=quiet)
    subprocess.run([*patient, "install", "-y", "--no-install-recommends", package], check=True, env=quiet)


def server_user(name: str) -> str | None:
    """The user to run as: None when we are an ordinary user already, else that one or nobody."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # not on Windows, where nobody is root

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(each for each in (name, "nobody") if each in names)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody takes connections on a port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server is ready; exit with its own last words when it dies or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    sys.exit(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def stop(server: subprocess.Popen[bytes], *signals: str) -> None:
    """The signals one after the other, each with 20 seconds, until the server has ended (Windows knows no others)."""
    for name in signals:
        server.send_signal(getattr(signal, name, signal.SIGTERM))
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
            return


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def run(servers: Mapping[str, Running], command: list[str]) -> int:
    """Run the command with the URLs of the servers in its environment, by the names of their variables; its code."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)
    with contextlib.ExitStack() as stack:
        urls = {name: stack.enter_context(running()) for name, running in servers.items()}
        return subprocess.run(command, env={**os.environ, **urls}, check=False).returncode


def main(about: str | None, servers: Mapping[str, Running]) -> None:
    """`run -- COMMAND`, or `serve`: the URLs are printed and the servers run until Ctrl-C."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "serve"])
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments, after --")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if arguments.verb == "run":
        sys.exit(run(servers, command) if command else f"run: what? python {sys.argv[0]} run -- COMMAND")
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        for running in servers.values():
            print(stack.enter_context(running()), flush=True)
        while True:
            time.sleep(3600)
