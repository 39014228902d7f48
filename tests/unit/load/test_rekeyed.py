"""Rows that come back under another key are found, or wait; they never become a second record."""

from pathlib import Path
from typing import Any

import pytest
from bench import Bench, counts, waiting
from company import ExistingPlan, Record, RerunPlan, make_plan

from crm_migrate.mapping.plan import FeedPlan

LEE: Record = {"id": "007", "last_name": "Lee", "email": "ann@lee.example"}
RAY: Record = {"id": "008", "last_name": "Ray", "email": "bob@ray.example"}


def opened(folder: Path, name: str = "test", ledger: str = "project", **contacts: Any) -> Bench:
    plan = make_plan(contacts=contacts).model_copy(update={"project": name})
    return Bench(folder / ledger, {"url": f"sqlite:///{folder / 'crm.db'}"}, plan)


def test_a_row_under_another_key_is_found_by_its_mailbox(tmp_path: Path) -> None:
    bench = opened(tmp_path, existing=ExistingPlan(match=("email",), then="fill_blanks"))
    bench.load(contacts=[LEE, RAY])
    again = [{**LEE, "id": "7", "vip": "true"}, RAY]
    plan = bench.load(contacts=again)
    assert counts(plan, "contacts") == {"update": 1, "unchanged": 1}
    assert [finding.code for finding in plan.findings()] == ["key_changed"]
    assert counts(bench.load(contacts=again), "contacts") == {"unchanged": 2}
    assert [row["vip"] for row in bench.there("contacts")] == ["true", None]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("before", "after"),
    [("007", "7"), ("C-1", "c-1"), ("7", "7.0"), ("7", " 7 "), ("A␟01", "a␟1"), ("C-007", "C007"), ("C 7", "c/7")],
)
def test_a_key_that_only_looks_alike_waits(tmp_path: Path, before: str, after: str) -> None:
    bench = opened(tmp_path)
    bench.load(contacts=[{**LEE, "id": before}, RAY])
    bench.load(contacts=[{**LEE, "id": after}, RAY])
    assert waiting(bench, "contacts") == {"key_changed": "held"}
    assert len(bench.there("contacts")) == 2


@pytest.mark.cases(1)
@pytest.mark.parametrize(("rekeyed", "expected"), [("same", {"unchanged": 1}), ("new", {"create": 1, "vanished": 1})])
def test_a_mapping_may_say_what_such_a_row_is(tmp_path: Path, rekeyed: Any, expected: dict[str, int]) -> None:
    bench = opened(tmp_path, on_rerun=RerunPlan(rekeyed=rekeyed))
    bench.load(contacts=[LEE])
    assert counts(bench.load(contacts=[{**LEE, "id": "7"}]), "contacts") == expected


def renamed(folder: Path, **contacts: Any) -> Bench:
    """The same project, whose mapping calls the source of its contacts by another name."""
    return opened(folder, feeds=(FeedPlan(source="people"),), **contacts)


@pytest.mark.cases(1)
@pytest.mark.parametrize("key", ["007", "7"])
def test_rows_of_a_source_under_another_name_are_no_second_records(tmp_path: Path, key: str) -> None:
    opened(tmp_path).load(contacts=[LEE, RAY])
    bench = renamed(tmp_path)
    bench.load(contacts=[{**LEE, "id": key}, {**RAY, "id": "9"}])
    held, new = bench.rows("load", "contacts", "entities")
    assert (held["action"], held["code"], new["action"]) == ("held", "key_changed", "create")
    assert "crm:007" in held["message"]
    assert [row["last_name"] for row in bench.there("contacts")] == ["Lee", "Ray", "Ray"]


@pytest.mark.parametrize(("rekeyed", "expected"), [("same", {"unchanged": 1}), ("new", {"create": 1, "vanished": 1})])
def test_a_mapping_may_say_what_a_source_under_another_name_is(
    tmp_path: Path, rekeyed: Any, expected: dict[str, int]
) -> None:
    opened(tmp_path).load(contacts=[LEE])
    bench = renamed(tmp_path, on_rerun=RerunPlan(rekeyed=rekeyed))
    assert counts(bench.load(contacts=[LEE]), "contacts") == expected


def test_another_source_that_still_feeds_the_object_numbers_its_own_records(tmp_path: Path) -> None:
    opened(tmp_path).load(contacts=[LEE])
    bench = opened(tmp_path, feeds=(FeedPlan(source="people"), FeedPlan(source="crm")))
    assert counts(bench.load(contacts=[LEE]), "contacts") == {"create": 1, "vanished": 1}


def test_two_rows_that_look_like_one_record_wait(tmp_path: Path) -> None:
    bench = opened(tmp_path, existing=ExistingPlan(match=("email",), then="fill_blanks"))
    bench.load(contacts=[LEE])
    bench.load(contacts=[{**LEE, "id": "x"}, {**LEE, "id": "y"}])
    assert [row["code"] for row in bench.rows("load", "contacts", "entities")] == ["key_changed", "key_changed"]


@pytest.mark.sweep("every second run of tests has new rows")
def test_other_rows_are_new_as_ever(tmp_path: Path) -> None:
    bench = opened(tmp_path)
    bench.load(contacts=[LEE])
    both = [LEE, {**LEE, "id": "7"}]
    assert counts(bench.load(contacts=both), "contacts") == {"create": 1, "unchanged": 1}, "007 is still there"


