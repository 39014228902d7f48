"""Links of the second pass are changes like any other: sent once, counted, remembered."""

from pathlib import Path
from typing import Any

import pytest
from bench import Bench, counts
from company import Record, make_plan

from crm_migrate.errors import TargetError
from crm_migrate_sql.target import SqlTarget

CHILD: Record = {"id": "1", "name": "Child"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "project", {"url": f"sqlite:///{tmp_path / 'crm.db'}"}, make_plan())


def parents(bench: Bench) -> dict[str, str | None]:
    rows = bench.there("accounts")
    names = {row["target_id"]: row["name"] for row in rows}
    return {row["name"]: names.get(row["parent"]) for row in rows}


def outcomes(bench: Bench) -> dict[str, str]:
    said = {row["__entity"]: row["outcome"] for row in bench.rows("load", "accounts", "outcomes")}
    return {row["name"]: said.get(row["__entity"], "-") for row in bench.rows("load", "accounts", "entities")}


def test_a_parent_that_came_in_the_same_run_is_a_change_of_its_child(bench: Bench) -> None:
    bench.load(accounts=[CHILD])
    both: list[Record] = [{**CHILD, "parent": "2"}, {"id": "2", "name": "Mother"}]
    assert counts(bench.load(accounts=both), "accounts") == {"create": 1, "update": 1}
    assert outcomes(bench) == {"Child": "loaded", "Mother": "loaded"}
    assert counts(bench.load(accounts=both), "accounts") == {"unchanged": 2}
    assert parents(bench) == {"Child": "Mother", "Mother": None}


def test_a_cycle_and_a_self_reference_that_come_later(bench: Bench) -> None:
    three: list[Record] = [{"id": n, "name": n} for n in ("1", "2", "3")]
    bench.load(accounts=three)
    turned = [{**row, "parent": parent} for row, parent in zip(three, ("2", "1", "3"), strict=True)]
    assert counts(bench.load(accounts=turned), "accounts") == {"update": 3}
    assert counts(bench.load(accounts=turned), "accounts") == {"unchanged": 3}
    assert parents(bench) == {"1": "2", "2": "1", "3": "3"}


def test_a_run_that_was_killed_between_records_and_links_is_finished_by_a_new_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    both: list[Record] = [{**CHILD, "parent": "2"}, {"id": "2", "name": "Mother"}]
    write = SqlTarget.write

    def killed(target: SqlTarget, batch: Any) -> Any:
        if "/link/" in batch.batch:
            raise TargetError("the database went away")
        return write(target, batch)

    monkeypatch.setattr(SqlTarget, "write", killed)
    with pytest.raises(TargetError):
        bench.load(accounts=both)
    monkeypatch.undo()
    assert counts(bench.load(accounts=both), "accounts") == {"update": 1, "unchanged": 1}
    assert outcomes(bench)["Child"] == "loaded"
    assert counts(bench.load(accounts=both), "accounts") == {"unchanged": 2}


def test_a_link_to_a_refused_parent_leaves_the_one_that_is_there(bench: Bench) -> None:
    bench.load(accounts=[{**CHILD, "parent": "2"}, {"id": "2", "name": "Mother"}])
    moved: list[Record] = [{**CHILD, "parent": "3"}, {"id": "2", "name": "Mother"}, {"id": "3", "name": None}]
    result = bench.load(accounts=moved) and bench.rows("load", "accounts", "entities")
    assert {row["name"]: row["code"] for row in result}["Child"] == "parent_held"
    assert parents(bench) == {"Child": "Mother", "Mother": None}


def test_only_what_changed_of_a_record_is_sent_with_it(bench: Bench) -> None:
    """Two records that change in different fields: neither's other field is written with the first one's."""
    rows: list[Record] = [{"id": "1", "name": "One", "revenue": "1"}, {"id": "2", "name": "Two", "revenue": "2"}]
    bench.load(accounts=rows)
    bench.load(accounts=[{**rows[0], "name": "Uno"}, {**rows[1], "revenue": "3"}])
    batches = bench.run and sorted(bench.run.table("load", "accounts", "batches", "update").glob("*.parquet"))
    assert batches and len(batches) == 2
