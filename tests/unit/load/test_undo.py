"""Undo: what a run made goes, what it changed comes back, whatever somebody has touched since stays and is listed."""

import csv
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts, waiting
from company import ExistingPlan, Record, make_plan
from databases import KINDS, options

from crm_migrate.errors import Interrupted, UsageError
from crm_migrate.stages.load.objects import target_objects
from crm_migrate.stages.undo import UndoReport
from crm_migrate.stages.validate import validate_after
from crm_migrate_sql.target import SqlTarget

MOVED: list[Record] = [{**ACCOUNTS[0], "parent": "C", "revenue": "7"}, ACCOUNTS[1], {"id": "C", "name": "Celik"}]
PEOPLE = [*CONTACTS[:2], {**CONTACTS[2], "company": "C", "email": "oz@weiss.example"}]


def opened(where: dict[str, str], tmp_path: Path) -> Bench:
    """A company whose tables are there, with a column that we do not load and notes of theirs on people."""
    match = ExistingPlan(match=("email",), then="fill_blanks")
    bench = Bench(tmp_path / "project", where, make_plan(contacts={"existing": match}))
    target = SqlTarget(bench.where)
    target.prepare(target_objects(bench.company.plan), apply=True)
    target.close()
    bench.sql("ALTER TABLE person ADD COLUMN note TEXT")
    bench.sql("CREATE TABLE notes (id BIGINT PRIMARY KEY, about BIGINT REFERENCES person (id) ON DELETE CASCADE)")
    bench.sql("INSERT INTO person (last_name, email, note) VALUES ('Old', 'AYSE@isik.example', 'an old friend')")
    return bench


