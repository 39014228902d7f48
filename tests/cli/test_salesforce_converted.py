"""Leads that were converted in the old system: they wait, and are no open leads in Salesforce."""

from pathlib import Path

import pytest
from demo.finished_run import FinishedRun
from moved import left
from salesforce_orgs import ENVIRONMENT, served

MAPPING = """\
crm_migrate: 1
sources:
  leads: {file: leads.csv, key: id}
ENVIRONMENT
    longest_seconds: "60"
objects:
  leads:
    from: leads
    fields: {last_name: name, company_name: firm, status: state}
reconcile: {gates: {held: 100%}}
""".replace("ENVIRONMENT\n", ENVIRONMENT)
LEADS = "id,name,firm,state\n1,Ada,A,Open - Not Contacted\n2,Bob,B,Closed - Converted\n3,Cem,C,Closed - Not Converted\n"


def test_a_converted_lead_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    with served(monkeypatch) as server:
        assert left("target", "prepare", tmp_path) == 0
        left("run", tmp_path)
        assert sorted(each.values["LastName"] for each in server.engine.store.all("Lead")) == ["Ada", "Cem"]
        assert FinishedRun(tmp_path).fates("leads") == {("created", ""): 2, ("held", "target_would_refuse"): 1}
