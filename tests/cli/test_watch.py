"""A parallel run, night by night: what changed on both sides in between, and when nights are stable in a row."""

import csv
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from called import Called, call

from crm_migrate.workspace import state

MAPPING = """crm_migrate: 1
project: {name: watched, locale: en-GB, time_zone: Europe/Istanbul}
sources:
  crm: {file: crm.csv, key: id}
environments:
  prod:
    connector: sql
    url: "sqlite:///crm.db"
    watch: {under: 10 %, nights: 3}
objects:
  deals:
    from: crm
    fields:
      name: {crm: name}
      amount: {crm: amount}
      stage: {crm: stage}
      next_step: {crm: step}
reconcile:
  gates: {gone: 100%, rejected: 100%}
"""
ROWS = 40
NIGHT = "2026-11-{:02}T22:30:00Z"  # half past one of the next day in Istanbul


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    export(tmp_path, 1)
    return tmp_path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def strike(instant: str) -> None:
        monkeypatch.setattr(state, "now", lambda: instant)

    return strike


def export(folder: Path, night: int, broken: int = 0) -> None:
    """The old system as it is in a night: somebody has worked in it, and some stages are none of the target's."""
    with (folder / "crm.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["id", "name", "amount", "stage", "step"])
        for n in range(ROWS):
            stage = "no such stage" if n < broken else "qualified"
            lines.writerow([f"d{n:02}", f"Deal {n:02}", f"{100 + n}.00", stage, f"call {night}" if n % 5 else "write"])


def watch(folder: Path, *arguments: str) -> Called:
    return call("watch", str(folder), "--env", "prod", *arguments)


def figures(told: Called) -> dict[str, Any]:
    assert told.stdout, told.stderr
    found = json.loads(told.stdout)["figures"]
    assert isinstance(found, dict)
    return found


def nights(folder: Path) -> list[dict[str, Any]]:
    shown = json.loads(watch(folder, "--show", "--json").stdout)
    assert isinstance(shown["nights"], list)
    return shown["nights"]


def rows_of(folder: Path) -> list[tuple[int, str]]:
    return [(each["row"], each["outcome"]) for each in nights(folder)]


def sql(folder: Path, *statements: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "crm.db")) as connection, connection:
        return [connection.execute(statement).fetchall() for statement in statements]


def gate(found: dict[str, Any]) -> dict[str, Any]:
    (told,) = (each for each in found["gates"] if each["name"] == "stable")
    assert isinstance(told, dict)
    return told


def report_says(folder: Path, lang: str, file: str, *texts: str) -> bool:
    assert (
        call(
            "report", "--project", str(folder), "--lang", lang, "--format", "html,md,junit", "--out", str(folder / lang)
        ).returncode
        == 0
    )
    written = (folder / lang / file).read_text("utf-8").replace("\xa0", " ").replace("\\", "")
    return all(text in written for text in texts)


