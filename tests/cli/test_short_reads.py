"""A list that leaves records out: they are asked for one by one before anybody calls them gone, lost or unreferred."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.connecting.contract import By, TargetObject
from crm_migrate_sql.target import SqlTarget

MAPPING = """crm_migrate: 1
project: {name: short}
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: x
    fields: {name: firm}
  contacts:
    from: x
    fields: {last_name: name, email: mail, account: {x: id, ref: accounts.x}}
"""
ROWS = 6


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small company, and a target of which every list is short at both ends; what is asked for by name is there."""
    whole = SqlTarget.read

    def short(self: SqlTarget, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        for rows in whole(self, object, by, values):
            yield rows if by != "all" else rows.slice(1, max(0, rows.num_rows - 2))

    monkeypatch.setattr(SqlTarget, "read", short)
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    people = [f"{n},Öztürk {n} GmbH,Yılmaz-{n},k{n}@firma.example" for n in range(ROWS)]
    (tmp_path / "x.csv").write_text("\n".join(["id,firm,name,mail", *people, ""]), "utf-8")
    return tmp_path


def called(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(cli, [*words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def states(figures: dict[str, Any]) -> list[dict[str, int]]:
    return [{state: n for state, n in line["states"].items() if n} for line in figures["accounting"]]


def held(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        both = "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM contacts)"
        return int(connection.execute(both).fetchone()[0])


def test_nothing_is_told_as_lost_that_is_there(project: Path) -> None:
    code, done = called("run", str(project))
    assert (code, states(done["figures"])) == (0, [{"created": ROWS}] * 2)
    assert all(gate["passed"] for gate in done["figures"]["gates"])


def test_what_is_really_gone_is_told(project: Path) -> None:
    called("run", str(project))
    with closing(sqlite3.connect(project / "crm.db")) as connection, connection:
        connection.execute("DELETE FROM contacts WHERE last_name = 'Yılmaz-3'")
    _, done = called("run", str(project))
    assert states(done["figures"])[1] == {"held": 1, "unchanged": ROWS - 1}
    assert "target_record_gone" in {each["code"] for each in done["figures"]["exceptions"]}


def test_a_second_run_finds_all_and_writes_nothing(project: Path) -> None:
    called("run", str(project))
    _, done = called("run", str(project))
    assert states(done["figures"]) == [{"unchanged": ROWS}] * 2
    assert held(project) == 2 * ROWS


def test_undo_takes_back_all(project: Path) -> None:
    called("run", str(project))
    code, _ = called("undo", str(project), "--apply")
    assert (code, held(project)) == (0, 0)
