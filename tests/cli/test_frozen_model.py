"""What matching learned in a project: kept, read again, told, and learned anew only when asked."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import read_state, runs

MAPPING = """crm_migrate: 1
sources:
  kisi: {file: kisi.csv, key: id}
  books: {file: books.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: {kisi: {trust: 1}, books: {trust: 2}}
    fields:
      first_name: {kisi: first_name, books: first_name}
      last_name: {kisi: last_name, books: last_name}
      email: {kisi: email, books: email}
      birth_date: {kisi: birth_date, books: birth_date}
      city: {kisi: city, books: city}
    match: learned
"""
FIELDS = ("id", "first_name", "last_name", "email", "birth_date", "city")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "unit" / "dedupe"))
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    export(tmp_path)
    return tmp_path


def export(folder: Path, people: int = 40, doubled: int = 15, *, backwards: bool = False, **cells: str) -> None:
    import people_kit as kit

    for source, lines in zip(("kisi", "books"), kit.crowd(people, doubled), strict=True):
        if source == "books":
            lines[3] = {**lines[3], **cells}
        with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(FIELDS)
            ordered = reversed(lines) if backwards else lines
            writer.writerows([line["key"], *(line[name] or "" for name in FIELDS[1:])] for line in ordered)


def call(*words: str | Path) -> Result:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code in (0, 2), done.output + repr(done.exception)
    return done


def matched(folder: Path) -> dict[tuple[str, str], tuple[str, float | None]]:
    """Run as far as matching; the pairs of the run by name, with their outcome and probability."""
    from crm_migrate.workspace.relations import relations
    from crm_migrate.workspace.tables import NODES, PAIRS

    call("run", folder, "--until", "dedupe")
    run = runs(Project(folder, folder / "crm-migrate.yaml"))[-1]
    with relations(run, "test", partial=True) as tables:
        nodes = tables.scan(NODES, "contacts")
        rows = tables.rows(
            f"SELECT x.__source || ':' || x.__key, y.__source || ':' || y.__key, outcome, probability"
            f" FROM {tables.scan(PAIRS, 'contacts')} JOIN {nodes} x ON x.__node = a JOIN {nodes} y ON y.__node = b"
        )
    return {(min(a, b), max(a, b)): (outcome, probability) for a, b, outcome, probability in rows}


def test_a_second_run_uses_the_model_of_the_first_and_says_the_same_whatever_the_order_of_rows(project: Path) -> None:
    first = matched(project)
    lock = (project / "matching.lock").read_bytes()
    (each,) = json.loads(lock)["objects"].values()
    assert each["model"]["learned_from"]["records"] == 55
    assert set(each["model"]["learned_from"]["columns"]) == set(FIELDS[1:])
    export(project, backwards=True)
    assert matched(project) == first and len(first) >= 12
    assert (project / "matching.lock").read_bytes() == lock
    one, two = runs(Project(project, project / "crm-migrate.yaml"))
    assert json.loads(one.plan.read_bytes())["models"] == json.loads(two.plan.read_bytes())["models"] != {}
    assert read_state(two).plan_hash != read_state(one).plan_hash or one.plan.read_bytes() == two.plan.read_bytes()
    assert "0 pairs of run" in call("match", "changes", project).output


def test_a_changed_proposal_names_what_changed(project: Path) -> None:
    matched(project)
    export(project, people=41, email="somebody.else@firm9.example", birth_date="1931-01-01", city="Lund")
    matched(project)
    told = call("match", "changes", project).output
    line = next(line for line in told.splitlines() if "books:0003 and kisi:0003:" in line)
    assert "because of books:0003: birth_date, city, email" in line
    assert "model" not in told and "the mapping" not in told


def test_who_learns_anew_is_told_that_the_model_changed(project: Path) -> None:
    matched(project)
    assert "model_outgrown" not in findings(project)
    export(project, people=130, doubled=20)
    matched(project)
    assert "learned from 55 records, and there are 150 now" in findings(project)["model_outgrown"]
    assert "contacts will be learned anew" in call("match", "relearn", project).output
    matched(project)
    assert "model_outgrown" not in findings(project)
    told = call("match", "changes", project, "--since", "00001").output
    fresh = next(line for line in told.splitlines() if "books:0017 and kisi:0017:" in line)
    assert "nothing -> review, because of books:0017 is new; the model was learned anew" in fresh
    assert "from 150 records" in call("match", "model", project).output


def findings(folder: Path) -> dict[str, str]:
    from crm_migrate.workspace.relations import relations
    from crm_migrate.workspace.tables import FINDINGS

    run = runs(Project(folder, folder / "crm-migrate.yaml"))[-1]
    with relations(run, "test", partial=True) as tables:
        return dict(tables.rows(f"SELECT code, message FROM {tables.scan(FINDINGS, 'contacts')}"))


def test_a_model_that_somebody_wrote_is_refused_by_name(project: Path) -> None:
    matched(project)
    lock = project / "matching.lock"
    lock.write_text(lock.read_text("utf-8").replace('"records": 55', '"records": 56'), "utf-8")
    done = CliRunner().invoke(cli, ["run", str(project), "--until", "dedupe"])
    assert isinstance(done.exception, UsageError)
    assert done.exception.message == "matching.lock says of `contacts` what was not learned: its hash does not fit"
    assert "the next crm-migrate run learns anew" in str(done.exception.hint)


def test_a_part_of_the_rows_teaches_later_runs_nothing(project: Path) -> None:
    call("run", project, "--until", "dedupe", "--limit", "30")
    assert not (project / "matching.lock").exists()
    assert call("resume", project, "--until", "dedupe").exit_code == 0
