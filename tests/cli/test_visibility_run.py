"""What users see of what was loaded, by the default views of the target's profile."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
environments:
  mock: {connector: sql, profile: desk, url: "sqlite:///crm.db"}
sources:
  satis: {file: satis.csv, key: No}
owners: {from: owners.csv, unknown: keep_as_text, inactive: {open_records: keep, closed_records: keep}}
objects:
  deals:
    from: satis
    fields: {name: Ad, amount: Tutar, currency: Para, stage: Asama, owner: {satis: Kim, then: owner}}
"""
PROFILE = """crm_migrate_target: 1
title: a CRM with views
last_verified: 2026-12-01
objects:
  deals:
    name: deals
    view: {called: My Open Deals, hides: [no_owner, inactive_owner, unknown_owner, unknown_stage, closed]}
    fields:
      name: {type: text}
      amount: {type: money}
      currency: {type: currency}
      stage: {type: choice}
      owner: {type: owner}
"""
ROWS = """No,Ad,Tutar,Para,Asama,Kim
1,A,100,EUR,qualified,ayse
2,B,200,EUR,closedwon,ayse
3,C,300,EUR,qualified,veli
4,D,50,TRY,qualified,veli
5,E,25,EUR,qualified,
6,F,10,EUR,qualified,queue
"""
OWNERS = """legacy_login,target_email,status,successor
ayse,ayse@firma.example,active,
veli,veli@firma.example,left,
"""


def test_who_sees_what_and_which_amount_nobody_does(tmp_path: Path) -> None:
    (tmp_path / "mappings" / "targets").mkdir(parents=True)
    for name, text in (
        ("crm-migrate.yaml", MAPPING),
        ("mappings/targets/desk.yaml", PROFILE),
        ("satis.csv", ROWS),
        ("owners.csv", OWNERS),
    ):
        (tmp_path / name).write_text(text, "utf-8")

    done = CliRunner().invoke(cli, ["run", str(tmp_path), "--json"])

    assert done.stdout, done.stderr + repr(done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    (gate,) = [gate for gate in figures["gates"] if gate["name"] == "hidden"]
    assert (gate["scope"], gate["actual"], gate["passed"]) == ("deals", "4 (335.00 EUR, 50.00 TRY)", False)
    assert {each["view"] for each in figures["visibility"]} == {"My Open Deals"}
    assert [(v["owner"], v["sight"], v["records"], v["amount"], v["unit"]) for v in figures["visibility"]] == [
        ("", "no_owner", 2, "35.00", "EUR"),
        ("ayse@firma.example", "closed", 1, "200.00", "EUR"),
        ("veli@firma.example", "inactive_owner", 1, "300.00", "EUR"),
        ("veli@firma.example", "inactive_owner", 1, "50.00", "TRY"),
        ("ayse@firma.example", "seen", 1, "100.00", "EUR"),
    ]
