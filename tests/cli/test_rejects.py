"""`rejects`: rows that did not arrive go to Excel and come back corrected; the export stays, and everything adds up."""

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from called import ran
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.workspace.corrections import read_corrections

MAPPING = """crm_migrate: 1
project: {locale: tr-TR, money: {report_in: EUR, rates: fx.csv, rate_on: close_date}}
sources:
  x: {file: x.csv, key: id, unmapped: {archive: [note]}}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  currency: {unmapped: reject, map: {TL: TRY, EUR: EUR}}
objects:
  deals:
    from: x
    fields:
      name: {x: name, required: true}
      amount: b
      currency: c | map(currency)
      close_date: d
reconcile:
  kpis: {all: {of: deals, sum: amount_in_report_currency}}
  gates: {rejected: {deals: 100%}, held: {deals: 100%}}
"""
EXPORT = """id;name;b;c;d;note
1;Pres hattı;1.000,00;TL;05.03.2025;=1+1
2;Torna;250,00;EUR;05.03.2025;
3;Freze;5.000,00;GBP;05.03.2025;_x0041_ ve 0049
4;;70,00;EUR;05.03.2025;"iki
satır"
5;Vinç;30,00;EUR;05.03.2025;
5;Vinç;40,00;EUR;05.03.2025;
;Kaynak;8,00;EUR;05.03.2025;
"""


def figures(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)["figures"]
    return found


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "x.csv").write_text(EXPORT, "utf-8")
    (folder / "fx.csv").write_text("currency,date,rate\nTRY,2025-01-01,0.025\nGBP,2025-01-01,1.2\n", "utf-8")
    done = ran("run", str(folder), "--json")
    (bridge,) = [b for b in figures(done)["bridges"] if b["currency"] == "EUR" and not b.get("converted")][:1]
    assert bridge["unexplained"] == "0.00"
    return folder


@pytest.fixture
def project(company: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(company, tmp_path / "p"))


def written(project: Path, *options: str) -> Path:
    file = project.parent / "rejects.xlsx"
    ran("rejects", str(project), "-o", str(file), *options)
    return file


def sheet(file: Path) -> dict[str, dict[str, Any]]:
    """The rows of the only source by their names."""
    page = openpyxl.load_workbook(file)["x"]
    head, *rows = page.iter_rows(values_only=True)
    return {str(row[0]): dict(zip(map(str, head), row, strict=True)) for row in rows}


def changed(file: Path, cells: dict[tuple[str, str], Any]) -> Path:
    """The workbook with some cells of some rows written anew, as somebody does in Excel."""
    book = openpyxl.load_workbook(file)
    page = book["x"]
    columns = {str(cell.value): cell.column for cell in page[1]}
    rows = {str(row[0].value): row[0].row for row in page.iter_rows(min_row=2)}
    for (row, column), value in cells.items():
        page.cell(rows[row], columns[column]).value = value
    book.save(file)
    return file


