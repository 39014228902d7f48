"""Records that were loaded apart and are one now: with the mapping's word the one that is left takes the other's place,
which goes once and journalled; where anything would be lost with it, it stays and somebody is told why."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from bench import Bench
from company import Record, RerunPlan, make_plan
from unsteady import FakeClock, Killed, Unsteady

from crm_migrate.connecting.contract import Limits, Target, TargetField, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import CrmMigrateError, UsageError
from crm_migrate.inspecting.explaining import explain
from crm_migrate.mapping.plan import CellPlan, FieldPlan, Plan
from crm_migrate.stages.load import execute_load
from crm_migrate.stages.reconcile.target_sets import target_set
from crm_migrate.workspace.ledger import Ledger
from crm_migrate.workspace.relations import relations

Script = Callable[[int, WriteBatch], str | None]
MERGE = RerunPlan(now_merged="merge")
ACCOUNTS: list[Record] = [{"id": "A", "name": "Quellhof"}, {"id": "B", "name": "Quellhof GmbH"}]
ONE: list[Record] = [ACCOUNTS[0], {**ACCOUNTS[1], "cluster": "A"}]
PEOPLE: list[Record] = [
    {"id": "1", "last_name": "Yılmaz", "company": "A"},
    {"id": "2", "last_name": "Öz", "company": "B"},
]
RELINKED: list[Record] = [PEOPLE[0], {**PEOPLE[1], "company": "A"}]


def merging(word: RerunPlan = MERGE) -> Plan:
    """Accounts that may be merged later, and consent in the record of an account."""
    plan = make_plan(accounts={"on_rerun": word})
    account = plan.objects[0]
    consent = FieldPlan(name="consent", type="consent", target="consent", cells={"crm": CellPlan(column="consent")})
    return plan.model_copy(
        update={"objects": (account.model_copy(update={"fields": (*account.fields, consent)}), plan.objects[1])}
    )


class Merging(Bench):
    """A company in a CRM in memory that loads two accounts, and then learns that they are one."""

    def __init__(self, folder: Path, plan: Plan | None = None) -> None:
        super().__init__(folder, {}, plan or merging())
        self.store, self.clock = Store(), FakeClock()
        self.script: Script | None = None
        self.requests: list[str] = []

    def open(self) -> Target:
        if self.script is None:
            return MemoryTarget(self.store)
        limits = Limits(rows=3, longest_seconds=0, settle_seconds=0)
        return Unsteady(self.store, self.clock, self._struck, limits)

    def _struck(self, number: int, batch: WriteBatch) -> str | None:
        assert self.script is not None
        self.requests.append(batch.batch)
        return self.script(len(self.requests), batch)

    def apart(self, accounts: list[Record] = ACCOUNTS, contacts: list[Record] = PEOPLE) -> None:
        self.load(accounts=accounts, contacts=contacts)

    def removals(self) -> list[tuple[str, str, str | None]]:
        """Target id, outcome and message of what was merged later."""
        return [(r["target_id"], r["outcome"], r["message"]) for r in self.rows("load", "accounts", "removals")]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Merging:
    """The two accounts, loaded apart, with a contact each."""
    b = Merging(tmp_path_factory.mktemp("apart") / "project")
    b.apart()
    return b


@pytest.fixture
def apart(loaded: Merging, tmp_path: Path) -> Merging:
    """A copy of that company and its CRM."""
    b = Merging(Path(shutil.copytree(loaded.company.folder, tmp_path / "project")))
    there = loaded.store
    b.store = Store(there.name, dict(there.objects), deepcopy(there.records), list(there.made))
    return b


def left(b: Merging) -> tuple[str, str]:
    """The ids of the account that is left and of the one that goes: the smaller entity is left."""
    first, second = sorted(b.store.records["company"].items(), key=lambda each: str(each[1]["__entity"]))
    return first[0], second[0]


def test_what_was_loaded_apart_becomes_one_and_a_second_run_writes_nothing(apart: Merging) -> None:
    b = apart
    stays, goes = left(b)
    plan = b.plan(accounts=ONE, contacts=RELINKED)
    assert [(o.object, o.remove) for o in plan.objects] == [("accounts", 1), ("contacts", 0)]
    assert [(s.record, s.message) for s in plan.objects[0].samples if s.action == "remove"] == [
        (f"accounts:{goes}", "merged into crm:A")
    ]
    b.execute()
    assert list(b.store.records["company"]) == [stays]
    assert {each["company"] for each in b.store.records["person"].values()} == {stays}
    assert b.removals() == [(goes, "removed", None)]
    assert b.run is not None
    (story,) = explain(b.company.plan, b.company.project, b.run, f"accounts:{goes}").records
    assert (story.action, "removed at the end of the load" in story.message) == ("now_merged", True)
    with relations(b.run, "reconcile") as tables:
        found = target_set(tables, "accounts")
    assert (found.before, found.after, found.removed, found.vanished, found.adds_up) == (2, 1, 1, 0, True)
    assert found.removed_ids == (goes,)
    again = b.load(accounts=ONE, contacts=RELINKED)
    assert (again.writes, again.objects[0].vanished, b.rows("load", "accounts", "removals")) == (0, 0, [])


def test_without_the_mappings_word_nothing_goes(tmp_path: Path) -> None:
    b = Merging(tmp_path, merging(RerunPlan()))
    b.apart()
    plan = b.load(accounts=ONE, contacts=RELINKED)
    assert (plan.objects[0].remove, len(b.store.records["company"])) == (0, 2)


def touched(b: Merging, goes: str) -> None:
    b.store.records["company"][goes]["revenue"] = "12"


def noted(b: Merging, goes: str) -> None:
    there = b.store.objects["company"]
    b.store.objects["company"] = replace(there, fields=(*there.fields, TargetField("note", "text")))
    b.store.records["company"][goes]["note"] = "call back"


def referred(b: Merging, goes: str) -> None:
    order = replace(
        b.store.objects["person"], name="orders", fields=(TargetField("buyer", "reference", reference="company"),)
    )
    b.store.objects["orders"], b.store.records["orders"] = order, {"o1": {"__entity": None, "buyer": goes}}


def ours_refers(b: Merging, goes: str) -> None:
    b.store.records["person"]["by hand"] = {"__entity": None, "last_name": "Doe", "company": goes}


REASONS = [
    (touched, "somebody has changed it: revenue", True),
    (touched, "somebody has changed it: revenue", False),
    (noted, "somebody has filled other fields of it", True),
    (referred, "referred to by orders.buyer", True),
    (ours_refers, "referred to by contacts.company", True),
]


@pytest.mark.cases(2)
@pytest.mark.parametrize(("happens", "reason", "late"), REASONS)
def test_what_would_lose_something_stays_with_the_reason(
    apart: Merging, happens: Callable[[Merging, str], None], reason: str, late: bool
) -> None:
    b = apart
    _, goes = left(b)
    if not late:
        happens(b, goes)
    plan = b.plan(accounts=ONE, contacts=RELINKED)
    assert plan.objects[0].remove == late
    if late:
        happens(b, goes)
    b.execute()
    assert goes in b.store.records["company"]
    assert b.removals() == [(goes, "kept", reason)]


def test_it_goes_as_soon_as_nothing_speaks_against_it(apart: Merging) -> None:
    b = apart
    stays, goes = left(b)
    ours_refers(b, goes)
    b.load(accounts=ONE, contacts=RELINKED)
    assert b.removals() == [(goes, "kept", "referred to by contacts.company")]
    b.store.records["person"]["by hand"]["company"] = stays
    b.load(accounts=ONE, contacts=RELINKED)
    assert (b.removals(), list(b.store.records["company"])) == ([(goes, "removed", None)], [stays])


def test_an_opt_out_never_goes_before_the_record_that_is_left_has_it(tmp_path: Path) -> None:
    b = Merging(tmp_path)
    refused = [{**row, "consent": "refused"} for row in ACCOUNTS]
    b.apart(accounts=refused)
    _, goes = left(b)
    allowed = [{**ONE[0], "consent": "granted"}, {**ONE[1], "consent": "granted"}]
    b.load(accounts=allowed, contacts=RELINKED)
    assert b.removals() == [(goes, "kept", "it refuses what the other record allows")]
    b.load(accounts=[{**each, "consent": "refused"} for each in allowed], contacts=RELINKED)
    assert b.removals() == [(goes, "removed", None)]


def test_a_record_stays_where_the_one_that_is_left_was_refused(apart: Merging) -> None:
    b = apart
    stays, goes = left(b)
    b.plan(accounts=[{**ONE[0], "name": "Quellhof & Co"}, ONE[1]], contacts=RELINKED)
    b.store.records["company"][stays]["__entity"] = "another key"
    b.execute()
    assert b.removals() == [(goes, "kept", "the other record is not written")]


def test_what_only_the_other_record_holds_does_not_go_with_it(tmp_path: Path) -> None:
    b = Merging(tmp_path)
    both = [{**row, "consent": "unknown"} for row in ACCOUNTS]
    b.apart(accounts=[{**both[0], "parent": "B"}, both[1]])
    b.load(accounts=[both[0], {**both[1], "cluster": "A"}], contacts=RELINKED)
    assert all(outcome == "kept" for _, outcome, _ in b.removals())


FATES = ["lost after", "kill before", "kill after", "busy"]


@pytest.mark.cases(1)
@pytest.mark.parametrize("fate", FATES)
def test_a_removal_happens_once_whatever_becomes_of_its_answer(apart: Merging, fate: str) -> None:
    b = apart
    stays, goes = left(b)
    b.plan(accounts=ONE, contacts=RELINKED)
    struck: list[str] = []

    def script(number: int, batch: WriteBatch) -> str | None:
        if batch.action == "remove" and not struck:
            struck.append(fate)
            return fate
        return None

    b.script = script
    for _ in range(5):
        try:
            b.execute()
            break
        except (Killed, CrmMigrateError):
            continue
    b.script = None
    assert struck == [fate]
    assert b.removals() == [(goes, "removed", None)]
    assert list(b.store.records["company"]) == [stays]
    with Ledger(b.company.project.ledger) as ledger:
        assert ledger.verify() == []
    assert b.load(accounts=ONE, contacts=RELINKED).writes == 0


def test_a_load_that_goes_on_asks_again_whether_a_record_may_go(apart: Merging) -> None:
    b = apart
    _, goes = left(b)
    b.plan(accounts=ONE, contacts=RELINKED)
    b.script = lambda number, batch: "kill before" if batch.action == "remove" else None
    with pytest.raises(Killed):
        b.execute()
    b.script = None
    touched(b, goes)
    b.execute()
    assert b.removals() == [(goes, "kept", "somebody has changed it: revenue")]


def test_a_run_that_removed_is_not_undone(apart: Merging) -> None:
    b = apart
    b.load(accounts=ONE, contacts=RELINKED)
    with pytest.raises(UsageError, match=r"1 record.* merged"):
        b.undo(apply=False)


def test_in_a_database_too(tmp_path: Path) -> None:
    plan = merging()
    b = Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path / 'crm.db'}"}, plan)
    b.load(accounts=ACCOUNTS, contacts=PEOPLE)
    b.sql("CREATE TABLE notes (company INTEGER REFERENCES company)")
    goes = max(b.there("accounts"), key=lambda each: str(each["__entity"]))["target_id"]
    b.sql(f"INSERT INTO notes VALUES ({goes})")
    b.load(accounts=ONE, contacts=RELINKED)
    assert [r["message"] for r in b.rows("load", "accounts", "removals")] == ["referred to by notes.company"]
    b.sql("DELETE FROM notes")
    b.plan(accounts=ONE, contacts=RELINKED)
    assert b.run is not None
    target = b.open()
    execute_load(plan, b.company.project, b.run, target)  # and nobody comes to remember it: the next run does
    target.close()
    assert [r["outcome"] for r in b.rows("load", "accounts", "removals")] == ["removed"]
    assert len(b.there("accounts")) == 1
    again = b.load(accounts=ONE, contacts=RELINKED)
    assert (again.writes, again.objects[0].vanished) == (0, 0)
