"""A whole run with a mode: every row has its reason, the bridges add up, and the plan and the report say the mode."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: modes}
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
MODE
objects:
  deals:
    from: x
    fields: {name: {x: name, required: true}, amount: b, currency: c, stage: s}
reconcile:
  kpis:
    pipeline: {of: deals, sum: amount}
"""
BEFORE = "id;name;b;c;s\n1;Pres;1000,00;EUR;qualified\n2;Torna;700,00;EUR;qualified\n"
AFTER = "id;name;b;c;s\n1;Pres;1250,00;EUR;qualified\n2;Torna;700,00;EUR;qualified\n3;Freze;70,00;EUR;qualified\n"


def run(folder: Path, export: str, mode: str = "") -> tuple[int, dict[str, Any]]:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("MODE\n", mode and f"mode: {mode}\n"), "utf-8")
    (folder / "x.csv").write_text(export, "utf-8")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    return done.exit_code, json.loads(done.stdout)["figures"]


def states(figures: dict[str, Any]) -> dict[str, int]:
    (line,) = figures["accounting"]
    return {state: count for state, count in line["states"].items() if count}


def failed(figures: dict[str, Any]) -> dict[str, str]:
    return {gate["name"]: gate["actual"] for gate in figures["gates"] if not gate["passed"]}


def reasons(figures: dict[str, Any]) -> dict[str, tuple[str, int]]:
    return {each["code"]: (each["severity"], each["count"]) for each in figures["exceptions"]}


def test_insert_only_leaves_changes_out_by_name_and_everything_adds_up(tmp_path: Path) -> None:
    assert run(tmp_path, BEFORE)[0] == 0
    code, figures = run(tmp_path, AFTER, "insert_only")
    assert (code, failed(figures)) == (0, {})
    assert states(figures) == {"created": 1, "unchanged": 1, "excluded": 1}
    assert reasons(figures) == {"not_updated": ("note", 1)}
    assert figures["modes"] == {"deals": "insert_only"}
    (bridge,) = figures["bridges"]
    assert (bridge["source_total"], bridge["target_total"], bridge["unexplained"]) == ("2020.00", "1770.00", "0.00")
    terms = {term["name"]: (term["amount"], term["lines"]) for term in bridge["terms"]}
    assert terms == {"excluded": ("-1250.00", 1), "from before": ("1000.00", 1)}
    code, figures = run(tmp_path, AFTER)
    assert (code, states(figures), figures["modes"]) == (0, {"updated": 1, "unchanged": 2}, {})


def test_an_amount_that_update_only_leaves_out_stops_the_run_until_somebody_decides(tmp_path: Path) -> None:
    assert run(tmp_path, BEFORE)[0] == 0
    code, figures = run(tmp_path, AFTER, "update_only")
    assert (code, failed(figures)) == (1, {"left_out_amount": "70.00"})
    assert states(figures) == {"updated": 1, "unchanged": 1, "excluded": 1}
    assert reasons(figures) == {"left_out_amount": ("error", 1), "not_created": ("note", 1)}
    assert figures["bridges"][0]["unexplained"] == "0.00"
    (tmp_path / "decisions").mkdir()
    decision = "- {id: 'accept:left_out_amount', who: ada, when: 2026-11-30, text: new deals come by hand}\n"
    (tmp_path / "decisions" / "modes.yaml").write_text(decision, "utf-8")
    code, figures = run(tmp_path, AFTER, "update_only")
    assert (code, figures["verdict"]) == (0, "GO WITH ACCEPTED EXCEPTIONS")


@pytest.mark.cases(1)
@pytest.mark.parametrize("language", ["en", "tr"])
def test_plan_and_report_say_the_mode(tmp_path: Path, language: str) -> None:
    run(tmp_path, BEFORE)
    run(tmp_path, AFTER, "insert_only")
    told = CliRunner().invoke(cli, ["plan", str(tmp_path)]).stdout
    assert "mode  deals: insert_only" in told
    assert "1  deals not_updated (" in told
    shown = CliRunner().invoke(cli, ["report", "--project", str(tmp_path), "--lang", language, "--format", "html,md"])
    assert shown.exit_code == 0, shown.output
    pages = [path.read_text("utf-8") for path in (tmp_path / "reports").rglob("*") if path.suffix in (".html", ".md")]
    words = {"en": "only new records are created", "tr": "yalnızca yeni kayıtlar oluşturulur"}[language]
    assert sum(words in page for page in pages) >= 2
    reason = {"en": "this would change: amount", "tr": "şunlar değişirdi: amount"}[language]
    assert any(reason in page for page in pages)
