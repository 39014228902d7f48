"""`sample`: what is drawn and why, the test script of a reviewer, what comes back, and when it holds no more."""

import hashlib
import json
import os
import re
import stat
from datetime import date
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
  f: {file: f.csv, key: id}
  k: {file: k.csv, key: id}
owners: {from: owners.csv}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: f
    fields: {name: name, owner: own, type: art}
  contacts:
    from: k
    match: [{rule: same mailbox, same: [email], do: merge}]
    fields:
      last_name: {k: name, required: true}
      first_name: "= upper(first)"
      email: mail | email
      birth_date: born
      company: {k: firm, ref: accounts.f, missing: clear}
"""
OWNERS = "legacy_login,target_email,status,successor\nada,ada@acme.example,active,\nbo,bo@acme.example,active,\n"


def firms() -> list[str]:
    return [f"F{i};Firm {i} GmbH;{'bo' if i == 3 else 'ada'};{'supplier' if i == 7 else 'customer'}" for i in range(12)]


def people() -> list[str]:
    lines = [
        f"K{i};{'Longest Name Of All' if i == 77 else f'Name {i}'};First{i};p{i}@x.example;"
        f"{date(1950 + i % 50, 1, 1 + i // 50)};F{i % 11}"
        for i in range(100)
    ]
    return [*lines, "K200;Name 5;First5;p5@x.example;1955-01-01;F5", "K201;Solo;;;;F6", "K202;More;m;;;F6"]


def export(folder: Path, firm: list[str], person: list[str]) -> None:
    (folder / "f.csv").write_text("\n".join(["id;name;own;art", *firm, ""]), "utf-8")
    (folder / "k.csv").write_text("\n".join(["id;name;first;mail;born;firm", *person, ""]), "utf-8")


def _first(folder: Path) -> None:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "owners.csv").write_text(OWNERS, "utf-8")
    export(folder, firms(), people())
    ran("run", folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose first run brought 12 firms and 103 people, two of whom are one, into the target."""
    first_run(tmp_path, "samples", _first)
    return tmp_path


def drawn(folder: Path, *more: object) -> dict[str, Any]:
    """The sample that was drawn, with its records as they are kept."""
    said = ("sample", folder, "--reviewer", "Ayşe", "-o", folder / "ayse.xlsx", "--json", *more)
    (told,) = json.loads(ran(*said).stdout)
    kept = json.loads((folder / "samples" / f"{told['id']}.json").read_text("utf-8"))
    return {**told, "records": kept["records"], "kept": kept}


def script(file: Path) -> Any:
    book = openpyxl.load_workbook(file)
    return book, book.worksheets[1]


def judge(file: Path, word: str, *, where: dict[str, tuple[str, str]] | None = None) -> None:
    """A verdict beside every record, and others (verdict, note) by their hidden keys."""
    book, page = script(file)
    for row in range(2, page.max_row + 1):
        key = str(page.cell(row, 10).value)
        if key.count("/") == 1:
            page.cell(row, 8).value = word
        if where and key in where:
            page.cell(row, 8).value, page.cell(row, 9).value = where[key]
    book.save(file)


def results(folder: Path, code: int = 0, *more: object) -> dict[str, Any]:
    said = ("sample", folder, "--results", folder / "ayse.xlsx", "--json", *more)
    found: dict[str, Any] = json.loads(ran(*said, code=code).stdout)
    return found


def reported(folder: Path) -> dict[str, Any]:
    ran("report", "--project", folder, "--format", "json,html", "--out", folder / "out")
    found: dict[str, Any] = json.loads((folder / "out" / "report.json").read_text("utf-8"))["figures"]["follow_up"]
    return found


def test_a_sample_covers_every_kind_and_is_as_large_as_it_must_be(project: Path) -> None:
    sample = drawn(project)

    why = {word for record in sample["records"] for word in record["why"]}
    for kind in (
        "accounts", "contacts", "accounts.type = supplier", "accounts.type = customer",
        "accounts.owner = bo@acme.example", "contacts.last_name: longest text", "contacts.birth_date: oldest",
        "contacts.birth_date: newest", "contacts empty: first_name, email, birth_date", "contacts empty: -",
        "contacts merged of 2", "accounts: largest family of contacts",
    ):  # fmt: skip
        assert kind in why, kind
    assert sample["strata"] == sum(len(record["why"]) for record in sample["records"])
    assert (sample["population"], sample["random"]) == (114, 44)  # the size that the exact bound asks for
    assert sample["random"] == sum(record["random"] for record in sample["records"])
    assert sample["covering"] == sum(not record["random"] for record in sample["records"])
    assert all(record["why"] for record in sample["records"] if not record["random"])


def test_the_seed_alone_decides_the_draw(project: Path) -> None:
    first = drawn(project)
    assert drawn(project)["kept"] == first["kept"]
    other = drawn(project, "--seed", 2)
    at_random = [{r["entity"] for r in each["records"] if r["random"]} for each in (first, other)]
    assert len(at_random[0]) == len(at_random[1]) and at_random[0] != at_random[1]


