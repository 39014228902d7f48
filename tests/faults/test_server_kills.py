"""SIGKILL while a real server is being loaded, each time behind a request that it had carried out; resume; count there.

In `make test` two processes are killed, `make soak` kills at every request that changes something, before it was
carried out and after.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from between import between
from real_servers import InAmagi, InBottle, InTryton, Server, written, wrong


class Killer:
    """Kills the process that asks: at one in so many of its requests that change something, before they are carried out
    or after (`phases`), and at none of them twice; `most` processes in all."""

    def __init__(self, changes: re.Pattern[bytes], often: int, phases: tuple[bool, ...], most: int) -> None:
        self._changes, self._often, self._phases, self._most = changes, often, phases, most
        self._killed: set[tuple[bytes, bool]] = set()
        self._seen = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def kills(self) -> int:
        return len(self._killed)

    def started(self, process: subprocess.Popen[str]) -> subprocess.Popen[str]:
        self.process, self._seen = process, 0
        return process

    def __call__(self, request: bytes, done: bool) -> bool:
        """Whether the connection ends here."""
        spared = done not in self._phases or (request, done) in self._killed or self.kills >= self._most
        if spared or self.process is None or not self._changes.search(request):
            return False
        self._seen += 1
        if self._seen < self._often:
            return False
        self.process.kill()
        self.process.wait()
        self._killed.add((request, done))
        self.process = None
        return True


@pytest.mark.cases(1)
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(InTryton, marks=pytest.mark.tryton),
        pytest.param(InAmagi, marks=pytest.mark.amagi),
        pytest.param(InBottle, marks=pytest.mark.bottle),
    ],
)
def test_a_load_that_is_killed_at_its_requests_creates_every_record_once(
    kind: type[InTryton] | type[InAmagi] | type[InBottle], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Server = kind()
    soak = request.config.getoption("--soak")
    often, phases, most = (1, (False, True), 200) if soak else (2 * server.often, (True,), 2)
    killer = Killer(server.changes, often, phases, most)
    secret = next(value for name, value in server.options.items() if name in ("token", "password"))
    with between(server.url, killer) as url:
        folder, arguments = written(tmp_path / "project", server, url), "run"
        for _ in range(most + 1):
            command = [sys.executable, "-m", "crm_migrate", arguments, str(folder)]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "CRM_SECRET": secret},
            )  # fmt: skip
            out, _ = killer.started(process).communicate(timeout=300)
            if process.returncode in (0, 1):
                break
            assert process.returncode < 0 or os.name == "nt", out
            arguments = "resume"
    assert process.returncode == 0, out
    assert killer.kills >= (4 if soak else 2), "fewer processes were killed than were to be"
    assert list(wrong(server)) == [], "by the count of the server's own database"
