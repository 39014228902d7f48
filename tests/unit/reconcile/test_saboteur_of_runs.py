"""A saboteur in the target of a whole run: records loaded twice, records of nobody, records gone, and updates that did
not arrive, alone and together, beside cells and links that differ. Each is told once, with its cause, count and
records, and nothing else is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import mini_run
import pytest

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import write_sealed

ACCOUNTS, DEALS = 6, 24
FIELDS = ("name", "amount", "currency", "stage", "close_date")
Told = dict[tuple[str, str, str, str], set[str]]  # object, code, field, cause -> what is behind it

Line = dict[str, Any]


def plan() -> Plan:
    """Accounts and deals of one sheet."""
    whole = mini_run.plan()
    objects = tuple(each for each in whole.objects if each.name != "contacts")
    sources = tuple(each for each in whole.sources if each.name == "sheet")
    return whole.model_copy(update={"objects": objects, "sources": sources, "reconcile": mini_run.ReconcilePlan()})


@dataclass
class Target:
    """A run in which every second deal is an update, and what the saboteur left of its target."""

    random: Random
    told: Told = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    deals: list[Line] = field(init=False)
    planned: list[Line] = field(init=False)
    theirs: list[Line] = field(init=False)
    before: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        self.deals = [self._deal(number) for number in range(DEALS)]
        self.planned = [dict(line) for line in self.deals]
        self.theirs = [dict(line) for line in self.deals[1::2]]
        self.before = [{"target_id": f"s{n}", "__entity": None} for n in range(2)]

    def _deal(self, number: int) -> Line:
        return {
            "target_id": f"{number + 7}", "__entity": f"d{number}", "name": f"Teklif {number}",
            "company_id": f"a{number % ACCOUNTS}", "amount": f"{1000 + number * 97}.5{number % 9 + 1}",
            "currency": "EUR", "stage": ("open", "won")[number % 2], "close_date": f"2025-03-{number + 1:02}",
        }  # fmt: skip

    def free(self, of: range = range(DEALS)) -> int:
        """A deal that nobody has touched yet."""
        number = self.random.choice([each for each in of if each not in self.touched])
        self.touched.add(number)
        return number

    @property
    def fresh(self) -> int:
        """A number that no record has: it grows with every record that is touched, also where one goes."""
        return DEALS + len(self.touched)

    def tell(self, code: str, what: str, field: str = "", cause: str = "") -> None:
        self.told.setdefault(("deals", code, field, cause), set()).add(what)

    def line(self, number: int) -> Line:
        return next(line for line in self.deals if line["__entity"] == f"d{number}")


def _copied(target: Target, key: str | None, id: str) -> int:
    number = target.free()
    target.deals.append({**target.line(number), "target_id": id, "__entity": key and f"d{number}"})
    target.tell("doubled_record", f"sheet:{number} {number + 7} {id}")
    return number


def doubled(target: Target) -> None:
    """A record that was loaded twice, without our key: by another tool, or by a request that was sent again."""
    _copied(target, None, f"c{target.fresh}")


def doubled_before(target: Target) -> None:
    """The same with our key, and an id that comes before that of ours."""
    _copied(target, "d", f"0{target.fresh}")


def doubled_and_damaged(target: Target) -> None:
    """Loaded twice, and ours is what differs: the copy is no excuse for it."""
    number = _copied(target, "d", f"0{target.fresh}")
    target.line(number)["name"] = "Te"
    target.tell("truncated", f"sheet:{number}", "name", "truncated at 2")


def _stranger(target: Target, **cells: str) -> None:
    id = f"x{target.fresh}"
    target.deals.append({**target.line(target.free()), "target_id": id, "__entity": None, **cells})
    target.tell("unexpected_record", f"deals:{id}")


def somebody(target: Target) -> None:
    """A record that nobody sent: one cell is another, so it is no copy."""
    _stranger(target, amount="99.99")


def sibling(target: Target) -> None:
    """A record that says what one of ours says, of another company."""
    _stranger(target, company_id="a99")


def gone(target: Target) -> None:
    """A record that is not there any more: one loss, told with its row, and not by its id and by each cell again."""
    number = target.free(range(1, DEALS, 2))
    target.deals.remove(target.line(number))
    target.tell("target_lost", f"sheet:{number}")


def _stale(target: Target, field: str, old: str) -> None:
    number = target.free(range(1, DEALS, 2))
    for line in (target.theirs[number // 2], target.line(number)):
        line[field] = old
    target.planned[number]["__changed_fields"] = f'["{field}"]'
    target.tell("different", f"sheet:{number}", field, "stale")


def stale(target: Target) -> None:
    """The value of an earlier delivery: the update of it did not arrive."""
    _stale(target, "name", f"Eski {target.random.getrandbits(30)}")


def stale_day(target: Target) -> None:
    _stale(target, "close_date", "2024-12-24")


def stale_parent(target: Target) -> None:
    number = target.free(range(1, DEALS, 2))
    for line in (target.theirs[number // 2], target.line(number)):
        line["company_id"] = f"a{(number + 1) % ACCOUNTS}"
    target.planned[number]["__changed_fields"] = '["company_id"]'
    target.tell("different", f"sheet:{number}", "company", "stale")


def wrong_parent(target: Target) -> None:
    number = target.free()
    target.line(number)["company_id"] = f"a{(number + 1) % ACCOUNTS}"
    target.tell("wrong_parent", f"sheet:{number}", "company", "wrong parent")


KINDS: dict[str, Callable[[Target], None]] = {
    "doubled": doubled,
    "doubled before ours": doubled_before,
    "doubled and damaged": doubled_and_damaged,
    "somebody's": somebody,
    "a sibling": sibling,
    "gone": gone,
    "stale": stale,
    "stale day": stale_day,
    "stale parent": stale_parent,
    "wrong parent": wrong_parent,
}  # fmt: skip


def written(folder: Path, target: Target) -> Run:
    """The run on disk."""
    run = Run(folder, "r1")
    mini_run.write_tables(run, _sources() | _records(target) | _loaded(target))
    fact = {"path": "sheet.csv", "sha256": "0" * 64, "bytes": 10, "records": DEALS, "quarantined": 0}
    facts = {"files": [fact | {"counted": DEALS, "count_method": "quote parity"}], "columns": []}
    write_sealed(run.table("extract", "sheet") / "facts.json", facts)
    return run


def _sources() -> mini_run.Tables:
    rows = range(DEALS)
    return {
        ("extract", "sheet", "records"): [
            {"__row": n, "__file": 0, "__line": n + 2, "Nr": str(n), "Firma": f"Firma {n % ACCOUNTS}"} for n in rows
        ],
        ("extract", "sheet", "quarantine"): [],
        ("map", "accounts", "sheet", "records"): [
            {"__row": n, "__split": 0, "__key": f"Firma {n % ACCOUNTS}", "name": f"Firma {n % ACCOUNTS}"} for n in rows
        ],
        ("map", "accounts", "sheet", "set_aside"): [],
        ("map", "deals", "sheet", "set_aside"): [],
        ("link", "accounts", "nodes"): [
            {**_node(n), "__key": f"Firma {n}", "name": f"Firma {n}"} for n in range(ACCOUNTS)
        ],
        ("link", "accounts", "rows"): [_row(n, n % ACCOUNTS, n >= ACCOUNTS) for n in rows],
        ("link", "accounts", "set_aside"): [],
        ("link", "deals", "rows"): [_row(n, n, False) for n in rows],
        ("link", "deals", "set_aside"): [],
        ("dedupe", "accounts", "clusters"): [_single(n) for n in range(ACCOUNTS)],
        ("dedupe", "deals", "clusters"): [_single(n) for n in rows],
    }  # fmt: skip


def _node(n: int) -> Line:
    return {"__node": n, "__source": "sheet", "__key": str(n), "__row": n, "__split": 0, "__trust": 1}


def _row(n: int, node: int, folded: bool) -> Line:
    return {"__source": "sheet", "__row": n, "__split": 0, "__node": node, "folded": folded}


def _single(n: int) -> Line:
    return {"__node": n, "__cluster": n, "rule": "", "state": "single", "why": ""}


def _records(target: Target) -> mini_run.Tables:
    meant = [target._deal(n) for n in range(DEALS)]
    cells = [{name: line[name] for name in FIELDS} for line in meant]
    ready = {"__state": "ready", "__code": "", "__rule": "", "__field": "", "__message": ""}
    return {
        ("map", "deals", "sheet", "records"): [
            {"__row": n, "__split": 0, "__key": str(n), **line} for n, line in enumerate(cells)
        ],
        ("link", "deals", "nodes"): [_node(n) | line | {"company": n % ACCOUNTS} for n, line in enumerate(cells)],
        ("complete", "accounts", "entities"): [
            {"__cluster": n, **ready, "name": f"Firma {n}"} for n in range(ACCOUNTS)
        ],
        ("complete", "deals", "entities"): [
            {"__cluster": n, **ready, **line, "company": n % ACCOUNTS} for n, line in enumerate(cells)
        ],
    }  # fmt: skip


def _loaded(target: Target) -> mini_run.Tables:
    accounts = [{"target_id": f"t{n}", "__entity": f"a{n}", "name": f"Firma {n}"} for n in range(ACCOUNTS)]
    done = {"outcome": "loaded", "message": "", "batch": "b1"}
    actual = [_by_id(line) for line in target.deals]
    updates = [_by_id(line) for line in target.theirs]
    strangers = [line | {"name": "Eski"} for line in target.before]
    return {
        ("load", "accounts", "entities"): [
            {"__cluster": n, "__action": "create", "__code": "", **_without(line, "target_id")}
            for n, line in enumerate(accounts)
        ],
        ("load", "accounts", "outcomes"): [_ids(line) | done for line in accounts],
        ("load", "accounts", "before"): [],
        ("validate", "accounts", "after"): [_ids(line) for line in accounts],
        ("validate", "accounts", "actual"): accounts,
        ("load", "deals", "entities"): [
            {"__cluster": n, "__action": ("create", "update")[n % 2], "__code": "", **_without(line, "target_id")}
            for n, line in enumerate(target.planned)
        ],
        ("load", "deals", "outcomes"): [_ids(line) | done for line in target.planned],
        ("load", "deals", "before"): [_ids(line) for line in (*updates, *target.before)],
        ("load", "deals", "theirs"): [*updates, *strangers],
        ("validate", "deals", "after"): [_ids(line) for line in (*actual, *target.before)],
        ("validate", "deals", "actual"): [*actual, *strangers],
    }  # fmt: skip


def _ids(line: Line) -> Line:
    return {"target_id": line["target_id"], "__entity": line["__entity"]}


def _by_id(line: Line) -> Line:
    """A record of the target hangs on its parent by the target's id."""
    return line | {"company_id": line["company_id"].replace("a", "t")}


