"""Linking: keys, references and what follows from them."""

from pathlib import Path

import polars as pl
import pytest
import staged

from crm_migrate.mapping.plan import EnrichPlan, FeedPlan, ObjectPlan, Plan, RefPlan
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.tables import RECORDS


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def accounts(**options: object) -> ObjectPlan:
    fields = (
        staged.field("name", "company_name", "firma", "sheet"),
        staged.field("domain", "domain", "firma", "sheet"),
        staged.reference(
            "parent", RefPlan(object="accounts", spaces={"firma": "firma"}, missing="warn_and_clear"), "firma"
        ),
    )
    feeds = (FeedPlan(source="firma", trust=2), FeedPlan(source="sheet", trust=3, one_per=("name",)))
    return ObjectPlan(name="accounts", entity="organisation", target="accounts", feeds=feeds, fields=fields, **options)


def contacts(company: RefPlan) -> ObjectPlan:
    fields = (staged.field("email", "email", "kisi", "sheet"), staged.reference("company", company, "kisi"))
    feeds = (FeedPlan(source="kisi", trust=1), FeedPlan(source="sheet", trust=3))
    return ObjectPlan(name="contacts", entity="person", target="contacts", feeds=feeds, fields=fields)


COMPANY = RefPlan(object="accounts", spaces={"kisi": "firma"}, same_row=("sheet",))


def linked(run: Run, plan: Plan) -> None:
    for each in plan.objects:
        for feed in each.feeds:
            if not run.table("map", each.name, feed.source, "records").exists():
                staged.mapped(run, each, feed.source)
    link(plan, run)


def test_equal_rows_of_a_key_fold_and_different_ones_are_held(run: Run) -> None:
    each = accounts()
    staged.mapped(
        run, each, "firma",
        {"key": "1", "name": "Işık"}, {"key": "1", "name": "Işık"},
        {"key": "2", "name": "Demir"}, {"key": "2", "name": "Çelik"}, {"key": None, "name": "Kimsesiz"},
    )  # fmt: skip
    linked(run, staged.plan(each))
    rows = staged.read(run, "link", "accounts", "rows")
    assert rows.select("__row", "folded").rows() == [(0, False), (1, True)]
    held = staged.read(run, "link", "accounts", "set_aside")
    assert held.select("__row", "state", "code").rows() == [
        (2, "held", "key_conflict"), (3, "held", "key_conflict"), (4, "held", "key_missing"),
    ]  # fmt: skip
    assert "rows at row 2 of firma, row 3 of firma" in held["message"][0]
    assert "differ in name" in held["message"][0]


def test_one_per_folds_different_rows_and_notes_what_is_said_otherwise(run: Run) -> None:
    each = accounts()
    staged.mapped(
        run, each, "sheet",
        {"key": "Işık", "name": "Işık", "domain": "isik.example"},
        {"key": "Işık", "name": "Işık", "domain": "b.example"},
        {"key": "Işık", "name": "Işık"},
    )  # fmt: skip
    linked(run, staged.plan(each))
    nodes = staged.read(run, "link", "accounts", "nodes")
    assert nodes["domain"].to_list() == ["b.example"]
    notes = staged.read(run, "link", "accounts", "notes")
    assert notes.select("field", "code").rows() == [("domain", "fold_differs")]
    assert staged.read(run, "link", "accounts", "rows")["folded"].sum() == 2


def test_a_reference_to_a_row_of_a_group_that_was_set_aside_says_so(run: Run) -> None:
    company = RefPlan(object="accounts", spaces={"kisi": "sheet"}, missing="clear")
    firms, people = accounts(), contacts(company)
    staged.mapped(run, firms, "sheet")
    staged.aside(
        run, "accounts", "sheet",
        {"__row": 0, "__key": "Işık", "__row_key": "7", "state": "held", "code": "value_unmapped"},
    )  # fmt: skip
    keyless = pl.DataFrame([{"__row": 1, "__split": 0, "__row_key": "8"}], schema=RECORDS.frame)
    staged.write(run, keyless, "map", "accounts", "sheet", "records")
    staged.mapped(
        run, people, "kisi",
        {"key": "a", "company": "7"}, {"key": "b", "company": "8"}, {"key": "c", "company": "9"},
    )  # fmt: skip
    linked(run, staged.plan(firms, people))
    aside = staged.read(run, "link", "contacts", "set_aside").select("__key", "state", "code").rows()
    assert aside == [("a", "held", "parent_held"), ("b", "held", "parent_held")]


