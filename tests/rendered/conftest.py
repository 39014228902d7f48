"""Finished reports of real runs, each made once per session: clean, accepted, sabotaged, second export, large."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from assessed import Assessed, assessed
from shop import ACCEPTED, Shop, shop

from crm_migrate.pipeline import going

SABOTAGE = (
    "UPDATE deals SET close_date = date(close_date, '-1 day')",
    "UPDATE deals SET amount = CAST(CAST(amount * 100 AS INTEGER) AS TEXT) WHERE currency = 'EUR'",
    "UPDATE contacts SET last_name = substr(last_name, 1, 3)",
    "UPDATE contacts SET consent = 'granted' WHERE id IN (2, 6, 10, 14)",
    "UPDATE contacts SET company = CASE company WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE company END",
    "DELETE FROM contacts WHERE id IN (20, 21, 22)",
)
KINDS = ("clean", "accepted", "sabotaged", "second")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shop]:
    """Runs by kind, made when they are first asked for."""
    folder = tmp_path_factory.mktemp("rendered")
    return _Made(folder)


class _Made(dict[str, Shop]):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, kind: str) -> Shop:
        made = getattr(self, f"_{kind}")(self._folder / kind)
        self[kind] = made
        return made

    def _clean(self, folder: Path) -> Shop:
        made = shop(folder)
        made.write()
        made.call("run")
        return made

    def _accepted(self, folder: Path) -> Shop:
        """An amount that is a word, a stage nobody knows, a row with a cell too many, a firm that is not there."""
        made = shop(folder)
        made.decisions += ACCEPTED
        made.chances[3]["Amount"] = "sorulacak"
        made.chances[4]["Stage"] = "Beklemede"
        made.people[5]["Firm"] = "F404"
        made.write()
        with (folder / "people.csv").open("a", encoding="utf-8") as file:
            file.write("P900,Bob,Ray,bob.ray@firm1.example,+90 532 999 88 77,1970-05-05,E,F1,one cell too many\n")
        made.call("run")
        return made

    def _sabotaged(self, folder: Path) -> Shop:
        """Between the load and the reading back somebody was in the target."""
        made = shop(folder)
        made.write()
        read_back = going.validate_after

        def late(*arguments: Any) -> None:
            made.sql(*SABOTAGE)
            read_back(*arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(going, "validate_after", late)
            made.call("run")
        return made

    def _second(self, folder: Path) -> Shop:
        """The export of a month later: a new person, one gone, an amount changed, a consent withdrawn."""
        first = self["clean"]
        shutil.copytree(first.folder, folder, ignore=shutil.ignore_patterns("report-*"))
        made = shop(folder)
        made.people = [*made.people[:-1], {**made.people[-1], "Id": "P777", "Mail": "new@firm3.example", "Last": "Neu"}]
        made.people[0]["Ok"] = "H"
        made.chances[0]["Amount"] = "9999.99"
        made.write()
        made.call("run")
        return made

    def _large(self, folder: Path) -> Shop:
        """Eight thousand people whose statement nobody can translate."""
        made = shop(folder, people=8_040)
        for i, person in enumerate(made.people[40:]):
            person["Ok"] = f"vielleicht {i % 700}"
        made.write()
        made.call("run")
        return made


@pytest.fixture(scope="session")
def assessment(tmp_path_factory: pytest.TempPathFactory) -> Assessed:
    """An assessment that was looked at twice."""
    return assessed(tmp_path_factory.mktemp("assessed") / "shop")


@pytest.fixture(scope="session", params=KINDS)
def run(request: pytest.FixtureRequest, finished: dict[str, Shop]) -> Shop:
    """Every kind of run whose arithmetic is checked."""
    return finished[request.param]


@pytest.fixture(params=("en", "tr"))
def language(request: pytest.FixtureRequest) -> str:
    """Every language of the reports."""
    return str(request.param)
