"""Runs a command beside a private Tryton server on loopback, and always stops the server afterwards.

    python scripts/tryton.py run -- pytest -m tryton

The command sees where it is in CRM_MIGRATE_TEST_TRYTON: the server's address, and behind `#` the folder of its
databases. `template.sqlite` there is a prepared one: a copy of it under another name is a database of its own.

Tryton is installed from PyPI into an environment outside ours, with the hashes of requirements/tryton.txt, and kept
with its template for the next time, in the user's cache (or where CRM_MIGRATE_CACHE says). It is another program
(GPL-3.0-or-later) that we only talk to.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from serving import answers, free_port, main, stop, wait_until

VARIABLE = "CRM_MIGRATE_TEST_TRYTON"
USER, PASSWORD = "admin", "not-a-secret"  # of databases that live as long as a test
MODULES = ("party_relationship", "sale_opportunity")
LOCKED = Path(__file__).resolve().parent.parent / "requirements" / "tryton.txt"
# The server ends with us however we end: nobody holds the other end of its standard input then. It looks for databases
# each time that one is asked for, where it would remember for minutes which there are.
SERVE = """\
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
class Forgetful(dict):
    def __setitem__(self, name, value):
        pass
threading.Thread(target=watch, daemon=True).start()
from trytond.backend.sqlite.database import Database
Database._list_cache = Forgetful()
from trytond.cli import main
main()
"""
ADMIN = "from trytond.cli.admin import main; main()"


def cache() -> Path:
    """The folder of what is kept for this Python and these versions; another one after any change of them."""
    kept = os.environ.get("CRM_MIGRATE_CACHE")
    home = Path(kept) if kept else Path.home() / ".cache" / "crm-migrate"
    what = LOCKED.read_bytes() + Path(__file__).read_bytes() + sys.version.encode()
    return home / f"tryton-{hashlib.sha256(what).hexdigest()[:12]}"


def python(folder: Path) -> Path:
    """The interpreter of the environment in a folder."""
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def configured(folder: Path, databases: Path, port: int) -> Path:
    """The server's settings as a file of `folder`."""
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {databases}\n[web]\nlisten = 127.0.0.1:{port}\n", encoding="utf-8"
    )
    return path


def install(folder: Path) -> None:
    """Environment and template in `folder`. Raises CalledProcessError with what was said."""
    venv.create(folder / "venv", clear=True, with_pip=True)
    pip = [str(python(folder)), "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "30"]
    _run([*pip, "--require-hashes", "-r", str(LOCKED)], folder)
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    template = folder / "template.sqlite"
    template.write_bytes(b"")
    settings = configured(folder, folder, 0)
    admin = [str(python(folder)), "-c", ADMIN, "-c", str(settings), "-d", "template"]
    _run([*admin, "--all", "--email", "admin@example.com"], folder)
    _run([*admin, "-u", *MODULES, "--activate-dependencies"], folder)
    (folder / "ready").write_bytes(b"")


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)


def ready() -> Path | None:
    """The folder with environment and template, made where it is missing; None and a sentence where it cannot be."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        try:
            if not (folder / "ready").exists():
                install(folder)
        except subprocess.CalledProcessError as error:
            words = str(error.stderr or error.stdout or error).strip()[-500:]
            print(f"no Tryton, its tests are skipped: {words}", file=sys.stderr)
            return None
    return folder


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Address and folder of databases of a private server that lives as long as this block; "" where there is none."""
    kept = ready()
    if kept is None:
        yield ""
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="crm-migrate-tryton-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copy(kept / "template.sqlite", folder)
        command = [str(python(kept)), "-c", SERVE, "-c", str(configured(folder, folder, port))]
        log = folder / "log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=os.name != "nt"
            )
        try:
            wait_until(lambda: answers(port), server, log)
            yield f"http://127.0.0.1:{port}#{folder.as_posix()}"
        finally:
            stop(server, "SIGTERM", "SIGKILL")


if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
