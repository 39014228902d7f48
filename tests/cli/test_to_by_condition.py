"""`to:` by condition: rows go to one of several objects of the target, are accounted for in each, and never doubled."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: varied}
sources:
  acts: {file: acts.csv, key: id}
  notes: {file: notes.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  kind: {unmapped: hold, map: {M: meeting, T: task}}
objects:
  activities:
    from: acts
    to: [{when: "kind = 'meeting' and hours > 0", then: Event}, {else: Task}]
    let: {kind: {acts: Art | map(kind)}, hours: {acts: Stunden, type: number}}
    fields:
      subject: {acts: Betreff, required: true}
      type: {acts: Art | map(kind)}
      done: {constant: "true", type: boolean}
  notes:
    from: notes
    fields:
      body: {notes: Text, required: true}
      event: {notes: Akt, ref: activities_event, type: reference, missing: clear}
      task: {notes: Akt, ref: activities_task, type: reference, missing: clear}
checks:
  - {id: C1, object: activities_task, assert: subject, else: warn}
"""
ACTS = "id,Art,Stunden,Betreff\n1,M,2,Kickoff\n2,T,,Call back\n3,M,0,No show\n4,T,1,\n5,X,1,What is it\n"
NOTES = "id,Text,Akt\n1,about the kickoff,1\n2,about the call,2\n"


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as db, db:
        return db.execute(query).fetchall()


def write(folder: Path, acts: str = ACTS, mapping: str = MAPPING) -> None:
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "acts.csv").write_text(acts, "utf-8")
    (folder / "notes.csv").write_text(NOTES, "utf-8")


def run(folder: Path, acts: str = ACTS, mapping: str = MAPPING) -> dict[str, Any]:
    write(folder, acts, mapping)
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, (done.stderr, done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def states(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        line["object"]: {state: count for state, count in line["states"].items() if count}
        for line in figures["accounting"]
    }


def reasons(figures: dict[str, Any], name: str) -> dict[str, int]:
    return {each["code"]: each["count"] for each in figures["exceptions"] if each["object"] == name}


def test_every_row_goes_to_one_object_and_is_accounted_for_in_both(tmp_path: Path) -> None:
    figures = run(tmp_path)
    assert states(figures) == {
        "activities_event": {"created": 1, "absent": 4},
        "activities_task": {"created": 2, "absent": 1, "rejected": 1, "held": 1},
        "notes": {"created": 2},
    }
    assert all(line["unexplained"] == 0 for line in figures["accounting"])
    assert reasons(figures, "activities_event") == {}
    assert reasons(figures, "activities_task") == {"check_failed": 1, "missing_required": 1, "value_unmapped": 1}
    assert ask(tmp_path, "SELECT subject, done FROM Event") == [("Kickoff", 1)]
    assert ask(tmp_path, "SELECT subject, done FROM Task ORDER BY subject") == [("Call back", 1), ("No show", 1)]
    joined = "notes LEFT JOIN Event e ON e.id = event LEFT JOIN Task t ON t.id = task"
    assert sorted(ask(tmp_path, f"SELECT body, e.subject, t.subject FROM {joined}")) == [
        ("about the call", None, "Call back"),
        ("about the kickoff", "Kickoff", None),
    ]
    again = run(tmp_path)
    assert states(again)["activities_event"] == {"unchanged": 1, "absent": 4}
    assert states(again)["activities_task"] == {"unchanged": 2, "absent": 1, "rejected": 1, "held": 1}


def test_who_goes_elsewhere_now_waits_and_is_not_made_twice(tmp_path: Path) -> None:
    good = "\n".join(ACTS.splitlines()[:4]) + "\n"
    assert run(tmp_path, good)["verdict"] == "GO"
    moved = good.replace("2,T,,Call back", "2,M,1,Call back")
    figures = run(tmp_path, moved)
    assert states(figures)["activities_event"] == {"unchanged": 1, "absent": 1, "held": 1}
    assert reasons(figures, "activities_event") == {"target_changed": 1}
    assert ask(tmp_path, "SELECT subject FROM Event") == [("Kickoff",)]
    assert ask(tmp_path, "SELECT count(*) FROM Task") == [(2,)]
    assert {g["name"]: g["passed"] for g in figures["gates"]}["unexplained"]
    assert reasons(figures, "activities_task") == {"now_held": 1}
    ask(tmp_path, "UPDATE notes SET task = NULL")
    ask(tmp_path, "DELETE FROM Task WHERE subject = 'Call back'")  # by hand, as the fix of the code says
    figures = run(tmp_path, moved)
    assert states(figures)["activities_event"] == {"unchanged": 1, "absent": 1, "created": 1}
    assert ask(tmp_path, "SELECT subject FROM Event ORDER BY subject") == [("Call back",), ("Kickoff",)]


def test_a_mapping_that_sends_them_elsewhere_from_now_on_doubles_nothing(tmp_path: Path) -> None:
    """Loaded as one object, and by branches from then on: the keys are those of the object that was written."""
    good = "\n".join(ACTS.splitlines()[:4]) + "\n"
    one = MAPPING.replace("""[{when: "kind = 'meeting' and hours > 0", then: Event}, {else: Task}]""", "Task")
    one = one.replace("      event: {notes: Akt, ref: activities_event, type: reference, missing: clear}\n", "")
    assert run(tmp_path, good, one.replace("activities_task", "activities"))["verdict"] == "GO"
    figures = run(tmp_path, good)
    assert states(figures)["activities_task"] == {"unchanged": 2, "absent": 1}
    assert states(figures)["activities_event"] == {"held": 1, "absent": 2}
    assert ask(tmp_path, "SELECT count(*) FROM Task") == [(3,)]


def test_rows_of_one_key_that_go_to_two_objects_wait_in_both(tmp_path: Path) -> None:
    figures = run(tmp_path, "id,Art,Stunden,Betreff\n1,M,2,Kickoff\n1,T,,Kickoff\n2,T,,Call back\n")
    assert reasons(figures, "activities_event") == {"two_targets": 1}
    assert reasons(figures, "activities_task") == {"two_targets": 1}


def test_what_cannot_be_compared_waits_in_one_place(tmp_path: Path) -> None:
    figures = run(tmp_path, "id,Art,Stunden,Betreff\n1,M,2,Kickoff\n2,M,lang,Call back\n", MAPPING.replace(
        "hours: {acts: Stunden, type: number}", "hours: {acts: Stunden, type: number, on_invalid: keep}"))  # fmt: skip
    assert states(figures)["activities_event"] == {"created": 1, "held": 1}
    assert reasons(figures, "activities_event")["target_undecided"] == 1
    assert states(figures)["activities_task"] == {"absent": 2}


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (", {else: Task}]", "]", "end with `else:` for all others"),
        ("{else: Task}", "{else: null}", "end with `else:` for all others"),
        ("kind = 'meeting'", "kimd = 'meeting'", "`kimd` is no field of the object"),
        ("kind = 'meeting'", "done", "`done` gets its value by `constant:`"),
        ("kind = 'meeting'", "acts[Art] = 'M'", "`acts[Art]` is no field of the object"),
        ("kind = 'meeting' and", "kind = 'meeting' und", "expression"),
        ("ref: activities_task", "ref: activities", "the object `activities` is not there"),
        ("    let: {kind", "    match: [{rule: r, same: [subject]}]\n    let: {kind", "`match:` cannot stand beside"),
    ],
)
def test_what_cannot_be_said_is_told_with_its_place(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in MAPPING
    write(tmp_path, mapping=MAPPING.replace(was, now))
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert said in told.output, told.output
    assert told.exit_code == 2, told.output
    assert "crm-migrate.yaml:" in told.output


def test_a_mistake_in_a_shared_line_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, mapping=MAPPING.replace("acts: Betreff", "acts: Betref"))
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert told.output.count("error[column_unknown]") == 1, told.output