def rows(bench: Bench) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is not ours."""
    target = SqlTarget(bench.where)
    with target._backend.reading() as session:
        tables = {name: target._dialect.place(name) for name in ("company", "person", "notes")}
        found = {name: session.run(f"SELECT * FROM {place} ORDER BY 1") for name, place in tables.items()}
    target.close()
    return found


def sums(report: UndoReport, name: str) -> dict[str, Any]:
    each = next(o for o in report.objects if o.object == name)
    assert each.unexplained == 0
    figures = {**each.model_dump(exclude={"object", "kept"}), **each.kept}
    return {key: value for key, value in figures.items() if value}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(options("sqlite", tmp_path), tmp_path)


def test_after_an_undo_the_target_is_what_it_was_and_the_next_run_makes_the_same_again(bench: Bench) -> None:
    before = rows(bench)
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    loaded = bench.there("accounts") + bench.there("contacts")
    planned = bench.undo(apply=False)
    assert rows(bench) != before, "saying what would be done does nothing"
    done = bench.undo()
    assert rows(bench) == before
    assert done.objects == planned.objects, "a promise"
    assert sums(done, "accounts") == {"created": 2, "removed": 2}
    assert sums(done, "contacts") == {"created": 1, "removed": 1, "changed": 1, "restored": 1}
    assert not done.kept_list
    assert bench.undo() == done, "undone twice is undone once"
    again = bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    assert counts(again, "accounts") == {"create": 2}
    assert counts(again, "contacts") == {"create": 1, "update": 1}

    def told(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = {row["target_id"]: row["__entity"] for row in found if "name" in row}
        return [{n: keys.get(v, v) for n, v in row.items() if n != "target_id"} for row in found]

    assert told(bench.there("accounts") + bench.there("contacts")) == told(loaded), "with the same keys of ours"
    assert bench.load(accounts=ACCOUNTS, contacts=CONTACTS).writes == 0


def test_a_second_run_that_changed_records_is_undone_alone(bench: Bench) -> None:
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    first, before = bench.run, rows(bench)
    plan = bench.load(accounts=MOVED, contacts=PEOPLE)
    assert counts(plan, "accounts") == {"update": 1, "unchanged": 1, "create": 1}
    with pytest.raises(UsageError, match="is undone first"):
        bench.undo(first)
    assert sums(bench.undo(), "contacts") == {"changed": 1, "restored": 1}
    assert rows(bench) == before
    again = bench.load(accounts=MOVED, contacts=PEOPLE)
    assert [counts(again, name) for name in ("accounts", "contacts")] == [
        counts(plan, n) for n in ("accounts", "contacts")
    ]
    bench.undo()
    assert rows(bench) == before
    bench.undo(first)
    assert [row[1:] for row in rows(bench)["person"]] == [
        (None, "Old", "AYSE@isik.example", None, None, None, "an old friend")
    ]
    assert rows(bench)["company"] == []


def test_what_somebody_touched_stays_and_is_listed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    people: list[Record] = [{"id": str(n), "last_name": f"Person {n}", "company": "A"} for n in range(10)]

    def sooner(*arguments: Any) -> Any:
        """Somebody is quicker than we read back."""
        bench.sql("UPDATE person SET email = 'quick@isik.example' WHERE last_name = 'Person 8'")
        return validate_after(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("bench.validate_after", sooner)
        bench.load(accounts=[*ACCOUNTS, {"id": "C", "name": "Celik"}], contacts=people)
    bench.sql("UPDATE person SET id = 1000 + id WHERE last_name = 'Person 9'")
    bench.sql("UPDATE person SET email = 'new@isik.example' WHERE last_name = 'Person 0'")
    bench.sql("UPDATE person SET note = 'call back' WHERE last_name = 'Person 1'")
    bench.sql("INSERT INTO notes SELECT 1, id FROM person WHERE last_name = 'Person 2'")
    bench.sql("DELETE FROM person WHERE last_name = 'Person 3'")
    bench.sql("UPDATE person SET crm_migrate_id = NULL WHERE last_name = 'Person 4'")
    bench.sql("UPDATE person SET crm_migrate_id = crm_migrate_id || 'x' WHERE last_name = 'Person 5'")
    before = rows(bench)
    planned = bench.undo(apply=False)
    report = bench.undo()
    assert report.objects == planned.objects
    assert sums(report, "contacts") == {
        "created": 10, "removed": 2, "undo_touched": 1, "undo_noted": 1, "undo_referred": 1, "undo_gone": 1,
        "undo_key_gone": 2, "undo_rewritten": 1, "undo_moved": 1,
    }  # fmt: skip
    assert sums(report, "accounts") == {"created": 3, "removed": 1, "undo_referred": 2}, (
        "and the parent of their company"
    )
    after = rows(bench)
    assert {row[2] for row in after["company"]} == {"Işık Makine", "Weiß & Söhne"}
    assert after["notes"] == before["notes"], "nothing went with a record of ours"
    kept = [row for row in before["person"] if row[2] not in ("Person 6", "Person 7")]
    assert after["person"] == kept
    with Path(report.kept_list).open(encoding="utf-8-sig", newline="") as handle:
        listed = list(csv.DictReader(handle))
    assert len(listed) == sum(sum(o.kept.values()) for o in report.objects)
    assert {(row["code"], row["detail"]) for row in listed if row["object"] == "contacts"} >= {
        ("undo_touched", "email"), ("undo_referred", "notes.about"), ("undo_noted", ""),
    }  # fmt: skip
    again = bench.load(accounts=[*ACCOUNTS, {"id": "C", "name": "Celik"}], contacts=people)
    assert counts(again, "accounts") == {"create": 1, "unchanged": 2}
    assert counts(again, "contacts") == {"create": 2, "held": 3, "unchanged": 5, "vanished": 1}
    assert waiting(bench, "contacts") == {"target_record_gone": "held"}


def test_a_run_that_was_stopped_in_its_load_is_undone_as_far_as_it_came(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was read back: what is there must be what was sent, and a record that holds more stays."""
    monkeypatch.setattr("crm_migrate_sql.sqlite.Sqlite.batch_rows", 2)
    before = rows(bench)
    people: list[Record] = [{"id": str(n), "last_name": f"Person {n}", "company": "A"} for n in range(6)]
    bench.plan(accounts=ACCOUNTS, contacts=people)
    left = chain([False] * 6, repeat(True))  # one batch of companies, two of people
    with pytest.raises(Interrupted):
        bench.execute(stop=lambda: next(left))
    made = len(rows(bench)["person"]) - len(before["person"])
    assert 2 < made < 6
    stopped = bench.run
    bench.sql("UPDATE person SET note = 'call back' WHERE last_name = 'Person 0'")
    bench.sql("UPDATE person SET last_name = 'Renamed' WHERE last_name = 'Person 1'")
    report = bench.undo()
    assert sums(report, "contacts") == {"created": made, "removed": made - 2, "undo_unsure": 2}
    assert {row[2] for row in rows(bench)["person"]} == {"Old", "Person 0", "Renamed"}
    bench.run = stopped
    with pytest.raises(UsageError, match="was undone"):
        bench.execute()
    again = bench.load(accounts=ACCOUNTS, contacts=people)
    assert counts(again, "contacts") == {"create": 4, "unchanged": 2}, "an edit is found out by the next change"


