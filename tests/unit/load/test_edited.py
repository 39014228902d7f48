"""What users change in the target after our load: never overwritten, never in the way for longer than it must."""

from pathlib import Path
from typing import Any

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import Record, RerunPlan, make_plan

from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import Plan
from crm_migrate.workspace.settlements import Settlement, write_settlements

ADA: Record = {"id": "1", "last_name": "Ada", "email": "ada@one.example"}


@pytest.fixture
def where(tmp_path: Path) -> dict[str, str]:
    return {"url": f"sqlite:///{tmp_path / 'crm.db'}"}


def opened(tmp_path: Path, where: dict[str, str], edited: Any = "review") -> Bench:
    return Bench(tmp_path / "project", where, make_plan(contacts={"on_rerun": RerunPlan(edited=edited)}))


def with_fields(*names: str, **words: Any) -> Plan:
    """A plan whose mapping says more of some fields of contacts."""
    plan = make_plan(contacts={"on_rerun": RerunPlan()})
    contacts = plan.object("contacts")
    fields = tuple(f.model_copy(update=words) if f.name in names else f for f in contacts.fields)
    contacts = contacts.model_copy(update={"fields": fields})
    return plan.model_copy(update={"objects": tuple(contacts if o.name == "contacts" else o for o in plan.objects)})


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


@pytest.mark.cases(1)
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


def test_an_edit_is_seen_whatever_the_target_calls_its_field(tmp_path: Path, where: dict[str, str]) -> None:
    bench = Bench(tmp_path / "project", where, with_fields("email", target="_email"))
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET _email = 'ada@two.example'")
    bench.load(contacts=[{**ADA, "email": "ada@three.example"}])
    assert waiting(bench, "contacts") == {"target_conflict": "held"}
    assert bench.there("contacts")[0]["_email"] == "ada@two.example"


def test_a_change_of_another_field_writes_only_that(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where, "source_wins")
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.sql("UPDATE person SET email = 'new@isik.example' WHERE last_name = 'Yılmaz'")
    bench.load(accounts=ACCOUNTS, contacts=[{**CONTACTS[0], "vip": "false"}, CONTACTS[1], CONTACTS[2]])
    row = next(r for r in bench.there("contacts") if r["last_name"] == "Yılmaz")
    assert (row["vip"], row["email"]) == ("false", "new@isik.example")


def settled(bench: Bench, keep: str, field: str = "email", number: int = 0) -> None:
    """A person says whose value of the conflict stays."""
    row = bench.rows("load", "contacts", "conflicts")[number]
    assert row["field"] == field
    said = Settlement("contacts", row["__entity"], field, keep, row["evidence"], "ayse", "2026-03-14", "asked")
    assert write_settlements(bench.company.project.decisions, [said]) == []


def test_what_each_side_alone_has_changed_is_that_side_s(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    assert counts(bench.load(contacts=[{**ADA, "vip": "true"}]), "contacts") == {"update": 1}
    (row,) = bench.there("contacts")
    assert (row["email"], row["vip"]) == ("ada@two.example", "true")
    assert [row["field"] for row in bench.rows("load", "contacts", "edits")] == ["email"]


def test_a_conflict_has_three_values_and_nothing_of_the_record_is_written(
    tmp_path: Path, where: dict[str, str]
) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    bench.load(contacts=[{**ADA, "email": "ada@three.example", "vip": "true"}])
    (found,) = bench.rows("load", "contacts", "conflicts")
    three = [found[name] for name in ("field", "sent", "ours", "theirs")]
    assert three == ["email", "ada@one.example", "ada@three.example", "ada@two.example"]
    assert bench.there("contacts")[0]["vip"] is None


@pytest.mark.cases(1)
@pytest.mark.parametrize(("keep", "email"), [("ours", "ada@three.example"), ("theirs", "ada@two.example")])
def test_what_a_person_said_of_a_conflict_is_done_and_stays_done(
    tmp_path: Path, where: dict[str, str], keep: str, email: str
) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    both = [{**ADA, "email": "ada@three.example", "vip": "true"}]
    bench.load(contacts=both)
    settled(bench, keep)
    assert counts(bench.load(contacts=both), "contacts") == {"update": 1}
    for _ in range(2):
        assert counts(bench.load(contacts=both), "contacts") == {"unchanged": 1}
    (row,) = bench.there("contacts")
    assert (row["email"], row["vip"]) == (email, "true")


@pytest.mark.cases(1)
@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_what_was_said_of_other_values_is_asked_again(tmp_path: Path, where: dict[str, str], side: str) -> None:
    bench = opened(tmp_path, where)
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    bench.load(contacts=[{**ADA, "email": "ada@three.example"}])
    settled(bench, "ours")
    if side == "theirs":
        bench.sql("UPDATE person SET email = 'ada@five.example'")
    again = "ada@four.example" if side == "ours" else "ada@three.example"
    bench.load(contacts=[{**ADA, "email": again}])
    assert waiting(bench, "contacts") == {"target_conflict": "held"}


def test_fields_that_say_one_thing_together_are_one_conflict(tmp_path: Path, where: dict[str, str]) -> None:
    """Half an address of ours and half of theirs is nobody's."""
    bench = Bench(tmp_path / "project", where, with_fields("email", "vip", block="a"))
    bench.load(contacts=[ADA])
    bench.sql("UPDATE person SET email = 'ada@two.example'")
    bench.load(contacts=[{**ADA, "vip": "true"}])
    assert waiting(bench, "contacts") == {"target_conflict": "held"}
    (found,) = bench.rows("load", "contacts", "conflicts")
    assert (found["field"], found["sent"], found["ours"], found["theirs"]) == ("vip", None, "true", None)
    settled(bench, "ours", "vip")
    bench.load(contacts=[{**ADA, "vip": "true"}])
    (row,) = bench.there("contacts")
    assert (row["email"], row["vip"]) == ("ada@two.example", "true"), "somebody has looked at it"


def test_a_word_that_cannot_be_read_stops_the_plan(tmp_path: Path, where: dict[str, str]) -> None:
    bench = opened(tmp_path, where)
    bench.company.project.decisions.mkdir(parents=True)
    (bench.company.project.decisions / "conflicts.yaml").write_text("conflicts: [{keep: mine}]")
    with pytest.raises(MappingError):
        bench.load(contacts=[ADA])
