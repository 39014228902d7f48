"""A record that the target had before us keeps what is its own by a rule, in the second run as in the first."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: adopted}
sources: {firms: {file: firms.csv, key: id}, people: {file: people.csv, key: id}}
environments: {mock: {connector: sql, url: "sqlite:///crm.db"}}
objects:
  accounts: {from: firms, fields: {name: {firms: name}}}
  contacts:
    from: people
    existing: {match: [email], then: THEN}
    fields:
      last_name: {people: name}
      email: {people: mail}
      job_title: {people: job}
      department: {people: dept}
      company: {people: firm, ref: accounts}
"""
FIRMS = "id,name\nf1,Acme\nf2,Beta\n"
PEOPLE = "id,name,mail,job,dept,firm\n1,Kim,kim@x.example,Chef,Kitchen,f1\n2,Lee,lee@x.example,Cook,Kitchen,f2\n"


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.output + repr(done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def people(folder: Path) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        query = (
            "SELECT last_name, job_title, department, a.name FROM contacts c LEFT JOIN accounts a ON a.id = c.company"
        )
        return sorted(connection.execute(query).fetchall())


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("then", "kims"),
    [("fill_blanks", "hm Kitchen Acme"), ("target_wins", "hm None None"), ("source_wins", "Chef Kitchen Acme")],
)
def test_a_second_run_explains_what_the_first_one_left(tmp_path: Path, then: str, kims: str) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING.replace("THEN", then), "utf-8")
    (tmp_path / "firms.csv").write_text(FIRMS, "utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    CliRunner().invoke(cli, ["target", "prepare", str(tmp_path)])
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute("INSERT INTO contacts(last_name, email, job_title) VALUES ('Kim', 'kim@x.example', 'hm')")
        connection.commit()
    wanted = [("Kim", *(None if word == "None" else word for word in kims.split())), ("Lee", "Cook", "Kitchen", "Beta")]
    for _ in range(2):
        figures = run(tmp_path)
        assert people(tmp_path) == wanted
        assert figures["verdict"] == "GO"
    (tmp_path / "people.csv").write_text(PEOPLE.replace("Chef", "Boss").replace("Cook", "Maid"), "utf-8")
    figures = run(tmp_path)
    assert figures["verdict"] == "GO"
    assert [row[1] for row in people(tmp_path)] == ["Boss" if then == "source_wins" else "hm", "Maid"]
