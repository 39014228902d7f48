"""`python:`: a function of the project makes a value, from the check that only reads it to the story of a record."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.stages.map import workers

LOYALTY = '''"""Points and levels of the customer card."""

from datetime import date
from decimal import Decimal

print("loaded")


def points(value):
    print("points of", value)
    return int(Decimal(value) * 10)


def level(value, *, since):
    years = 2025 - date.fromisoformat(since).year if since else 0
    return "gold" if int(value) >= 100 or years > 10 else "silver"


def joined(value):
    return date.fromisoformat(value)
'''
MAPPING = """crm_migrate: 1
project: {name: Isik loyalty, locale: tr-TR}
sources:
  kart: {file: cards.csv, delimiter: ";", key: No}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  memberships:
    from: kart
    fields:
      number: No
      type:   {constant: card}
      points: {kart: Harcama | number(tr), python: steps/loyalty.py:points}
      status: {kart: Adet, python: {call: steps/loyalty.py:level, with: {since: Kayıt}}}
      joined_on: {kart: Kayıt, python: steps/loyalty.py:joined}
examples:
  - name: ten points for each lira
    given: {kart: {No: "7", Harcama: "1.250,50", Adet: "3", Kayıt: "2010-05-01"}}
    expect: {memberships: {points: "12505", status: gold, joined_on: "2010-05-01"}}