def test_the_script_shows_both_sides_and_is_its_owner_s_alone(project: Path) -> None:
    sample = drawn(project, "--object", "contacts", "--prove", "50")
    _, page = script(project / "ayse.xlsx")
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    one = next(row for row in rows if row[9].count("/") == 1 and re.search(r"k:K(?!77)\d\d$", row[1]))
    cells = {row[3]: row[4:7] for row in rows if row[9].startswith(one[9] + "/")}
    key = one[1].removeprefix("contacts: k:K")
    assert cells["last_name"] == [f"Name {key}"] * 3
    assert cells["first_name"] == [f"first: First{key}", f"FIRST{key}", f"FIRST{key}"]
    assert cells["company"][1] == cells["company"][2] == f"f:{cells['company'][0]}"
    if os.name != "nt":
        assert stat.S_IMODE((project / "ayse.xlsx").stat().st_mode) == 0o600
    kept = (project / "samples" / f"{sample['id']}.json").read_text("utf-8")
    assert "@x.example" not in kept and "Name " not in kept


def test_each_owner_is_the_reviewer_of_what_is_theirs(project: Path) -> None:
    told = json.loads(ran("sample", project, "--by-owner", "-o", project / "by", "--json").stdout)
    assert {each["reviewer"]: each["population"] for each in told} == {"ada@acme.example": 11, "bo@acme.example": 1}
    assert sorted(path.name for path in (project / "by").iterdir()) == ["ada_acme.example.xlsx", "bo_acme.example.xlsx"]


def test_none_wrong_proves_what_was_asked(project: Path) -> None:
    sample = drawn(project)
    judge(project / "ayse.xlsx", "right")

    found = results(project)

    assert (found["new"], found["right"], found["wrong"]) == (len(sample["records"]), len(sample["records"]), 0)
    assert found["proven"] and found["at_most"] < 0.05 * 114
    assert results(project)["new"] == 0  # a second time it changes nothing
    (told,) = reported(project)["samples"]
    assert (told["at_most"], told["random"], told["proven"]) == (found["at_most"], 44, True)
    page = (project / "out" / "report.html").read_text("utf-8")
    assert sample["id"] in page.split('id="samples"')[1].split("</section>")[0]


def test_a_wrong_one_and_one_that_nobody_can_tell_count_in_the_bound(project: Path) -> None:
    sample = drawn(project)
    one, two = [f"{r['object']}/{r['entity']}" for r in sample["records"] if r["random"] and r["object"] == "contacts"][
        :2
    ]
    judge(project / "ayse.xlsx", "right", where={one: ("yanlış", "she left"), two: ("cannot tell", "")})

    found = results(project)

    assert (found["wrong"], found["unclear"], found["random_wrong"], found["proven"]) == (1, 1, 2, False)
    assert found["at_most"] >= 0.05 * 114
    (defect,) = reported(project)["defects"]
    assert f"{defect['object']}/{defect['entity']}" == one and defect["note"] == "she left"


def test_what_is_wrong_is_an_exception_that_is_assigned_checked_again_and_gone(project: Path) -> None:
    sample = drawn(project)
    first = next(each for each in sample["records"] if each["object"] == "contacts")
    key = f"contacts/{first['entity']}"
    judge(project / "ayse.xlsx", "right", where={f"{key}/email": ("wrong", "ask adam@firm.example"), key: ("", "")})
    results(project)

    def told() -> dict[str, dict[str, Any]]:
        ran("report", "--project", project, "--format", "json,html", "--out", project / "out")
        figures = json.loads((project / "out" / "report.json").read_text("utf-8"))["figures"]
        follow = {each["id"]: each for each in figures["follow_up"]["exceptions"]}
        listed = [each for each in figures["exceptions"] if each["code"].startswith("sample_")]
        return {
            each["code"]: {**each, **follow[each["id"]], "signed": figures["header"]["signature"]} for each in listed
        }

    (wrong,) = told().values()
    assert (wrong["code"], wrong["object"], wrong["field"], wrong["count"]) == ("sample_wrong", "contacts", "email", 1)
    assert "adam@firm.example" not in wrong["examples"][0]["message"], "reports are masked"
    assert wrong["id"] in (project / "out" / "report.html").read_text("utf-8")
    edits = project / "edits.csv"
    mark = ":".join(["0" * 16, *(hashlib.sha256(text).hexdigest()[:8] for text in (b"open", b"", b"", b""))])
    edits.write_text(
        f"id,status,assignee,decision,note,mark,run\n{wrong['id']},assigned,Kai,,,{mark},{wrong_run(project)}\n"
    )
    ran("exceptions", project, "--read", edits, "--who", "Ada")
    (assigned,) = told().values()
    assert (assigned["status"], assigned["assignee"], assigned["signed"]) == ("assigned", "Kai", wrong["signed"])

    mapping = project / "crm-migrate.yaml"
    mapping.write_text(
        mapping.read_text("utf-8").replace("birth_date: born", "birth_date: {k: born}\n      job_title: first")
    )
    ran("run", project)
    (outdated,) = told().values()
    assert (outdated["code"], outdated["status"]) == ("sample_outdated", "open")
    drawn(project)
    judge(project / "ayse.xlsx", "right")
    results(project)
    assert not told(), "a verdict that holds has the last word"


