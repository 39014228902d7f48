"""The server that tests of Tryton use: a database for each, and none left behind whoever is killed."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from trytons import VARIABLE, fresh

pytestmark = pytest.mark.tryton
SCRIPT = Path(__file__).parents[2] / "scripts" / "tryton.py"


def listens(url: str) -> bool:
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=1).close()
    except OSError:
        return False
    return True


def test_each_test_has_a_database_of_its_own() -> None:
    one, other = fresh(), fresh()
    one.ask("model.party.party.create", [{"name": "Ilgın Metal"}], {})
    assert [len(each.rows("party.party", "name")) for each in (one, other)] == [1, 0]


def test_the_server_ends_with_who_started_it() -> None:
    fresh()  # skips where there is none
    command = [sys.executable, str(SCRIPT), "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        url = serving.stdout.readline().strip()
        assert listens(url)
        serving.kill()
    deadline = time.monotonic() + 20
    while listens(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not listens(url)


def test_ci_without_the_server_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must have a Tryton"):
        fresh()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no Tryton"):
        fresh()
