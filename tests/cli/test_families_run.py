"""An order and its lines through whole runs: with `together: all` no order arrives without one of its lines."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: families}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  kopf: {file: kopf.csv, key: no}
  zeile: {file: zeile.csv, key: id}
objects:
  orders: {from: kopf, fields: {number: no}}
  order_lines:
    from: zeile
    fields:
      order: {zeile: no, together: TOGETHER}
      name: {zeile: name, required: true}
      quantity: {zeile: n, on_invalid: reject}
examples:
  - name: a line that cannot be read holds its order
    given: {kopf: {no: A-1}, zeile: [{id: "1", no: A-1, name: bolt, n: "2"}, {id: "2", no: A-1, name: nut, n: many}]}
    expect: {orders: {held: family_held}}
"""
GOOD = ["1,A-1,bolt,2", "2,A-1,nut,3", "3,B-2,nut,1", "4,C-3,pin,1"]


def run(folder: Path, lines: list[str], together: str = "all") -> tuple[int, dict[str, Any]]:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("TOGETHER", together), "utf-8")
    (folder / "kopf.csv").write_text("no\nA-1\nB-2\nC-3\n", "utf-8")
    (folder / "zeile.csv").write_text("\n".join(["id,no,name,n", *lines, ""]), "utf-8")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    return done.exit_code, json.loads(done.stdout)["figures"]


def there(folder: Path) -> dict[str, list[str]]:
    """Number of an order -> names of its lines, as the target has them."""
    found: dict[str, list[str]] = {}
    query = 'SELECT o.number, l.name FROM orders o LEFT JOIN order_lines l ON l."order" = o.id ORDER BY 1, 2'
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        for number, name in crm.execute(query):
            found.setdefault(number, []).extend([name] if name else [])
    return found


def reasons(figures: dict[str, Any]) -> dict[tuple[str, str], int]:
    codes = ("family_held", "parent_held", "target_would_refuse", "not_a_number")
    return {(e["object"], e["code"]): e["count"] for e in figures["exceptions"] if e["code"] in codes}


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("bad", "code"), [("9,A-1,screw,many", "not_a_number"), (f"9,A-1,{'screw' * 60},1", "target_would_refuse")]
)
def test_a_family_arrives_whole_or_not_at_all(tmp_path: Path, bad: str, code: str) -> None:
    """What a cell says, and what only the target would refuse, stop the family alike; mended, it follows."""
    exit_code, figures = run(tmp_path, [*GOOD, bad])
    assert exit_code == 1
    assert there(tmp_path) == {"B-2": ["nut"], "C-3": ["pin"]}
    assert sum(each["unexplained"] for each in figures["accounting"]) == 0
    assert reasons(figures) == {
        ("orders", "family_held"): 1,
        ("order_lines", "parent_held"): 2,
        ("order_lines", code): 1,
    }
    told = CliRunner().invoke(cli, ["explain", "kopf:A-1", str(tmp_path)]).output
    assert "zeile:9" in told and code in told and "family" in told
    exit_code, _ = run(tmp_path, [*GOOD, "9,A-1,screw,1"])
    assert (exit_code, there(tmp_path)["A-1"]) == (0, ["bolt", "nut", "screw"])


@pytest.mark.sweep("tests/unit/load/test_waiting_families.py decides it")
def test_new_children_of_a_family_that_is_there_wait_together(tmp_path: Path) -> None:
    assert run(tmp_path, GOOD)[0] == 0
    _, figures = run(tmp_path, [*GOOD, "8,A-1,clip,1", "9,A-1,screw,many"])
    assert there(tmp_path)["A-1"] == ["bolt", "nut"], "what was loaded stays, and nothing is added in part"
    assert sum(each["unexplained"] for each in figures["accounting"]) == 0


def test_without_the_word_the_good_ones_are_loaded(tmp_path: Path) -> None:
    run(tmp_path, [*GOOD, "9,A-1,screw,many"], "keep_good")
    assert there(tmp_path)["A-1"] == ["bolt", "nut"]


def test_the_example_of_the_mapping_is_run(tmp_path: Path) -> None:
    run(tmp_path, GOOD)
    done = CliRunner().invoke(cli, ["mapping", "test", str(tmp_path)])
    assert done.exit_code == 0, done.output
