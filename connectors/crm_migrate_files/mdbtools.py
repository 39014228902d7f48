"""The programs of mdbtools, which read databases of Microsoft Access: executed, and where missing told how to get."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from crm_migrate.errors import InputError
from crm_migrate_files.limits import SECONDS

MOMENTS = "%Y-%m-%dT%H:%M:%S"  # without it they write years of two digits
_HINT = "apt install mdbtools, brew install mdbtools; or export the tables from Access as .xlsx"


class Mdb:
    """A database file as mdbtools see it. `charset` is the code page of one of Access 97."""

    def __init__(self, path: Path, charset: str | None) -> None:
        self._path = path
        self._environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        if charset:
            self._environment["MDB_JET3_CHARSET"] = charset

    def version(self) -> str:
        """`JET3` (Access 97), `JET4`, `ACE12` ..."""
        return self._answer("mdb-ver").strip()

    def tables(self) -> list[str]:
        """The tables of its owner."""
        return [name for name in self._answer("mdb-tables", options=("-1", "-t", "table")).splitlines() if name]

    def schema(self, table: str) -> str:
        """The statement that makes a table, in the words of Access."""
        return self._answer("mdb-schema", options=("-T", table, "--no-indexes", "--no-relations"))

    def count(self, table: str) -> int:
        """How many rows the definition of a table says that it has."""
        return int(self._answer("mdb-count", table))

    def rows(self, table: str) -> Iterator[bytes]:
        """The rows of a table, a line of JSON each. InputError where the program fails on them."""
        command = self._command("mdb-json", table, options=("-D", MOMENTS, "-T", MOMENTS))
        child = subprocess.Popen(  # noqa: S603 -- no shell; the file and the table are arguments behind `--`
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._environment
        )
        assert child.stdout is not None and child.stderr is not None
        said: list[bytes] = []
        listening = threading.Thread(target=lambda: said.append(child.stderr.read(10_000)), daemon=True)  # type: ignore[union-attr]
        deadline = threading.Timer(SECONDS, child.kill)
        with child:
            listening.start()
            deadline.start()
            try:
                yield from child.stdout
                listening.join(SECONDS)
                if child.wait(SECONDS):
                    raise self._failed("mdb-json", b"".join(said))
            finally:
                deadline.cancel()
                child.kill()

    def _answer(self, program: str, *more: str, options: tuple[str, ...] = ()) -> str:
        command = self._command(program, *more, options=options)
        try:
            done = subprocess.run(  # noqa: S603 -- no shell; the file and the table are arguments behind `--`
                command, capture_output=True, env=self._environment, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise self._failed(program, b"it took too long") from None
        if done.returncode:
            raise self._failed(program, done.stderr or done.stdout)
        return done.stdout.decode("utf-8", "replace")

    def _command(self, program: str, *more: str, options: tuple[str, ...]) -> list[str]:
        found = shutil.which(program)
        if found is None:
            raise InputError(f"{self._path.name}: Access files are read by mdbtools, which is not there", hint=_HINT)
        return [found, *options, "--", str(self._path.resolve()), *more]

    def _failed(self, program: str, said: bytes) -> InputError:
        words = next((line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()), "nothing")
        return InputError(
            f"{self._path.name}: {program} cannot read it and says: {words[:300]}",
            hint="open it in Access, take off its password, compact it, and try again",
        )
