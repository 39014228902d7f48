"""Plan and execute loads into SQLite and PostgreSQL: what a consultant relies on, one sentence a test."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import ExistingPlan, Record, RefPlan, RerunPlan, make_plan
from databases import KINDS, options

from crm_migrate.errors import Interrupted, TargetConflict
from crm_migrate.stages.load.objects import target_objects
from crm_migrate.workspace.parts import tables
from crm_migrate_sql.target import SqlTarget

MakeBench = Callable[..., Bench]
# What the database itself has a part in: its constraints, its transactions, its ways to find what is there.
BY_THE_DATABASE = (
    "test_records_arrive_once_with_their_links",
    "test_a_second_run_writes_nothing",
    "test_children_of_a_refused_parent_are_held_never_unlinked",
    "test_a_link_that_waited_for_a_refused_parent_is_written_later",
    "test_a_record_that_is_there_already_takes_our_key",
    "test_a_lost_memory_is_rebuilt_from_the_target",
    "test_stopping_between_batches_and_going_on",
    "test_a_target_that_lost_batches_is_noticed",
)


@pytest.fixture(params=KINDS[:2])  # MariaDB: test_load_mariadb.py
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBench]:
    by_the_database = request.node.originalname in BY_THE_DATABASE
    if request.param != "sqlite" and not by_the_database and not request.config.getoption("--soak"):
        pytest.skip("decided before the database is asked: make soak ARGS=sweeps")
    where = options(request.param, tmp_path)
    yield lambda **words: Bench(tmp_path / "project", where, make_plan(**words))


def prepare(b: Bench) -> None:
    """The tables are there before the load is planned."""
    target = SqlTarget(b.where)
    target.prepare(target_objects(b.company.plan), apply=True)
    target.close()


def take_name(b: Bench, name: str) -> None:
    """What no plan can know: after it somebody else took a name, and the target has each name once from now on."""
    b.sql(f"INSERT INTO company (name) VALUES ('{name}')")
    b.sql("CREATE UNIQUE INDEX each_name_once ON company (name)")


def test_records_arrive_once_with_their_links(bench: MakeBench) -> None:
    b = bench()
    plan = b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "accounts") == {"create": 2}
    assert counts(plan, "contacts") == {"create": 2}
    companies = {row["name"]: row for row in b.there("accounts")}
    assert companies["Işık Makine"]["revenue"] == "1250000.50"
    assert companies["Işık Makine"]["parent"] == companies["Weiß & Söhne"]["target_id"]
    people = {row["last_name"]: row for row in b.there("contacts")}
    assert people["Yılmaz"]["company"] == companies["Işık Makine"]["target_id"]
    assert (people["Yılmaz"]["vip"], people["Yılmaz"]["birth_date"]) == ("true", "1980-02-28")
    outcomes = b.rows("load", "contacts", "outcomes")
    assert {row["outcome"] for row in outcomes} == {"loaded"}
    assert {row["target_id"] for row in outcomes} == {
        row["target_id"] for row in b.rows("validate", "contacts", "after")
    }
    assert b.rows("load", "contacts", "before") == []


def test_planning_writes_nothing(bench: MakeBench) -> None:
    b = bench()
    plan = b.plan(accounts=ACCOUNTS, contacts=CONTACTS)
    assert plan.prepare
    target = SqlTarget(b.where)
    assert target.describe(["company", "person"]).objects == ()
    target.close()


def test_a_second_run_writes_nothing(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    plan = b.load(accounts=ACCOUNTS[::-1], contacts=CONTACTS[::-1])
    assert counts(plan, "accounts") == {"unchanged": 2}
    assert counts(plan, "contacts") == {"unchanged": 2}
    assert plan.writes == 0
    assert b.rows("load", "contacts", "outcomes") == []


def test_the_plan_hash_is_of_what_happens(bench: MakeBench) -> None:
    b = bench()
    first = b.plan(accounts=ACCOUNTS, contacts=CONTACTS)
    assert b.plan(accounts=ACCOUNTS, contacts=CONTACTS).hash == first.hash
    assert b.plan(accounts=ACCOUNTS, contacts=CONTACTS[:2]).hash != first.hash


def test_only_what_changed_is_written_and_empty_never_overwrites(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    changed = [{**CONTACTS[0], "email": None, "vip": "false"}, CONTACTS[1], CONTACTS[2]]
    plan = b.load(accounts=ACCOUNTS, contacts=changed)
    assert counts(plan, "contacts") == {"update": 1, "unchanged": 1}
    row = next(r for r in b.there("contacts") if r["last_name"] == "Yılmaz")
    assert (row["vip"], row["email"]) == ("false", "ayse@isik.example")


def test_clear_says_that_empty_overwrites(bench: MakeBench) -> None:
    b = bench(clear=True)
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    b.load(accounts=ACCOUNTS, contacts=[{**CONTACTS[0], "email": None}, CONTACTS[1], CONTACTS[2]])
    assert all(row["email"] is None for row in b.there("contacts"))


def test_a_user_s_change_is_never_overwritten(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    b.sql("UPDATE person SET email = 'new@isik.example' WHERE last_name = 'Yılmaz'")
    plan = b.load(
        accounts=ACCOUNTS,
        contacts=[{**CONTACTS[0], "vip": "false", "email": "ours@isik.example"}, CONTACTS[1], CONTACTS[2]],
    )
    assert counts(plan, "contacts") == {"held": 1, "unchanged": 1}
    assert [code for o in plan.objects for code in o.codes] == ["target_conflict"]
    row = next(r for r in b.there("contacts") if r["last_name"] == "Yılmaz")
    assert (row["vip"], row["email"]) == ("true", "new@isik.example")


def test_a_deleted_record_is_not_made_again(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    b.sql("DELETE FROM person WHERE last_name = 'Öz'")
    plan = b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert waiting(b, "contacts") == {"target_record_gone": "held"}
    assert plan.writes == 0


def test_children_of_a_held_parent_wait_down_the_chain(bench: MakeBench) -> None:
    b = bench()
    accounts = [{**ACCOUNTS[0]}, {**ACCOUNTS[1], "state": "held", "code": "key_conflict"}]
    plan = b.load(accounts=accounts, contacts=CONTACTS)
    assert counts(plan, "accounts") == {"held": 2}
    assert counts(plan, "contacts") == {"held": 2}
    assert waiting(b, "contacts") == {"parent_held": "held"}
    assert b.there("contacts") == []


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "policy, expected", [("exclude", {"excluded": 1}), ("hold", {"held": 1}), ("clear", {"create": 1})]
)
def test_what_becomes_of_the_children_of_an_excluded_parent(
    bench: MakeBench, policy: Any, expected: dict[str, int]
) -> None:
    b = bench(company=RefPlan(object="accounts", parent_excluded=policy))
    plan = b.load(accounts=[{**ACCOUNTS[1], "state": "excluded"}], contacts=[CONTACTS[2]])
    assert counts(plan, "contacts") == expected


def test_children_of_a_refused_parent_are_held_never_unlinked(bench: MakeBench) -> None:
    b = bench()
    prepare(b)
    b.plan(
        accounts=[*ACCOUNTS, {"id": "C", "name": "Taken"}],
        contacts=[*CONTACTS, {"id": "4", "last_name": "Kaya", "company": "C"}],
    )
    take_name(b, "Taken")
    result = b.execute()
    assert {o.object: (o.loaded, o.rejected, o.held) for o in result.objects} == {
        "accounts": (2, 1, 0),
        "contacts": (2, 0, 1),
    }
    assert waiting(b, "contacts") == {"parent_held": "held"}
    assert "Kaya" not in {row["last_name"] for row in b.there("contacts")}
    assert {f.code for f in result.findings()} == {"target_refused", "parent_held"}
    mended = b.load(
        accounts=[*ACCOUNTS, {"id": "C", "name": "Celik"}],
        contacts=[*CONTACTS, {"id": "4", "last_name": "Kaya", "company": "C"}],
    )
    assert counts(mended, "contacts") == {"create": 1, "unchanged": 2}
    assert all(row["company"] for row in b.there("contacts"))


def test_a_link_that_waited_for_a_refused_parent_is_written_later(bench: MakeBench) -> None:
    b = bench()
    child: Record = {"id": "A", "name": "Child", "parent": "C"}
    prepare(b)
    b.plan(accounts=[child, {"id": "C", "name": "Taken"}], contacts=[])
    take_name(b, "Taken")
    assert b.execute().objects[0].links_open == 1
    b.load(accounts=[child, {"id": "C", "name": "Parent"}], contacts=[])
    companies = {row["name"]: row for row in b.there("accounts")}
    assert companies["Child"]["parent"] == companies["Parent"]["target_id"]


def test_a_cycle_of_references_is_closed(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=[{"id": "A", "name": "A", "parent": "B"}, {"id": "B", "name": "B", "parent": "A"}], contacts=[])
    a, c = sorted(b.there("accounts"), key=lambda row: row["name"])
    assert (a["parent"], c["parent"]) == (c["target_id"], a["target_id"])


def test_merges_and_splits_of_loaded_records_wait(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    merged: list[Record] = [CONTACTS[0], CONTACTS[1], {**CONTACTS[2], "cluster": "1"}]
    b.load(accounts=ACCOUNTS, contacts=merged)
    assert waiting(b, "contacts") == {"merge_of_loaded": "held"}
    assert b.rows("load", "contacts", "vanished") == []
    split: list[Record] = [CONTACTS[0], {"id": "2", "last_name": "Yilmaz"}, CONTACTS[2]]
    plan = b.load(accounts=ACCOUNTS, contacts=split)
    assert counts(plan, "contacts") == {"held": 2, "unchanged": 1}
    assert waiting(b, "contacts") == {"split_of_loaded": "held"}
    assert len(b.there("contacts")) == 2


def test_a_declared_merge_goes_on_as_one(bench: MakeBench) -> None:
    b = bench(contacts={"on_rerun": RerunPlan(now_merged="merge")})
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    plan = b.load(accounts=ACCOUNTS, contacts=[CONTACTS[0], CONTACTS[1], {**CONTACTS[2], "cluster": "1"}])
    assert counts(plan, "contacts").get("held") is None
    assert [row["code"] for row in b.rows("load", "contacts", "vanished")] == ["now_merged"]
    assert [row["outcome"] for row in b.rows("load", "contacts", "removals")] == ["removed"]
    assert len(b.there("contacts")) == 1


def test_rows_that_are_gone_are_flagged_and_stay(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    plan = b.load(accounts=ACCOUNTS, contacts=CONTACTS[:2])
    assert [(row["code"], row["policy"]) for row in b.rows("load", "contacts", "vanished")] == [("gone", "flag")]
    assert [code for o in plan.objects for code in o.codes] == ["gone"]
    assert len(b.there("contacts")) == 2


def test_a_loaded_record_that_is_excluded_now_is_reviewed(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    b.load(accounts=ACCOUNTS, contacts=[*CONTACTS[:2], {**CONTACTS[2], "state": "excluded"}])
    assert waiting(b, "contacts") == {"now_excluded": "held"}


EXISTING = "INSERT INTO person (last_name, email) VALUES ('Old', 'AYSE@isik.example')"


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "then, expected",
    [
        ("fill_blanks", ("Old", "AYSE@isik.example", "true")),
        ("source_wins", ("Yılmaz", "ayse@isik.example", "true")),
        ("target_wins", ("Old", "AYSE@isik.example", None)),
    ],
)
def test_a_record_that_is_there_already_takes_our_key(bench: MakeBench, then: Any, expected: tuple[str, ...]) -> None:
    b = bench(contacts={"existing": ExistingPlan(match=("email",), then=then)})
    b.load(accounts=ACCOUNTS, contacts=[])
    b.sql(EXISTING)
    plan = b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "contacts") == {"create": 1, "update": 1}
    (row,) = (r for r in b.there("contacts") if r["email"] and "@isik" in r["email"])
    assert (row["last_name"], row["email"], row["vip"]) == expected
    assert row["__entity"]
    assert b.load(accounts=ACCOUNTS, contacts=CONTACTS).writes == 0


def test_a_mailbox_of_nobody_finds_no_record_in_the_target(bench: MakeBench) -> None:
    b = bench(contacts={"existing": ExistingPlan(match=("email",), then="source_wins")})
    b.load(accounts=ACCOUNTS, contacts=[])
    b.sql("INSERT INTO person (last_name, email) VALUES ('Old', 'noreply@isik.example')")
    nobody = [line | {"email": "noreply@isik.example"} for line in CONTACTS]
    plan = b.load(accounts=ACCOUNTS, contacts=nobody)
    assert counts(plan, "contacts") == {"create": 2}, "row 2 is merged into row 1"


def test_a_record_that_is_there_already_waits_by_default(bench: MakeBench) -> None:
    b = bench(contacts={"existing": ExistingPlan(match=("email",))})
    b.load(accounts=ACCOUNTS, contacts=[])
    b.sql(EXISTING)
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert waiting(b, "contacts") == {"existing_review": "held"}
    b.sql(EXISTING)
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert waiting(b, "contacts") == {"existing_ambiguous": "held"}


def test_a_lost_memory_is_rebuilt_from_the_target(bench: MakeBench) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    shutil.rmtree(b.company.project.work)
    plan = b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "accounts") == {"unchanged": 2}
    assert counts(plan, "contacts") == {"unchanged": 2}
    changed = b.load(accounts=ACCOUNTS, contacts=[{**CONTACTS[0], "vip": "false"}, *CONTACTS[1:]])
    assert counts(changed, "contacts") == {"update": 1, "unchanged": 1}


def test_stopping_between_batches_and_going_on(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_sql.sqlite.Sqlite.batch_rows", 7)
    monkeypatch.setattr("crm_migrate_sql.postgresql.Postgres.batch_rows", 7)
    accounts: list[Record] = [
        {"id": f"a{n:03d}", "name": f"Company {n}", "parent": f"a{n // 2:03d}"} for n in range(40)
    ]
    contacts: list[Record] = [
        {"id": f"c{n:03d}", "last_name": f"Person {n}", "company": f"a{n % 40:03d}"} for n in range(60)
    ]
    b = bench()
    b.plan(accounts=accounts, contacts=contacts)
    for _ in range(100):
        left = chain([False] * 6, repeat(True))  # asked before a batch goes out and before its answer is taken
        try:
            b.execute(stop=lambda left=left: next(left))
        except Interrupted:
            continue
        break
    companies = {row["name"]: row for row in b.there("accounts")}
    assert len(companies) == len(b.there("accounts")) == 40
    for n in range(40):
        assert companies[f"Company {n}"]["parent"] == companies[f"Company {n // 2}"]["target_id"]
    assert len(b.there("contacts")) == 60
    assert {row["outcome"] for row in b.rows("load", "contacts", "outcomes")} == {"loaded"}
    assert len(b.rows("load", "contacts", "outcomes")) == 60
    assert b.load(accounts=accounts, contacts=contacts).writes == 0


def test_a_new_run_after_a_stopped_one_remembers_it(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_sql.sqlite.Sqlite.batch_rows", 5)
    monkeypatch.setattr("crm_migrate_sql.postgresql.Postgres.batch_rows", 5)
    accounts: list[Record] = [{"id": f"a{n:03d}", "name": f"Company {n}"} for n in range(20)]
    b = bench()
    b.plan(accounts=accounts, contacts=[])
    left = chain([False] * 4, repeat(True))  # two batches
    with pytest.raises(Interrupted):
        b.execute(stop=lambda: next(left))
    accounts[0] = {"id": "a000", "name": "Renamed"}
    plan = b.load(accounts=accounts, contacts=[])
    assert counts(plan, "accounts") == {"update": 1, "unchanged": 9, "create": 10}
    assert len(b.there("accounts")) == 20


def test_a_target_that_lost_batches_is_noticed(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    b = bench()
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    target = SqlTarget(b.where)
    with target._backend.writing() as session:
        session.run(f"DELETE FROM {target._dialect.place('_crm_migrate_batch')}")
    target.close()
    with pytest.raises(TargetConflict):
        b.execute()


def test_another_target_than_the_planned_one_is_refused(tmp_path: Path) -> None:
    b = Bench(tmp_path / "project", options("sqlite", tmp_path), make_plan())
    b.plan(accounts=ACCOUNTS, contacts=[])
    (tmp_path / "other").mkdir()
    b.where = options("sqlite", tmp_path / "other")
    with pytest.raises(TargetConflict):
        b.execute()


def test_a_rebuilt_target_gets_everything_again(tmp_path: Path) -> None:
    b = Bench(tmp_path / "project", options("sqlite", tmp_path), make_plan())
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    for file in tmp_path.glob("crm.db*"):
        file.unlink()
    assert counts(b.load(accounts=ACCOUNTS, contacts=CONTACTS), "contacts") == {"create": 2}


def test_what_the_journal_holds_is_readable(tmp_path: Path) -> None:
    b = Bench(tmp_path / "project", options("sqlite", tmp_path), make_plan())
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        batches = {row[0] for row in connection.execute("SELECT batch FROM _crm_migrate_batch")}
    assert batches == {"accounts/create/00000", "contacts/create/00000", "accounts/link/00000"}
    with sqlite3.connect(b.company.project.ledger) as connection:
        assert connection.execute("SELECT count(*) FROM intents").fetchone() == (3,)
        assert connection.execute("SELECT sum(loaded) FROM outcomes").fetchone() == (5,)


def test_arrow_text_is_all_that_reaches_a_target(tmp_path: Path) -> None:
    b = Bench(tmp_path / "project", options("sqlite", tmp_path), make_plan())
    b.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert b.run is not None
    for table in tables(b.run.table("load", "contacts", "batches", "create")):
        assert set(table.schema.types) == {pa.string()}