def take(project: Path, file: Path, code: int = 0) -> dict[str, Any]:
    done = ran("rejects", str(project), "--read", str(file), "--who", "ayse", "--why", "asked", "--json", code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_rejected_rows_are_given_back_as_they_are_with_why_and_what_to_do(project: Path) -> None:
    rows = sheet(written(project))
    assert list(rows) == ["x:3", "x:4"]
    assert rows["x:3"]["why"].startswith("deals rejected: value_unmapped, currency")
    assert "map" in rows["x:3"]["what to do"]
    assert [rows["x:3"][name] for name in ("id", "b", "c", "d")] == ["3", "5.000,00", "GBP", "05.03.2025"]
    held = sheet(written(project, "--held"))
    assert list(held) == ["x:3", "x:4", "x.csv:7", "x.csv:8", "x.csv:9"]


def test_a_workbook_that_nobody_changed_corrects_nothing(project: Path) -> None:
    taken = take(project, written(project, "--held"))
    assert (taken["corrections"], taken["rows"], taken["untouched"], taken["gone"]) == (0, 5, 5, 0)
    assert not (project / "decisions").exists()


def test_corrected_rows_arrive_with_the_next_run_and_the_money_adds_up(project: Path) -> None:
    file = changed(
        written(project, "--held"),
        {("x:3", "c"): "EUR", ("x:3", "b"): "4.500,00", ("x:4", "name"): "Pompa", ("x.csv:8", "id"): "6",
         ("x.csv:9", "id"): "7"},
    )  # fmt: skip
    assert take(project, file)["corrections"] == 5
    found = figures(ran("run", str(project), "--json"))

    (line,) = found["accounting"]
    assert (line["states"]["created"], line["states"]["unchanged"], line["unexplained"]) == (5, 2, 0)
    bridges = {b["currency"]: b for b in found["bridges"] if b["measure"] == "amount"}
    euro = {term["name"]: Decimal(term["amount"]) for term in bridges["EUR"]["terms"]}
    # The export says 250 + 70 + 30 + 40 + 8 in EUR; 4,500 that it calls 5,000 GBP are in EUR now.
    assert (bridges["EUR"]["source_total"], bridges["EUR"]["target_total"]) == ("398.00", "4898.00")
    assert euro == {"corrected": Decimal(4500)}
    assert all(b["unexplained"] == "0.00" and not b["unreadable"] for b in found["bridges"])
    for b in found["bridges"]:
        assert b["source_lines"] + sum(term["change"] for term in b["terms"]) == b["target_lines"], b
    (kpi,) = [k for k in found["kpis"] if k["name"] == "all"]
    assert Decimal(kpi["source"]) + sum(Decimal(t["amount"]) for t in kpi["terms"]) == Decimal(kpi["expected"])
    assert any(reason[0] == "corrected" for term in kpi["terms"] for reason in term["reasons"])
    assert (project / "x.csv").read_text("utf-8") == EXPORT

    story = ran("explain", "x:3", str(project)).stdout
    assert "'GBP' in the export; corrected by ayse" in " ".join(story.split())

    again = figures(ran("run", str(project), "--json"))
    assert again["accounting"][0]["states"]["unchanged"] == 7


def test_a_second_correction_is_of_the_export_and_takes_the_place_of_the_first(project: Path) -> None:
    take(project, changed(written(project), {("x:3", "c"): "USD"}))
    ran("run", str(project))
    assert sheet(written(project))["x:3"]["c"] == "USD"
    take(project, changed(written(project), {("x:3", "c"): "EUR"}))
    (said,) = read_corrections(project / "decisions")[0]
    assert (said.was, said.now) == ("GBP", "EUR")


def test_a_row_that_changed_in_the_export_is_left_as_it_is_and_told(project: Path) -> None:
    take(project, changed(written(project), {("x:3", "c"): "EUR"}))
    (project / "x.csv").write_text(EXPORT.replace("GBP", "CHF"), "utf-8")
    done = ran("run", str(project))
    assert "correction_stale" in done.stderr


@pytest.mark.parametrize(
    "cells, code",
    [
        ({("x:3", "row"): "x:99"}, "rejects_row"),
        ({("x:4", "row"): "x:3"}, "rejects_row"),
        ({("x:3", "b"): 4500.5}, "rejects_cell"),
    ],
)
def test_what_must_not_be_changed_is_named_and_not_taken(project: Path, cells: Any, code: str) -> None:
    taken = take(project, changed(written(project), cells), code=1)
    assert [finding["code"] for finding in taken["findings"]] == [code]
    assert taken["corrections"] == 0


def test_another_head_is_refused_whole(project: Path) -> None:
    file = written(project)
    book = openpyxl.load_workbook(file)
    book["x"].insert_cols(5)
    book.save(file)
    assert [finding["code"] for finding in take(project, file, code=1)["findings"]] == ["rejects_columns"]


@pytest.mark.parametrize(
    "arguments",
    [("--who", "x"), ("--dry-run",), ("--read", "f.xlsx"), ("--read", "f.xlsx", "-o", "g"), ("--read", "f", "--held")],
)
def test_options_that_do_not_go_together_are_refused(project: Path, arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(cli, ["rejects", str(project), *arguments]).exit_code != 0


def test_a_correction_about_nothing_stops_the_mapping(project: Path) -> None:
    (project / "decisions").mkdir()
    line = "{{id: C, row: '{}', column: {}, was: a, now: b, who: x, when: y, why: z}}"
    for row, column in (("y:1", "c"), ("x:1", "cc"), ("z.csv:1", "c")):
        (project / "decisions" / "c.yaml").write_text(f"corrections: [{line.format(row, column)}]", "utf-8")
        done = CliRunner().invoke(cli, ["mapping", "check", str(project)])
        assert "correction_unknown" in done.output
        assert done.exit_code != 0
