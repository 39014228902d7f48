"""Undo behind an API that loses answers, answers late or half, and is stopped anywhere: the CRM is as it was before."""

import csv
import random
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, counts
from company import ExistingPlan, Record, make_plan
from unsteady import FAULTS, LONGEST, FakeClock, Killed, Unsteady

from crm_migrate.connecting.contract import ENTITY, Limits, Target, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import CrmMigrateError, Interrupted, UsageError
from crm_migrate.stages.load.objects import target_objects
from crm_migrate.stages.undo import UndoReport
from crm_migrate.workspace.ledger import Ledger

ACCOUNTS: list[Record] = [{"id": f"a{n}", "name": f"Company {n}", "parent": f"a{(n + 1) % 4}"} for n in range(4)]
PEOPLE: list[Record] = [
    {"id": f"c{n}", "last_name": f"Person {n}", "email": f"p{n}@one.example", "company": f"a{n % 4}"} for n in range(9)
]
CHANGED: list[Record] = [{**row, "vip": "true", "company": "a9"} for row in PEOPLE[:3]]
LIMITS = Limits(rows=3, longest_seconds=LONGEST, settle_seconds=1)
Loaded = tuple[Path, Store, dict[str, Any]]  # the folder, the CRM, and what it held before
Script = Callable[[int, WriteBatch], str | None]


