"""What users edited, asked of a few records at a time: which fields, whose word counts, and what is at odds."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from company import Record, make_plan, write

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.load.edits import evidence, look, odds, three_values, together
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.settlements import Settlement

FIELDS = ("last_name", "email", "birth_date", "vip", "company")
ADA: Record = {"__entity": "a", "target_id": "1", "last_name": "Ada", "email": "ada@one.example"}
BOB: Record = {"__entity": "b", "target_id": "2", "last_name": "Bob"}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Relations]:
    with relations(Run(tmp_path, "r1"), "load", partial=True) as found:
        yield found


def with_fields(words: dict[str, dict[str, Any]]) -> ObjectPlan:
    """Contacts, of whose fields the mapping says more."""
    contacts = make_plan().object("contacts")
    fields = (f.model_copy(update=words.get(f.name, {})) for f in contacts.fields)
    return contacts.model_copy(update={"fields": tuple(fields)})


def table(tables: Relations, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """A temporary table of the load."""
    tables.connection.register("given", pa.Table.from_pylist(list(rows)))
    tables.execute(f"CREATE TEMP TABLE {quoted(name)} AS SELECT * FROM given")


def looked(
    tables: Relations, theirs: Sequence[Record], seen: Sequence[Record], wish: Sequence[Record] = (),
    settled: Sequence[Settlement] = (), plan: Plan | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The edited records by entity. `seen` is what the target held after our last load, `wish` what we say now."""
    plan = plan or make_plan()
    project = Project(tables.run.folder, tables.run.folder / "crm-migrate.yaml")
    texts = dict.fromkeys(("__entity", "target_id", *FIELDS), pa.string())
    write(tables.run.table("load", "contacts", "theirs"), texts, theirs)
    write(tables.run.table("load", "accounts", "theirs"), texts, [{"__entity": "firm", "target_id": "77"}])
    write(project.seen("crm", "contacts"), texts, seen)
    nothing = dict.fromkeys(("__entity", *FIELDS), "")
    table(tables, "wish/contacts", [nothing, *(dict.fromkeys(nothing) | dict(row) for row in wish)])
    look(tables, project, "crm", plan, plan.object("contacts"), settled)
    rows = tables.connection.sql('FROM "edited/contacts"').to_arrow_table().to_pylist()
    assert len({row["__entity"] for row in rows}) == len(rows), "a record is edited once"
    return {row["__entity"]: row for row in rows}


