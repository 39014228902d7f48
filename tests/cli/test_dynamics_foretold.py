"""What `plan` says of owners and currencies before anything is loaded into Dataverse."""

from collections.abc import Iterator
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
  lines: {file: lines.csv, key: id}
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
  line_items:
    from: lines
    fields:
      deal: {lines: deal, ref: deals}
      name: product
      quantity: count
      unit_price: price
"""
)
USERS = [
    {"internalemailaddress": "good@firm.example"},
    {"internalemailaddress": "gone@firm.example", "isdisabled": True},
    {"internalemailaddress": "bare@firm.example", "privileges": []},
]
ROWS = (("EUR", "good"), ("USD", "gone"), ("USD", "gone"), ("EUR", "bare"), ("USD", "nobody"), ("USD", "good"),
        ("SEK", "good"), ("SEK", "gone"))  # fmt: skip
WAITS = {"1": "owner_disabled", "2": "owner_disabled", "3": "owner_without_right", "4": "owner_not_there",
         "6": "currency_not_there", "7": "currency_not_there"}  # fmt: skip


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    made = Environment({"users": USERS, "currencies": {"USD": 1.25}})
    monkeypatch.setenv("CRM_URL", made.url)
    monkeypatch.setenv("CRM_SECRET", SECRET)
    yield made
    made.stop()


@pytest.fixture
def project(tmp_path: Path, environment: Environment) -> Path:
    """Deals, and an environment that has a place for them."""
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    lines = [f"{n},Deal {n},{n}00,{money},{who}@firm.example" for n, (money, who) in enumerate(ROWS)]
    (tmp_path / "deals.csv").write_text("\n".join(["id,name,amount,currency,seller", *lines, ""]), encoding="utf-8")
    (tmp_path / "lines.csv").write_text("id,deal,product,count,price\n1,0,Bolt,1,5\n2,1,Nut,1,5\n", encoding="utf-8")
    assert left("target", "prepare", tmp_path) == 0
    return tmp_path


def there(environment: Environment) -> list[str]:
    """The names of all opportunities and lines."""
    found = (("opportunities", "name"), ("opportunityproducts", "productdescription"))
    return sorted(each[name] for kind, name in found for each in environment.rows(kind, name))


def fates(project: Path, name: str) -> dict[str, tuple[object, object]]:
    """Key of a row -> what the report of the last run says became of it, and why."""
    lines = FinishedRun(project).dispositions(name).values()
    return {line["__key"]: (line["state"], line["code"]) for line in lines}


@pytest.mark.timeout(300)
def test_plan_names_owners_and_rates_with_place_cause_and_next_step(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    assert left("plan", project) == 0
    said = " ".join(capfd.readouterr().err.split())
    for code, words, value in (
        ("owner_disabled", "`owner` in 3 record(s) that wait: the user is disabled in the target; enable the user for"
         " the load, or", "`gone@firm.example` (3)"),
        ("owner_without_right", "`owner` in 1 record(s) that wait: no role in the target lets the owner read the"
         " record", "`bare@firm.example` (1; prvReadOpportunity)"),
        ("owner_not_there", "add who is missing there", "`nobody@firm.example` (1)"),
        ("currency_not_there", "`currency` in 2 record(s) that wait: the target does not have the currency; add it",
         "`SEK` (2)"),
        ("rate_of_load", "`currency` in 1 record(s): amounts in the organisation's own currency get the rate of the day"
         " of the load",
         "`USD` (1; 1.25)"),
    ):  # fmt: skip
        assert f"warning[{code}] deals" in said and words in said and value in said, code
    assert "good@firm.example" not in said and "`EUR`" not in said
    left("run", project)
    run = FinishedRun(project)
    assert run.figures["load_rates"] == [{"object": "deals", "currency": "USD", "rate": "1.25", "records": 1}]
    page = " ".join(next(project.glob("reports/*/report.html")).read_text("utf-8").split())
    assert "Rates of the day of the load" in page and 'data-table="load_rates"' in page


@pytest.mark.timeout(300)
def test_who_would_be_refused_waits_untried_and_goes_when_the_crm_is_mended(
    project: Path, environment: Environment
) -> None:
    left("run", project)
    assert there(environment) == ["Bolt", "Deal 0", "Deal 5"]
    told = fates(project, "deals")
    assert {key: told[key] for key in WAITS} == {key: ("held", code) for key, code in WAITS.items()}
    assert fates(project, "line_items")["2"][0] == "held", "its deal waits"
    both = "currency: the target does not have the currency; owner: the user is disabled in the target"
    assert FinishedRun(project).dispositions("deals")["deals.csv", 9, 0]["message"] == both
    for one in environment.server.engine.store.all("systemuser"):
        one.values["isdisabled"] = False
    environment.make("transactioncurrencies", isocurrencycode="SEK", currencyname="SEK", currencysymbol="kr",
                     exchangerate=11.5, currencyprecision=2)  # fmt: skip
    for _ in range(2):
        left("run", project)
        assert there(environment) == ["Bolt", "Deal 0", "Deal 1", "Deal 2", "Deal 5", "Deal 6", "Deal 7", "Nut"]
    assert [key for key, (state, _) in fates(project, "deals").items() if state == "held"] == ["3", "4"]
