"""One file feeds several objects, each line one of them: an amount is left out once, and only where nothing took it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals:
    from: {x: {where: "t = 'D'", else: absent}}
    fields: {name: {x: name, required: true}, amount: b, currency: c}
  orders:
    to: orders
    from: {x: {where: "t = 'O'", else: absent}}
    fields: {title: {x: name, type: text}, total: {x: b, type: money}, currency: {x: c, type: currency}}
"""
EXPORT = "id;t;name;b;c\n1;D;Pres;1000,00;EUR\n2;O;Torna;700,00;EUR\n"


@pytest.mark.parametrize(("more", "left"), [("", None), ("3;X;Freze;70,00;EUR\n", "70.00")])
def test_an_amount_of_another_object_is_not_left_out(tmp_path: Path, more: str, left: str | None) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "x.csv").write_text(EXPORT + more, "utf-8")
    done = CliRunner().invoke(cli, ["run", str(tmp_path), "--json"])
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    gates = [gate for gate in figures["gates"] if gate["name"] == "left_out_amount" and not gate["passed"]]
    assert [gate["actual"] for gate in gates] == ([left] if left else [])
    assert done.exit_code == (1 if left else 0)
    assert {line["unexplained"] for line in figures["accounting"]} == {0}
    assert all(bridge["unexplained"] == "0.00" for bridge in figures["bridges"])
