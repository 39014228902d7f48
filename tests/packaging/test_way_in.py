"""As a stranger installs it: the wheel alone in an empty environment, with newest and with oldest libraries.

Every verb is tried, and the sample company must come out as its truth says: an older library that reads a date in
another way would change the figures without a word.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import click
import pytest

from crm_migrate.cli import cli

ROOT = Path(__file__).parents[2]
CONTACTS = "id,first,last,email\n1,Ayşe,Yılmaz,a.yilmaz@firma.example\n2,Ayse,Yilmaz,a.yilmaz@firma.example\n"
LABELS = "left,right,same,object\nkisi:5001,kisi:5002,no,contacts\n"
# In the order in which a person could call them; the exit code where it is not 0.
TOUR: tuple[tuple[str, int], ...] = (
    ("demo demo", 0),
    ("init exports", 0),
    ("assess exports --out assessed", 0),
    ("mapping suggest demo", 0),
    ("preview demo contacts --first 2", 0),
    ("mapping check demo", 0),
    ("mapping show demo --resolved", 0),
    ("mapping test demo", 0),
    ("ci demo --reports tried", 0),
    ("mapping diff demo --max-changed 0", 0),
    ("mapping excluded demo", 0),
    ("mapping export demo -o mapping.xlsx", 0),
    ("mapping import mapping.xlsx demo", 0),
    ("readiness demo", 0),
    ("mapping sign demo --role sales_director --who ayse", 0),
    ("mapping lock demo", 2),
    ("schema", 0),
    ("target prepare demo --dry-run", 0),
    ("target pull demo", 0),
    ("target undelete demo", 2),
    ("target adopt demo", 0),
    ("repair demo", 0),
    ("plan demo", 0),
    ("resume demo", 0),
    ("watch demo", 2),
    ("run demo --until extract", 0),
    ("undo demo", 0),
    ("runs demo", 0),
    ("report --project demo --format html,xlsx,json,junit,md --lang tr --out reports", 0),
    ("exceptions demo", 0),
    ("sample demo --reviewer ayse -o sample.xlsx", 0),
    ("sample demo --results sample.xlsx", 0),
    ("signoff demo --check", 1),
    ("evidence demo -o evidence.zip", 0),
    ("verify evidence.zip", 0),
    ("reconcile demo --target-export exports", 2),
    ("explain kisi:5001 demo", 0),
    ("crosswalk demo -o crosswalk.csv", 0),
    ("subject demo --key kisi:5001", 0),
    ("review demo -o review.xlsx", 0),
    ("review demo --html review.html", 0),
    ("rejects demo -o rejects.xlsx", 0),
    ("rejects demo --read rejects.xlsx --who ayse --why check", 0),
    ("conflicts demo", 0),
    ("conformance demo --env sql --apply -o conformance.json", 0),
    ("unmerge demo contacts:999999 --who ayse --why check", 2),
    ("clean contacts.csv --column email --kind email", 0),
    ("match file contacts.csv --id id -o clusters.csv", 0),
    ("match tune contacts.csv --id id", 0),
    ("match explain contacts.csv 1 2 --id id", 0),
    ("match score labels.csv demo", 0),
    ("match explain demo kisi:5001 kisi:5002 --html pair.html", 0),
    ("match model demo", 0),
    ("match changes demo", 2),
    ("match relearn demo", 0),
    ("steps", 0),
    ("codes parent_missing", 0),
    ("connectors", 0),
    ("simulate rest --list-faults", 0),
)
# What neither reads nor computes is not tried again with other libraries, nor is a further run of the same company.
SHORT_TOUR = tuple(
    (line, code)
    for line, code in TOUR
    if line.split()[0] not in ("schema", "steps", "codes", "connectors", "plan", "resume", "unmerge", "ci", "simulate")
    and line.split()[:2] not in (["mapping", "diff"], ["mapping", "lock"], ["mapping", "sign"])
)
# In `make test`: what reads every format, computes and writes. `make soak` takes TOUR, and SHORT_TOUR with the oldest.
QUICK_TOUR = tuple(
    (line, code)
    for line, code in SHORT_TOUR
    if line.split()[0] in ("demo", "preview", "report", "explain", "review", "clean")
    or line.startswith(("match file", "mapping test", "mapping export", "rejects demo -o"))
)
# Two cores that others use as well need many times what an idle machine needs.
PATIENCE = pytest.mark.timeout(1800)


def uv(*arguments: str | Path) -> None:
    """`uv` of the development environment: it fills an empty environment in seconds."""
    done = subprocess.run([sys.executable, "-m", "uv", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


class Installed:
    """An empty environment with the wheel in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "environment"
        self.desk = folder / "desk"
        self.desk.mkdir()
        (self.desk / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
        (self.desk / "labels.csv").write_text(LABELS, encoding="utf-8")
        (self.desk / "exports").mkdir()
        (self.desk / "exports" / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
        uv("venv", "--quiet", "--python", sys.executable, self.folder)
        self.bin = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = next(self.bin.glob("python*"))

    def crm_migrate(self, line: str) -> subprocess.CompletedProcess[str]:
        """The installed command, called in a folder that is not the checkout."""
        command = shutil.which("crm-migrate", path=str(self.bin))
        assert command is not None
        variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        variables["PYTHONUTF8"] = "1"
        return subprocess.run(
            [command, *line.split()], cwd=self.desk, env=variables, capture_output=True, encoding="utf-8", check=False
        )


def take_the_tour(environment: Installed, tour: tuple[tuple[str, int], ...]) -> None:
    for line, code in tour:
        done = environment.crm_migrate(line)
        assert done.returncode == code, f"crm-migrate {line}: exit {done.returncode}\n{done.stderr[-2000:]}"
    assert fates_of(environment.desk / "demo") == known_fates()


def fates_of(project: Path) -> Counter[tuple[str, str, str]]:
    """(object, source, state) -> rows, as the first run of the demo accounted for them; a row that could not be read is
    of no object. The list of suppressions is made of rows that all have their fate as something else.
    """
    path = min((project / ".crm-migrate" / "runs").glob("*/reconcile/figures.json"))
    figures = json.loads(path.read_text("utf-8"))
    found = {
        (line["object"], line["source"], state): n
        for line in figures["accounting"]
        if line["object"] != "suppressions"
        for state, n in line["states"].items()
    }
    unread = {("", file["source"], "quarantined"): file["quarantined"] for file in figures["sources"]}
    return +(Counter(found) + Counter(unread))


def known_fates() -> Counter[tuple[str, str, str]]:
    """The same, as planted by whoever made the sample company."""
    truth = ROOT / "sample_data" / "anadolu" / "truth" / "fates.csv"
    with truth.open(encoding="utf-8", newline="") as file:
        return Counter((line["object"], line["source"], line["state"]) for line in csv.DictReader(file))


def verbs(group: click.Group, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every verb with its group: (`mapping`, `check`)."""
    context = click.Context(group)
    found: set[tuple[str, ...]] = set()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found |= verbs(command, (*before, name)) if isinstance(command, click.Group) else {(*before, name)}
    return found


def test_the_tour_calls_every_verb() -> None:
    called = {tuple(line.split()[: len(verb)]) for line, _ in TOUR for verb in verbs(cli)}
    assert verbs(cli) - called == set()


@pytest.mark.slow
@PATIENCE
def test_the_wheel_without_extras_and_with_the_newest_libraries(
    wheel: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = Installed(tmp_path)
    uv("pip", "install", "--quiet", "--python", environment.python, wheel)

    take_the_tour(environment, TOUR if request.config.getoption("--soak") else QUICK_TOUR)

    project = environment.desk / "pg"
    project.mkdir()
    (project / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (project / "crm-migrate.yaml").write_text(
        "crm_migrate: 1\nsources: {c: {file: contacts.csv, key: id}}\n"
        'environments: {mock: {connector: sql, url: "postgresql://u@127.0.0.1:1/x"}}\n'
        "objects: {contacts: {from: c, fields: {last_name: last}}}\n",
        encoding="utf-8",
    )
    done = environment.crm_migrate("run pg")
    assert done.returncode == 2
    assert "crm-migrate[postgresql]" in done.stderr


@pytest.mark.slow
@PATIENCE
def test_the_wheel_with_the_oldest_libraries_that_the_ranges_allow(
    wheel: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment, oldest = Installed(tmp_path), tmp_path / "oldest.txt"
    uv("pip", "compile", "--quiet", "--resolution", "lowest-direct", "pyproject.toml", "--output-file", oldest)
    uv("pip", "install", "--quiet", "--python", environment.python, "--requirement", oldest)
    uv("pip", "install", "--quiet", "--python", environment.python, "--no-deps", wheel)

    take_the_tour(environment, SHORT_TOUR if request.config.getoption("--soak") else QUICK_TOUR)
