"""An opt-out of a record that stays behind is about its mailbox, whatever object the other record of it is."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: elsewhere, as_of: 2025-03-14}
sources:
  people: {file: people.csv, key: id}
  fair: {file: fair.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: {people: {where: "kind != 'test'", because: D-1}}
    fields: {last_name: name, email: mail, consent: ok, seen: {people: seen, type: date, to: seen}}
  leads:
    from: fair
    fields: {last_name: name, email: mail, consent: ok}
privacy:
  retention:
    contacts: {older_than: 3y, by: seen, because: D-1}
reconcile:
  gates: {gone: 100%, excluded: 100%}
"""
DECISION = "decisions:\n  - {id: D-1, who: dpo, when: 2025-03-01, text: old and test records stay behind}\n"


def figures_of(folder: Path, person: str) -> dict[str, Any]:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    (folder / "people.csv").write_text(
        f"id,name,mail,ok,seen,kind\n{person}\n2,Ben,ben@x.example,granted,2025-01-01,\n"
    )
    (folder / "fair.csv").write_text("id,name,mail,ok\n9,Cleo,Cleo@x.example,granted\n8,Ben,ben@x.example,granted\n")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    figures = json.loads(done.stdout)["figures"]
    assert isinstance(figures, dict)
    assert all(line["unexplained"] == 0 for line in figures["accounting"])
    return figures


def consent_gate(folder: Path, person: str) -> list[dict[str, Any]]:
    return [gate for gate in figures_of(folder, person)["gates"] if gate["name"] == "consent"]


def test_an_opt_out_that_stays_behind_is_told_of_the_lead_that_allows_the_mailbox(tmp_path: Path) -> None:
    gates = consent_gate(tmp_path, "1,Cleo,cleo@x.example,withdrawn,2025-01-01,test")
    assert [gate["passed"] for gate in gates] == [False]


def test_an_opt_out_of_a_record_that_stays_behind_lets_the_lead_wait(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "1,Cleo,cleo@x.example,withdrawn,2020-01-01,")
    waits = {
        e["code"]: [each["record"] for each in e["examples"]] for e in figures["exceptions"] if e["state"] == "held"
    }
    assert waits == {"opt_out_elsewhere": ["fair:9"]}


def test_who_allowed_it_stays_behind_in_peace(tmp_path: Path) -> None:
    assert all(gate["passed"] for gate in consent_gate(tmp_path, "1,Cleo,cleo@x.example,granted,2020-01-01,"))
