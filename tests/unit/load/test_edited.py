"""What users change in the target after our load: never overwritten, never in the way for longer than it must."""

from pathlib import Path
from typing import Any

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import Record, RerunPlan, make_plan

ADA: Record = {"id": "1", "last_name": "Ada", "email": "ada@one.example"}


@pytest.fixture
def where(tmp_path: Path) -> dict[str, str]:
    return {"url": f"sqlite:///{tmp_path / 'crm.db'}"}


def opened(tmp_path: Path, where: dict[str, str], edited: Any = "review") -> Bench:
    return Bench(tmp_path / "project", where, make_plan(contacts={"on_rerun": RerunPlan(edited=edited)}))


def test_a_conflict_ends_when_both_sides_have_become_equal(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    changed = [{**ADA, "email": "ada@three.example"}]
    bench.load(contacts=changed)
    assert waiting(bench, "contacts") == {"target_conflict": "held"}
    bench.sql("UPDATE person SET email = 'ada@three.example'")
    assert counts(bench.load(contacts=changed), "contacts") == {"unchanged": 1}
    again = [{**ADA, "email": "ada@four.example"}]
    assert counts(bench.load(contacts=again), "contacts") == {"update": 1}, "and it is forgotten"


def test_an_edit_stays_an_edit_however_often_we_run(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    for _ in range(2):
        assert counts(bench.load(contacts=[ADA]), "contacts") == {"unchanged": 1}
        assert [row["field"] for row in bench.rows("load", "contacts", "edits")] == ["email"]
    bench.load(contacts=[{**ADA, "email": "ada@three.example"}])
    assert waiting(bench, "contacts") == {"target_conflict": "held"}
    assert bench.there("contacts")[0]["email"] == "ada@two.example"


@pytest.mark.parametrize(
    ("edited", "email"), [("source_wins", "ada@three.example"), ("target_wins", "ada@two.example")]
)
def test_a_mapping_may_say_who_wins(tmp_path: Path, where: dict[str, str], edited: str, email: str) -> None:
    bench = opened(tmp_path, where, edited)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    both = [{**ADA, "email": "ada@three.example", "vip": "true"}]
    assert counts(bench.load(contacts=both), "contacts") == {"update": 1}
    for _ in range(2):
        assert counts(bench.load(contacts=both), "contacts") == {"unchanged": 1}
    row = bench.there("contacts")[0]
    assert (row["email"], row["vip"]) == (email, "true")


def test_a_change_of_another_field_writes_only_that(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where, "source_wins")
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.sql("UPDATE person SET email = 'new@isik.example' WHERE last_name = 'Yılmaz'")
    bench.load(accounts=ACCOUNTS, contacts=[{**CONTACTS[0], "vip": "false"}, CONTACTS[1], CONTACTS[2]])
    row = next(r for r in bench.there("contacts") if r["last_name"] == "Yılmaz")
    assert (row["vip"], row["email"]) == ("false", "new@isik.example")
