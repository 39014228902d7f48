"""`target.lock`: pulled, reviewed, held against the target as it is, and against all rows where it is out of reach."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crm_migrate.cli import main
from crm_migrate.codes import CODES
from crm_migrate.errors import UsageError
from crm_migrate.words import catalogue, languages

MAPPING = """\
crm_migrate: 1
sources:
  kisi: {file: kisi.csv, key: ID}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    to: person
    from: kisi
    fields:
      last_name: Soyad
      email: Mail
      note: {kisi: Not, type: text, to: remark}
"""
TABLE = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, last_name TEXT NOT NULL CHECK (length(last_name) < 13),"
    " email VARCHAR(60) UNIQUE, remark TEXT,"
    " score INTEGER CHECK (score < 10), source VARCHAR(9){more})"
)
ROWS = "ID,Soyad,Mail,Not\n1,Yılmaz,a@one.example,x\n2,Çok Uzun Bir Soyad,b@one.example,y\n3,Öz,a@one.example,z\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "kisi.csv").write_text(ROWS, encoding="utf-8")
    made(tmp_path)
    return tmp_path


def made(folder: Path, table: str = TABLE, more: str = "") -> None:
    """Somebody makes the table of the CRM anew."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("DROP TABLE IF EXISTS person")
        crm.execute(table.format(more=more))
    crm.close()


def told(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """What a command prints, and its exit code."""
    capfd.readouterr()
    try:
        main(list(words))
    except SystemExit as left:
        code = int(left.code or 0)
    else:
        code = 0
    out, err = capfd.readouterr()
    return code, " ".join(f"{out} {err}".split())


def plan(capfd: pytest.CaptureFixture[str], project: Path, *words: str) -> dict[str, Any]:
    capfd.readouterr()
    main(["plan", str(project), "--json", *words])
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


def test_a_lock_is_pulled_once_and_hashed(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, said = told(capfd, "target", "pull", str(project))
    assert code == 0
    assert "1 object(s) with 5 field(s) of `mock` are in target.lock" in said
    first = (project / "target.lock").read_bytes()
    told(capfd, "target", "pull", str(project))
    assert (project / "target.lock").read_bytes() == first
    (person,) = json.loads(first)["environments"]["mock"]["objects"]
    fields = {field["name"]: field for field in person["fields"]}
    assert fields["last_name"] == {"name": "last_name", "type": "text", "required": True, "length": 12}
    assert fields["email"]["unique"] is True
    (project / "target.lock").write_bytes(first.replace(b'"length": 12', b'"length": 99'))
    code, said = told(capfd, "plan", str(project))
    assert code == UsageError.exit_code
    assert "target.lock says of `mock` what was not pulled: its hash does not fit" in said
    assert "crm-migrate target pull" in said


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", "<<<<<<< ours\n", '{"crm_migrate": 1, "crm_migrate": 1}', '{"crm_migrate": 2}',
               '{"crm_migrate": 1, "environments": {"mock": 3}}'],
)  # fmt: skip
def test_a_lock_that_is_none_is_refused_by_name(project: Path, capfd: pytest.CaptureFixture[str], broken: str) -> None:
    (project / "target.lock").write_text(broken, "utf-8")
    code, said = told(capfd, "plan", "--offline", str(project))
    assert code == UsageError.exit_code
    assert "error: target.lock" in said and "Traceback" not in said


CHANGES = {
    "drift_gone": (("remark TEXT,", ""), "person.remark: it was text, it is not there"),
    "drift_type": (("remark TEXT", "remark DATE"), "person.remark: it was text, it is date"),
    "drift_length": (("< 13", "< 6"), "person.last_name: it was 12 characters, it is 5 characters"),
    "drift_required": (("email VARCHAR(60)", "email VARCHAR(60) NOT NULL"), "it was not required, it is required"),
    "drift_unique": ((" UNIQUE", ""), "person.email: it was unique, it is not unique"),
    "drift_choices": (
        ("remark TEXT", "remark TEXT CHECK (remark IN ('x', 'y'))"), "person.remark: it was free, it is x, y"
    ),
    "drift_rule": (("score < 10", "score < 20"), "person.score: it was < 10, it is < 20"),
    "drift_new": ((")", ", plant TEXT NOT NULL)"), "person.plant: it was not there, it is text, required"),
}  # fmt: skip


@pytest.mark.cases(3)
@pytest.mark.parametrize("code", CHANGES)
def test_what_has_changed_in_the_target_since_is_told(
    project: Path, capfd: pytest.CaptureFixture[str], code: str
) -> None:
    (was, now), words = CHANGES[code]
    told(capfd, "target", "pull", str(project))
    assert "drift_" not in told(capfd, "plan", str(project))[1]
    table = TABLE[: TABLE.rindex(was)] + now + TABLE[TABLE.rindex(was) + len(was) :] if code == "drift_new" else None
    made(project, table or TABLE.replace(was, now))
    _, said = told(capfd, "plan", str(project))
    severity = "note" if code == "drift_rule" else "warning"
    assert f"{severity}[{code}]" in said
    assert words in said
    found = plan(capfd, project)["drift"]
    assert [each["code"] for each in found] == [code]
    assert words in told(capfd, "target", "pull", str(project))[1], "told once more, and locked"
    assert plan(capfd, project)["drift"] == []


def test_every_kind_of_drift_has_words_in_every_language() -> None:
    kinds = {name for name in CODES if name.startswith("drift_")}
    assert kinds == set(CHANGES)
    for language in languages():
        assert all(f"code.{kind}.{part}" in catalogue(language) for kind in kinds for part in ("title", "fix"))


def test_all_rows_are_checked_against_the_lock_where_the_target_is_out_of_reach(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, said = told(capfd, "plan", "--offline", str(project))
    assert code == UsageError.exit_code
    assert "nothing is locked of `mock` in target.lock" in said and "crm-migrate target pull" in said
    told(capfd, "target", "pull", str(project))
    reached = plan(capfd, project)
    (project / "crm.db").unlink()
    (project / "crm.db").mkdir()  # whoever opened it would fail
    offline = plan(capfd, project, "--offline")
    assert offline["offline"] and not reached["offline"]
    assert offline["forecast"] is None
    figures = ("create", "held", "codes", "samples", "choices", "aside")
    assert [{n: o[n] for n in figures} for o in offline["objects"]] == [
        {n: o[n] for n in figures} for o in reached["objects"]
    ]
    assert offline["objects"][0]["codes"] == {"target_would_refuse": 2}
    _, said = told(capfd, "plan", "--offline", str(project))
    assert "planned against target.lock, as if the target were empty" in said
    (project / "crm.db").rmdir()
    made(project)
    code, said = told(capfd, "resume", str(project))
    assert (code, "was planned without the target" in said) == (UsageError.exit_code, True)
    assert told(capfd, "run", str(project))[0] == 1, "two records wait"
    with sqlite3.connect(project / "crm.db") as crm:
        assert crm.execute("SELECT last_name FROM person").fetchall() == [("Yılmaz",)]
    crm.close()


def test_the_mapping_is_checked_against_the_lock(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made(project, TABLE, ", plant TEXT NOT NULL")
    told(capfd, "target", "pull", str(project))
    code, said = told(capfd, "mapping", "check", str(project))
    assert code == 0
    assert "contacts: plant: the target requires it, and nothing fills it" in said
