"""The pack of key figures, against figures that were computed by hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate.cli import cli
from crm_migrate.pipeline import going

FILES = {
    # 1 and 2 are customers of before; 3 left in the year; 4 came in it; 5 came and left in it; 6 is no customer
    "firms.csv": """No,Name,Kind,Since,Left
1,Bir,customer,2020-04-01,
2,Iki,customer,2023-03-31,2025-06-01
3,Uc,customer,2022-01-01,2024-10-01
4,Dort,customer,2024-04-01,
5,Bes,customer,2024-06-01,2024-12-31
6,Alti,prospect,2024-06-01,
""",
    "orders.csv": """No,Firm,Day,Amount,Currency
1,1,2024-05-01,1000,EUR
2,1,2025-03-31,500,EUR
3,4,2024-07-01,300,EUR
4,4,2025-04-01,9999,EUR
""",
    "campaigns.csv": """No,Name,Day,Cost,Currency
1,Fair,2024-05-05,400,EUR
2,Mails,2025-03-01,200,EUR
3,Later,2025-04-02,7777,EUR
""",
    "deals.csv": """No,Name,Stage,Amount,Currency,Close,Created,Person
1,A,closedwon,100,TRY,2024-04-01,2024-03-02T21:30:00Z,1
2,B,closedwon,300,EUR,2024-12-31,2024-12-01T00:00:00Z,3
3,C,closedlost,50,EUR,2024-05-05,2024-04-05T00:00:00Z,
4,D,qualified,70,EUR,2025-03-01,2025-01-05T00:00:00Z,
5,E,qualified,80,EUR,2025-05-05,2025-01-05T00:00:00Z,
6,F,closedwon,200,EUR,2025-01-01,2024-12-30T00:00:00Z,
""",
    "answers.csv": """No,Survey,Score
1,NPS,10
2,NPS,9
3,NPS,8
4,NPS,6
5,CSAT,5
6,CSAT,4
7,CSAT,3
8,CSAT,1
""",
    "leads.csv": "No,Name,Source,Converted\n1,L,web,2025-01-01T10:00:00Z\n2,M,web,\n3,N,fair,\n4,O,fair,\n",
    # resolved after 1, 3, 10 and 4 days; the fourth is open again, the fifth was never resolved
    "tickets.csv": """No,Subject,Status,Created,Resolved
1,P,closed,2025-01-01T09:00:00Z,2025-01-02T09:00:00Z
2,Q,closed,2025-01-01T09:00:00Z,2025-01-04T09:00:00Z
3,R,closed,2025-01-01T09:00:00Z,2025-01-11T09:00:00Z
4,S,open,2025-01-01T09:00:00Z,2025-01-05T09:00:00Z
5,T,open,2025-01-01T09:00:00Z,
""",
    "fx.csv": "currency,date,rate\nTRY,2024-01-01,0.05\n",
    "people.csv": "No,Name,Mail,Ok\n1,Ada,ada@isik.example,granted\n2,Eda,,granted\n3,Oya,oya@isik.example,withdrawn\n",
}
MAPPING = """crm_migrate: 1
project:
  name: by hand
  time_zone: Europe/Istanbul
  as_of: 2025-04-15
  fiscal_year_starts: 04-01
  money: {report_in: EUR, rates: fx.csv, rate_on: close_date}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firms: {file: firms.csv, key: No}
  orders: {file: orders.csv, key: No}
  campaigns: {file: campaigns.csv, key: No}
  deals: {file: deals.csv, key: No}
  answers: {file: answers.csv, key: No}
  people: {file: people.csv, key: No}
  leads: {file: leads.csv, key: No}
  tickets: {file: tickets.csv, key: No}
