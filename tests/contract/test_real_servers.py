"""The servers of real CRMs that tests use: an installation for each test, and none left behind whoever is killed."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import amagis
import bottles
import pytest
import trytons

SCRIPTS = Path(__file__).parents[2] / "scripts"


@dataclass(frozen=True)
class Real:
    """A server: its script, its variable, how it is called, and what its tests begin with."""

    script: str
    variable: str
    title: str
    fresh: Callable[[], object]


@pytest.fixture(
    params=[
        pytest.param(Real("tryton.py", trytons.VARIABLE, "a Tryton", trytons.fresh), marks=pytest.mark.tryton),
        pytest.param(Real("amagi.py", amagis.VARIABLE, "an amagi-crm", amagis.fresh), marks=pytest.mark.amagi),
        pytest.param(Real("bottle.py", bottles.VARIABLE, "a BottleCRM", bottles.fresh), marks=pytest.mark.bottle),
    ],
    ids=["tryton", "amagi", "bottle"],
)
def real(request: pytest.FixtureRequest) -> Real:
    return request.param


def listens(url: str) -> bool:
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.tryton
def test_each_test_has_a_database_of_tryton() -> None:
    one, other = trytons.fresh(), trytons.fresh()
    one.ask("model.party.party.create", [{"name": "Ilgın Metal"}], {})
    assert [len(each.rows("party.party", "name")) for each in (one, other)] == [1, 0]


@pytest.mark.amagi
def test_each_test_has_an_installation_of_amagi_crm() -> None:
    one, other = amagis.fresh(), amagis.fresh()
    one.ask("POST", "/api/contacts", {"company": "Ilgın Metal"})
    assert [len(each.rows("contacts")) for each in (one, other)] == [1, 0]
    assert [each.witnessed("create") for each in (one, other)] == [[("contact", 1)], []]


@pytest.mark.bottle
def test_each_test_has_an_organisation_of_bottle_crm() -> None:
    one, other = bottles.fresh(), bottles.fresh()
    made = one.ask("POST", "/api/accounts/", {"name": "Ilgın Metal"})
    assert [len(each.rows("accounts")) for each in (one, other)] == [1, 0]
    id = made["id"].replace("-", "")
    assert [each.witnessed("create") for each in (one, other)] == [[("accounts", id)], []]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="our own Python is new enough for BottleCRM")
def test_without_a_python_for_it_bottle_crm_is_skipped_with_the_reason_in_ci_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRM_MIGRATE_NEWER_PYTHON", str(SCRIPTS / "no-python"))
    told = [sys.executable, "-c", f"import os; print(os.environ['{bottles.VARIABLE}'])"]
    command = [sys.executable, str(SCRIPTS / "bottle.py"), "run", "--", *told]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "its tests are skipped: no Python 3.12 or newer" in done.stderr
    monkeypatch.setenv(bottles.VARIABLE, done.stdout.strip())
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match=r"no BottleCRM: no Python 3\.12 or newer"):
        bottles.fresh()


def test_the_server_ends_with_who_started_it(real: Real) -> None:
    real.fresh()  # skips where there is none
    command = [sys.executable, str(SCRIPTS / real.script), "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        url = serving.stdout.readline().strip()
        assert listens(url)
        serving.kill()
    deadline = time.monotonic() + 20
    while listens(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not listens(url)


def test_ci_without_the_server_fails(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(real.variable, raising=False)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"CI must have {real.title}"):
        real.fresh()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match=f"no {real.title.partition(' ')[2]}"):
        real.fresh()
