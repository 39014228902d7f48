"""Modes of an object: only new records, only those that are there, or both; what is left out is accounted for."""

from pathlib import Path
from typing import Any

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import Company, ExistingPlan, Record, RefPlan, RerunPlan, make_plan

ADA: Record = {"id": "1", "last_name": "Ada", "email": "ada@one.example"}
BEA: Record = {"id": "4", "last_name": "Bea", "email": "bea@one.example"}


def opened(tmp_path: Path, **objects: Any) -> Bench:
    return Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path / 'crm.db'}"}, make_plan(**objects))


def turned(bench: Bench, **objects: Any) -> Bench:
    """The same project after somebody has changed the words of its mapping."""
    bench.company = Company(bench.company.folder, make_plan(**objects))
    return bench


def lines(bench: Bench, name: str) -> dict[str, tuple[str, str | None]]:
    return {row["last_name"]: (row["action"], row["code"]) for row in bench.rows("load", name, "entities")}


def test_insert_only_creates_what_is_new_and_changes_nothing(tmp_path: Path) -> None:
    bench = opened(tmp_path, contacts={"mode": "insert_only"})
    assert counts(bench.load(contacts=[ADA]), "contacts") == {"create": 1}
    rows = [{**ADA, "email": "ada@two.example", "vip": "true"}, BEA]
    plan = bench.load(contacts=rows)
    assert counts(plan, "contacts") == {"create": 1, "excluded": 1}
    assert lines(bench, "contacts") == {"Ada": ("excluded", "not_updated"), "Bea": ("create", None)}
    (told,) = (sample.message for sample in plan.objects[1].samples if sample.code == "not_updated")
    assert told == "the mode creates only; this would change: email, vip"
    assert {row["email"] for row in bench.there("contacts")} == {"ada@one.example", "bea@one.example"}
    turned(bench)
    assert counts(bench.load(contacts=rows), "contacts") == {"update": 1, "unchanged": 1}, "nothing is forgotten"
    assert {row["email"] for row in bench.there("contacts")} == {"ada@two.example", "bea@one.example"}


def test_insert_only_knows_no_conflict(tmp_path: Path) -> None:
    bench = opened(tmp_path, contacts={"mode": "insert_only"})
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@users.example'")
    assert counts(bench.load(contacts=[{**ADA, "email": "ada@two.example"}]), "contacts") == {"excluded": 1}
    assert bench.there("contacts")[0]["email"] == "ada@users.example"
    turned(bench)
    bench.load(contacts=[{**ADA, "email": "ada@two.example"}])
    assert waiting(bench, "contacts") == {"target_conflict": "held"}, "what was edited then is still an edit"


def test_insert_only_leaves_alone_what_stands_there_already(tmp_path: Path) -> None:
    existing = ExistingPlan(match=("email",), then="source_wins")
    bench = opened(tmp_path, accounts={"mode": "insert_only"}, contacts={"existing": existing, "mode": "insert_only"})
    bench.load(accounts=ACCOUNTS, contacts=[])
    bench.sql("INSERT INTO person (last_name, email) VALUES ('Old', 'ada@one.example')")
    assert counts(bench.load(accounts=ACCOUNTS, contacts=[ADA, BEA]), "contacts") == {"create": 1, "excluded": 1}
    assert lines(bench, "contacts")["Ada"] == ("excluded", "not_adopted")
    (old,) = (row for row in bench.there("contacts") if row["last_name"] == "Old")
    assert old["__entity"] is None


def test_update_only_changes_what_is_there_and_creates_nothing(tmp_path: Path) -> None:
    bench = opened(tmp_path, contacts={"mode": "upsert"})
    bench.load(contacts=[ADA])
    turned(bench, contacts={"mode": "update_only"})
    plan = bench.load(contacts=[{**ADA, "vip": "true"}, BEA])
    assert counts(plan, "contacts") == {"update": 1, "excluded": 1}
    assert plan.objects[1].codes == {"not_created": 1}
    assert [(row["last_name"], row["vip"]) for row in bench.there("contacts")] == [("Ada", "true")]