objects:
  accounts:
    from: firms
    fields: {name: Name, type: Kind, became_on: {firms: Since, type: date}, left_on: {firms: Left, type: date}}
  contacts:
    from: people
    fields: {full_name: Name, email: Mail, consent: Ok}
  deals:
    from: deals
    fields:
      {name: Name, stage: Stage, amount: Amount, currency: Currency, close_date: Close, created_at: Created,
       contact: {deals: Person, ref: contacts.people}}
  orders:
    from: orders
    fields: {company: {orders: Firm, ref: accounts.firms}, ordered_on: Day, amount: Amount, currency: Currency}
  campaigns:
    from: campaigns
    fields: {name: Name, starts_on: Day, actual_cost: Cost, budget: Cost, currency: Currency}
  leads:
    from: leads
    fields: {full_name: Name, lead_source: Source, converted_at: Converted}
  tickets:
    from: tickets
    fields: {subject: Subject, status: Status, created_at: Created, resolved_at: Resolved}
  survey_responses:
    from: answers
    fields: {type: Survey, score: Score}
reconcile:
  pack:
    families: all
    customers: {of: accounts, where: "type = 'customer'", since: became_on, until: left_on}
"""


def run(folder: Path, mapping: str = MAPPING, late: str = "", **other: str) -> dict[str, Any]:
    """The figures of a run of these files; `other`: what stands in some of them instead, by their names. `late` is
    done to the target between the load and the reading back."""
    files = FILES | {f"{name}.csv": text for name, text in other.items()} | {"crm-migrate.yaml": mapping}
    read_back = going.validate_after

    def made(place: Path) -> dict[str, Any]:
        def meanwhile(*arguments: Any) -> None:
            with closing(sqlite3.connect(place / "crm.db")) as crm:
                crm.execute(late)
                crm.commit()
            read_back(*arguments)

        for name, text in files.items():
            (place / name).write_text(text, "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            if late:
                patch.setattr(going, "validate_after", meanwhile)
            done = CliRunner().invoke(cli, ["run", str(place), "--json"])
        assert done.stdout, done.stderr + repr(done.exception)
        figures: dict[str, Any] = json.loads(done.stdout)["figures"]
        return figures

    return first_run(folder, ("pack", late, *files.values()), made)


BY_HAND = {
    "open_deals": "2",
    "open_pipeline": "150",
    "won_deals": "3",
    "won_revenue": "505",  # 100 TRY are 5 EUR
    "win_rate": "0.75",
    "average_deal": "168.33",  # 505 / 3: nobody pays a third of a cent
    "sales_cycle": str((29 + 30 + 2) / 3)[:7],  # created on 3 March in Istanbul, where it was past midnight
    "overdue_deals": "1",
    "deals_without_contact": "4",
    "open_tickets": "2",
    "reopened_tickets": "1",
    "resolution_time": "4.5",  # (1 + 3 + 10 + 4) / 4
    "resolution_median": "3.5",  # between 3 and 4
    "conversion": "0.25",
    "csat": "0.5",
    "csat_mean": "3.25",
    "customers": "3",  # 1, 2 and 4
    "new_customers": "2",  # 4 and 5
    "lost_customers": "1",  # 3
    "retention": "0.6667",  # (3 - 1) / 3
    "churn": "0.3333",
    "order_value": "600",  # 1800 / 3
    "order_frequency": "1",
    "cac": "300",  # 600 / 2
    "mailable": "1",
    "promoters": "2",
    "detractors": "1",
    "nps": "25",
    "roi": "-0.1583",  # (505 - 600) / 600
    "email_fill": "0.6667",
}


def test_the_figures_are_those_of_a_pencil(tmp_path: Path) -> None:
    figures = run(tmp_path)

    whole = {each["name"]: each for each in figures["pack"] if not each["group"]}
    for side in ("source", "expected", "actual"):
        found = {name: float(whole[name][side]) for name in BY_HAND if not whole[name]["why"]}
        assert found == {name: pytest.approx(float(value), abs=0.0001) for name, value in BY_HAND.items()}, side
    days = {"1": 1825, "2": 731, "3": 1004, "4": 364, "5": 213}  # of customers up to 31 March 2025
    years = sum(days.values()) / 5 / 365.25
    assert float(whole["cltv"]["actual"]) == pytest.approx(600 * 1 * years - 300, abs=0.01)
    assert all(each["agrees"] for each in whole.values() if not each["why"])
    assert figures["verdict"] == "GO", [gate for gate in figures["gates"] if not gate["passed"]]


def test_what_is_not_possible_says_why(tmp_path: Path) -> None:
    figures = run(tmp_path)
    why = {each["name"]: each["why"] for each in figures["pack"] if each["why"]}
    assert why["closed_tickets"] == "tickets have no closed_day"
    assert why["deals_without_account"] == "deals have no company"
    assert why["deals_without_next_step"] == "deals have no next_step"
    assert why["campaign_members"] == "campaign_members are not migrated"
    assert not {*BY_HAND} & why.keys()


def test_groups_are_of_the_fiscal_year_and_the_day_of_the_project(tmp_path: Path) -> None:
    figures = run(tmp_path)
    won = {each["group"]: each["actual"] for each in figures["pack"] if each["name"] == "won_revenue" and each["group"]}
    assert won == {
        "close_year=2024/25": "505.00",
        "close_calendar_year=2024": "305.00",
        "close_calendar_year=2025": "200.00",
    }


def test_without_customers_and_a_day_their_figures_say_so(tmp_path: Path) -> None:
    less = MAPPING.replace("  as_of: 2025-04-15\n", "").split("  pack:")[0] + "  pack: [sales, customers]\n"
    figures = run(tmp_path, less)
    why = {each["name"]: each["why"] for each in figures["pack"]}
    assert why["retention"] == "the mapping does not say who is a customer"
    assert why["overdue_deals"] == "the mapping says neither `as_of` nor a period"
    assert not why["won_revenue"]


def test_amounts_of_several_currencies_are_not_divided_by_each_other(tmp_path: Path) -> None:
    figures = run(
        tmp_path, campaigns="No,Name,Day,Cost,Currency\n1,Fair,2024-05-05,400,TRY\n2,Later,2025-04-02,7,USD\n"
    )
    why = {each["name"]: each["why"] for each in figures["pack"]}
    assert why["roi"] == why["cltv"] == "its amounts are in several currencies: EUR, TRY"
    cac = [(each["unit"], each["actual"]) for each in figures["pack"] if each["name"] == "cac"]
    assert cac == [("TRY", "200.00")]  # 400 / 2, in its one currency


def unlucky(folder: Path) -> dict[str, Any]:
    """A run whose rates begin too late, and in whose target somebody may be written to who had refused it."""
    late = "UPDATE contacts SET consent = 'granted'"
    return run(folder, late=late, fx="currency,date,rate\nTRY,2024-06-01,0.05\n")


def test_more_people_who_may_be_written_to_than_the_sources_have_are_no_go(tmp_path: Path) -> None:
    figures = unlucky(tmp_path)
    (gate,) = (each for each in figures["gates"] if each["name"] == "never_rises")
    assert (gate["scope"], gate["limit"], gate["actual"], gate["passed"]) == ("mailable", "<= 1", "2", False)
    assert figures["verdict"] == "NO-GO"


def test_rows_without_a_rate_are_told(tmp_path: Path) -> None:
    figures = unlucky(tmp_path)
    assert (
        "pack.won_revenue: 1 rows have no exchange rate on their day; its figure of the sources is without them."
        in figures["not_checked"]
    )


@pytest.mark.parametrize(("rules", "left"), [("", ("2", "3")), ("same: [email], do: merge", ("0", "0"))])
def test_duplicates_are_counted_before_and_after(tmp_path: Path, rules: str, left: tuple[str, str]) -> None:
    """Three rows of one mailbox are two doubled records and three pairs, unless they are merged."""
    rows = "1,Ada,ada@isik.example,granted\n2,Ada,ada@isik.example,granted\n3,ADA,ADA@isik.example,granted\n"
    match = f"    from: people\n    match: {{rules: [{{rule: mailbox, {rules}}}]}}\n" if rules else "    from: people\n"
    mapping = MAPPING.replace("    from: people\n", match)
    figures = run(tmp_path, mapping, people=f"No,Name,Mail,Ok\n{rows}4,Oya,oya@isik.example,withdrawn\n")

    sides = {f["name"]: (f["source"], f["expected"], f["actual"]) for f in figures["pack"] if not f["group"]}
    assert sides["doubled_contacts"] == ("2", left[0], left[0])
    assert sides["pairs_of_contacts"] == ("3", left[1], left[1])
    assert sides["pairs_of_accounts"] == ("0", "0", "0")
