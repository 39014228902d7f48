"""An assessment with everything in it: damage, orphans, owners who left, money, decisions, and two looks at it."""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: old-shop, locale: de-DE}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firms: {file: firms.csv, key: Id}
  people: {file: people.csv, key: Id}
  chances: {file: chances.csv, key: Id}
value_maps:
  stage: {unmapped: hold, map: {T: proposal, K: closedwon}}
owners: {from: owners.csv, unknown: hold}
objects:
  accounts:
    from: firms
    fields: {name: {firms: Name, required: true}, country: Country, parent: {firms: Parent, ref: accounts}}
  contacts:
    from: people
    fields: {first_name: First, last_name: Last, email: {people: Mail}, company: {people: Firm, ref: accounts}}
  deals:
    from: chances
    fields:
      name: {chances: Name, required: true}
      stage: Stage | map(stage)
      amount: {chances: Amount | money(de)}
      currency: {chances: Currency}
      owner: {chances: Owner}
      company: {chances: Firm, ref: accounts}
"""
OWNERS = "legacy_login,target_email,status,successor\nanna,anna@new.example,active,\nbernd,b@new.example,inactive,\n"
Row = dict[str, str]


@dataclass(frozen=True)
class Assessed:
    """The folder, and the rows of its files as they were at the second look."""

    folder: Path
    firms: list[Row]
    people: list[Row]
    chances: list[Row]

    def pages(self, language: str) -> Path:
        """Page, workbook and figures in a language."""
        out = self.folder / f"assessment-{language}"
        if not out.exists():
            for name in ("assessment-baseline.json", "assessment-decisions.yaml"):
                out.mkdir(exist_ok=True)
                shutil.copy(self.folder / "reports" / name, out)
            _call("assess", str(self.folder), "--lang", language, "--out", str(out))
        return out


def assessed(folder: Path) -> Assessed:
    """First all of it with a baseline and two decisions, then an export in which some is mended and some is new."""
    firms = [
        {
            "Id": f"F{n}", "Name": f"Müller & Söhne Maschinenbau {n} GmbH", "Country": "DE",
            "Zip": f"{1_067 + n * 310}", "Created": f"{2015 + n // 12}-{1 + n % 12:02}-15",
            "Kind": "Lieferant" if n == 100 else "Kunde",
            "Parent": {1: "F2", 2: "F1"}.get(n, ""), "Note": "GÃ¼nstig gekauft" if n < 4 else "ok",
            "Pager": f"{n}x" if n < 24 else "", "Fax": "",
        }
        for n in range(120)
    ]  # fmt: skip
    people = [
        {
            "Id": f"P{n}", "First": f"Jörg{n}", "Last": f"Weiß{n}", "Mail": f"joerg{n % 87}@firma{n % 87}.example",
            "Firm": "F999" if n < 4 else f"F{n}", "Info": "is allergic to nuts" if n < 2 else f"met at fair {n}",
        }
        for n in range(90)
    ]  # fmt: skip
    chances = [
        {
            "Id": f"C{n}", "Name": f"Anlage {n}", "Firm": f"F{n}", "Amount": f"1.{n:03},50",
            "Currency": "TRY" if n % 5 == 4 else "EUR", "Stage": "X" if n < 5 else "T" if n % 3 else "K",
            "Owner": ("anna", "bernd", "carla")[n % 3],
        }
        for n in range(40)
    ]  # fmt: skip
    made = Assessed(folder, firms, people, chances)
    folder.mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "owners.csv").write_text(OWNERS, "utf-8")
    _write(made)
    _call("assess", str(folder), "--baseline")
    _decide(folder / "reports" / "assessment.xlsx")
    _call("assess", str(folder), "--take", str(folder / "reports" / "assessment.xlsx"))
    for row in firms:
        row["Note"] = "ok"  # mended
    people[5]["Firm"] = "F998"  # a fifth orphan: the decision about four is stale
    chances[20]["Id"] = "C19"  # new: a key twice
    _write(made)
    return made


def _decide(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    page = book["Findings"]
    for row in range(2, page.max_row + 1):
        if "lead to nobody" in page.cell(row, 6).value and page.cell(row, 2).value == "people":
            page.cell(row, 9).value, page.cell(row, 12).value = "accepted", "the four are test records"
        if "without a successor" in page.cell(row, 6).value:
            page.cell(row, 9).value, page.cell(row, 10).value, page.cell(row, 11).value = (
                "assigned",
                "Ute",
                "2027-01-31",
            )
    book.save(path)


def _write(made: Assessed) -> None:
    for name, rows in (("firms", made.firms), ("people", made.people), ("chances", made.chances)):
        with (made.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)


def _call(*arguments: str) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