def edits(found: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    return {entity: row["__edits"] for entity, row in found.items()}


def test_what_is_in_the_target_is_found_by_our_key(there: Relations) -> None:
    strangers: list[Record] = [{"__entity": None, "target_id": "9", "last_name": "Cem"}]
    assert looked(there, [ADA, {**ADA, "target_id": "0"}, BOB, *strangers], []) == {}
    assert sorted(there.rows('FROM "look/contacts"')) == [("a", "0"), ("b", "2")]


def test_an_edit_is_what_differs_from_what_we_saw_there_last(there: Relations) -> None:
    theirs: list[Record] = [{**ADA, "email": None, "vip": "true", "company": "77"}, BOB, {**BOB, "__entity": "new"}]
    found = looked(there, theirs, [ADA, BOB])
    assert edits(found) == {"a": ["email", "vip", "company"]}
    assert (found["a"]["vip"], found["a"]["email"], found["a"]["last_name"]) == ("true", None, "Ada")
    assert found["a"]["company"] == "firm", "a parent is the entity that we know it by"
    assert (found["a"]["__stays"], found["a"]["__goes"]) == ([], [])


def test_of_two_records_with_our_key_the_first_one_that_was_edited_counts(there: Relations) -> None:
    twice = [
        {**ADA, "target_id": "8", "vip": "true"},
        {**ADA, "target_id": "3", "vip": "false"},
        {**ADA, "target_id": "0"},
    ]
    assert looked(there, twice, [ADA])["a"]["vip"] == "false"


# ---------------------------------------------------------------------------------------------------- what people said


def said(tables: Relations, keep: str, ours: str = "NULL", theirs: str = "NULL", **other: str) -> Settlement:
    """A person's word on the mailbox of Ada, about these two values (SQL)."""
    (digest,) = tables.one(f"SELECT {evidence(ours, theirs)}")
    words = {"object": "contacts", "entity": "a", "field": "email"} | other
    return Settlement(**words, keep=keep, evidence=digest, who="ayse", when="2026-03-14", why="asked")


TWO, THREE = {**ADA, "email": "ada@two.example"}, {"__entity": "a", "email": "ada@three.example"}
BOTH = ("'ada@three.example'", "'ada@two.example'")


def test_a_word_for_ours_ends_the_edit_of_that_field_and_of_that_record(there: Relations) -> None:
    theirs = [{**TWO, "vip": "true"}, {**BOB, "email": "ada@two.example"}]
    found = looked(there, theirs, [ADA, BOB], [THREE, {**THREE, "__entity": "b"}], [said(there, "ours", *BOTH)])
    assert edits(found) == {"a": ["vip"], "b": ["email"]}
    assert (found["a"]["__goes"], found["a"]["__stays"], found["b"]["__goes"]) == (["email"], [], [])


def test_a_word_for_theirs_keeps_the_edit(there: Relations) -> None:
    found = looked(there, [TWO, {**BOB, "vip": "true"}], [ADA, BOB], [THREE], [said(there, "theirs", *BOTH)])
    assert edits(found) == {"a": ["email"], "b": ["vip"]}
    assert [(found[name]["__stays"], found[name]["__goes"]) for name in "ab"] == [(["email"], []), ([], [])]


@pytest.mark.parametrize(
    ("values", "about"),
    [
        (("'ada@four.example'", BOTH[1]), {}),  # ours was something else then
        ((BOTH[0], "'ada@five.example'"), {}),
        (BOTH[::-1], {}),
        (BOTH, {"object": "accounts"}),
        (BOTH, {"field": "fax"}),  # no field of the mapping any more
        (BOTH, {"entity": "b"}),
    ],
)
def test_a_word_on_something_else_is_no_word_on_this(there: Relations, values: Any, about: dict[str, str]) -> None:
    found = looked(there, [TWO], [ADA], [THREE], [said(there, "ours", *values, **about), said(there, "theirs", *BOTH)])
    assert (edits(found), found["a"]["__stays"], found["a"]["__goes"]) == ({"a": ["email"]}, ["email"], [])


def test_an_empty_value_is_a_value_that_people_speak_of(there: Relations) -> None:
    emptied: Record = {**ADA, "email": None}
    assert looked(there, [emptied], [ADA], [THREE], [said(there, "ours", BOTH[0])])["a"]["__goes"] == ["email"]


def test_evidence_tells_apart_what_is_written_alike_together(there: Relations) -> None:
    assert said(there, "ours", "'ab'", "'c'").evidence != said(there, "ours", "'a'", "'bc'").evidence
    assert said(there, "ours", "NULL", "'c'").evidence == said(there, "ours", "''", "'c'").evidence


# ----------------------------------------------------------------------------------------- what both sides have changed


def test_fields_that_say_one_thing_are_together() -> None:
    contacts = with_fields(
        {"vip": {"per": "email"}, "last_name": {"block": "name"}, "birth_date": {"block": "name", "target": "born"}}
    )
    assert together(contacts, "email") == together(contacts, "vip") == ["email", "vip"]
    assert together(contacts, "born") == together(contacts, "last_name") == ["last_name", "born"]
    assert together(contacts, "company") == ["company"]


def test_what_no_field_of_the_target_says_is_together_with_nothing() -> None:
    contacts = with_fields({"email": {"block": "a"}, "vip": {"block": "a", "target": None}})
    assert together(contacts, "email") == ["email"]


SENT, OURS, THEIRS = "one", "two", "three"


def decided(**cells: Any) -> dict[str, Any]:
    """A record of which both sides changed the mailbox, each otherwise."""
    row: dict[str, Any] = {"__cluster": 0, "__entity": "a", "__edits": ["email"], "__goes": [""]}
    for name in FIELDS:
        row |= {f"={name}": SENT, f"-{name}": SENT, f"~{name}": SENT}
    return row | {"=email": OURS, "~email": THEIRS} | cells


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({}, ["email"]),
        ({"=email": SENT}, []),  # we changed nothing
        ({"=email": THEIRS}, []),  # both alike
        ({"=email": None}, ["email"]),
        ({"-email": None}, ["email"]),
        ({"~email": None}, ["email"]),
        ({"__edits": ["vip"]}, ["email"]),  # which is one with the mailbox
        ({"__edits": ["company"]}, []),
        ({"__goes": ["vip"]}, ["email"]),
        ({"__goes": ["email"]}, []),
        ({"=vip": OURS}, ["email", "vip"]),
        ({"=company": OURS, "~company": THEIRS}, ["email"]),
        ({"=company": OURS, "~company": THEIRS, "__edits": ["company"]}, ["company"]),
    ],
)
def test_at_odds_is_what_both_changed_each_otherwise(there: Relations, cells: dict[str, Any], found: list[str]) -> None:
    table(there, "decided", [decided(**cells)])
    contacts = with_fields({"vip": {"per": "email"}})
    assert there.one(f"SELECT {odds(contacts, FIELDS)} FROM decided") == (found,)


def test_what_waits_is_told_with_its_three_values(there: Relations) -> None:
    both = {"=vip": "yes", "-vip": None, "~vip": "no", "__odds": ["vip", "email"]}
    rows = [decided(**both), decided(__entity="A", __cluster=1, __odds=["email"]), decided(__cluster=2, __odds=["vip"])]
    table(there, "decided/contacts", rows)
    codes = ["target_conflict", "target_conflict", "existing"]
    table(there, "plan/contacts", [{"__cluster": n, "__code": code} for n, code in enumerate(codes)])
    found = there.rows(three_values(make_plan().object("contacts"), FIELDS))
    assert [row[:5] for row in found] == [
        ("A", "email", SENT, OURS, THEIRS),
        ("a", "email", SENT, OURS, THEIRS),
        ("a", "vip", None, "yes", "no"),
    ]
    assert [row[5] for row in found[1:]] == [
        said(there, "", f"'{OURS}'", f"'{THEIRS}'").evidence, said(there, "", "'yes'", "'no'").evidence
    ]  # fmt: skip
