"""Opportunities with lines in a simulated Dataverse: closed behind their lines by one load, changed by the next."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo.finished_run import FinishedRun
from environments import MAPPED, SECRET, Environment
from moved import left

from crm_migrate_simulators.dynamics import states
from crm_migrate_simulators.dynamics.work import Work

MAPPING = (
    """\
crm_migrate: 1
sources:
  deals: {file: deals.csv, key: id}
  lines: {file: lines.csv, key: id}
"""
    + MAPPED
    + """\
objects:
  deals:
    from: deals
    fields:
      name: name
      amount: amount
      stage: stage
      close_date: closed
  line_items:
    from: lines
    fields:
      deal: {lines: deal, ref: deals}
      name: product
      quantity: count
      unit_price: price
"""
)
DEALS = {1: ("Press", 500, "Won"), 2: ("Lathe", 80, "Lost"), 3: ("Drill", 70, "Develop"), 4: ("Saw", 9, "Won")}
LINES = {1: (1, "Press", 2, 200), 2: (1, "Setup", 1, 100), 3: (2, "Lathe", 1, 80), 4: (3, "Drill", 1, 70)}


def exported(folder: Path, deals: dict[int, Any], lines: dict[int, Any]) -> Path:
    """Deals of 2019, each closed on a day of its own, and their lines; the fourth has none."""
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    rows = [f"{id},{name},{amount},{stage},2019-03-{id:02}" for id, (name, amount, stage) in deals.items()]
    (folder / "deals.csv").write_text("\n".join(["id,name,amount,stage,closed", *rows, ""]), encoding="utf-8")
    rows = [f"{id},{','.join(map(str, line))}" for id, line in lines.items()]
    (folder / "lines.csv").write_text("\n".join(["id,deal,product,count,price", *rows, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    made = Environment()
    monkeypatch.setenv("CRM_URL", made.url)
    monkeypatch.setenv("CRM_SECRET", SECRET)
    yield made
    made.stop()


def held(environment: Environment) -> tuple[dict[str, object], dict[str, object]]:
    """Opportunities and lines by name: state and day of closing; opportunity, quantity and amount."""
    store = environment.server.engine.store
    deals = {each.id: each.values for each in store.all("opportunity")}
    told: dict[str, object] = {
        str(each["name"]): (each["statecode"], each.get("actualclosedate")) for each in deals.values()
    }
    lines: dict[str, object] = {
        str(each.values["productdescription"]): (
            deals[each.values["opportunityid"]]["name"], each.values["quantity"], each.values["extendedamount"])
        for each in store.all("opportunityproduct")
    }  # fmt: skip
    return told, lines


@pytest.fixture
def closings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each opportunity was closed, by its name."""
    counted, really = Counter[str](), states.closed

    def counting(work: Work, action: str, body: Any, columns: Any) -> tuple[str, dict[str, Any]]:
        id, values = really(work, action, body, columns)
        record = work.store.get("opportunity", id)
        assert record is not None
        counted[str(record.values["name"])] += 1
        return id, values

    monkeypatch.setattr(states, "closed", counting)
    return counted


WON, LOST = (1, "2019-03-01"), (2, "2019-03-02")


@pytest.mark.timeout(300)
def test_closed_opportunities_get_their_lines_in_one_run(
    environment: Environment, closings: Counter[str], tmp_path: Path
) -> None:
    project = exported(tmp_path, DEALS, LINES)
    assert left("target", "prepare", project) == 0
    assert left("run", project) == 0
    deals, lines = held(environment)
    assert deals == {"Press": WON, "Lathe": LOST, "Drill": (0, None), "Saw": (1, "2019-03-04")}
    assert lines == {"Press": ("Press", 2, 400.0), "Setup": ("Press", 1, 100.0), "Lathe": ("Lathe", 1, 80.0),
                     "Drill": ("Drill", 1, 70.0)}  # fmt: skip
    assert closings == {"Press": 1, "Lathe": 1, "Saw": 1}, "behind their lines, and once"
    run = FinishedRun(project)
    assert [line for line in run.figures["accounting"] if line.get("unexplained")] == []
    assert [field for field in run.figures["fields"] if field["matched"] < field["compared"]] == []
    assert left("run", project) == 0
    assert held(environment) == (deals, lines)


@pytest.mark.timeout(300)
def test_lines_of_closed_opportunities_come_change_and_go_again(environment: Environment, tmp_path: Path) -> None:
    project = exported(tmp_path, DEALS, LINES)
    assert left("target", "prepare", project) == 0
    assert left("run", project) == 0
    deals, before = held(environment)
    later = {**LINES, 1: (1, "Press", 3, 200), 5: (2, "Tax", 1, 16), 6: (4, "Saw", 1, 9)}
    assert left("run", exported(project, {**DEALS, 3: ("Drill", 70, "Lost")}, later)) == 0
    after = {**before, "Press": ("Press", 3, 600.0), "Tax": ("Lathe", 1, 16.0), "Saw": ("Saw", 1, 9.0)}
    assert held(environment) == ({**deals, "Drill": (2, "2019-03-03")}, after)
    assert left("undo", project, FinishedRun(project).folder.name, "--apply") == 0
    assert held(environment) == (deals, before)
