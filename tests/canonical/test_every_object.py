"""Every object of the canonical model goes through a whole run with all its fields, and a second run writes nothing
(that in `make soak`: it takes as long again)."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import databases
import pytest
from click.testing import CliRunner

from canonical import every_object
from crm_migrate.cli import cli
from crm_migrate.crm.model import OBJECTS

pytestmark = [pytest.mark.timeout(1800), pytest.mark.slow]  # two runs of forty objects
Figures = dict[str, Any]


def run(folder: Path, **environment: str) -> Figures:
    done = CliRunner(env=environment).invoke(cli, ["run", str(folder), "--json"])
    assert done.exit_code == 0, done.stdout + done.stderr
    figures: Figures = json.loads(done.stdout)["figures"]
    return figures


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    """The project, and the figures of its run."""
    folder = tmp_path_factory.mktemp("every")
    every_object.write(folder)
    return folder, run(folder)


def states(figures: Figures, name: str) -> dict[str, int]:
    (line,) = (line for line in figures["accounting"] if line["object"] == name)
    return {state: count for state, count in line["states"].items() if count}


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_an_object_arrives_with_all_its_fields(name: str, moved: tuple[Path, Figures]) -> None:
    folder, first = moved
    count = len(every_object.RECORDS)
    assert states(first, name) == {"created": count}
    with sqlite3.connect(folder / "crm.db") as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall()
    empty = {f.name for f in OBJECTS[name].fields for row in rows if row[f.name] is None}
    assert empty <= set(every_object.UPWARDS)
    compared = {line["field"]: line for line in first["fields"] if line["object"] == name}
    assert {field for field, line in compared.items() if line["matched"] != line["compared"]} == set()
    values = {f.name for f in OBJECTS[name].fields if not f.reference}
    assert values <= {field for field, line in compared.items() if line["compared"]}
    links = {line["field"]: line for line in first["links"] if line["object"] == name}
    assert links.keys() == {f.name for f in OBJECTS[name].fields if f.reference}
    for field, line in links.items():
        wanted = count - 1 if field in every_object.UPWARDS else count
        assert (line["expected"], line["present"], line["extra"]) == (wanted, wanted, 0), field


def test_nothing_is_unexplained(moved: tuple[Path, Figures]) -> None:
    explained(moved[1])


def explained(figures: Figures) -> None:
    assert [gate["name"] for gate in figures["gates"] if not gate["passed"]] == []
    assert {line["unexplained"] for line in figures["accounting"]} == {0}
    assert {bridge["unexplained"] for bridge in figures["bridges"]} <= {"0.00", "0"}


@pytest.mark.sweep("as long as the first")
def test_a_second_run_writes_nothing(moved: tuple[Path, Figures]) -> None:
    figures = run(moved[0])
    unchanged = {"unchanged": len(every_object.RECORDS)}
    assert [name for name in OBJECTS if states(figures, name) != unchanged] == []
    explained(figures)


@pytest.mark.cases(1)
@pytest.mark.parametrize("kind", [each for each in databases.KINDS if each != "sqlite"])
def test_the_other_databases_take_every_type(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In `make test` the few objects that have every type, in `make soak` every object."""
    objects = list(OBJECTS) if request.config.getoption("--soak") else every_object.of_every_type()
    options = databases.options(kind, tmp_path)
    every_object.write(tmp_path, *options, objects=objects)
    figures = run(tmp_path, **{f"EVERY_{name.upper()}": value for name, value in options.items()})
    count = len(every_object.RECORDS)
    assert {name: states(figures, name) for name in objects} == {name: {"created": count} for name in objects}
    assert [gate["name"] for gate in figures["gates"] if not gate["passed"]] == []
    differing = {(line["object"], line["field"]) for line in figures["fields"] if line["matched"] != line["compared"]}
    assert differing == set()
