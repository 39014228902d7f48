"""`subject`: every place where a person occurs, and none that another search of the same files finds besides."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from erased_people import MAPPING, make_project, texts_of

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.inspecting.occurrences import Seeker
from crm_migrate.inspecting.wanted import Wanted

AYSE = "ayse@isik.example"


def invoke(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def asked(folder: Path, *words: str) -> dict[str, Any]:
    done = invoke("subject", str(folder), *words, "--json")
    assert done.exit_code == 0, done.output + repr(done.exception)
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that moved everybody, with a workbook, corrections and a review pack."""
    folder = make_project(tmp_path_factory.mktemp("subject"))
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("privacy:\n  erase: ERASE\n", ""), "utf-8")
    said = f'row: "kisi:9", column: Not, was: "", now: {AYSE}, who: a, when: 2025-01-01, why: w'
    (folder / "decisions" / "corrections.yaml").write_text(f"corrections:\n  - {{id: K-1, {said}}}\n", "utf-8")
    invoke("run", str(folder))
    (run_id,) = (path.name for path in (folder / "reports").iterdir())
    invoke("report", "--project", str(folder), run_id, "--format", "xlsx", "--reveal")
    invoke("review", str(folder), "--out", str(folder / "review.xlsx"))
    return folder


def test_every_file_that_speaks_of_the_person_is_named(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file()]
    holding = {
        path.relative_to(project).as_posix()
        for path in files
        if any(AYSE in text.lower().replace("mayse@isik.example", "") for text in texts_of(path))
    }
    answer = asked(project, "--email", "Ayse@ISIK.example", "--reveal")
    named = {place["file"] for place in answer["places"]}
    assert holding - named == set()
    kinds = {place["kind"] for place in answer["places"]}
    assert {"source", "staging", "crosswalk", "memory of the target", "corrections", "project file"} <= kinds
    assert {"kisi:1", "kisi:9", "books:B1"} <= set(answer["source_rows"]), "rows that runs made one with hers"
    assert ("contacts" in {record["object"] for record in answer["target_records"]}) and answer["our_keys"]
    assert "ayse.ev@posta.example" in {place["found"] for place in answer["places"]}, "her other mailbox"
    assert not any("mayse" in place["found"] for place in answer["places"]), "who only has a like one is not meant"


def test_values_are_hidden_unless_somebody_reveals_them(project: Path) -> None:
    for words in ((), ("--json",)):
        shown = invoke("subject", str(project), "--email", AYSE, *words).output.lower()
        assert AYSE not in shown and "ayse.ev@" not in shown and "532 111" not in shown
    assert AYSE in invoke("subject", str(project), "--email", AYSE, "--reveal", "--json").output.lower()


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "words",
    [("--phone", "+90 532 111 22 33"), ("--phone", "0532 1112233"), ("--key", "kisi:1"), ("--name", "ayşe yılmaz")],
)
def test_each_identifier_leads_to_the_same_person(project: Path, words: tuple[str, str]) -> None:
    answer = asked(project, *words)
    assert {"kisi:1", "books:B1"} <= set(answer["source_rows"])


def test_the_answer_is_written_to_a_file_that_only_its_owner_reads(project: Path, tmp_path: Path) -> None:
    for name in ("answer.json", "answer.csv"):
        out = tmp_path / name
        done = invoke("subject", str(project), "--email", AYSE, "--reveal", "--out", str(out))
        assert done.exit_code == 0 and AYSE in out.read_text("utf-8").lower()
        if os.name == "posix":
            assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_who_expects_nothing_is_told_by_the_exit_code(project: Path) -> None:
    nobody = invoke("subject", str(project), "--email", "nobody.at.all@x.example", "--gone")
    assert nobody.exit_code == 0 and "nobody is found" in nobody.output
    assert invoke("subject", str(project), "--email", AYSE, "--gone").exit_code == 1


def test_a_file_that_cannot_be_read_is_told_and_counts_as_not_gone(tmp_path: Path) -> None:
    folder = make_project(tmp_path)
    (folder / "cut.xlsx").write_bytes(b"PK\x03\x04 cut")
    (folder / "cut.parquet").write_bytes(b"PAR1 cut")
    done = invoke("subject", str(folder), "--email", "nobody.at.all@x.example", "--gone")
    assert done.exit_code == 1
    assert "not looked through: cut.xlsx" in done.output and "not looked through: cut.parquet" in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "nobody is named"),
        (("--email", "ayse"), "this --email is no mailbox"),
        (("--phone", "12"), "this --phone is no number"),
        (("--name", "Ayşe"), "a name of one word"),
        (("--key", "4711"), "a key is written"),
    ],
)
def test_who_is_named_so_that_nobody_can_be_found_is_refused(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    done = invoke("subject", str(make_project(tmp_path)), *words)
    assert isinstance(done.exception, UsageError) and message in done.exception.message


def test_a_database_is_read_wherever_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "50% #1"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        crm.execute("CREATE TABLE t (mail TEXT)")
        crm.execute("INSERT INTO t VALUES (?)", (AYSE,))
        crm.commit()
    (place,) = Seeker(tmp_path, Wanted(emails={AYSE})).look(folder / "crm.db")
    assert (place.found, place.column) == (AYSE, "mail")
