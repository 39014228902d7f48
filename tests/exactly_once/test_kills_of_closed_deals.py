"""Kill the loader while won and lost opportunities get their lines: in the end each is there once, and closed once."""

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from environments import MAPPED

from crm_migrate_simulators.dynamics import states
from crm_migrate_simulators.dynamics.work import Work
from exactly_once.simulated_crms import DynamicsEnvironment
from exactly_once.targets import opened
from exactly_once.warm import Child, Job, Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed loader is a fork of a warm parent"),
]

MAPPING = f"""\
crm_migrate: 1
project: {{name: killed}}
sources:
  deals: {{file: deals.csv, key: id}}
  lines: {{file: lines.csv, key: id}}
{MAPPED}objects:
  deals:
    from: deals
    fields: {{name: name, amount: amount, stage: stage, close_date: closed}}
  line_items:
    from: lines
    fields: {{deal: {{lines: deal, ref: deals}}, name: product, quantity: count, unit_price: price}}
"""
DEALS = 60
STATES = {"Won": 1, "Lost": 2, "Develop": 0}
# Where the loader is killed, and how often: lines are sent behind deals, and closings behind lines.
KILLS = ("send", "send", "send", "links", "links", "links", "validate")


def stage(deal: int) -> str:
    return [*STATES][deal % 3]


def project(folder: Path) -> Path:
    folder.mkdir()
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    deals = [f"{n},Deal {n},{n}00,{stage(n)},2019-03-{n % 28 + 1:02}" for n in range(DEALS)]
    (folder / "deals.csv").write_text("\n".join(["id,name,amount,stage,closed", *deals, ""]), encoding="utf-8")
    lines = [f"{n}{part},{n},{part} {n},1,{n}" for n in range(DEALS) for part in "ab"]
    (folder / "lines.csv").write_text("\n".join(["id,deal,product,count,price", *lines, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def closings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each opportunity was closed, by its id."""
    counted, really = Counter[str](), states.closed

    def counting(work: Work, action: str, body: Any, columns: Any) -> tuple[str, dict[str, Any]]:
        id, values = really(work, action, body, columns)
        counted[id] += 1
        return id, values

    monkeypatch.setattr(states, "closed", counting)
    return counted


def closed(place: DynamicsEnvironment) -> Counter[tuple[str, int, str]]:
    """Name, state and day of every opportunity, as often as it is there."""
    deals = (each.values for each in place.server.engine.store.all("opportunity"))
    return Counter((each["name"], each["statecode"], str(each.get("actualclosedate"))) for each in deals)


def lined(place: DynamicsEnvironment) -> Counter[tuple[str, str]]:
    """Opportunity and product of every line, as often as it is there."""
    store = place.server.engine.store
    names = {each.id: str(each.values["name"]) for each in store.all("opportunity")}
    lines = (each.values for each in store.all("opportunityproduct"))
    return Counter((names[each["opportunityid"]], str(each["productdescription"])) for each in lines)


CLOSED = sum(STATES[stage(n)] > 0 for n in range(DEALS))
TRUTH = Counter(
    (f"Deal {n}", STATES[stage(n)], f"2019-03-{n % 28 + 1:02}" if STATES[stage(n)] else "None") for n in range(DEALS)
)
LINES = Counter((f"Deal {n}", f"{part} {n}") for n in range(DEALS) for part in "ab")


def until_closed(child: Child, closings: Counter[str], wanted: int) -> None:
    """Let it work until so many are closed, or it ends."""
    while child.ended is None and len(closings) < min(wanted, CLOSED):
        child.wait(0.002)


@pytest.mark.cases(1)
def test_closed_deals_with_lines_are_there_and_closed_once(warm: Warm, tmp_path: Path, closings: Counter[str]) -> None:
    folder, said, dice = project(tmp_path / "project"), tmp_path / "said", random.Random(11)
    with opened("dynamics", folder, patience=2) as place:
        assert isinstance(place, DynamicsEnvironment)

        def job(*words: str) -> Job:
            return Job((*words, str(folder)), place.variables, str(said))

        assert warm.run(job("target", "prepare")).code == 0, said.read_text("utf-8")
        hits, amid = Counter[str](), set[int]()
        for seam in KILLS:
            child = warm.start(job("resume" if hits else "run"))
            if child.reach(seam):
                child.wait(dice.uniform(0, warm.usual(seam)))
            if seam == "links":  # however fast the machine is: some are closed now, and others are not
                until_closed(child, closings, len(closings) + dice.randint(1, CLOSED // 4))
            hits[child.seam] += child.kill().code == -9
            amid.add(len(closings))
        assert hits["send"] and hits["links"], f"it was hardly killed: {hits}"
        assert amid - {0, CLOSED}, "it was never killed between two closings"
        assert [warm.run(job("resume")).code for _ in range(2)][-1] == 0, said.read_text("utf-8")[-2000:]
        assert (closed(place), lined(place)) == (TRUTH, LINES)
        assert Counter(closings.values()) == {1: CLOSED}, "each once, behind its lines"
        log = place.server.engine.log
        assert max(Counter(each.key for each in log.creations if each.request and each.key).values()) == 1