def test_three_nights_are_stable_and_what_users_changed_stays_and_is_no_defect(project: Path, clock: Any) -> None:
    for night in (1, 2, 3):
        clock(NIGHT.format(night))
        export(project, night)
        if night == 2:
            sql(project, "UPDATE deals SET name = 'Renamed by Ada' WHERE name = 'Deal 05'")
        done = watch(project, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        found = figures(done)
        assert gate(found)["passed"] is (night == 3)
        assert gate(found)["actual"] == str(night)

    assert [(each["day"], each["edited"]) for each in nights(project)] == [
        ("2026-11-02", 0), ("2026-11-03", 1), ("2026-11-04", 1),
    ]  # fmt: skip
    ((names,), (steps,)) = sql(
        project,
        "SELECT count(*) FROM deals WHERE name = 'Renamed by Ada'",
        "SELECT count(*) FROM deals WHERE next_step = 'call 3'",
    )
    assert (names, steps) == ((1,), (ROWS * 4 // 5,))
    told = [line.split("  ")[1] for line in call("runs", str(project)).stdout.splitlines()]
    assert told == ["night 2026-11-02", "night 2026-11-03", "night 2026-11-04"]
    assert report_says(project, "de", "summary.md", "3 stabile Nächte in Folge, 3 sind nötig, jede unter 10,00 %")
    assert report_says(project, "tr", "report.html", "Paralel çalışmanın geceleri", "art arda 3 kararlı gece")
    assert report_says(project, "en", "junit.xml", 'name="stable"', "limit &gt;= 3 nights, actual 3")


def test_a_night_over_its_limit_says_so_and_the_row_begins_again(project: Path, clock: Any) -> None:
    clock(NIGHT.format(1))
    assert watch(project).returncode == 0
    clock(NIGHT.format(2))
    export(project, 2, broken=5)
    over = watch(project, "--json")
    assert over.returncode == 1
    whole = next(
        s for s in figures(over)["watch"]["nights"][-1]["shares"] if (s["measure"], s["scope"]) == ("records", "")
    )
    assert (whole["deviating"], whole["of"]) == ("5", str(ROWS))
    clock(NIGHT.format(3))
    export(project, 3, broken=3)
    assert watch(project).returncode == 0
    assert rows_of(project) == [(1, "stable"), (0, "over"), (1, "stable")]


def test_a_night_that_only_looks_writes_nothing_and_tells_what_the_target_lacks(project: Path, clock: Any) -> None:
    clock(NIGHT.format(1))
    assert watch(project).returncode == 0
    clock(NIGHT.format(2))
    sql(project, "UPDATE deals SET name = 'Renamed by Ada' WHERE name = 'Deal 05'")
    before = list(closed(project).iterdump())
    assert watch(project, "--only", "reconcile").returncode == 0, "the old system stands still, and that is no harm"
    assert rows_of(project) == [(1, "stable"), (2, "stable")]
    assert nights(project)[-1]["edited"] == 1

    export(project, 3)
    clock(NIGHT.format(3))
    looked = watch(project, "--only", "reconcile", "--json")
    assert looked.returncode == 1
    assert [(x["code"], x["count"]) for x in figures(looked)["exceptions"] if x["severity"] == "error"] == [
        ("not_written", ROWS * 4 // 5)
    ]
    assert list(closed(project).iterdump()) == before


def closed(folder: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        connection.backup(copy)
    return copy


KILLED = """
import os, signal, sys
from crm_migrate.cli import main
from crm_migrate.workspace import state
from crm_migrate_sql.target import SqlTarget
state.now = lambda: sys.argv[1]
SqlTarget.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(["watch", sys.argv[2], "--env", "prod"])
"""


def test_a_night_that_was_killed_is_told_and_the_next_one_goes_on(project: Path, clock: Any) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, NIGHT.format(1), str(project)], capture_output=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    clock(NIGHT.format(2))
    assert rows_of(project) == [(0, "failed")]
    done = watch(project)
    assert done.returncode == 0, done.stderr
    assert "2026-11-02: no result" in done.stdout
    assert rows_of(project) == [(0, "failed"), (1, "stable")]
    assert sql(project, "SELECT count(*), count(DISTINCT name) FROM deals") == [[(ROWS, ROWS)]]


HOLDS = """
import sys
from pathlib import Path
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock
with project_lock(Project(Path(sys.argv[1]), Path(sys.argv[1]) / "crm-migrate.yaml")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_nights_are_never_at_work_at_once(project: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    told = watch(project)
    other.communicate("")
    assert (told.returncode, "another crm-migrate is working" in told.stderr) == (2, True)
    assert nights(project) == [], "the other one is tonight's"


def test_what_somebody_accepted_deviates_no_more_and_another_mapping_begins_the_row_anew(
    project: Path, clock: Any
) -> None:
    clock(NIGHT.format(1))
    export(project, 1, broken=5)
    over = figures(watch(project, "--json"))
    said = [
        {"id": x["id"], "status": "wont_fix", "note": "old", "records": str(x["count"]), "run": over["header"]["run"]}
        for x in over["exceptions"]
        if x["severity"] == "error"
    ]
    told = [each | {"who": "Ada", "when": "2026-11-02"} for each in said]
    (project / "exceptions.yaml").write_text(json.dumps({"exceptions": told}), "utf-8")
    clock(NIGHT.format(2))
    export(project, 2, broken=5)
    assert watch(project).returncode == 0
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("rejected: 100%", "rejected: 99%"), "utf-8")
    clock(NIGHT.format(3))
    export(project, 3, broken=5)
    done = watch(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the row begins again: mapping or decisions changed" in " ".join(done.stdout.split())
    assert rows_of(project) == [(0, "over"), (1, "stable"), (1, "stable")]


@pytest.mark.parametrize(
    ("watched", "told"),
    [
        ("{under: 0 %}", "nothing can be under 0 %"),
        ("{under: 3}", "`3` is no share"),
        ("{under: 101 %}", "a share is at most 100 %"),
        ("{under: 1 %, nights: 0}", "nights"),
        ("{under: 1 %, objects: {dealz: 2 %}}", "dealz"),
        ("{under: 1 %, objects: {deals: none}}", "`none` is no share"),
    ],
)
def test_what_no_gate_of_nights_can_be_is_refused(project: Path, watched: str, told: str) -> None:
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("{under: 10 %, nights: 3}", watched), "utf-8")
    refused = watch(project)
    assert (refused.returncode, told in refused.stderr) == (2, True), refused.stderr
    assert nights_noted(project) == 0


def test_an_environment_without_a_gate_has_no_nights(project: Path) -> None:
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("    watch: {under: 10 %, nights: 3}\n", ""), "utf-8")
    refused = watch(project)
    assert refused.returncode == 2
    assert "watch: {under: 0.5 %, nights: 3}" in " ".join(refused.stderr.split())
    assert watch(project, "--show", "--only", "reconcile").returncode == 2


def nights_noted(folder: Path) -> int:
    ledger = folder / ".crm-migrate" / "ledger.db"
    if not ledger.exists():
        return 0
    with closing(sqlite3.connect(ledger)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries WHERE kind = 'night'").fetchone()[0])


def test_money_of_several_fields_is_added_up_where_nothing_is_converted(tmp_path: Path) -> None:
    mapping = MAPPING.replace("deals:", "payments:").replace("      name: {crm: name}\n", "      number: {crm: name}\n")
    mapping = mapping.replace("      stage: {crm: stage}\n      next_step: {crm: step}\n", "      fee: {crm: fee}\n")
    (tmp_path / "crm-migrate.yaml").write_text(mapping, "utf-8")
    lines = "".join(f"p{n},Payment {n},{100 + n}.00,{n}.50\n" for n in range(4))
    (tmp_path / "crm.csv").write_text(f"id,name,amount,fee\n{lines}", "utf-8")
    (night,) = figures(watch(tmp_path, "--json"))["watch"]["nights"]
    (money,) = (each for each in night["shares"] if each["measure"] == "money")
    assert (money["deviating"], money["of"]) == ("0.00", "414.00")