def test_a_match_with_another_project_s_record_waits(tmp_path: Path) -> None:
    opened(tmp_path, "north").load(contacts=[LEE])
    south = opened(tmp_path, "south", "south", existing=ExistingPlan(match=("email",), then="fill_blanks"))
    south.load(contacts=[{**LEE, "id": "S1"}])
    assert waiting(south, "contacts") == {"existing_claimed": "held"}


def test_two_loaded_records_that_a_person_merged_in_the_target_go_on_as_one(tmp_path: Path) -> None:
    bench = opened(tmp_path)
    bench.load(contacts=[LEE, RAY])
    one = [LEE, {**RAY, "cluster": "007"}]
    bench.load(contacts=one)
    assert waiting(bench, "contacts") == {"merge_of_loaded": "held"}
    bench.sql("DELETE FROM person WHERE last_name = 'Lee'")
    bench.load(contacts=one)
    assert waiting(bench, "contacts") == {}
    (row,) = bench.there("contacts")
    assert row["last_name"] == "Lee"
    assert counts(bench.load(contacts=one), "contacts")["unchanged"] == 1


def keyed(folder: Path, changed_key: str, **contacts: Any) -> Bench:
    """A source whose keys of several columns may change in one of them."""
    bench = opened(folder, **contacts)
    (crm,) = bench.company.plan.sources
    changing = (crm.model_copy(update={"changed_key": changed_key}),)
    bench.company.plan = bench.company.plan.model_copy(update={"sources": changing})
    return bench


def key(*parts: str) -> Record:
    return {**LEE, "id": "␟".join(parts)}


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("changed_key", "after", "expected"),
    [
        ("new", ("Acme AG", "Press"), {"create": 1, "vanished": 1}),
        ("review", ("Acme", "Press 2"), {"held": 1, "vanished": 1}),
        ("same", ("Acme AG", "Press"), {"unchanged": 1}),
        ("same", ("Acme", "Press 2"), {"unchanged": 1}),
        ("same", ("", "Press"), {"unchanged": 1}),
    ],
)
def test_a_key_that_changed_in_one_of_its_columns_is_what_the_source_says(
    tmp_path: Path, changed_key: str, after: tuple[str, ...], expected: dict[str, int]
) -> None:
    bench = keyed(tmp_path, changed_key)
    bench.load(contacts=[key("Acme", "Press")])

    assert counts(bench.load(contacts=[key(*after)]), "contacts") == expected
    assert len(bench.there("contacts")) == (2 if changed_key == "new" else 1)


def test_who_waits_for_a_changed_key_is_told_with_the_old_one(tmp_path: Path) -> None:
    bench = keyed(tmp_path, "review")
    bench.load(contacts=[key("Acme", "Press", "2024"), RAY])
    bench.load(contacts=[key("Acme AG", "Press", "2024"), RAY])

    (held,) = [row for row in bench.rows("load", "contacts", "entities") if row["action"] == "held"]
    assert held["code"] == "key_changed"
    assert "crm:Acme␟Press␟2024, that was loaded and no row feeds now" in held["message"]


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Acme", "Press"), ("Beta", "Mill")),  # both columns
        (("Acme", "Press", "2024"), ("Acme AG", "Press", "2025")),  # two of three
        (("Acme", "Press"), ("Press", "Acme")),  # exchanged
        (("", "Press"), ("", "Mill")),  # nothing is left that says who it is
        (("Acme", "Press"), ("Acme", "Press", "x")),  # a key of another length
    ],
)
def test_a_key_that_changed_in_more_is_another_record(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    bench = keyed(tmp_path, "same")
    bench.load(contacts=[key(*before)])

    assert counts(bench.load(contacts=[key(*after)]), "contacts") == {"create": 1, "vanished": 1}


def test_two_that_come_into_question_wait_whatever_the_source_says(tmp_path: Path) -> None:
    bench = keyed(tmp_path, "same")
    bench.load(contacts=[key("Acme", "Press")])
    rows = [key("Acme", "Mill"), {**key("Acme", "Lathe"), "email": "other@lee.example"}]

    assert counts(bench.load(contacts=rows), "contacts") == {"held": 2, "vanished": 1}


def test_a_record_that_is_still_fed_is_nobodys_old_key(tmp_path: Path) -> None:
    bench = keyed(tmp_path, "same")
    bench.load(contacts=[key("Acme", "Press")])
    more = {**key("Acme", "Mill"), "email": "other@lee.example"}

    assert counts(bench.load(contacts=[key("Acme", "Press"), more]), "contacts") == {"create": 1, "unchanged": 1}


@pytest.mark.sweep("its two words are each asked by themselves")
def test_a_key_that_is_only_written_otherwise_is_for_the_other_word(tmp_path: Path) -> None:
    bench = keyed(tmp_path, "review", on_rerun=RerunPlan(rekeyed="new"))
    bench.load(contacts=[key("Acme", "07")])

    assert counts(bench.load(contacts=[key("acme", "7")]), "contacts") == {"create": 1, "vanished": 1}


@pytest.mark.sweep("keys of such records are decided when rows are mapped (tests/unit/stages_map)")
def test_records_that_many_rows_make_have_keys_of_their_own(tmp_path: Path) -> None:
    """What makes them one is no key of the source: a change there is a change of what they are."""
    feeds = (FeedPlan(source="crm", one_per=("last_name", "email")),)
    bench = keyed(tmp_path, "same", feeds=feeds)
    bench.load(contacts=[key("Acme", "Press")])

    assert counts(bench.load(contacts=[key("Acme", "Mill")]), "contacts") == {"create": 1, "vanished": 1}
