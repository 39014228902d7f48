"""Leads that were converted in the old system: they wait, and are no open leads in Salesforce."""

from collections import Counter
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun
from moved import left
from salesforce_orgs import started

from crm_migrate.workspace.parts import tables

MAPPING = """\
crm_migrate: 1
sources:
  leads: {file: leads.csv, key: id}
environments:
  salesforce:
    connector: salesforce
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "60"
objects:
  leads:
    from: leads
    fields: {last_name: name, company_name: firm, status: state}
reconcile: {gates: {held: 100%}}
"""
LEADS = "id,name,firm,state\n1,Ada,A,Open - Not Contacted\n2,Bob,B,Closed - Converted\n3,Cem,C,Closed - Not Converted\n"


def test_a_converted_lead_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    server = started()
    try:
        monkeypatch.setenv("CRM_URL", server.url)
        monkeypatch.setenv("CRM_SECRET", "not-a-secret")
        assert left("target", "prepare", tmp_path) == 0
        left("run", tmp_path)
        assert sorted(each.values["LastName"] for each in server.engine.store.all("Lead")) == ["Ada", "Cem"]
        lines = tables(FinishedRun(tmp_path).folder / "reconcile" / "leads" / "dispositions")
        states = Counter((row["state"], row["code"]) for part in lines for row in part.to_pylist())
        assert states == {("created", ""): 2, ("held", "target_would_refuse"): 1}
    finally:
        server.stop()
