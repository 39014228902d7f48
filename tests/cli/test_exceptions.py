"""`exceptions`: ids that stay, what is new and gone, what people say, and edits that come back or are told."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from called import ran
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: Acme, locale: en}
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  kind: {unmapped: hold, map: {a: customer}}
objects:
  contacts:
    from: x
    fields: {last_name: {x: name, required: true}, email: mail | email, job_title: kind | map(kind)}
"""
ROWS = ("1;Ada;ada@one.example;a", "2;Bo;bo-at-two.example;a", "3;;cy@three.example;a", "4;Dee;dee@four.example;z")
DECISION = 'decisions:\n  - {id: D-1, who: Kai, when: "2026-03-03", text: those mailboxes are dead}\n'


def export(folder: Path, *rows: str) -> None:
    (folder / "x.csv").write_text("\n".join(["id;name;mail;kind", *rows, ""]), "utf-8")


def _first(folder: Path) -> None:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    export(folder, *ROWS)
    ran("run", folder, "--report", "html,xlsx,json,md", code=1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose first run left a mailbox that is none, a row without a name and one that waits."""
    first_run(tmp_path, "exceptions", _first)
    return tmp_path


def shown(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran("exceptions", folder, "--json").stdout)
    return found | {"by_id": {each["id"]: each for each in found["exceptions"]}}


def figures(folder: Path) -> dict[str, Any]:
    """The figures of the latest report."""
    file = sorted((folder / "reports").iterdir())[-1] / "report.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))["figures"]
    return found


def ids(folder: Path) -> dict[str, str]:
    """Code -> id."""
    return {each["code"]: each["id"] for each in figures(folder)["exceptions"]}


def book(folder: Path, *more: str) -> Path:
    """A fresh workbook of the latest run."""
    ran("report", "--project", folder, "--format", "xlsx", "--out", folder / "out", *more)
    return folder / "out" / "report.xlsx"


def edit(file: Path, name: str, **cells: str) -> Path:
    """Change cells of an exception as somebody does who opens and saves the file."""
    workbook = openpyxl.load_workbook(file)
    page = next(p for p in workbook.worksheets if any(str(c.value).startswith("crm-migrate") for c in p[1]))
    last = max(c.column for c in page[1] if str(c.value).startswith("crm-migrate"))
    places = {"status": last - 4, "assignee": last - 3, "decision": last - 2, "note": last - 1, "mark": last}
    row = next(c.row for c in page["A"] if c.value == name)
    for key, text in cells.items():
        page.cell(row, places[key]).value = text
    workbook.save(file)
    return file


def _read(folder: Path, file: Path, who: str, code: int, more: tuple[str, ...]) -> str:
    return ran("exceptions", folder, "--read", file, "--who", who, "--json", *more, code=code).stdout


def taken(folder: Path, file: Path, who: str = "ayse", code: int = 0, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        ran("exceptions", folder, "--read", file, "--who", who, "--json", *more, code=code).stdout
    )
    return found


def test_ids_stay_whatever_the_order_of_the_rows_and_the_language(project: Path) -> None:
    first = ids(project)
    export(project, *reversed(ROWS), "5;Eve;eve-at-five.example;a")
    ran("run", project, code=1)

    assert ids(project) == first
    assert len(set(first.values())) == len(first) > 2
    ran("report", "--project", project, "--format", "json,html", "--lang", "tr", "--out", project / "tr")
    told = json.loads((project / "tr" / "report.json").read_text("utf-8"))
    assert {each["code"]: each["id"] for each in told["figures"]["exceptions"]} == first
    page = (project / "tr" / "report.html").read_text("utf-8")
    assert all(name in page for name in first.values())


def test_two_runs_compare_as_new_gone_and_still(project: Path) -> None:
    first = ids(project)
    assert figures(project)["follow_up"]["compared_with"] == ""
    export(project, ROWS[0], "2;Bo;bo@two.example;a", ROWS[2], "6;;fay@six.example;a", ";Gus;gus@six.example;a")
    ran("run", project, "--report", "json,md", code=1)

    found = shown(project)
    missing = found["by_id"][first["missing_required"]]
    assert (missing["since"], missing["before"], missing["came"], missing["went"]) == ("still", 1, 1, 0)
    gone = {each["code"]: each["count"] for each in found["gone"]}
    assert gone["value_unmapped"] == 1
    new = {each["id"] for each in found["exceptions"] if each["since"] == "new"}
    assert new and new.isdisjoint(first.values())
    summary = (sorted((project / "reports").iterdir())[-1] / "summary.md").read_text("utf-8")
    told = f"{len(new)} exceptions are new, {len(gone)} are gone, {len(found['exceptions']) - len(new)} are still there"
    assert told in summary
    row = [each["run"] for each in figures(project)["follow_up"]["rehearsals"]]
    assert row == [path.name for path in sorted((project / "reports").iterdir())], "the oldest first, this one last"
    assert figures(project)["follow_up"]["compared_with"] == row[-2]


def test_edits_of_the_workbook_come_back_and_stand_in_the_next_report(project: Path) -> None:
    name = ids(project)["bad_email"]
    file = edit(book(project), name, status="accepted", decision="D-1", note="dead")

    assert taken(project, file) == {"said": {name: "accepted"}, "untouched": len(ids(project)) - 1, "findings": []}
    assert taken(project, file)["said"] == {}  # a second time it changes nothing
    text = (project / "exceptions.yaml").read_text("utf-8")
    assert f"id: {name}" in text and "who: ayse" in text and "decision: D-1" in text
    said = shown(project)["by_id"][name]
    assert (said["status"], said["decision"], said["note"], said["who"]) == ("accepted", "D-1", "dead", "ayse")
    again = edit(book(project, "--lang", "tr"), name, status="atandı", assignee="Kai")
    assert taken(project, again)["said"] == {name: "assigned"}


def test_edits_of_the_page_come_back(project: Path) -> None:
    name = ids(project)["bad_email"]
    page = (sorted((project / "reports").iterdir())[-1] / "report.html").read_text("utf-8")
    mark = page.split(f'data-edit="{name}" data-mark="')[1].split('"')[0]
    run = page.split('id="run" data-run="')[1].split('"')[0]
    file = project / "exceptions-edits.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out, quoting=csv.QUOTE_ALL)
        lines.writerow(["id", "status", "assignee", "decision", "note", "mark", "run"])
        lines.writerow([name, "wont_fix", "", "", 'said "no"\nand, no', mark, run])

    assert taken(project, file)["said"] == {name: "wont_fix"}
    assert shown(project)["by_id"][name]["note"] == 'said "no"⏎and, no'


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"status": "accepted"}, "edit_undecided"),
        ({"status": "accepted", "decision": "D-9"}, "edit_undecided"),
        ({"status": "assigned"}, "edit_undecided"),
        ({"status": "wont_fix"}, "edit_undecided"),
        ({"status": "done"}, "edit_word"),
        ({"status": "fixed", "mark": "0"}, "edit_unknown"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell_and_the_rest_is_taken(
    project: Path, cells: dict[str, str], code: str
) -> None:
    wrong, right = ids(project)["bad_email"], ids(project)["missing_required"]
    file = edit(edit(book(project), wrong, **cells), right, status="fixed")

    found = taken(project, file, code=1)

    assert [each["code"] for each in found["findings"]] == [code]
    assert found["findings"][0]["place"].split("!")[1][1:].isdigit()
    assert found["said"] == {right: "fixed"}


def test_an_id_that_the_run_does_not_have_is_refused(project: Path) -> None:
    file = book(project)
    workbook = openpyxl.load_workbook(file)
    page = next(p for p in workbook.worksheets if p["A2"].value and str(p["A2"].value).startswith("E-"))
    page["A2"] = "E-0000000000"
    workbook.save(file)
    assert [each["code"] for each in taken(project, file, code=1)["findings"]] == ["edit_unknown"]
    assert not (project / "exceptions.yaml").exists()


def test_a_newer_word_of_somebody_else_is_told_and_not_overwritten(project: Path) -> None:
    name = ids(project)["bad_email"]
    mine, theirs = book(project), project / "theirs.xlsx"
    shutil.copy(mine, theirs)
    taken(project, edit(theirs, name, status="assigned", assignee="Kai"), who="kai")

    found = taken(project, edit(mine, name, status="wont_fix", note="no"), code=1)

    assert [each["code"] for each in found["findings"]] == ["edit_newer"]
    assert "kai has said `assigned`" in found["findings"][0]["message"]
    assert shown(project)["by_id"][name]["status"] == "assigned"


def test_what_was_fixed_and_comes_back_and_what_outgrows_its_acceptance_is_told(project: Path) -> None:
    names = ids(project)
    file = edit(book(project), names["bad_email"], status="fixed")
    taken(project, edit(file, names["missing_required"], status="accepted", decision="D-1"))
    first = shown(project)["by_id"]
    assert first[names["bad_email"]]["told"] == first[names["missing_required"]]["told"] == ""

    export(project, *ROWS, "6;;fay@six.example;a")
    ran("run", project, "--report", "html,json,md", code=1)

    found = shown(project)["by_id"]
    assert found[names["bad_email"]]["told"] == "returned"
    assert found[names["missing_required"]]["told"] == "outgrown"
    folder = sorted((project / "reports").iterdir())[-1]
    assert "1 that were fixed have returned" in (folder / "summary.md").read_text("utf-8")
    assert 'data-since="returned"' in (folder / "report.html").read_text("utf-8")


def test_the_signature_under_the_figures_stays_whatever_is_said_of_exceptions(project: Path) -> None:
    before = figures(project)["header"]["signature"]
    taken(project, edit(book(project), ids(project)["bad_email"], status="fixed"))
    ran("report", "--project", project, "--format", "json")
    assert figures(project)["header"]["signature"] == before
    assert "fixed" in {each["status"] for each in figures(project)["follow_up"]["exceptions"]}


@pytest.mark.parametrize(
    "text", ["exceptions: 1\n", "exceptions:\n- {id: E-1, status: odd, run: r, who: a, when: b}\n", "\t"]
)
def test_a_file_of_states_that_people_broke_is_refused_with_its_line(project: Path, text: str) -> None:
    (project / "exceptions.yaml").write_text(text, "utf-8")
    done = CliRunner().invoke(cli, ["exceptions", str(project)])
    assert "exceptions.yaml cannot be read" in str(done.exception)


def test_options_that_do_not_go_together_are_refused(project: Path) -> None:
    assert "--read" in str(CliRunner().invoke(cli, ["exceptions", str(project), "--who", "a"]).exception)
    assert "who it is" in str(CliRunner().invoke(cli, ["exceptions", str(project), "--read", "x.csv"]).exception)
    other = project / "other.csv"
    other.write_text("a,b\n1,2\n", "utf-8")
    done = CliRunner().invoke(cli, ["exceptions", str(project), "--read", str(other), "--who", "a"])
    assert "has not the columns" in str(done.exception)