MONEY = """crm_migrate: 1
project: {name: varied, money: {report_in: EUR}}
sources:
  acts: {file: acts.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  orders:
    from: {acts: {where: "Art != 'Z'", because: BECAUSE}}
    to: [{when: "kind = 'B'", then: Booking}, {when: "kind = 'S'", then: Stay}, {else: Other}]
    let: {kind: {acts: Art}}
    fields:
      number: {acts: id}
      amount: {acts: Betrag, on_invalid: POLICY}
      currency: {constant: EUR}
"""
AMOUNTS = """id,Art,Betrag
1,B,10.00
2,S,20.00
3,O,40.00
4,B,many
5,O,lots
6,Z,80.00
7,Z,few
"""


@pytest.mark.cases(2)
@pytest.mark.parametrize("policy", ["keep", "clear", "hold", "reject"])
def test_every_amount_counts_in_one_part(tmp_path: Path, policy: str) -> None:
    """Also what cannot be read, and what a rule leaves out before anybody asks where it goes."""
    (tmp_path / "decisions").mkdir()
    decided = "- {id: D-1, who: ada, when: 2026-11-30, text: no tests}\n"
    (tmp_path / "decisions" / "d.yaml").write_text(decided, "utf-8")
    figures = run(tmp_path, AMOUNTS, MONEY.replace("POLICY", policy).replace("BECAUSE", "D-1"))
    bridges = figures["bridges"]
    assert sum(float(each["source_total"]) for each in bridges) == 150
    assert sum(each["source_lines"] for each in bridges) == 7
    assert sum(each["unreadable"] for each in bridges) == 3
    assert {each["object"]: float(each["target_total"]) for each in bridges} == {
        "orders_booking": 10, "orders_stay": 20, "orders_other": 40,
    }  # fmt: skip
    assert all(float(each["unexplained"]) == 0 for each in bridges)
    assert [t["amount"] for each in bridges for t in each["terms"] if t["name"] == "excluded"] == ["-80.00"]
    (gate,) = (each for each in figures["gates"] if each["name"] == "unreadable_amounts")
    assert gate["actual"] == "3"


def test_an_amount_that_a_rule_leaves_out_is_told_once(tmp_path: Path) -> None:
    figures = run(tmp_path, AMOUNTS, MONEY.replace("POLICY", "keep").replace(", because: BECAUSE", ""))
    told = [e for e in figures["exceptions"] if e["code"] == "left_out_amount"]
    assert [(e["object"], e["count"]) for e in told] == [("orders_booking", 1)]
