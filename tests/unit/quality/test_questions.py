"""What a column does not decide is asked about, before anything is loaded; what it decides is kept and held against."""

import json
import sqlite3
from pathlib import Path

import pytest

from crm_migrate.errors import MappingError
from crm_migrate.pipeline import start
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals:
    from: x
    fields: {name: name, close_date: d, amount: a}
"""


def project(folder: Path, *rows: str, mapping: str = MAPPING) -> Project:
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "x.csv").write_text("\n".join(["id;name;d;a", *rows, ""]), "utf-8")
    return Project(folder, folder / "crm-migrate.yaml")


def silent(_stage: str, _what: str = "", _done: int = 0, _total: int = 0) -> None:
    return None


def test_dates_and_amounts_that_can_be_read_in_two_ways_stop_the_run_with_examples(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as stopped:
        start(project(tmp_path, "1;A;03/04/2025;1.234", "2;B;05/06/2025;2.500"), None, silent, until="plan")

    told = {finding.place.field: finding for finding in stopped.value.findings}
    assert {f.code for f in told.values()} == {"evidence_undecided"} and set(told) == {"d", "a"}
    assert "03/04/2025" in told["d"].message and "1.234" in told["a"].message
    assert not (tmp_path / "evidence.lock").exists()


def test_a_step_that_says_how_is_an_answer(tmp_path: Path) -> None:
    said = MAPPING.replace("close_date: d,", '"close_date": "d | date(DD/MM/YYYY)",').replace(
        "amount: a", "amount: a | number(tr)"
    )
    start(project(tmp_path, "1;A;03/04/2025;1.234", mapping=said), None, silent)

    with sqlite3.connect(tmp_path / "crm.db") as crm:
        ((day, amount),) = crm.execute("SELECT close_date, amount FROM deals").fetchall()
    assert (day, float(amount)) == ("2025-04-03", 1234.0)


def test_what_a_column_decides_is_locked_and_a_later_export_may_not_contradict_it(tmp_path: Path) -> None:
    start(project(tmp_path, "1;A;13/04/2025;1.234,50", "2;B;05/06/2025;2.500"), None, silent, until="plan")
    locked = json.loads((tmp_path / "evidence.lock").read_text("utf-8"))["columns"]["x"]
    assert (locked["d"]["date_order"], locked["a"]["decimal"]) == ("DMY", ",")

    with pytest.raises(MappingError) as stopped:
        start(project(tmp_path, "1;A;04/13/2025;1,234.50"), None, silent, until="plan")
    assert {(f.code, f.place.field) for f in stopped.value.findings} == {
        ("evidence_contradicted", "d"), ("evidence_contradicted", "a"),
    }  # fmt: skip


def test_what_was_odd_about_a_source_reaches_whoever_runs_it(tmp_path: Path) -> None:
    outcome = start(project(tmp_path, "1;A;13/04/2025;1,5", "2;B;;", "Toplam;;;1,5"), None, silent)

    assert "total_row_suspect" in {finding.code for finding in outcome.findings}
    assert outcome.figures is not None
    assert "total_row_suspect" in {group.code for group in outcome.figures.exceptions}


def test_day_numbers_of_a_1904_workbook_are_counted_as_its_dates_are(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["id", "name", "d", "a"])
    book.active.append(["1", "A", 44195, 10])  # general format
    book.active.append(["2", "B", 44195, 10])
    book.active["C3"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "x.xlsx")
    said = MAPPING.replace("x.csv", "x.xlsx")
    start(project(tmp_path, mapping=said), None, silent)

    with sqlite3.connect(tmp_path / "crm.db") as crm:
        assert {day for (day,) in crm.execute("SELECT close_date FROM deals")} == {"2024-12-31"}


def test_shares_beside_plain_numbers_stop_the_run_and_the_mapping_answers(tmp_path: Path) -> None:
    said = MAPPING.replace("close_date: d, amount: a", "probability: a")
    rows = ("1;A;;50%", "2;B;;50", "3;C;;0.5")
    with pytest.raises(MappingError) as stopped:
        start(project(tmp_path, *rows, mapping=said), None, silent, until="plan")
    assert "percent sign" in stopped.value.findings[0].message
    assert "percent=whole" in (stopped.value.findings[0].hint or "")

    answered = said.replace("probability: a", 'probability: "a | number(percent=whole)"')
    start(project(tmp_path, *rows, mapping=answered), None, silent)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        found = [float(p) for (p,) in crm.execute("SELECT probability FROM deals ORDER BY name")]
    assert found == [50.0, 50.0, 0.5]


@pytest.mark.parametrize("step", ["", " | number(tr)", " | number(locale=tr)"])
def test_shares_are_asked_about_whatever_locale_the_mapping_says(tmp_path: Path, step: str) -> None:
    said = MAPPING.replace("close_date: d, amount: a", f'probability: "a{step}"')
    with pytest.raises(MappingError) as stopped:
        start(project(tmp_path, "1;A;;50%", "2;B;;50", mapping=said), None, silent, until="plan")
    assert "percent sign" in stopped.value.findings[0].message


def test_a_column_of_shares_is_read_as_fractions_whatever_locale_the_mapping_says(tmp_path: Path) -> None:
    said = MAPPING.replace("close_date: d, amount: a", 'probability: "a | number(tr)"')
    start(project(tmp_path, "1;A;;50%", "2;B;;12,5%", mapping=said), None, silent)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        assert [float(p) for (p,) in crm.execute("SELECT probability FROM deals ORDER BY name")] == [0.5, 0.125]


@pytest.mark.parametrize("step", ["", " | number", " | number(tr)"])
def test_a_share_is_no_money_whatever_step_the_mapping_says(tmp_path: Path, step: str) -> None:
    said = MAPPING.replace("close_date: d, amount: a", f'amount: "a{step}"')
    outcome = start(project(tmp_path, "1;A;;10%", "2;B;;12,5%", "3;C;;1.250,50", mapping=said), None, silent)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        assert [float(a) for (a,) in crm.execute("SELECT amount FROM deals")] == [1250.5]
    assert outcome.figures is not None
    assert ("not_a_number", 2) in {(group.code, group.count) for group in outcome.figures.exceptions}


def test_the_mark_is_found_where_the_mapping_says_only_what_a_share_is(tmp_path: Path) -> None:
    said = MAPPING.replace("close_date: d, amount: a", 'probability: "a | number(percent=whole)"')
    start(project(tmp_path, "1;A;;1.250%", "2;B;;12,75%", mapping=said), None, silent)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        assert [float(p) for (p,) in crm.execute("SELECT probability FROM deals ORDER BY name")] == [1250, 12.75]


def test_day_numbers_that_may_count_from_1970_are_told_once_per_column(tmp_path: Path) -> None:
    rows = ("1;A;19000;", "2;B;19500;", "3;C;17000;")
    outcome = start(project(tmp_path, *rows), None, silent, until="plan")
    told = [finding for finding in outcome.findings if finding.code == "days_doubtful"]
    assert [finding.place.field for finding in told] == ["d"]
    assert "1952-01-07" in told[0].message and "2022-01-08" in told[0].message


@pytest.mark.parametrize("rows", [("1;A;45000;",), ("1;A;19000;", "2;B;45000;"), ("1;A;19000;", "2;B;2022-01-08;")])
def test_day_numbers_of_a_spreadsheet_are_not_doubted(tmp_path: Path, rows: tuple[str, ...]) -> None:
    outcome = start(project(tmp_path, *rows), None, silent, until="plan")
    assert "days_doubtful" not in {finding.code for finding in outcome.findings}


def test_counts_that_grow_contradict_nothing(tmp_path: Path) -> None:
    start(project(tmp_path, "1;A;45000;", "2;B;45001;"), None, silent, until="plan")
    start(project(tmp_path, "1;A;45000;", "2;B;45001;", "3;C;45002;"), None, silent, until="plan")


def test_a_doubt_about_day_numbers_is_in_the_report_and_not_held_against_the_next_export(tmp_path: Path) -> None:
    outcome = start(project(tmp_path, "1;A;19000;"), None, silent)
    assert outcome.figures is not None
    assert "days_doubtful" in {group.code for group in outcome.figures.exceptions}
    later = start(project(tmp_path, "1;A;2022-01-08;"), None, silent, until="plan")
    assert "days_doubtful" not in {finding.code for finding in later.findings}


def test_dates_that_tell_of_another_order_than_the_locale_are_told_and_no_decision(tmp_path: Path) -> None:
    said = MAPPING.replace("key: id}", "key: id, locale: tr-TR}")
    outcome = start(project(tmp_path, "1;A;05.06.2021;", "2;B;12.13.2021;", mapping=said), None, silent)
    told = [finding for finding in outcome.findings if finding.code == "order_doubtful"]
    assert [finding.place.field for finding in told] == ["d"]
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        assert [d for (d,) in crm.execute("SELECT close_date FROM deals ORDER BY name")] == ["2021-06-05", "2021-12-13"]
    rows = ("1;A;05.06.2021;", "2;B;12.13.2021;", *(f"{n};C{n};{n % 15 + 13}.02.{1700 + n};" for n in range(3, 310)))
    later = start(project(tmp_path, *rows, mapping=said), None, silent, until="plan")
    assert "order_doubtful" not in {finding.code for finding in later.findings}