"""
ROWS = "No;Harcama;Adet;Kayıt\n1;1.250,50;120;2021-05-01\n2;;;\n3;20;viel;2024-01-01\n"


def project(folder: Path, code: str = LOYALTY, mapping: str = MAPPING, rows: str = ROWS) -> Path:
    (folder / "steps").mkdir(exist_ok=True)
    (folder / "steps" / "loyalty.py").write_text(code, encoding="utf-8")
    (folder / "cards.csv").write_text(rows, encoding="utf-8")
    (folder / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
    return folder


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_run_loads_what_the_functions_make_and_holds_what_they_cannot(tmp_path: Path) -> None:
    ran = call("run", project(tmp_path))
    assert ran.exit_code in (0, 1), ran.output
    loaded = sqlite3.connect(tmp_path / "crm.db").execute(
        "SELECT number, points, status, joined_on FROM memberships ORDER BY number"
    )
    assert [tuple(map(str, row)) for row in loaded] == [
        ("1", "12505", "gold", "2021-05-01"),
        ("2", "None", "None", "None"),  # nothing was asked where there is nothing
    ]
    told = " ".join(call("explain", "kart:3", tmp_path).output.split())
    assert "is held python_failed status steps/loyalty.py:level stopped at line 16 with ValueError" in told
    story = " ".join(call("explain", "kart:1", tmp_path).output.replace("│", " ").split())
    assert "'1250.50' -python(steps/loyalty.py:points, quantity)-> '12505'" in story
    assert "-python(steps/loyalty.py:level, choice, since=Kayıt)-> 'gold'" in story


def test_printing_stays_out_of_what_a_verb_prints(tmp_path: Path) -> None:
    project(tmp_path)
    shown = call("preview", tmp_path, "memberships", "--json", "--reveal")
    assert shown.exit_code == 0, shown.output
    assert "12505" in json.dumps(json.loads(shown.stdout))
    assert "points of" in shown.stderr


def test_examples_and_ci_run_the_functions(tmp_path: Path) -> None:
    tested = call("mapping", "test", project(tmp_path, rows="No;Harcama;Adet;Kayıt\n1;2;3;2021-05-01\n"))
    assert tested.exit_code == 0, tested.output
    project(tmp_path, LOYALTY.replace("* 10", "* 11"), rows="No;Harcama;Adet;Kayıt\n1;2;3;2021-05-01\n")
    tested = call("mapping", "test", tmp_path)
    assert tested.exit_code == 1, "what passed with another file is run again"
    assert "13755" in tested.output
    assert call("ci", tmp_path).exit_code == 1


def test_check_reads_the_file_and_does_not_run_it(tmp_path: Path) -> None:
    project(tmp_path, LOYALTY + f"\n\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    for verb in ("check", "show"):
        assert call("mapping", verb, tmp_path).exit_code == 0
    assert not (tmp_path / "ran").exists()
    assert "python: steps/loyalty.py:points" in call("mapping", "show", tmp_path).output


def test_a_changed_file_is_a_changed_mapping_and_asks_for_a_new_signature(tmp_path: Path) -> None:
    def signed() -> str:
        result = call("mapping", "sign", project_, "--role", "lead", "--who", "Ayşe Demir")
        assert result.exit_code == 0, result.output
        return result.output

    project_ = project(tmp_path)
    first = signed()
    (tmp_path / "steps" / "loyalty.py").write_bytes(LOYALTY.replace("\n", "\r\n").encode())
    assert signed() == first, "line ends of another machine change nothing"
    project(tmp_path, LOYALTY.replace(">= 100", ">= 200"))
    assert signed() != first
    plan = json.loads(call("mapping", "show", tmp_path, "--json").output)
    assert plan["python"]["steps/loyalty.py"] == LOYALTY.replace(">= 100", ">= 200")
    assert len(plan["files"]["steps/loyalty.py"]) == 64


def test_a_plan_is_not_gone_on_with_by_another_file_and_nothing_of_it_is_taken_over(tmp_path: Path) -> None:
    assert call("plan", project(tmp_path)).exit_code == 0
    project(tmp_path, LOYALTY.replace("* 10", "* 99"))
    assert "the plan changed since run" in str(call("resume", tmp_path).exception)
    assert call("run", tmp_path).exit_code in (0, 1)
    rows = sqlite3.connect(tmp_path / "crm.db").execute("SELECT points FROM memberships WHERE number = '1'")
    assert [str(points) for (points,) in rows] == ["123799"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 1.5", "gave float '1.5', and an int or Decimal is wanted"),
        ("return True", "gave bool 'True'"),
        ("return '1.250,50'", "gave str '1.250,50'"),
        ("return float('nan')", "gave float 'nan'"),
        ("raise SystemExit(0)", "stopped at line 11 with SystemExit: 0"),
        ("return input('how many?')", "stopped at line 11 with EOFError"),
        ("import random; return random.randrange(10**9)", "gave something else when it was asked again"),
    ],
)
def test_what_breaks_the_contract_is_told_of_the_row(tmp_path: Path, body: str, told: str) -> None:
    code = LOYALTY.replace("    return int(Decimal(value) * 10)", f"    {body}")
    shown = call("preview", project(tmp_path, code), "memberships", "--json", "--reveal")
    assert shown.exit_code == 0, shown.output
    assert told in shown.stdout


def test_a_file_that_cannot_be_loaded_stops_the_verb_before_the_first_row(tmp_path: Path) -> None:
    code = "import no_such_package\n" + LOYALTY
    ran = call("run", project(tmp_path, code))
    assert ran.exit_code != 0
    assert "`steps/loyalty.py` cannot be loaded (line 1): ModuleNotFoundError" in str(ran.exception)


@pytest.mark.skipif(os.name == "nt", reason="a console event there, which reaches the test, too")
def test_ctrl_c_stops_a_function_that_never_ends(tmp_path: Path) -> None:
    code = LOYALTY.replace("    return int(Decimal(value) * 10)", "    while True:\n        pass")
    command = [sys.executable, "-m", "crm_migrate", "run", str(project(tmp_path, code))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "points of" in line:
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 75


def test_the_workbook_says_in_words_that_it_is_our_own_function(tmp_path: Path) -> None:
    project(tmp_path)
    written = call("mapping", "export", tmp_path, "--lang", "en", "-o", tmp_path / "book.xlsx")
    assert written.exit_code == 0, written.output
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert "our own function “level” in steps/loyalty.py together with “Kayıt”" in cells


def test_workers_run_what_the_plan_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes, as for many rows: they have the plan alone, and what a function raises there is told as here."""
    monkeypatch.setattr(workers, "FEW_ROWS", 0)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    mapping = MAPPING + "  - {name: a, given: {kart: {No: '1'}}, expect: {memberships: {number: '1'}}}\n"
    two = mapping.replace("examples:", "  contacts: {from: kart, fields: {last_name: No}}\nexamples:")
    ran = call("run", project(tmp_path, mapping=two))
    assert ran.exit_code in (0, 1), ran.output
    rows = sqlite3.connect(tmp_path / "crm.db").execute("SELECT points FROM memberships WHERE number = '1'")
    assert [str(points) for (points,) in rows] == ["12505"]
    assert "stopped at line 16 with ValueError" in " ".join(call("explain", "kart:3", tmp_path).output.split())
