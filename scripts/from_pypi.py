"""Servers of other people that PyPI has: installed outside our environment, kept for the next time, run on loopback.

What is installed is locked with hashes in `requirements/`. The environment and a prepared database are kept in the
user's cache (or where CRM_MIGRATE_CACHE says), for its Python and these versions. A server that needs a newer Python
than ours gets the one that is found here; where there is none, the address says so (`none: ...`).
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from newer_python import Version, missing, newer_python
from serving import answers, free_port, stop, wait_until

NONE = "none: "  # what stands in an address's place: that there can be no server here, and why
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
# What a server's own program begins with: it ends with us however we end, as nobody holds the other end of its standard
# input then.
ENDS_WITH_US = """\
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its name and title. `oldest` is the first version of Python that runs it.

    `furnish` makes what is kept beside the environment, in that folder. `command` is what starts the server: of the
    folder that is kept, of one that lives as long as the server, and of a port.
    """

    name: str
    title: str
    script: Path
    furnish: Callable[[Path], None]
    command: Callable[[Path, Path, int], Sequence[str]]
    oldest: Version = (3, 11)
    also: tuple[Path, ...] = ()  # further files that say what is installed

    @property
    def locked(self) -> Path:
        """Its requirements with their hashes."""
        return REQUIREMENTS / f"{self.name}.txt"

    def cache(self, version: str) -> Path:
        """The folder of what is kept for a Python and these versions; another one after any change of them."""
        kept = os.environ.get("CRM_MIGRATE_CACHE")
        home = Path(kept) if kept else Path.home() / ".cache" / "crm-migrate"
        texts = (self.locked, self.script, Path(__file__), *self.also)
        what = b"".join(path.read_bytes() for path in texts) + version.encode()
        return home / f"{self.name}-{hashlib.sha256(what).hexdigest()[:12]}"

    def ready(self, interpreter: Path, version: str) -> Path | None:
        """The folder that is kept, made where it is missing; None and a sentence where it cannot be."""
        folder = self.cache(version)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            try:
                if not (folder / "ready").exists():
                    self._install(folder, interpreter)
            except subprocess.CalledProcessError as error:
                words = str(error.stderr or error.stdout or error).strip()[-500:]
                print(f"no {self.title}, its tests are skipped: {words}", file=sys.stderr)
                return None
        return folder

    def _install(self, folder: Path, interpreter: Path) -> None:
        called([str(interpreter), "-m", "venv", "--clear", "venv"], folder)
        pip = [str(python(folder)), "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "30"]
        called([*pip, "--require-hashes", "--no-deps", "-r", str(self.locked)], folder)
        self.furnish(folder)
        (folder / "ready").write_bytes(b"")

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Address and folder of a private server that lives as long as this block; "" where there is none."""
        found = newer_python(self.oldest)
        if found is None:
            print(f"no {self.title}, its tests are skipped: {missing(self.oldest)}", file=sys.stderr)
            yield NONE + missing(self.oldest)
            return
        kept = self.ready(*found)
        if kept is None:
            yield ""
            return
        port = free_port()
        prefix = f"crm-migrate-{self.name}-"
        with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            log = folder / "log"
            with log.open("wb") as out:
                server = subprocess.Popen(
                    self.command(kept, folder, port), cwd=folder, stdin=subprocess.PIPE, stdout=out, stderr=out,
                    start_new_session=os.name != "nt",
                )  # fmt: skip
            try:
                wait_until(lambda: answers(port), server, log)
                yield f"http://127.0.0.1:{port}#{folder.as_posix()}"
            finally:
                stop(server, "SIGTERM", "SIGKILL")


def python(folder: Path) -> Path:
    """The interpreter of the environment in a folder."""
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def called(command: Sequence[str], folder: Path, **more: str) -> str:
    """What a command says that runs in a folder, with `more` in its environment. CalledProcessError where it fails."""
    environment = {**os.environ, **more}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout
