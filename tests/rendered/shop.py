"""A small fictional shop that is migrated for real: its files, what is true of them, and what is done to its target."""

import csv
import os
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: shop, locale: en-GB}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firms: {file: firms.csv, key: Id}
  people: {file: people.csv, key: Id}
  chances: {file: chances.csv, key: Id}
  mail: {file: mail.csv, key: Mail}
value_maps:
  yes: {unmapped: hold, map: {E: granted, H: withdrawn, "": unknown}}
  list: {unmapped: hold, map: {in: granted, out: withdrawn}}
  stage: {unmapped: hold, map: {T: proposal, K: closedwon}}
objects:
  accounts:
    from: {firms: {where: "Status != 'Test'", because: D-1}}
    fields: {name: {firms: Name, required: true}, city: City, parent: {firms: Parent, ref: accounts.firms}}
  contacts:
    from: people
    enrich: {mail: {by: email, unmatched: suppression_list}}
    fields:
      first_name: First
      last_name: Last
      email: {people: Mail, mail: Mail, then: email}
      phone: {people: Phone | phone(TR)}
      birth_date: {people: Born | date(YYYY-MM-DD)}
      consent: {people: Ok | map(yes), mail: State | map(list), survive: strictest, per: email}
      company: {people: Firm, ref: accounts.firms}
  deals:
    from: chances
    fields:
      name: {chances: Name, required: true}
      amount: Amount | number(en)
      currency: Currency
      stage: Stage | map(stage)
      close_date: {chances: Close | date(YYYY-MM-DD)}
      company: {chances: Firm, ref: accounts.firms}
reconcile:
  kpis:
    mailable: {of: contacts, where: "consent = 'granted'", count: all}
    chances: {of: deals, count: all, by: [stage]}
  controls:
    chances: {value: 30, from: the sheet, said_by: sales}
  sign_off: [sales_director]
"""
DECISIONS = """decisions:
  - {id: D-1, who: steward, when: 2025-01-01, text: Test firms stay behind.}
"""
ACCEPTED = "".join(
    f"  - {{id: 'accept:{gate}', who: steward, when: 2025-01-02, text: Known and small.}}\n"
    for gate in ("held", "rejected", "quarantined", "unreadable_amounts", "left_out_amount", "controls")
)

FIRST = ("Ayşe", "Jürgen", "Dewi", "İbrahim", "Zoë", "Ada", "Şükrü", "Budi")
LAST = ("Yılmaz", "Groß", "Lestari", "Işık", "Müller", "Ray", "Öztürk", "Santoso")

Rows = list[dict[str, str]]


@dataclass
class Shop:
    """The rows of the files; `truth` of them is computed in the tests by hand, without the product."""

    folder: Path
    firms: Rows = field(default_factory=list)
    people: Rows = field(default_factory=list)
    chances: Rows = field(default_factory=list)
    mail: Rows = field(default_factory=list)
    decisions: str = DECISIONS
    mapping: str = MAPPING

    def write(self) -> None:
        """Put everything on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "crm-migrate.yaml").write_text(self.mapping, "utf-8")
        (self.folder / "decisions").mkdir(exist_ok=True)
        (self.folder / "decisions" / "decisions.yaml").write_text(self.decisions, "utf-8")
        for name in ("firms", "people", "chances", "mail"):
            rows: Rows = getattr(self, name)
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)

    def call(self, *arguments: str) -> str:
        """A verb of the command line in this project; what it printed."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            done = CliRunner().invoke(cli, arguments)
        finally:
            os.chdir(before)
        assert done.exit_code in (0, 1), done.output
        return str(done.output)

    def report(self, language: str) -> Path:
        """The report of the last run in a language, in all formats."""
        out = self.folder / f"report-{language}"
        if not out.exists():
            self.call("report", "--format", "html,xlsx,json,junit,md", "--lang", language, "--out", str(out))
        return out

    def sql(self, *statements: str) -> None:
        """Do something to the target."""
        with closing(sqlite3.connect(self.folder / "crm.db")) as crm:
            for statement in statements:
                crm.execute(statement)
            crm.commit()

    def amounts(self, rows: Rows | None = None) -> dict[str, Decimal]:
        """Currency -> sum of the chances whose amount is a number."""
        sums: dict[str, Decimal] = {}
        for row in self.chances if rows is None else rows:
            if row["Amount"].replace(".", "").isdigit():
                sums[row["Currency"]] = sums.get(row["Currency"], Decimal(0)) + Decimal(row["Amount"])
        return sums

    def consent(self) -> Counter[str]:
        """Statement -> people, the strictest of both sources."""
        said = {"E": "granted", "H": "withdrawn", "": "unknown"}
        out = {row["Mail"] for row in self.mail if row["State"] == "out"}
        return Counter("withdrawn" if row["Mail"] in out else said[row["Ok"]] for row in self.people)


def shop(folder: Path, people: int = 40, chances: int = 30) -> Shop:
    """A clean one: nothing waits, nothing is rejected; one firm is left out by decision."""
    made = Shop(folder)
    made.firms = [
        {"Id": f"F{i}", "Name": f"Firma {i} A.Ş.", "Status": "Aktif", "City": "Bursa", "Parent": "F1" if i == 2 else ""}
        for i in range(1, 12)
    ]
    made.firms.append({"Id": "F99", "Name": "Deneme Ltd. Şti.", "Status": "Test", "City": "", "Parent": ""})
    made.people = [
        {
            "Id": f"P{i}", "First": FIRST[i % 8], "Last": LAST[(i // 8 + i) % 8],
            "Mail": f"person{i}@firm{i % 7}.example",
            "Phone": f"+90 532 {100 + i % 900} {10 + i % 90:02} {10 + i % 80:02}",
            "Born": f"19{60 + i % 40}-03-{1 + i % 28:02}",
            "Ok": ("E", "H", "", "E")[i % 4], "Firm": f"F{1 + i % 11}",
        }
        for i in range(people)
    ]  # fmt: skip
    made.chances = [
        {
            "Id": f"C{i}", "Name": f"Makine {i}", "Amount": f"{1000 + 37 * i}.{i % 100:02}",
            "Currency": ("EUR", "TRY")[i % 2],
            "Stage": "TK"[i % 2], "Close": f"2025-0{1 + i % 9}-15", "Firm": f"F{1 + i % 11}",
        }
        for i in range(chances)
    ]  # fmt: skip
    made.mail = [
        {"Mail": "person4@firm4.example", "State": "out"},
        {"Mail": "person8@firm1.example", "State": "in"},
        {"Mail": "moved.away@elsewhere.example", "State": "out"},
    ]
    return made