def test_references_by_key_and_by_same_row(run: Run) -> None:
    firms, people = accounts(), contacts(COMPANY)
    staged.mapped(run, firms, "firma", {"key": "B", "name": "B"}, {"key": "A", "name": "A"})
    staged.mapped(run, firms, "sheet", {"key": "C", "name": "C"}, {"key": "C", "name": "C"})
    staged.mapped(run, people, "kisi", {"key": "k1", "company": "B"}, {"key": "k2", "company": None})
    staged.mapped(run, people, "sheet", {"key": "s1", "row": 1})
    linked(run, staged.plan(firms, people))
    names = dict(staged.read(run, "link", "accounts", "nodes").select("__node", "name").rows())
    found = staged.read(run, "link", "contacts", "nodes").select("__key", "company").rows()
    assert [(key, names.get(node)) for key, node in found] == [("k1", "B"), ("k2", None), ("s1", "C")]


@pytest.mark.parametrize(
    ("missing", "state", "code"),
    [("hold", "held", "parent_missing"), ("reject", "rejected", "parent_missing"), ("clear", None, "parent_missing")],
)
def test_a_missing_parent(run: Run, missing: str, state: str | None, code: str) -> None:
    firms, people = accounts(), contacts(COMPANY.model_copy(update={"missing": missing, "same_row": ()}))
    staged.mapped(run, people, "kisi", {"key": "k1", "company": "nowhere"})
    linked(run, staged.plan(firms, people))
    if state is None:
        assert staged.read(run, "link", "contacts", "notes")["code"].to_list() == [code]
        assert staged.read(run, "link", "contacts", "nodes")["company"].to_list() == [None]
        return
    held = staged.read(run, "link", "contacts", "set_aside")
    assert held.select("state", "code").rows() == [(state, code)]
    assert "nowhere" in held["message"][0]


@pytest.mark.parametrize(("policy", "state"), [("exclude", "excluded"), ("hold", "held"), ("clear", None)])
def test_an_excluded_parent(run: Run, policy: str, state: str | None) -> None:
    firms, people = accounts(), contacts(COMPANY.model_copy(update={"parent_excluded": policy}))
    staged.aside(run, "accounts", "firma", {"__row": 9, "__key": "X", "state": "excluded", "code": "excluded_rule"})
    staged.mapped(run, firms, "firma")
    staged.mapped(run, people, "kisi", {"key": "k1", "company": "X"})
    linked(run, staged.plan(firms, people))
    states = staged.read(run, "link", "contacts", "set_aside").select("state", "code").rows()
    assert states == ([(state, "parent_excluded")] if state else [])


def test_children_of_what_a_decision_excludes_follow_the_decision_through_every_generation(run: Run) -> None:
    firms, people = accounts(), contacts(COMPANY.model_copy(update={"parent_excluded": "exclude"}))
    parent = RefPlan(object="accounts", spaces={"firma": "firma"}, parent_excluded="exclude")
    fields = (*firms.fields[:-1], staged.reference("parent", parent, "firma"))
    firms = firms.model_copy(update={"fields": fields})
    away = {"state": "excluded", "code": "excluded_rule"}
    staged.aside(
        run, "accounts", "firma",
        {"__row": 9, "__key": "X", "rule": "D-004", **away}, {"__row": 8, "__key": "V", "rule": "country", **away},
    )  # fmt: skip
    staged.mapped(run, firms, "firma", {"key": "Y", "name": "Y", "parent": "X"})
    people_of = {"k1": "X", "k2": "Y", "k3": "V"}
    staged.mapped(run, people, "kisi", *({"key": key, "company": firm} for key, firm in people_of.items()))
    linked(run, staged.plan(firms, people).model_copy(update={"decisions": {"D-004": "h"}}))
    aside = staged.read(run, "link", "contacts", "set_aside").select("__key", "state", "code", "rule").rows()
    assert aside == [
        ("k1", "excluded", "parent_excluded", "D-004"),
        ("k2", "excluded", "parent_excluded", "D-004"),
        ("k3", "excluded", "parent_excluded", "company"),
    ]
    assert staged.read(run, "link", "contacts", "set_aside")["message"][0].endswith("(excluded_rule) by D-004.")


def test_children_of_held_records_wait_through_every_generation(run: Run) -> None:
    firms, people = accounts(), contacts(COMPANY)
    staged.aside(run, "accounts", "firma", {"__row": 9, "__key": "X", "state": "held", "code": "value_unmapped"})
    staged.mapped(
        run, firms, "firma",
        {"key": "Y", "name": "Y", "parent": "X"}, {"key": "Z", "name": "Z", "parent": "Y"}, {"key": "W", "name": "W"},
    )  # fmt: skip
    staged.mapped(run, people, "kisi", {"key": "k1", "company": "Z"}, {"key": "k2", "company": "W"})
    linked(run, staged.plan(firms, people))
    assert staged.read(run, "link", "accounts", "set_aside").select("__key", "code").rows() == [
        ("Y", "parent_held"), ("Z", "parent_held"),
    ]  # fmt: skip
    assert staged.read(run, "link", "contacts", "set_aside")["__key"].to_list() == ["k1"]
    assert staged.read(run, "link", "contacts", "nodes")["__key"].to_list() == ["k2"]


