"""`mapping excluded`: what a rule takes away adds up with the accounting of the run, by hand."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from crm_migrate.cli import main
from crm_migrate.trying.exclusions import Exclusions, Taken
from crm_migrate.workspace.parts import paths

MAPPING = """\
crm_migrate: 1
project: {name: Roth, locale: tr, as_of: 2025-03-14, money: {report_in: EUR, rates: refs/rates.csv}}
sources:
  firms: {file: firms.csv, key: No, changed: Changed, skip: ["Name = 'TOTAL'"]}
  people: {file: people.csv, key: Id, changed: Changed}
  deals: {file: deals.csv, key: Deal}
value_maps:
  stage: {map: {open: qualified, won: closedwon, dropped: closedlost}}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: {firms: {where: "not contains(Name, 'Test')", because: D-1}}
    fields:
      name: Name
    match:
      - {rule: same name, same: [name], do: merge}
  contacts:
    from: {people: {where: "Last", else: absent}}
    fields:
      last_name: Last
      email: Mail | email
      company: {people: Firm, ref: accounts.firms, missing: hold, parent_excluded: exclude}
    match:
      - {rule: same mailbox and name, same: [email, last_name], do: merge}
  deals:
    from: {deals: {where: "Deal != 'Saw'"}}
    fields:
      name: {deals: Deal}
      amount: {deals: Amount | number(en)}
      currency: Currency
      stage: {deals: Status | map(stage)}
      company: {deals: Firm, ref: accounts.firms, missing: hold, parent_excluded: clear}
      contact: {deals: Who, ref: contacts.people, missing: hold, parent_excluded: exclude}
reconcile:
  gates: {held: 5}
"""
FILES = {
    "firms.csv": """\
No,Name,Changed
1,Roth Ltd,2024-01-01
2,Testudo AG,2025-03-01
3,Attestor Test Ltd,2019-05-05
TOTAL,TOTAL,
""",
    "people.csv": """\
Id,Last,Mail,Firm,Changed
10,Roth,ida@roth.example,1,2025-01-01
11,Lund,ole@lund.example,2,2025-02-02
12,Berg,eva@berg.example,3,2018-01-01
13,,nobody@roth.example,1,2018-01-01
""",
    "deals.csv": """\
Deal,Amount,Currency,Status,Firm,Who
Press,1000.00,EUR,open,1,10
Crane,2000.00,EUR,open,2,11
Pump,300.50,TRY,won,2,
Saw,70.00,EUR,open,1,10
Axe,9.00,EUR,dropped,1,10
""",
    "refs/rates.csv": "currency,date,rate\nTRY,2020-01-01,0.1\n",
    "decisions/decisions.yaml": "decisions:\n  - {id: D-1, who: Ida, when: 2025-01-01, text: no test firms}\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"crm-migrate.yaml": MAPPING, **FILES}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def left_with(*arguments: object) -> object:
    try:
        main([str(each) for each in arguments])
    except SystemExit as left:
        return left.code
    return 0


def taken(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[tuple[str, str], Taken]:
    """(object, kind) -> what the rule takes away."""
    capsys.readouterr()
    assert left_with("mapping", "excluded", *arguments, "--json") == 0
    found = Exclusions.model_validate_json(capsys.readouterr().out)
    return {(each.object, each.kind): each for each in found.rules}


def test_a_rule_takes_its_rows_and_all_that_hangs_on_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rule on "Test" leaves out two real firms: what follows is one step and two steps away."""
    before = sorted(folder.rglob("*"))
    found = taken(capsys, folder)
    assert sorted(folder.rglob("*")) == before, "nothing is left in the project"

    firms = found["accounts", "where"]
    assert (firms.rule, firms.condition) == ("D-1", "not contains(Name, 'Test')")
    assert (firms.rows, firms.arriving, firms.records, firms.alone) == (2, 2, 2, 2)
    assert {each.object: (each.rows, each.unlinked) for each in firms.follows} == {
        "contacts": (2, 0), "deals": (1, 1),
    }, "Crane goes with Lund of Testudo; Pump stays, and knows its firm no more"  # fmt: skip
    assert firms.money == ()
    assert [(each.currency, each.amount, each.rows) for each in firms.following_money] == [("EUR", "2000.00", 1)]
    assert (firms.in_report, firms.open) == ("2000.00", 1)
    assert (firms.recent, firms.last) == (2, "2025-03-01"), "Testudo and Lund"


def test_the_gravest_rule_comes_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = taken(capsys, folder)

    assert list(found) == [
        ("accounts", "where"), ("deals", "where"), ("accounts", "skip"), ("contacts", "absent"),
    ]  # fmt: skip
    assert (found["deals", "where"].in_report, found["deals", "where"].open) == ("70.00", 1)


def test_rows_and_money_are_those_of_the_accounting(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row for row what the run says that a rule left out, and the amounts that its bridges take away for it."""
    assert left_with("run", folder) in (0, 1)
    (figures_file,) = (folder / ".crm-migrate" / "runs").glob("*/reconcile/figures.json")
    counted: Counter[tuple[str, str, str]] = Counter()
    following: Counter[str] = Counter()
    for table in figures_file.parent.glob("*/dispositions"):
        for row in pl.read_parquet(paths(table)).to_dicts():
            if row["code"] in ("excluded_rule", "no_such_object", "skipped_line"):
                counted[table.parent.name, row["__source"], row["rule"]] += 1
            if row["code"] == "parent_excluded":
                following[table.parent.name] += 1
    found = taken(capsys, folder)

    assert {(each.object, each.source, each.rule): each.rows for each in found.values()} == dict(counted)
    assert {each.object: each.rows for each in found["accounts", "where"].follows} == dict(following)
    terms = {
        (bridge["currency"], term["name"]): -Decimal(term["amount"])
        for bridge in json.loads(figures_file.read_text(encoding="utf-8"))["bridges"]
        for term in bridge["terms"]
    }
    away = [money for each in found.values() for money in (*each.money, *each.following_money)]
    assert terms == {("EUR", "excluded"): sum(Decimal(each.amount) for each in away)}


def test_a_row_that_would_be_one_with_a_kept_record_is_no_loss(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = MAPPING.replace(
        '{people: {where: "Last", else: absent}}', "{people: {where: \"Id != '12' and Id != '14'\"}}"
    )
    (folder / "crm-migrate.yaml").write_text(people, encoding="utf-8")
    lines = FILES["people.csv"].replace("12,Berg,eva@berg.example,3", "12,Roth,IDA@roth.example,1")
    (folder / "people.csv").write_text(
        lines + "14,Holm,ida@roth.example,1,\n15,Lund,x@lund.example,1,\n", encoding="utf-8"
    )
    contacts = taken(capsys, folder)["contacts", "where"]

    assert (contacts.rows, contacts.arriving, contacts.records) == (2, 2, 1)
    assert (contacts.alike, contacts.perhaps, contacts.alone) == (1, 1, 0), "12 is 10; 14 shares the mailbox of 10"


@pytest.mark.sweep("pages speak their language in tests/rendered")
def test_pages_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("mapping", "excluded", folder, "--markdown") == 0
    turkish = capsys.readouterr().out
    assert turkish.startswith("## 4 kural 13 satırdan bir şeyleri dışarıda bırakıyor")
    assert "contacts nesnesinin 2 satırı peşinden gidiyor" in turkish
    assert left_with("mapping", "excluded", folder) == 0
    assert "2 row(s) of contacts follow" in capsys.readouterr().out