def test_update_only_adopts_what_it_finds(tmp_path: Path) -> None:
    existing = ExistingPlan(match=("email",), then="source_wins")
    bench = opened(tmp_path, contacts={"existing": existing, "mode": "update_only"})
    bench.load(contacts=[])
    bench.sql("INSERT INTO person (last_name, email) VALUES ('Old', 'ada@one.example')")
    assert counts(bench.load(contacts=[ADA, BEA]), "contacts") == {"update": 1, "excluded": 1}
    assert [row["last_name"] for row in bench.there("contacts")] == ["Ada"]


@pytest.mark.cases(1)
@pytest.mark.parametrize("policy", ["hold", "exclude", "clear"])
def test_children_of_a_record_that_is_not_created_wait(tmp_path: Path, policy: Any) -> None:
    company = RefPlan(object="accounts", parent_excluded=policy)
    bench = opened(tmp_path, accounts={"mode": "update_only"}, company=company)
    plan = bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "accounts") == {"excluded": 2}
    assert counts(plan, "contacts") == {"held": 2}
    told = {sample.message for sample in plan.objects[1].samples}
    assert told == {"company: its parent is excluded (not_created)"}
    assert bench.there("contacts") == []
    turned(bench, company=company)
    assert counts(bench.load(accounts=ACCOUNTS, contacts=CONTACTS), "contacts") == {"create": 2}


def test_children_of_what_somebody_else_has_made_wait_too(tmp_path: Path) -> None:
    existing = ExistingPlan(match=("name",))
    bench = opened(tmp_path, accounts={"mode": "insert_only", "existing": existing})
    bench.load(accounts=[], contacts=[])
    bench.sql("INSERT INTO company (name) VALUES ('Işık Makine')")
    plan = bench.plan(accounts=[{"id": "A", "name": "Işık Makine"}], contacts=[{**ADA, "company": "A"}])
    assert (counts(plan, "accounts"), counts(plan, "contacts")) == ({"excluded": 1}, {"held": 1})
    assert [sample.message for sample in plan.objects[1].samples] == ["company: its parent is excluded (not_adopted)"]


def test_children_of_a_record_that_is_only_not_changed_are_created(tmp_path: Path) -> None:
    bench = opened(tmp_path, accounts={"mode": "insert_only"})
    bench.load(accounts=[{"id": "A", "name": "Işık Makine"}], contacts=[])
    renamed: list[Record] = [{"id": "A", "name": "Işık Makine AŞ"}]
    plan = bench.load(accounts=renamed, contacts=[{**ADA, "company": "A"}])
    assert (counts(plan, "accounts"), counts(plan, "contacts")) == ({"excluded": 1}, {"create": 1})
    (ada,), (account,) = bench.there("contacts"), bench.there("accounts")
    assert (ada["company"], account["name"]) == (account["target_id"], "Işık Makine")


def test_insert_only_writes_the_links_of_what_it_creates(tmp_path: Path) -> None:
    bench = opened(tmp_path, accounts={"mode": "insert_only"})
    bench.load(accounts=ACCOUNTS)
    firms = {row["name"]: row for row in bench.there("accounts")}
    assert firms["Işık Makine"]["parent"] == firms["Weiß & Söhne"]["target_id"]


def test_insert_only_removes_nothing(tmp_path: Path) -> None:
    merge = RerunPlan(now_merged="merge")
    bench = opened(tmp_path, contacts={"on_rerun": merge})
    bench.load(contacts=[ADA, {**ADA, "id": "2"}])
    turned(bench, contacts={"on_rerun": merge, "mode": "insert_only"})
    bench.load(contacts=[ADA, {**ADA, "id": "2", "cluster": "1"}])
    assert [row["message"] for row in bench.rows("load", "contacts", "removals")] == ["the mode creates only"]
    assert len(bench.there("contacts")) == 2
