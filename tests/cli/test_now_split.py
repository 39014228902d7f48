"""Records that were loaded as one and are several now: they wait, or go their ways by the mapping's word."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: split}
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firms
    RERUN
    fields: {name: name, phone: {firms: tel}, city: {firms: city}}
    match: [RULES]
  contacts:
    from: people
    fields:
      last_name: name
      company: {people: firm, ref: accounts.firms}
"""
RULE = "{rule: same number, same: [phone], do: merge}"
FIRMS = """id,name,tel,city
1,Demir,+902125550101,
2,Demir,+902125550101,Bursa
3,Kaya,+902125550103,
"""
APART = FIRMS.replace("1,Demir,+902125550101", "1,Demir Yapı,+902125550109")
PEOPLE = "id,name,firm\na,Ak,1\nb,Öz,2\nc,Can,3\n"


def run(folder: Path, firms: str, rerun: str = "", rules: str = RULE, verb: str = "run") -> Any:
    text = MAPPING.replace("    RERUN\n", f"    {rerun}\n" if rerun else "").replace("RULES", rules)
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "firms.csv").write_text(firms, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    done = CliRunner().invoke(cli, [verb, str(folder), *(["--json"] if verb == "run" else [])])
    assert done.stdout, (done.stderr, done.exception)
    return json.loads(done.stdout)["figures"] if verb == "run" else done


def states(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        line["object"]: {state: count for state, count in line["states"].items() if count}
        for line in figures["accounting"]
    }


def links(folder: Path) -> list[tuple[str, str, str | None]]:
    query = "SELECT last_name, a.name, a.city FROM contacts c JOIN accounts a ON a.id = c.company ORDER BY 1"
    with closing(sqlite3.connect(folder / "crm.db")) as db:
        return [(str(p), str(a), c) for p, a, c in db.execute(query).fetchall()]


SPLIT = "on_rerun: {now_split: split}"


@pytest.mark.cases(1)
@pytest.mark.parametrize(("firms", "rules"), [(APART, RULE), (FIRMS, "")])
def test_they_wait_unless_somebody_says_otherwise(tmp_path: Path, firms: str, rules: str) -> None:
    """Other values, or a rule that was taken out: nothing is created, and what hangs on the record stays on it."""
    assert run(tmp_path, FIRMS)["verdict"] == "GO"
    before = links(tmp_path)
    figures = run(tmp_path, firms, rules=rules)
    assert states(figures)["accounts"] == {"unchanged": 1, "held": 2}
    assert {e["code"] for e in figures["exceptions"] if e["severity"] == "error"} >= {"split_of_loaded"}
    assert links(tmp_path) == before


@pytest.mark.sweep("the largest part keeps the record; here with children")
def test_by_the_mapping_each_part_goes_its_way_with_what_hangs_on_it(tmp_path: Path) -> None:
    run(tmp_path, FIRMS)
    told = run(tmp_path, APART, SPLIT, verb="plan")
    assert "now_split" in told.stderr
    assert "1 record(s) that were loaded as one are several now" in told.stderr.replace("\n ", "")
    figures = run(tmp_path, APART, SPLIT)
    assert figures["verdict"] == "GO"
    assert states(figures) == {
        "accounts": {"created": 1, "updated": 1, "unchanged": 1},
        "contacts": {"updated": 1, "unchanged": 2},
    }
    assert links(tmp_path) == [("Ak", "Demir Yapı", None), ("Can", "Kaya", None), ("Öz", "Demir", "Bursa")]
    assert states(run(tmp_path, APART, SPLIT))["accounts"] == {"unchanged": 3}
    done = CliRunner().invoke(cli, ["undo", str(tmp_path), "--apply"])
    assert done.exit_code == 0, done.output


def test_the_largest_part_keeps_the_record(tmp_path: Path) -> None:
    three = FIRMS.replace("3,Kaya,+902125550103", "3,Demir,+902125550101")
    run(tmp_path, three)
    run(tmp_path, three.replace("1,Demir,+902125550101", "1,Demir Yapı,+902125550109"), SPLIT)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as db:
        assert db.execute("SELECT id, name FROM accounts ORDER BY id").fetchall() == [(1, "Demir"), (2, "Demir Yapı")]


@pytest.mark.cases(1)
@pytest.mark.parametrize("mode", ["insert_only", "update_only"])
def test_a_mode_that_could_do_half_of_it_lets_them_wait_and_says_so(tmp_path: Path, mode: str) -> None:
    run(tmp_path, FIRMS)
    figures = run(tmp_path, APART, f"{SPLIT}\n    mode: {mode}")
    assert states(figures)["accounts"] == {"unchanged": 1, "held": 2}
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert f"and `mode: {mode}` makes none" in told.output
