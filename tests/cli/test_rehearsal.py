"""`run --limit N`: the first records of every source, through everything, and never GO."""

import json
from pathlib import Path

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals:
    from: x
    fields: {name: name, close_date: d}
reconcile:
  gates: {quarantined: 1}
"""


def test_a_rehearsal_takes_the_first_records_adds_up_and_is_never_go(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    rows = [f"{number};N{number};{number % 28 + 1:02}/04/2025" for number in range(100)]
    (tmp_path / "x.csv").write_text("\n".join(["id;name;d", *rows, "short", ""]), "utf-8")

    done = CliRunner().invoke(cli, ["run", str(tmp_path), "--limit", "20", "--json"])

    assert done.exit_code == 1, done.output
    figures = json.loads(done.stdout)["figures"]
    (line,) = figures["accounting"]
    assert (line["read"], line["states"]["created"], line["unexplained"]) == (20, 20, 0)
    assert figures["verdict"] == "NO-GO"
    assert {gate["name"] for gate in figures["gates"] if not gate["passed"]} == {"whole"}
    assert "first 20 records" in figures["not_checked"][0]
    assert not (tmp_path / "evidence.lock").exists(), "a part of a column decides nothing for later runs"

    again = CliRunner().invoke(cli, ["run", str(tmp_path), "--json"])

    assert again.exit_code == 0, again.output
    (line,) = json.loads(again.stdout)["figures"]["accounting"]
    assert (line["states"]["unchanged"], line["states"]["created"]) == (20, 80)