def wrong_run(folder: Path) -> str:
    """The id of the last run."""
    return sorted((folder / "reports").iterdir())[-1].name


def test_nothing_is_proven_before_all_that_were_drawn_are_checked(project: Path) -> None:
    sample = drawn(project)
    left = next(f"{r['object']}/{r['entity']}" for r in sample["records"] if r["random"])
    judge(project / "ayse.xlsx", "right", where={left: ("", "")})
    found = results(project)
    assert (found["at_most"], found["proven"], found["random_checked"]) == (None, False, sample["random"] - 1)


def test_verdicts_are_stale_when_the_record_changes_and_all_of_them_when_the_mapping_does(project: Path) -> None:
    sample = drawn(project)
    judge(project / "ayse.xlsx", "right")
    results(project)
    key = next(r for r in sample["records"] if r["random"] and r["object"] == "accounts")
    _, page = script(project / "ayse.xlsx")
    name = next(str(c[1].value) for c in page.iter_rows(min_row=2) if c[9].value == f"accounts/{key['entity']}")
    changed = [line.replace("GmbH", "AG") if line.startswith(name.split(":")[-1] + ";") else line for line in firms()]
    assert changed != firms()
    export(project, changed, people())
    ran("run", project)

    (told,) = reported(project)["samples"]
    assert (told["stale"], told["at_most"], told["same_mapping"]) == (1, None, True)

    (project / "crm-migrate.yaml").write_text(MAPPING.replace("upper(first)", "lower(first)"), "utf-8")
    ran("run", project)
    (told,) = reported(project)["samples"]
    assert (told["stale"], told["checked"], told["same_mapping"]) == (len(sample["records"]), 0, False)


@pytest.mark.parametrize(
    ("verdict", "note", "code"),
    [("perhaps", "", "edit_word"), ("wrong", "", "edit_undecided"), ("", "hm", "edit_undecided")],
)
def test_what_is_wrong_is_told_with_its_cell_and_the_rest_is_taken(
    project: Path, verdict: str, note: str, code: str
) -> None:
    sample = drawn(project, "--prove", "50")
    one = f"{sample['records'][0]['object']}/{sample['records'][0]['entity']}"
    judge(project / "ayse.xlsx", "right", where={one: (verdict, note)})

    found = results(project, 1)

    assert [each["code"] for each in found["findings"]] == [code]
    assert found["findings"][0]["place"].endswith("!H2")
    assert found["new"] == len(sample["records"]) - 1


def test_a_field_that_is_wrong_makes_its_record_wrong_and_a_line_put_in_is_told(project: Path) -> None:
    sample = drawn(project, "--prove", "50")
    key = next(f"{r['object']}/{r['entity']}" for r in sample["records"] if r["object"] == "contacts")
    judge(project / "ayse.xlsx", "right", where={key: ("", ""), f"{key}/last_name": ("wrong", "maiden name")})
    book, page = script(project / "ayse.xlsx")
    page.cell(page.max_row + 1, 10).value = "contacts/0"
    book.save(project / "ayse.xlsx")

    found = results(project, 1)

    assert [each["code"] for each in found["findings"]] == ["edit_unknown"]
    (defect,) = reported(project)["defects"]
    assert (defect["fields"], defect["note"]) == (["last_name"], "last_name: maiden name")


def test_a_verdict_of_somebody_else_is_not_overwritten(project: Path) -> None:
    sample = drawn(project, "--prove", "50")
    judge(project / "ayse.xlsx", "right")
    results(project)
    one = f"{sample['records'][0]['object']}/{sample['records'][0]['entity']}"
    judge(project / "ayse.xlsx", "right", where={one: ("wrong", "no")})
    assert [each["code"] for each in results(project, 1, "--who", "Kai")["findings"]] == ["edit_newer"]
    assert results(project)["new"] == 1  # the reviewer may change her mind


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--reviewer NAME"),
        (("--reviewer", "a", "--prove", "0"), "no percentage"),
        (("--reviewer", "a", "--confidence", "100"), "no percentage"),
        (("--reviewer", "a", "--object", "deals"), "there is no object"),
        (("--reviewer", "a", "--owner", "nobody"), "nothing to draw"),
        (("--who", "a"), "--results"),
        (("--results", "x.xlsx", "--reviewer", "a"), "--results takes"),
        (("--by-owner", "--reviewer", "a"), "--by-owner makes"),
    ],
)
def test_options_that_say_nothing_are_refused(project: Path, arguments: tuple[str, ...], told: str) -> None:
    error = CliRunner().invoke(cli, ["sample", str(project), *arguments]).exception
    assert told in f"{error} {getattr(error, 'hint', '')}"
