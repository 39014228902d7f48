"""Every environment may have owners of its own: who owns a record there is said by its file alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
owners: {from: owners.csv, unknown: hold}
environments:
  mock: {connector: sql, url: "sqlite:///mock.db"}
  uat: {connector: sql, url: "sqlite:///uat.db", owners: owners_uat.csv}
objects:
  accounts:
    from: x
    fields: {name: name, owner: {x: who, then: owner}}
"""
OWNERS = "legacy_login,target_email,status,successor\nayse,ayse@firm.example,active,\nkaan,kaan@firm.example,active,\n"
UAT = "legacy_login,target_email,status,successor\nayse,tester@sandbox.example,active,\n"


def project(folder: Path) -> Path:
    files = {"crm-migrate.yaml": MAPPING, "owners.csv": OWNERS, "owners_uat.csv": UAT}
    for name, text in {**files, "x.csv": "id,name,who\n1,Bir,ayse\n2,Two,kaan\n"}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def called(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def owners(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as crm:
        return dict(crm.execute("SELECT name, owner FROM accounts").fetchall())


def test_the_owners_of_an_environment_are_those_of_its_file(tmp_path: Path) -> None:
    project(tmp_path)
    mock = called("run", str(tmp_path), "--env", "mock", "--json")
    uat = called("run", str(tmp_path), "--env", "uat", "--json")

    assert mock.exit_code == 0, mock.output
    assert owners(tmp_path / "mock.db") == {"Bir": "ayse@firm.example", "Two": "kaan@firm.example"}
    assert owners(tmp_path / "uat.db") == {"Bir": "tester@sandbox.example"}, "kaan is nobody there, and waits"
    waits = [x for x in json.loads(uat.stdout)["figures"]["exceptions"] if x["code"] == "owner_unknown"]
    assert [(each["count"], each["examples"][0]["record"]) for each in waits] == [(1, "x:2")]


def test_a_file_of_owners_that_is_not_there_is_told_at_its_environment(tmp_path: Path) -> None:
    (project(tmp_path) / "owners_uat.csv").unlink()

    assert called("mapping", "check", str(tmp_path), "--env", "mock").exit_code == 0
    done = called("mapping", "check", str(tmp_path), "--env", "uat")
    assert done.exit_code == 2
    assert "the file `owners_uat.csv` cannot be read" in done.output
    assert "crm-migrate.yaml:7:" in done.output