def test_a_plan_from_before_an_undo_is_not_loaded(bench: Bench) -> None:
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.plan(accounts=[{**ACCOUNTS[0], "name": "Renamed"}, ACCOUNTS[1]], contacts=CONTACTS)
    bench.undo()
    with pytest.raises(UsageError, match="was planned before") as refused:
        bench.execute()
    assert refused.value.hint == "crm-migrate plan"


def test_what_cannot_be_undone_is_refused_with_the_reason(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="has written anything yet"):
        bench.undo()
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    first = bench.run
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    with pytest.raises(UsageError, match="nothing to undo"):
        bench.undo(bench.run)
    with monkeypatch.context() as patched:
        patched.setattr("crm_migrate.stages.undo.Remove", str)  # as if its connector had no such thing
        with pytest.raises(UsageError, match="cannot take records away again"):
            bench.undo()
    assert first is not None
    assert bench.undo().run == first.id, "a run that wrote nothing stands in nobody's way"


def test_what_is_read_back_otherwise_was_not_restored(bench: Bench) -> None:
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.load(accounts=[{**ACCOUNTS[0], "name": "Renamed"}, ACCOUNTS[1]], contacts=CONTACTS)
    loud = "UPDATE company SET name = upper(name) WHERE id = new.id AND name <> upper(name)"
    bench.sql(f"CREATE TRIGGER loud AFTER UPDATE OF name ON company BEGIN {loud}; END")
    report = bench.undo()
    assert sums(report, "accounts") == {"changed": 1, "undo_unlike": 1}
    assert "name" in Path(report.kept_list).read_text("utf-8-sig").splitlines()[1]
    assert counts(bench.load(accounts=ACCOUNTS, contacts=CONTACTS), "accounts") == {"unchanged": 2}


@pytest.mark.parametrize("kind", KINDS[1:])
def test_in_a_database_of_servers(kind: str, tmp_path: Path) -> None:
    bench = opened(options(kind, tmp_path), tmp_path)
    old = rows(bench)["person"]
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    first, before = bench.run, rows(bench)
    bench.load(accounts=MOVED, contacts=PEOPLE)
    bench.undo()
    assert rows(bench) == before
    bench.sql("INSERT INTO notes SELECT 1, id FROM person WHERE last_name = 'Öz'")
    planned = bench.undo(first, apply=False)
    report = bench.undo(first)
    assert report.objects == planned.objects
    assert sums(report, "contacts") == {"created": 1, "changed": 1, "restored": 1, "undo_referred": 1}
    assert sums(report, "accounts") == {"created": 2, "removed": 1, "undo_referred": 1}
    after = rows(bench)
    assert [row for row in after["person"] if row[2] != "Öz"] == old
    assert [row[2] for row in after["company"]] == ["Weiß & Söhne"]
    assert len(after["notes"]) == 1, "nothing goes by a cascade"


def test_records_that_stand_in_each_other_s_way_come_back_all_the_same(bench: Bench) -> None:
    """Each had taken the mailbox of the next one; in the wrong order the database refuses them."""
    bench.sql("CREATE UNIQUE INDEX each_mailbox_once ON person (email)")
    people: list[Record] = [{"id": str(n), "last_name": f"P{n}", "email": f"p{n}@one.example"} for n in range(4)]
    bench.load(accounts=[], contacts=people)
    before = rows(bench)
    moved = [{**row, "email": f"p{n - 1}@one.example" if n else "new@one.example"} for n, row in enumerate(people)]
    assert counts(bench.load(accounts=[], contacts=moved), "contacts") == {"update": 4}
    report = bench.undo()
    assert rows(bench) == before
    assert sums(report, "contacts") == {"changed": 4, "restored": 4}