class Undone(Bench):
    """A company that was loaded twice into a CRM in memory, and the undo of the second load, in as many starts as it
    takes."""

    def __init__(self, folder: Path, store: Store) -> None:
        match = ExistingPlan(match=("email",), then="source_wins")
        super().__init__(folder, {}, make_plan(contacts={"existing": match}))
        self.store, self.clock, self.starts = store, FakeClock(), 0
        self.script: Script | None = None
        self.requests: list[tuple[str, tuple[str, ...]]] = []
        self.late: list[tuple[datetime, WriteBatch]] = []  # what was sent arrives, whoever has died meanwhile

    def open(self) -> Target:
        if self.script is None:
            return MemoryTarget(self.store)
        target = Unsteady(self.store, self.clock, self._struck, LIMITS)
        target.late = self.late
        return target

    def _struck(self, number: int, batch: WriteBatch) -> str | None:
        assert self.script is not None
        self.requests.append((batch.batch, tuple(batch.rows[ENTITY].to_pylist())))
        return self.script(len(self.requests), batch)

    def held(self) -> dict[str, dict[str, dict[str, str]]]:
        """What the CRM holds, by object and id: the fields that are filled."""
        return {
            name: {id: {n: cell for n, cell in each.items() if cell is not None} for id, each in records.items()}
            for name, records in self.store.records.items()
        }

    def until_done(self, script: Script, most: int = 40) -> UndoReport:
        self.script = script
        while True:
            self.starts += 1
            assert self.starts < most, "it never ends"
            try:
                return self.undo(clock=self.clock)
            except (Killed, CrmMigrateError) as error:
                assert not isinstance(error, CrmMigrateError) or "undo" in error.hint, error.hint
                self.clock.wait(self.clock.now() + timedelta(hours=17), lambda: False)
                with Ledger(self.company.project.ledger) as ledger:
                    assert ledger.verify() == []


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The folder and the CRM after the second load, and what the CRM held before that."""
    made = Undone(tmp_path_factory.mktemp("loaded") / "project", Store())
    MemoryTarget(made.store).prepare(target_objects(made.company.plan), apply=True)
    made.store.records["person"]["old"] = {ENTITY: None, "last_name": "Old", "email": "p8@one.example", "vip": None}
    made.load(accounts=[{"id": "a0", "name": "Company 0"}], contacts=[{**row, "company": "a0"} for row in PEOPLE[:3]])
    before = made.held()
    more = [*CHANGED, *PEOPLE[3:]]
    made.load(accounts=[*ACCOUNTS, {"id": "a9", "name": "Company 9"}], contacts=more)
    return made.company.folder, made.store, before


@pytest.fixture
def undone(loaded: Loaded, tmp_path: Path) -> Iterator[Undone]:
    shutil.copytree(loaded[0], tmp_path / "project")
    lock = loaded[1].lock
    store = Store(loaded[1].name, deepcopy(loaded[1].objects), deepcopy(loaded[1].records), list(loaded[1].made), lock)
    yield Undone(tmp_path / "project", store)


def test_no_fault_leaves_a_trace(undone: Undone, loaded: Loaded) -> None:
    faults = iter([*FAULTS, *FAULTS])
    report = undone.until_done(lambda number, batch: next(faults, None))
    assert undone.held() == loaded[2]
    assert next(faults, None) is None, "a fault that did not happen"
    accounts, contacts = report.objects
    assert (accounts.created, accounts.removed, accounts.changed, accounts.restored) == (4, 4, 1, 1)
    assert (contacts.created, contacts.removed, contacts.changed, contacts.restored) == (5, 5, 4, 4)
    assert not accounts.kept and not contacts.kept


def test_wherever_it_is_killed_the_next_start_goes_on(undone: Undone, loaded: Loaded) -> None:
    ends = {2: "kill after", 4: "kill before", 7: "lost after", 8: "kill before", 9: "stranger", 10: "kill after"}
    report = undone.until_done(lambda number, batch: ends.get(number))
    assert undone.starts == 6, "each of these ended a start"
    assert undone.held() == loaded[2]
    assert [o.unexplained for o in report.objects] == [0, 0]
    assert (report.writes, report.kept_list) == (14, "")
    undone.script = lambda number, batch: "kill before"
    assert undone.undo() == report, "a second undo sends nothing"
    undone.script = None
    again = undone.load(accounts=[*ACCOUNTS, {"id": "a9", "name": "Company 9"}], contacts=[*CHANGED, *PEOPLE[3:]])
    assert counts(again, "accounts") == {"create": 4, "update": 1}
    assert counts(again, "contacts") == {"create": 5, "update": 4}


def test_a_quota_stops_it_in_good_order_and_what_was_touched_meanwhile_stays(undone: Undone, loaded: Loaded) -> None:
    undone.script = lambda number, batch: "quota" if number == 4 else None
    with pytest.raises(Interrupted, match="takes no more requests before") as stopped:
        undone.undo(clock=undone.clock)
    assert (stopped.value.exit_code, "undo" in stopped.value.hint) == (75, True)
    people = undone.store.records["person"]
    touched = next(id for id, each in people.items() if each["last_name"] == "Person 5")
    people[touched]["email"] = "new@one.example"
    with pytest.raises(UsageError, match="was begun and is not finished"):
        undone.plan(accounts=ACCOUNTS, contacts=PEOPLE)
    report = undone.until_done(lambda number, batch: None)
    assert report.objects[1].kept == {"undo_touched": 1}
    assert report.objects[0].kept == {"undo_referred": 3}, "its company, and the chain of parents"
    assert undone.held()["person"] == {**loaded[2]["person"], touched: undone.held()["person"][touched]}
    companies = undone.held()["company"]
    parents = {each["name"]: companies[each["parent"]]["name"] for each in companies.values() if "parent" in each}
    assert parents == {f"Company {n}": f"Company {(n + 1) % 4}" for n in (1, 2, 3)}, "links that were emptied are back"


def test_what_arrives_after_its_sender_died_is_taken_back_too(tmp_path: Path) -> None:
    undone = Undone(tmp_path / "project", Store())
    MemoryTarget(undone.store).prepare(target_objects(undone.company.plan), apply=True)
    undone.plan(accounts=ACCOUNTS, contacts=PEOPLE)
    creates = iter(["late", "kill before"])
    undone.script = lambda number, batch: next(creates) if batch.batch.startswith("contacts/create") else None
    with pytest.raises(Killed):
        undone.execute()
    assert (len(undone.held()["company"]), len(undone.held()["person"])) == (4, 0)
    report = undone.until_done(lambda number, batch: None)
    assert (undone.late, undone.held()) == ([], {"company": {}, "person": {}})
    assert [(o.created, o.removed) for o in report.objects] == [(4, 4), (3, 3)]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_users_did_stays_and_all_else_is_as_before(undone: Undone, loaded: Loaded, seed: int) -> None:
    """Edits, notes, deletions, merges and new children of users, by dice, and an undo that loses answers meanwhile."""
    dice = random.Random(seed)
    records, done = undone.store.records, set()
    for name, id in [(name, id) for name, each in records.items() for id in each]:
        what = dice.choice(["edit", "delete", "key", "child", *["nothing"] * 6])
        if what == "edit":
            field = "name" if name == "company" else "last_name"
            records[name][id][field] = f"Edited {id}"
        elif what == "delete" and name == "person":
            del records[name][id]
        elif what == "key":
            records[name][id][ENTITY] = None
        elif what == "child" and name == "company":
            records["person"][f"child of {id}"] = {ENTITY: None, "last_name": "Child", "company": id}
            id = f"child of {id}"
            name = "person"
        else:
            continue
        done.add((name, id))
    after = undone.held()
    report = undone.until_done(lambda number, batch: dice.choice([*FAULTS, "kill after", *[None] * 12]))
    held = undone.held()
    assert [o.unexplained for o in report.objects] == [0, 0]
    assert {(name, id): held[name].get(id) for name, id in done} == {
        (name, id): after[name].get(id) for name, id in done
    }, "what somebody touched is as they left it"
    listed = {(line["object"], line["target_id"]) for line in _listed(report)}
    names = {"company": "accounts", "person": "contacts"}
    for of, each in {(name, id) for name in held for id in {*held[name], *loaded[2][name]}} - done:
        kept = (names[of], each) in listed
        assert held[of].get(each) == (after if kept else loaded[2])[of].get(each), (of, each)
    for name in held:
        for each in held[name].values():
            assert all(each.get(link) is None or each[link] in held["company"] for link in ("company", "parent"))


def _listed(report: UndoReport) -> list[dict[str, str]]:
    if not report.kept_list:
        return []
    with Path(report.kept_list).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
