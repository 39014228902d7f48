"""Households, and the tasks that typed references hang on people and deals, in the CRM servers that have them."""

import json
import re
from pathlib import Path
from typing import Any

import amagis
import bottles
import pytest
import trytons
from click.testing import CliRunner

from crm_migrate.cli import cli

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.sweep("tests/contract writes and reads these objects in the same servers"),
]

FILES = {
    "haus.csv": "id,name,city\n1,Familie Demir,Bursa\n2,Familie Kaya,Izmir\n",
    "kisi.csv": "id,first,last,mail,haus,dead\n7,Ali,Demir,ali@x.example,1,\n8,Ece,Demir,ece@x.example,1,true\n"
    "9,Can,Kaya,can@x.example,2,\n",
    "firsat.csv": "id,name,kisi\n5,Roof,7\n",
    "gorev.csv": "id,name,state,due,kind,of\n1,Ring,Not started,2026-12-01,Contact,7\n2,Offer,Completed,,Deal,5\n"
    "3,Loose,Completed,,,\n",
}
HEAD = """crm_migrate: 1
project: {name: elsewhere, locale: tr-TR}
sources:
  haus: {file: haus.csv, key: id}
  kisi: {file: kisi.csv, key: id}
MORE
environments:
  there: {connector: CONNECTOR, OPTIONS}
objects:
  households: {from: haus, fields: {name: name, city: city}}
  contacts:
    from: kisi
    fields: {NAMES, email: mail, is_deceased: dead, household: haus}
"""
TASKS = """  deals: {from: firsat, fields: {name: name, DEAL}}
  tasks:
    from: gorev
    fields:
      subject: name
      status: state
      due_date: {gorev: due, type: date, to: due_date}
      done: {gorev: "= state = 'Completed'", type: boolean, to: done}
    about: {ref_by: {type: kind, id: of, map: {Contact: contacts, Deal: deals}}}
"""


def moved(folder: Path, text: str, options: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures of two runs."""
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")
    listed = ", ".join(f'{name}: "env:THERE_{name.upper()}"' for name in options)
    (folder / "crm-migrate.yaml").write_text(text.replace("OPTIONS", listed), "utf-8")
    environment = {f"THERE_{name.upper()}": value for name, value in options.items()}
    assert CliRunner(env=environment).invoke(cli, ["target", "prepare", str(folder)]).exit_code == 0
    runs = [CliRunner(env=environment).invoke(cli, ["run", str(folder), "--json"]) for _ in range(2)]
    first, second = (json.loads(done.stdout)["figures"] for done in runs)
    return first, second


def states(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["object"]: {k: n for k, n in line["states"].items() if n} for line in figures["accounting"]}


def wrong(figures: dict[str, Any]) -> list[Any]:
    fields = [(f["object"], f["field"], f["classes"]) for f in figures["fields"] if f["matched"] != f["compared"]]
    links = [line for line in figures["links"] if line["expected"] != line["present"] or line["extra"]]
    return [*fields, *links, *(line for line in figures["accounting"] if line["unexplained"])]


@pytest.mark.tryton
def test_households_are_parties_of_their_own_kind_in_tryton(tmp_path: Path) -> None:
    text = HEAD.replace("MORE\n", "").replace("CONNECTOR", "tryton")
    names = "full_name: \"= concat(first, ' ', last)\""
    first, second = moved(tmp_path, text.replace("NAMES", names), trytons.fresh().options)
    assert states(first) == {"households": {"created": 2}, "contacts": {"created": 3}}
    assert (wrong(first), states(second)) == ([], {"households": {"unchanged": 2}, "contacts": {"unchanged": 3}})


@pytest.mark.amagi
def test_households_and_tasks_in_amagi_crm(tmp_path: Path) -> None:
    more = "  firsat: {file: firsat.csv, key: id}\n  gorev: {file: gorev.csv, key: id}\n"
    text = (
        (HEAD + TASKS)
        .replace("MORE\n", more)
        .replace("CONNECTOR", "amagi")
        .replace("NAMES", "first_name: first, last_name: last")
    )
    text = text.replace(", DEAL", "")
    first, second = moved(tmp_path, text, amagis.fresh().options)
    counts = {"households": 2, "contacts": 3, "deals": 1, "tasks": 3}
    assert states(first) == {name: {"created": count} for name, count in counts.items()}
    assert (wrong(first), states(second)) == ([], {name: {"unchanged": count} for name, count in counts.items()})


@pytest.mark.bottle
def test_households_tickets_and_tasks_in_bottle_crm_and_back(tmp_path: Path) -> None:
    more = "  firsat: {file: firsat.csv, key: id}\n  gorev: {file: gorev.csv, key: id}\n"
    tasks = (
        re.sub(r"      (status|done): .*\n", "", TASKS)
        + """      status: {gorev: "= if(state = 'Completed', state, 'New')"}
      priority: {constant: Low}
  tickets: {from: gorev, fields: {subject: name, status: {constant: New}, priority: {constant: High}, number: id}}
"""
    )
    tasks = re.sub(r"(    about: .*\n)(.*\n.*\n)", r"\2\1", tasks).replace(", DEAL", "")
    text = (HEAD + tasks).replace("MORE\n", more).replace("CONNECTOR", "bottle")
    text = text.replace("NAMES", "first_name: first, last_name: last")
    bottle = bottles.fresh()
    theirs = bottle.ask("POST", "/api/accounts/", {"name": "Theirs"})["id"]
    first, second = moved(tmp_path, text, bottle.options)
    counts = {"households": 2, "contacts": 3, "deals": 1, "tasks": 3, "tickets": 3}
    assert states(first) == {name: {"created": count} for name, count in counts.items()}
    assert (wrong(first), states(second)) == ([], {name: {"unchanged": count} for name, count in counts.items()})
    environment = {f"THERE_{name.upper()}": value for name, value in bottle.options.items()}
    run = sorted(path.name for path in (tmp_path / "reports").iterdir())[0]
    assert CliRunner(env=environment).invoke(cli, ["undo", str(tmp_path), run, "--apply"]).exit_code == 0
    assert {model: [each["id"] for each in bottle.rows(model)] for model in bottles.MODELS} == {
        model: [theirs] if model == "accounts" else [] for model in bottles.MODELS
    }
    assert len(bottle.witnessed("create")) == len(bottle.witnessed("delete")) + 1 == sum(counts.values()) + 1