def test_circles_and_self_parents_are_cleared_with_a_note(run: Run) -> None:
    firms = accounts()
    parents = {"A": "B", "B": "C", "C": "A", "D": "D", "E": "A", "F": "G"}
    staged.mapped(run, firms, "firma", *({"key": k, "name": k, "parent": p} for k, p in parents.items()))
    linked(run, staged.plan(firms))
    nodes = staged.read(run, "link", "accounts", "nodes")
    keys = dict(nodes.select("__node", "__key").rows())
    assert {k: keys.get(p) for k, p in nodes.select("__key", "parent").rows()} == {
        "A": None, "B": None, "C": None, "D": None, "E": "A", "F": None,
    }  # fmt: skip
    notes = [(keys[n], c) for n, c in staged.read(run, "link", "accounts", "notes").select("__node", "code").rows()]
    assert notes == [
        ("A", "cycle_cleared"), ("B", "cycle_cleared"), ("C", "cycle_cleared"), ("D", "self_parent_cleared"),
        ("F", "parent_missing"),
    ]  # fmt: skip


def test_a_key_that_names_several_parts_of_a_split_row_is_ambiguous(run: Run) -> None:
    from crm_migrate.mapping.plan import SplitPlan

    people = ObjectPlan(
        name="contacts", entity="person", target="contacts",
        feeds=(FeedPlan(source="sheet", split=SplitPlan(column="who", by=";")),),
        fields=(staged.field("email", "email", "sheet"),),
    )  # fmt: skip
    contact = RefPlan(object="contacts", spaces={"calls": "sheet"})
    notes = ObjectPlan(
        name="notes", entity="thing", target="notes", feeds=(FeedPlan(source="calls"),),
        fields=(staged.reference("contact", contact, "calls"),),
    )  # fmt: skip
    staged.mapped(
        run, people, "sheet",
        {"key": "1", "row": 0}, {"key": "1#2", "row": 0, "split": 1}, {"key": "2", "row": 1},
    )  # fmt: skip
    staged.mapped(
        run, notes, "calls", {"key": "a", "contact": "1"}, {"key": "b", "contact": "2"}, {"key": "c", "contact": "1#2"}
    )
    linked(run, staged.plan(people, notes))
    held = staged.read(run, "link", "notes", "set_aside")
    assert held.select("__key", "code").rows() == [("a", "parent_ambiguous")]
    assert staged.read(run, "link", "notes", "nodes").select("__key", "contact").rows() == [("b", 2), ("c", 1)]


def test_enrichment_reaches_everybody_with_that_mailbox_and_every_mailbox_is_on_the_list(run: Run) -> None:
    people = ObjectPlan(
        name="contacts", entity="person", target="contacts", feeds=(FeedPlan(source="kisi"),),
        enrich=(EnrichPlan(source="mail", by="email", unmatched="suppression_list"),),
        fields=(staged.field("email", "email", "kisi", "mail"), staged.field("consent", "consent", "kisi", "mail")),
    )  # fmt: skip
    names = ("email", "state", "reason", "evidence")
    list_ = ObjectPlan(
        name="suppressions",
        entity="thing",
        target="suppressions",
        feeds=(),
        fields=tuple(staged.field(n) for n in names),
    )
    staged.mapped(run, people, "kisi", {"key": "1", "email": "a@x.example"}, {"key": "2", "email": "a@x.example"})
    staged.mapped(
        run, people, "mail",
        {"key": "a", "email": "a@x.example", "consent": "withdrawn"},
        {"key": "b", "email": "b@x.example", "consent": "unknown"},
        {"key": "b2", "email": "b@x.example", "consent": "withdrawn", "ev": '["mail.t: 1"]'},
        {"key": "c", "email": "c@x.example", "consent": "granted"},
    )  # fmt: skip
    linked(run, staged.plan(people, list_))
    lines = staged.read(run, "link", "contacts", "enrichment").select("__key", "__node").rows()
    assert lines == [("a", 0), ("a", 1), ("b", None), ("b2", None), ("c", None)]
    assert staged.read(run, "link", "suppressions", "nodes").select("__key", *names).rows() == [
        ("a", "a@x.example", "withdrawn", "mail: nobody has it", None),
        ("b2", "b@x.example", "withdrawn", "mail: nobody has it", '["mail.t: 1"]'),
        ("c", "c@x.example", "granted", "mail: nobody has it", None),
    ]
    assert staged.read(run, "link", "suppressions", "rows").select("__row", "folded").rows() == [
        (0, False), (1, True), (2, False), (3, False),
    ]  # fmt: skip