def _without(line: Line, *names: str) -> Line:
    return {name: cell for name, cell in line.items() if name not in names}


def said(found: Figures) -> Told:
    """Every exception with what is behind it; of a record that is there twice also the two ids."""
    told: Told = {}
    for each in found.exceptions:
        twice = each.code == "doubled_record"
        lines = {f"{e.record} {e.expected} {e.actual}" if twice else e.record for e in each.examples}
        assert each.count == len(lines), each.code
        told[each.object, each.code, each.field, each.rule] = lines
    return told


def found_by(folder: Path, target: Target) -> Figures:
    return reconcile(plan(), written(folder, target), mini_run.HEADER, "sql:mini")


def test_nothing_is_told_of_a_target_that_holds_what_was_loaded(tmp_path: Path) -> None:
    found = found_by(tmp_path, Target(Random(1)))
    assert (said(found), found.verdict) == ({}, "GO")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_by_itself(tmp_path: Path, kind: str) -> None:
    target = Target(Random(kind))
    KINDS[kind](target)
    found = found_by(tmp_path, target)
    assert said(found) == target.told
    assert found.verdict == "NO-GO"


def test_parents_are_named_by_their_keys(tmp_path: Path) -> None:
    """And not by an id of ours that nobody can look up."""
    target = Target(Random(1))
    wrong_parent(target)
    found = found_by(tmp_path, target)
    (told,) = (group.examples for group in found.exceptions if group.code == "wrong_parent")
    (shown,) = (link.examples for link in found.links if link.wrong)
    for example in (*told, *shown):
        assert re.fullmatch(r"sheet:Firma \d", f"{example.expected}") and re.fullmatch(
            r"sheet:.*\d", f"{example.actual}"
        )


@pytest.mark.cases(3)
@pytest.mark.parametrize("seed", range(24))
def test_any_of_them_together_are_found_and_nothing_else_is_told(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    target = Target(random)
    for kind in random.choices(list(KINDS), k=random.randint(2, 9)):
        KINDS[kind](target)
    assert said(found_by(tmp_path, target)) == target.told
