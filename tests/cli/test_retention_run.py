"""A whole run that may not keep old records: who is left out, who is told, and what it costs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.cli import cli
from crm_migrate.mapping.resolving_privacy import first_kept

MAPPING = """crm_migrate: 1
project: {name: old, as_of: 2025-03-14}
sources:
  leads: {file: leads.csv, key: id}
  deals: {file: deals.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: leads
    fields:
      last_name: last
      email: mail
      kind: {leads: kind, type: text, to: kind}
      seen: {leads: seen, type: date, to: seen}
      made: {leads: made, type: date, to: made}
    match:
      - {rule: same mail, same: [email], do: merge}
  deals:
    from: deals
    fields:
      name: name
      contact: {deals: lead, ref: contacts.leads, parent_excluded: exclude}
      amount: amount
      currency: {constant: EUR}
privacy:
  retention:
    contacts: RULE
"""
LEADS = """id;last;mail;kind;seen;made
1;Old;old@leads.example;lead;2020-01-01;2019-01-01
2;New;new@leads.example;lead;2025-01-01;2019-01-01
3;Undated;undated@leads.example;lead;;
4;Edge;edge@leads.example;lead;2022-03-14;
5;Past;past@leads.example;lead;2022-03-13;
6;Twice;twice@leads.example;lead;2019-01-01;
7;Twice;twice@leads.example;lead;2024-01-01;
8;Client;client@leads.example;client;2001-01-01;
9;Made;made@leads.example;lead;2001-01-01;2024-12-31
"""
DEALS = "id;name;lead;amount\n10;Presse;1;1000.50\n11;Torno;2;2000.00\n"
DECISION = "decisions:\n  - {id: D-020, who: dpo, when: 2025-03-01, text: three years are enough}\n"
RULE = "{older_than: 3y, by: seen, because: D-020}"


def run(folder: Path, rule: str = RULE) -> tuple[int, dict[str, Any]]:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("RULE", rule), "utf-8")
    (folder / "leads.csv").write_text(LEADS, "utf-8")
    (folder / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "decisions").mkdir(exist_ok=True)
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    return done.exit_code, json.loads(done.stdout)["figures"]


def told(figures: dict[str, Any], code: str) -> list[tuple[str, str, int]]:
    return [(e["state"], e["rule"], e["count"]) for e in figures["exceptions"] if e["code"] == code]


def test_old_records_are_left_out_by_the_decision_with_their_children_and_the_money_is_told(tmp_path: Path) -> None:
    code, figures = run(tmp_path)
    assert code == 0
    assert told(figures, "retention") == [("excluded", "D-020", 4)], "1, 5, 8 and 9; the day itself is not older"
    assert told(figures, "retention_undated") == [("kept", "D-020", 1)]
    assert told(figures, "parent_excluded") == [("excluded", "D-020", 1)]
    (bridge,) = figures["bridges"]
    assert [(t["name"], t["amount"]) for t in bridge["terms"]] == [("excluded", "-1000.50")]
    assert bridge["unexplained"] == "0.00"
    contacts = next(line for line in figures["accounting"] if line["object"] == "contacts")
    assert (contacts["states"]["excluded"], contacts["states"]["created"], contacts["states"]["merged"]) == (4, 4, 1)


def test_the_latest_of_several_days_counts(tmp_path: Path) -> None:
    _, figures = run(tmp_path, "{older_than: 36m, by: [seen, made], because: D-020}")
    assert told(figures, "retention") == [("excluded", "D-020", 3)], "9 was made last year"


def test_a_condition_says_whom_the_rule_is_about(tmp_path: Path) -> None:
    _, figures = run(tmp_path, "{older_than: 3y, by: seen, where: \"kind = 'lead'\", because: D-020}")
    assert told(figures, "retention") == [("excluded", "D-020", 3)], "the client stays"


@pytest.mark.parametrize(("undated", "state"), [("hold", "held"), ("exclude", "excluded")])
def test_records_without_a_day_do_as_the_rule_says(tmp_path: Path, undated: str, state: str) -> None:
    _, figures = run(tmp_path, f"{{older_than: 3y, by: seen, undated: {undated}, because: D-020}}")
    assert told(figures, "retention_undated") == [(state, "D-020", 1)]


@pytest.mark.parametrize(
    ("as_of", "age", "first"),
    [
        ("2025-03-14", "3y", "2022-03-14"),
        ("2024-02-29", "1y", "2023-02-28"),
        ("2025-03-31", "1m", "2025-02-28"),
        ("2025-01-31", "13m", "2023-12-31"),
        ("2025-03-14", "90d", "2024-12-14"),
        ("2025-03-14", "9999y", "0001-03-14"),
    ],
)
def test_the_first_day_that_is_kept(as_of: str, age: str, first: str) -> None:
    assert first_kept(as_of, age) == first


@given(st.dates(min_value=date(1900, 1, 1)), st.integers(1, 1200))
def test_months_and_years_agree_and_more_age_never_keeps_less(as_of: date, months: int) -> None:
    today = as_of.isoformat()
    assert first_kept(today, f"{months * 12}m") == first_kept(today, f"{min(months, 9999)}y")
    assert first_kept(today, f"{months + 1}m") < first_kept(today, f"{months}m") < today
