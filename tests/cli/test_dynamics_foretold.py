"""What `plan` says of owners and currencies before anything is loaded into Dataverse."""

from pathlib import Path

import pytest
from demo.finished_run import FinishedRun
from environments import MAPPED, SECRET, Environment
from moved import left

MAPPING = (
    """\
crm_migrate: 1
sources:
  deals: {file: deals.csv, key: id}
"""
    + MAPPED
    + """\
objects:
  deals:
    from: deals
    fields:
      name: name
      amount: amount
      currency: currency
      owner: seller
"""
)
USERS = [
    {"internalemailaddress": "good@firm.example"},
    {"internalemailaddress": "gone@firm.example", "isdisabled": True},
    {"internalemailaddress": "bare@firm.example", "privileges": []},
]
ROWS = (("EUR", "good"), ("USD", "gone"), ("USD", "gone"), ("EUR", "bare"), ("USD", "nobody"), ("USD", "good"))


@pytest.mark.timeout(300)
def test_plan_names_owners_and_rates_with_place_cause_and_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = Environment({"users": USERS, "currencies": {"USD": 1.25}})
    monkeypatch.setenv("CRM_URL", environment.url)
    monkeypatch.setenv("CRM_SECRET", SECRET)
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    lines = [f"{n},Deal {n},{n}00,{money},{who}@firm.example" for n, (money, who) in enumerate(ROWS)]
    (tmp_path / "deals.csv").write_text("\n".join(["id,name,amount,currency,seller", *lines, ""]), encoding="utf-8")
    assert left("target", "prepare", tmp_path) == 0
    capfd.readouterr()
    assert left("plan", tmp_path) == 0
    said = " ".join(capfd.readouterr().err.split())
    for code, words, value in (
        ("owner_disabled", "the user is disabled there, the records would be refused; enable the user for the load, or",
         "`gone@firm.example` (2)"),
        ("owner_without_right", "`owner` in 1 record(s): no role there lets this owner read what it is to own",
         "`bare@firm.example` (1; prvReadOpportunity)"),
        ("owner_not_there", "add who is missing there", "`nobody@firm.example` (1)"),
        ("rate_of_load", "`currency` in 4 record(s): amounts in the organisation's own currency get the rate of the day"
         " of the load",
         "`USD` (4; 1.25)"),
    ):  # fmt: skip
        assert f"warning[{code}] deals" in said and words in said and value in said, code
    assert "good@firm.example" not in said and "`EUR`" not in said
    left("run", tmp_path)
    run = FinishedRun(tmp_path)
    assert run.figures["load_rates"] == [{"object": "deals", "currency": "USD", "rate": "1.25", "records": 1}]
    page = " ".join(next(tmp_path.glob("reports/*/report.html")).read_text("utf-8").split())
    assert "Rates of the day of the load" in page and 'data-table="load_rates"' in page
    environment.stop()
