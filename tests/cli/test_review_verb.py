"""`review`: the sample company's questions asked in a workbook, answered, read back, and in the next run."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import InputError, UsageError
from crm_migrate.workspace.shipped import place_shipped, shipped

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def verb(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, taken as far as the questions; with `review.xlsx` and `review.html`."""
    folder = tmp_path_factory.mktemp("review") / "company"
    place_shipped(shipped("sample_data") / "anadolu", folder, leave_out=("truth", "second"))
    done = verb("run", str(folder), "--until", "dedupe")
    assert done.exit_code == 0, done.output
    files = ["-o", str(folder / "review.xlsx"), "--html", str(folder / "review.html")]
    done = verb("review", str(folder), *files, "--audit", "5", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["review"] >= 4 and told["merged"] == 5
    assert {(x["object"], x["kind"]) for x in told["left_out"]} == {("accounts", "merged"), ("contacts", "merged")}
    return folder


def chosen_firms(firms: Any) -> tuple[int, int]:
    """The first question about firms where a telephone can be chosen, and the first other one, from 0."""
    rows = [row for row in range(3, firms.max_row + 1) if firms.cell(row, 6).value == "?"]
    heads = [cell.value for cell in firms[2]]
    phone = heads.index("phone") + 1
    ends = [*rows[1:], firms.max_row + 1]
    offers = [str(firms.cell(end - 1, phone).value or "(") for end in ends]
    one = next(n for n, end in enumerate(ends) if firms.cell(end - 1, 6).value == "koru" and offers[n][0] != "(")
    return one, next(n for n in range(len(rows)) if n != one)


def fill(workbook: Path, to: Path) -> None:
    """Two firms are one (the telephone of the second), two others are not; a person is one; one waits."""
    book = openpyxl.load_workbook(workbook)
    book["Buradan başlayın"]["B4"] = "Ayşe"
    firms, people = book["accounts"], book["contacts"]
    heads = [cell.value for cell in firms[2]]
    asked = [row for row in range(3, firms.max_row + 1) if firms.cell(row, 6).value == "?"]
    one, other = chosen_firms(firms)
    firms.cell(asked[one], 2).value, firms.cell(asked[other], 2).value = "birleştir", "ayrı"
    kept = next(row for row in range(asked[one], firms.max_row + 1) if firms.cell(row, 6).value == "koru")
    firms.cell(kept, heads.index("phone") + 1).value = "B"
    asked = [row for row in range(3, people.max_row + 1) if people.cell(row, 6).value == "?"]
    people.cell(asked[0], 2).value, people.cell(asked[1], 2).value = "merge", "later"
    book.save(to)


def asked_about(company: Path, object_name: str) -> list[list[str]]:
    """Records of each open question about an object, in order, as the latest workbook asked."""
    pack = max((company / ".crm-migrate").glob("runs/*/review/*.json"))
    questions = json.loads(pack.read_text(encoding="utf-8"))["questions"]
    return [
        [record["name"] for record in q["records"]]
        for q in questions
        if q["object"] == object_name and q["kind"] != "merged"
    ]


def test_answers_act_on_the_next_run_and_everything_adds_up(asked: Path, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(asked, company)
    fill(company / "review.xlsx", tmp_path / "answered.xlsx")
    dry = verb("review", str(company), "--read", str(tmp_path / "answered.xlsx"), "--dry-run", "--json")
    assert dry.exit_code == 0 and not (company / "decisions" / "duplicates.yaml").exists()
    done = verb("review", str(company), "--read", str(tmp_path / "answered.xlsx"), "--json")
    told = json.loads(done.stdout)
    assert told == json.loads(dry.stdout)
    assert {w: told[w] for w in ("merge", "apart", "later", "refused", "findings")} == {
        "merge": 2, "apart": 1, "later": 1, "refused": 0, "findings": [],
    }  # fmt: skip

    done = verb("run", str(company), "--json")

    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    assert {line["unexplained"] for line in figures["accounting"]} == {0}
    failed = {gate["name"]: gate["accepted"] for gate in figures["gates"] if not gate["passed"]}
    assert failed == {
        "unreadable_amounts": "accept:unreadable_amounts", "left_out_amount": "accept:left_out_amount",
        "never_falls": "accept:never_falls.won_revenue.EUR",
    }  # fmt: skip
    firms, people = (asked_about(asked, name) for name in ("accounts", "contacts"))
    place, elsewhere = chosen_firms(openpyxl.load_workbook(asked / "review.xlsx")["accounts"])
    one, other, person = firms[place], firms[elsewhere], people[0]
    run = max((company / ".crm-migrate" / "runs").glob("*-*"))
    rows = duckdb.connect().sql(
        f"SELECT concat(__source, ':', __key), __entity FROM '{run}/reconcile/accounts/dispositions/*.parquet'"
        " UNION ALL SELECT concat(__source, ':', __key), __entity"
        f" FROM '{run}/reconcile/contacts/dispositions/*.parquet'"
    )
    entity = dict(rows.fetchall())
    assert entity[one[0]] == entity[one[1]] and entity[other[0]] != entity[other[1]]
    assert entity[person[0]] == entity[person[1]]
    cells = duckdb.connect().sql(
        f"SELECT n.__key, s.rule FROM '{run}/dedupe/accounts/survivors/*.parquet' s JOIN"
        f" '{run}/link/accounts/nodes/*.parquet' n USING (__node) WHERE field = 'phone' AND s.rule LIKE 'decision %'"
    )
    assert [row[0] for row in cells.fetchall()] == [one[1].partition(":")[2]]
    assert verb("review", str(company), "-o", str(tmp_path / "again.xlsx")).exit_code == 0
    again = [*asked_about(company, "accounts"), *asked_about(company, "contacts")]
    assert people[1] in again, "what waits is asked again"
    assert one not in again and other not in again and person not in again, "what was answered is not"


def test_a_wrong_cell_is_told_and_the_exit_code_is_one(asked: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(asked / "review.xlsx")
    book["accounts"]["B3"] = "maybe"
    book.save(tmp_path / "wrong.xlsx")
    done = verb("review", str(asked), "--read", str(tmp_path / "wrong.xlsx"))
    assert done.exit_code == 1
    assert "error[review_word_unknown]" in done.output and "--> accounts!B3" in done.output
    assert "answers taken: 0 merge, 0 apart" in done.output and " 1 refused" in done.output


def test_wrong_use_is_told(asked: Path, tmp_path: Path) -> None:
    done = verb("review", str(asked), "--read", str(asked / "review.xlsx"), "--html", str(tmp_path / "x.html"))
    assert isinstance(done.exception, UsageError)
    assert isinstance(verb("review", str(asked), "--dry-run").exception, UsageError)
    assert isinstance(verb("review", str(asked), "--read", str(tmp_path / "none.xlsx")).exception, InputError)
    assert isinstance(verb("review", str(asked), "--run", "none").exception, UsageError)


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_libreoffice_saves_a_workbook_that_is_read_like_the_first(asked: Path, tmp_path: Path) -> None:
    fill(asked / "review.xlsx", tmp_path / "answered.xlsx")
    command = [
        str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
        "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "saved"), str(tmp_path / "answered.xlsx"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    saved = openpyxl.load_workbook(tmp_path / "saved" / "answered.xlsx")
    assert saved["accounts"].protection.sheet and saved["accounts"]["B3"].protection.locked is False
    assert {str(rule.formula1) for rule in saved["accounts"].data_validations.dataValidation} >= {
        '"birleştir,ayrı,sonra"'
    }
    told = [verb("review", str(asked), "--read", str(f), "--dry-run", "--json").stdout
            for f in (tmp_path / "answered.xlsx", tmp_path / "saved" / "answered.xlsx")]  # fmt: skip
    assert told[0] == told[1] and json.loads(told[0])["merge"] == 2
