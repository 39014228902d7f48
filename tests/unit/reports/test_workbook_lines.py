"""The workbook's list of lines from the ledger, and its limits."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fictional_figures import figures
from parsing import workbook_rows

from crm_migrate.reports import ledger, presentable, workbook, write_reports
from crm_migrate.words.language import language
from crm_migrate.workspace.parts import write_manifest, write_part


def dispositions(folder: Path, rows: list[dict[str, object]]) -> None:
    columns = (
        "__source",
        "__row",
        "__split",
        "__key",
        "state",
        "code",
        "rule",
        "field",
        "message",
        "__cluster",
        "__entity",
        "target_id",
        "survivor",
    )
    table = pa.table({name: [row.get(name) for row in rows] for name in columns})
    place = folder / "contacts" / "dispositions"
    write_manifest(place, [write_part(place, "00000", table)])


def line(row: int, state: str, **more: object) -> dict[str, object]:
    return {"__source": "sheet", "__row": row, "__split": 0, "__key": f"k{row}", "state": state, **more}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    held = line(
        1, "held", code="bad_email", field="email", message="‘ayse@firma.example’ is no address", survivor="sheet:x"
    )
    stage = line(
        2, "held", code="value_unmapped", field="stage", message="stage ‘Beklemede’", __key="ayse@firma.example"
    )
    dispositions(tmp_path, [line(0, "created"), held, stage, line(3, "absent"), line(4, "merged"), line(5, "rejected")])
    return tmp_path


def sheet(folder: Path, ledger_folder: Path, *, reveal: bool = False) -> list[list[object]]:
    (path,) = write_reports(figures(), folder, formats=["xlsx"], ledger=ledger_folder, reveal=reveal)
    return workbook_rows(path.read_bytes())["Exception lines"]


def test_every_line_that_did_not_simply_arrive_is_listed(run: Path) -> None:
    rows = sheet(run / "report", run)

    assert [row[2] for row in rows[1:]] == ["1", "2", "4", "5"]
    assert rows[0][:5] == ["Object", "Source", "Row", "Key", "State"]


def test_messages_about_personal_fields_and_keys_are_masked(run: Path) -> None:
    hidden, shown = sheet(run / "report", run), sheet(run / "report", run, reveal=True)

    assert hidden[1][8] == "‘a***@f****.example’ is no address"
    assert hidden[2][3] == "a***@f****.example"
    assert shown[1][8] == "‘ayse@firma.example’ is no address"


def test_a_sheet_is_bounded_and_says_what_is_left(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 3)
    dispositions(run, [line(i, "held") for i in range(10)])
    rows = sheet(run / "report", run)

    assert len(rows) == 1 + 3 + 1
    assert "7 more rows" in str(rows[-1][0])


def test_a_run_without_dispositions_has_no_such_sheet(tmp_path: Path) -> None:
    assert ledger.exception_lines(tmp_path, presentable(figures()), language("en"), limit=5, reveal=False) is None


def test_sheets_are_frozen_filtered_and_exact(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    (path,) = write_reports(figures(), tmp_path, formats=["xlsx"])
    book = load_workbook(path)
    bridge = book["Bridge"]

    assert bridge.freeze_panes == "A2" and bridge.auto_filter.ref == f"A1:G{bridge.max_row}"
    assert (bridge["F2"].value, bridge["F2"].number_format, bridge["F2"].data_type) == (186420.5, "#,##0.00", "n")
    assert all(len(sheet.title) <= 31 for sheet in book)


def test_the_whole_ledger_is_the_same_as_csv_and_parquet(run: Path) -> None:
    lines = [line(i, "held", __key="=1+1" if i == 6 else f"k{i}") for i in range(6, 8)]
    dispositions(run, [line(0, "created"), *lines])
    places = write_reports(figures(), run / "report", formats=["csv", "parquet"], ledger=run, reveal=True)
    told = list(csv.DictReader(places[0].read_text("utf-8").splitlines()))
    kept = pq.read_table(places[1]).to_pylist()

    assert [(row["row"], row["state"]) for row in told] == [("0", "created"), ("6", "held"), ("7", "held")]
    assert [row["key"] for row in told] == ["k0", "'=1+1", "k7"], "no spreadsheet computes it"
    assert [row["key"] for row in kept] == ["k0", "=1+1", "k7"]
    assert [{**row, "key": ""} for row in told] == [{n: v or "" for n, v in {**row, "key": ""}.items()} for row in kept]


def test_the_ledger_hides_what_reports_hide(run: Path) -> None:
    places = write_reports(figures(), run / "report", formats=["csv", "parquet"], ledger=run)
    assert "ayse@firma.example" not in places[0].read_text("utf-8")
    assert "ayse@firma.example" not in str(pq.read_table(places[1]).to_pylist())
    assert "a***@f****.example" in places[0].read_text("utf-8")
