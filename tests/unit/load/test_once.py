"""The promise of once: whoever comes from the same sources, with another name or ledger or none, doubles nothing."""

import shutil
from pathlib import Path

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts
from company import Record, make_plan

from crm_migrate.errors import TargetConflict, UsageError
from crm_migrate.mapping.plan import Plan

ADA: Record = {"id": "1", "last_name": "Ada"}


def came(folder: Path, name: str = "test", ledger: str = "project", plan: Plan | None = None) -> Bench:
    """Somebody with a project of that name and a folder of their own, before the one target."""
    plan = (plan or make_plan()).model_copy(update={"project": name})
    return Bench(folder / ledger, {"url": f"sqlite:///{folder / 'crm.db'}"}, plan)


def test_the_same_project_under_another_name_is_refused_and_told_how(tmp_path: Path) -> None:
    first = came(tmp_path, "customers")
    first.load(accounts=ACCOUNTS, contacts=CONTACTS)
    second = came(tmp_path, "customers-copy", "copy")
    with pytest.raises(TargetConflict, match=r"2 of accounts, 2 of contacts .* 'customers'") as refused:
        second.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert "project: {name: customers}" in refused.value.hint
    named = came(tmp_path, "customers", "copy")
    assert counts(named.load(accounts=ACCOUNTS, contacts=CONTACTS), "accounts") == {"unchanged": 2}
    assert len(first.there("accounts")) == 2


def test_a_renamed_project_with_its_ledger_goes_on(tmp_path: Path) -> None:
    came(tmp_path, "old").load(accounts=ACCOUNTS, contacts=CONTACTS)
    more: list[Record] = [*ACCOUNTS, {"id": "C", "name": "Quellhof"}]
    renamed = came(tmp_path, "new")
    assert counts(renamed.load(accounts=more, contacts=CONTACTS), "accounts") == {"create": 1, "unchanged": 2}
    assert counts(renamed.load(accounts=more, contacts=CONTACTS), "accounts") == {"unchanged": 3}


def test_another_company_with_the_same_keys_may_name_its_sources_otherwise(tmp_path: Path) -> None:
    came(tmp_path, "north").load(accounts=ACCOUNTS)
    south = came(tmp_path, "south", "south")
    others: list[Record] = [{"id": "A", "name": "Marmara Solar"}]
    with pytest.raises(TargetConflict, match="these records already"):
        south.load(accounts=others)


@pytest.mark.cases(1)
@pytest.mark.parametrize("lost", ["crosswalk", "sent", "everything"])
def test_a_new_row_with_a_smaller_key_joins_what_was_loaded_before_the_memory_was_lost(
    tmp_path: Path, lost: str
) -> None:
    bench = came(tmp_path)
    bench.load(contacts=[{"id": "5", "last_name": "Lee"}, {"id": "7", "last_name": "Lee", "cluster": "5"}])
    work = bench.company.project.work
    for folder in [work] if lost == "everything" else list(work.glob(f"targets/*/{lost}")):
        shutil.rmtree(folder)
    rows: list[Record] = [
        {"id": "1", "last_name": "Lee"},
        {"id": "7", "last_name": "Lee", "cluster": "1"},
    ]  # the row that gave the entity its id is gone besides
    plan = bench.load(contacts=rows)
    assert counts(plan, "contacts") == {"unchanged": 1}
    assert [f.code for f in plan.findings()] == ([] if lost == "crosswalk" else ["memory_rebuilt"])
    assert len(bench.there("contacts")) == 1
    assert counts(bench.load(contacts=rows), "contacts") == {"unchanged": 1}


def test_a_ledger_from_an_older_backup_creates_nothing_again(tmp_path: Path) -> None:
    bench = came(tmp_path)
    bench.load(accounts=ACCOUNTS[1:])
    shutil.copytree(bench.company.folder, tmp_path / "backup")
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    old = came(tmp_path, ledger="backup")
    plan = old.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(plan, "accounts") == {"unchanged": 2}
    assert counts(plan, "contacts") == {"unchanged": 2}


def test_two_copies_of_a_project_take_turns(tmp_path: Path) -> None:
    one, two = came(tmp_path, ledger="one"), came(tmp_path, ledger="two")
    one.load(accounts=ACCOUNTS)
    more: list[Record] = [*ACCOUNTS, {"id": "C", "name": "Quellhof", "parent": "A"}]
    assert counts(two.load(accounts=more), "accounts") == {"create": 1, "unchanged": 2}
    assert counts(one.load(accounts=more), "accounts") == {"unchanged": 3}


def test_the_records_of_another_project_are_none_of_ours(tmp_path: Path) -> None:
    came(tmp_path, "north").load(accounts=ACCOUNTS)
    south = came(tmp_path, "south", "south")
    plan = south.load(accounts=[{"id": "Z", "name": "Marmara Solar"}])
    assert counts(plan, "accounts") == {"create": 1}
    assert south.rows("load", "accounts", "vanished") == []


def test_no_key_of_a_source_reaches_the_target(tmp_path: Path) -> None:
    bench = came(tmp_path)
    bench.load(contacts=[{"id": "ayse@isik.example", "last_name": "Yılmaz"}])
    assert b"ayse@isik" not in (tmp_path / "crm.db").read_bytes()


def test_a_plan_that_another_run_has_overtaken_is_refused(tmp_path: Path) -> None:
    bench = came(tmp_path)
    bench.load(accounts=ACCOUNTS[1:])
    bench.plan(accounts=ACCOUNTS[1:], contacts=[ADA])
    planned = bench.run
    bench.load(accounts=ACCOUNTS[1:], contacts=[ADA])
    bench.run = planned
    with pytest.raises(UsageError, match="has loaded since this load was planned"):
        bench.execute()
    assert len(bench.there("contacts")) == 1


def test_a_run_that_wrote_nothing_overtakes_nobody(tmp_path: Path) -> None:
    bench = came(tmp_path)
    bench.load(accounts=ACCOUNTS[1:])
    bench.plan(accounts=ACCOUNTS[1:], contacts=[ADA])
    planned = bench.run
    bench.load(accounts=ACCOUNTS[1:])
    bench.run = planned
    bench.execute()
    assert len(bench.there("contacts")) == 1
