"""`match: learned` through the whole pipeline: propose, opt in, unmerge, and a second export that changes the model."""

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

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
      phone: {kisi: phone, books: phone}
      birth_date: {kisi: birth_date, books: birth_date}
      street: {kisi: street, books: street}
      city: {kisi: city, books: city}
    match: LEARNED
reconcile:
  gates: {unexplained: 0}
"""
FIELDS = ("id", "first_name", "last_name", "email", "phone", "birth_date", "street", "city")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "unit" / "dedupe"))
    export(tmp_path, 100)
    return tmp_path


def export(folder: Path, people: int, doubled: int = 30) -> None:
    import people_kit as kit

    for source, lines in zip(("kisi", "books"), kit.crowd(people, doubled), strict=True):
        with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(FIELDS)
            writer.writerows([line["key"], *(line[name] or "" for name in FIELDS[1:])] for line in lines)


def run(project: Path, learned: str) -> Any:
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("LEARNED", learned), "utf-8")
    done = CliRunner().invoke(cli, ["run", str(project), "--json"])
    assert done.stdout, done.output + repr(done.exception) + str(getattr(done.exception, "findings", ""))
    figures = json.loads(done.stdout)["figures"]
    assert all(line["unexplained"] == 0 for line in figures["accounting"])
    return figures


def count(project: Path) -> int:
    with sqlite3.connect(project / "crm.db") as target:
        return int(target.execute("SELECT count(*) FROM contacts").fetchone()[0])


def test_the_first_run_proposes_and_loads_everybody(project: Path) -> None:
    figures = run(project, "learned")
    assert count(project) == 130
    (told,) = figures["learned"]
    assert (told["mode"], told["limit"]) == ("propose", "0.001")
    assert told["asked"] >= 25
    assert (
        sum(m["pairs"] for m in figures["merges"] if m["rule"] == "learned" and m["outcome"] == "review")
        == told["asked"]
    )
    assert not [m for m in figures["merges"] if m["outcome"] == "merge"]


def test_opted_in_they_are_one_and_stay_one_in_a_second_export(project: Path) -> None:
    figures = run(project, "{learned: merge}")
    there = count(project)
    assert 100 <= there <= 105
    states = {line["source"]: line["states"] for line in figures["accounting"]}
    assert states["books"].get("merged", 0) + states["kisi"].get("merged", 0) == 130 - there

    export(project, 160)  # more people: the model learns anew
    figures = run(project, "{learned: merge, limit: 1 per 100000}")  # and is allowed less
    assert count(project) == there + 60
    assert not [x for x in figures["exceptions"] if x["code"] in ("split_of_loaded", "merge_of_loaded")]


def test_what_the_model_merged_a_person_takes_apart(project: Path) -> None:
    run(project, "{learned: merge}")
    there = count(project)
    words = ["unmerge", str(project), "books:0003", "--who", "ayse", "--why", "twins", "--json"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["staying"] == ["kisi:0003"]
    figures = run(project, "{learned: merge}")
    assert count(project) == there + 1
    assert not [x for x in figures["exceptions"] if x["code"] == "split_of_loaded"]
    assert figures["verdict"] != "NO-GO" or all(g["passed"] for g in figures["gates"] if g["name"] == "unexplained")


def hold_in_target(project: Path, people: range) -> None:
    """The target holds people whom nobody of us has loaded, as somebody else typed them and without a city."""
    import people_kit as kit

    CliRunner().invoke(cli, ["target", "prepare", str(project)], catch_exceptions=False)
    with sqlite3.connect(project / "crm.db") as target:
        for number in people:
            line = {**kit.slipped(kit.person(number), number + 500), "city": None}
            names = ", ".join(line)
            marks = ", ".join("?" for _ in line)
            target.execute(f"INSERT INTO contacts ({names}) VALUES ({marks})", list(line.values()))


def test_who_is_in_the_target_already_is_found_by_the_model_and_not_created_again(project: Path) -> None:
    learned = "{learned: merge}\n    existing: {match: learned, then: fill_blanks}"
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("LEARNED", learned), "utf-8")
    hold_in_target(project, range(40, 70))
    figures = run(project, learned)
    created = sum(line["states"]["created"] for line in figures["accounting"])
    updated = sum(line["states"]["updated"] for line in figures["accounting"])
    held = sum(x["count"] for x in figures["exceptions"] if x["code"] in ("existing_review", "existing_ambiguous"))
    assert updated >= 25, "found and completed"
    assert updated + held >= 29, "or a person is asked"
    assert created + updated + held >= 100 and created <= 75
    with sqlite3.connect(project / "crm.db") as target:
        filled = target.execute("SELECT count(city) FROM contacts WHERE id <= 30").fetchone()[0]
        kept = target.execute("SELECT last_name FROM contacts WHERE id = 1").fetchone()[0]
    import people_kit as kit

    assert filled == updated
    assert kept == kit.slipped(kit.person(40), 540)["last_name"], "what was there is not overwritten"

    again = run(project, learned)
    assert sum(line["states"]["created"] + line["states"]["updated"] for line in again["accounting"]) == 0


@pytest.mark.sweep("tests/unit/dedupe/test_learned_matching.py decides it")
def test_review_holds_everybody_whom_the_model_finds_there(project: Path) -> None:
    learned = "learned\n    existing: {match: learned}"
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("LEARNED", learned), "utf-8")
    hold_in_target(project, range(40, 70))
    figures = run(project, learned)
    assert sum(line["states"]["updated"] for line in figures["accounting"]) == 0
    (waiting,) = [x for x in figures["exceptions"] if x["code"] == "existing_review"]
    assert waiting["count"] >= 28
    assert "looks like it: same" in waiting["examples"][0]["message"]


@pytest.mark.sweep("tests/unit/dedupe/test_learned_matching.py decides it")
def test_a_fresh_target_owes_nothing_to_an_earlier_one(project: Path) -> None:
    run(project, "{learned: merge}")
    there = count(project)
    (project / "crm.db").unlink()
    run(project, "learned")
    assert count(project) == 130 > there
    (project / "crm.db").unlink()
    run(project, "{learned: merge, limit: 1 per 100000000}")  # so strict that nothing merges
    assert count(project) > there
