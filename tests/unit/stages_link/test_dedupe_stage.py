"""Deduplication: pairs, clusters, survivors and re-parented children."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import staged

from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import EnrichPlan, FeedPlan, MatchRulePlan, ObjectPlan, RefPlan, SamePlan, VetoPlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run

Lines = Sequence[dict[str, Any]]

MAIL = MatchRulePlan(
    name="same mailbox", same=(SamePlan(field="email"), SamePlan(field="last_name", similarity=0.85)),
    unless=(VetoPlan(field="email", kind="shared"),), do="merge",
)  # fmt: skip
PHONE = MatchRulePlan(name="same phone", same=(SamePlan(field="phone"), SamePlan(field="last_name")), do="merge")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def people(*rules: MatchRulePlan, **options: Any) -> ObjectPlan:
    s = ("kisi", "books", "mail")
    return ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True, match=rules,
        feeds=(FeedPlan(source="kisi", trust=1), FeedPlan(source="books", trust=2)),
        fields=(
            staged.field("first_name", "given_name", *s[:2], survive="most_complete"),
            staged.field("last_name", "family_name", *s[:2], survive="most_complete"),
            staged.field("email", "email", *s, survive="trust", keep_others="additional_emails"),
            staged.field("additional_emails", "list", survive="union"),
            staged.field("phone", "phone", *s[:2], survive="newest"),
            staged.field("birth_date", "birth_date", *s[:2], survive="equal"),
            staged.field("consent", "consent", *s, survive="strictest", per="email"),
            staged.field("email_dead", "boolean", "mail", survive="any_true", per="email"),
            staged.field("street", "street", *s[:2], survive="block", block="address"),
            staged.field("city", "city", *s[:2], survive="block", block="address"),
            staged.field("notes", "long_text", *s[:2], survive="append"),
        ),
        **options,
    )  # fmt: skip


def deduped(run: Run, each: ObjectPlan, kisi: Lines, books: Lines = (), mail: Lines = ()) -> pl.DataFrame:
    staged.mapped(run, each, "kisi", *kisi)
    staged.mapped(run, each, "books", *books)
    for enrich in each.enrich:
        staged.mapped(run, each, enrich.source, *mail)
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run)
    return staged.read(run, "dedupe", "contacts", "merged")


def test_same_mailbox_and_close_name_merge_and_each_cell_survives_by_its_rule(run: Run) -> None:
    merged = deduped(
        run, people(MAIL),
        [{"key": "1", "first_name": "Ayse", "last_name": "Yilmaz", "email": "a@x.example", "phone": "+902125550147",
          "city": "Bursa",
          "street": "Cad. 1", "notes": "calls back", "changed": "2024-01-01"}],
        [{"key": "2", "first_name": "Ayşe", "last_name": "Yılmaz", "email": "A@x.example", "phone": "+902",
          "city": "İzmir", "notes": "pays late", "changed": "2024-02-01"}],
    )  # fmt: skip
    (row,) = merged.to_dicts()
    assert (row["first_name"], row["last_name"], row["email"], row["phone"]) == (
        "Ayşe",
        "Yılmaz",
        "a@x.example",
        "+902",
    )
    assert (row["street"], row["city"]) == ("Cad. 1", "Bursa")
    assert row["notes"] == "[kisi 2024-01-01] calls back\n[books 2024-02-01] pays late"
    assert json.loads(row["additional_emails"]) == ["A@x.example"]
    assert row["__members"] == 2
    (pair,) = staged.read(run, "dedupe", "contacts", "pairs").to_dicts()
    assert (pair["a"], pair["b"], pair["rule"], pair["outcome"]) == (0, 1, "same mailbox", "merge")
    assert json.loads(pair["evidence"])["last_name"] == ["Yılmaz", "Yilmaz", 1.0]
    won = staged.read(run, "dedupe", "contacts", "survivors").filter(pl.col("field") == "phone").to_dicts()
    assert won == [{"__cluster": 0, "field": "phone", "__node": 0, "rule": "newest", "losers": 1}]


def test_a_role_mailbox_and_a_mailbox_of_three_names_never_merge(run: Run) -> None:
    names = ["Ateş", "Bulut", "Çınar"]
    kisi = [{"key": n, "first_name": n, "last_name": n, "email": "depo1@x.example"} for n in names]
    kisi += [{"key": k, "first_name": "Ali", "last_name": "Kaya", "email": "info@x.example"} for k in "xy"]
    kisi += [{"key": "z", "first_name": "A", "last_name": "Ateş", "email": "depo1@x.example"}]
    merged = deduped(run, people(MAIL), kisi)
    assert len(merged) == 6
    pairs = staged.read(run, "dedupe", "contacts", "pairs")
    assert pairs["outcome"].unique().to_list() == ["vetoed"]
    assert all("email is shared" in why for why in pairs["why"])


def test_a_chain_between_two_birth_dates_is_held_with_the_chain(run: Run) -> None:
    kisi = [
        {"key": "1", "last_name": "Kaya", "email": "a@x.example", "birth_date": "1950-01-01"},
        {"key": "2", "last_name": "Kaya", "email": "a@x.example", "phone": "+902125550147"},
        {"key": "3", "last_name": "Kaya", "phone": "+902125550147", "birth_date": "1980-01-01"},
        {"key": "4", "last_name": "Kaya"},
    ]
    deduped(run, people(MAIL, PHONE), kisi)
    clusters = staged.read(run, "dedupe", "contacts", "clusters")
    assert clusters["state"].to_list() == ["held", "held", "held", "single"]
    assert "kisi:1 = kisi:2 = kisi:3, but kisi:1 ≠ kisi:3: birth_date differs" in clusters["why"][0]


def test_consent_of_a_mailbox_reaches_everybody_who_carries_it(run: Run) -> None:
    each = people(MAIL, enrich=(EnrichPlan(source="mail", by="email"),))
    merged = deduped(
        run, each,
        [
            {"key": "1", "last_name": "Kaya", "email": "a@x.example", "consent": "granted"},
            {"key": "2", "last_name": "Demir", "email": "a@x.example"},
            {"key": "3", "last_name": "Çelik", "email": "b@x.example", "consent": "granted"},
        ],
        mail=[{"key": "a", "email": "a@x.example", "consent": "withdrawn", "email_dead": "true"}],
    )  # fmt: skip
    assert merged.select("consent", "email_dead").rows() == [
        ("withdrawn", "true"),
        ("withdrawn", "true"),
        ("granted", None),
    ]


def test_decisions_beat_rules_and_go_stale(run: Run) -> None:
    folder = run.decisions
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_text(
        "duplicates:\n"
        '- {object: contacts, members: ["kisi:1", "kisi:2"], decision: apart, who: a, when: 2025-01-01, why: twins}\n'
        '- {object: contacts, members: ["kisi:3", "kisi:4"], decision: merge, who: a, when: 2025-01-01, why: same}\n'
        '- {object: contacts, members: ["kisi:5", "kisi:6"], decision: merge, who: a, when: 2025-01-01,'
        " why: old, evidence: 00}\n"
        '- {object: contacts, members: ["kisi:5", "kisi:99"], decision: merge, who: a, when: 2025-01-01, why: gone}\n',
        encoding="utf-8",
    )
    kisi = [{"key": str(n), "last_name": "Kaya", "email": f"{(n + 1) // 2}@x.example"} for n in (1, 2)]
    kisi += [{"key": str(n), "last_name": f"Ad{n}"} for n in (3, 4, 5, 6)]
    merged = deduped(run, people(MAIL), kisi)
    assert merged["__members"].to_list() == [1, 1, 2, 1, 1]
    pairs = staged.read(run, "dedupe", "contacts", "pairs")
    assert pairs["outcome"].to_list() == ["apart", "merge", "review"]
    assert "decision_stale" in pairs["why"][2]
    assert staged.read(run, "dedupe", "contacts", "findings")["code"].to_list() == ["decision_obsolete"]


def test_contradicting_decisions_are_refused_with_their_chain(run: Run) -> None:
    run.decisions.mkdir(parents=True)
    lines = [("1", "2", "merge"), ("2", "3", "merge"), ("1", "3", "apart")]
    text = "".join(
        f'- {{object: contacts, members: ["k:{a}", "k:{b}"], decision: {d}, who: a, when: 2025, why: b}}\n'
        for a, b, d in lines
    )
    (run.decisions / "x.yaml").write_text("duplicates:\n" + text)
    with pytest.raises(MappingError) as caught:
        deduped(run, people(MAIL), [])
    assert "k:1 = k:2 = k:3, but k:1 ≠ k:3" in caught.value.findings[0].message


def test_children_follow_the_survivor(run: Run) -> None:
    firms = ObjectPlan(
        name="accounts", entity="organisation", target="accounts", mergeable=True, feeds=(FeedPlan(source="f"),),
        match=(MatchRulePlan(name="tax", same=(SamePlan(field="tax_id"),), do="merge"),),
        fields=(
            staged.field("name", "company_name", "f"), staged.field("tax_id", "tax_id", "f"),
            staged.reference("parent", RefPlan(object="accounts", spaces={"f": "f"}), "f"),
        ),
    )  # fmt: skip
    deals = ObjectPlan(
        name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),),
        fields=(
            staged.field("amount", "money", "d"),
            staged.reference("company", RefPlan(object="accounts", spaces={"d": "f"}), "d"),
        ),
    )  # fmt: skip
    staged.mapped(
        run, firms, "f",
        {"key": "1", "name": "A", "tax_id": "7340 562918"},
        {"key": "2", "name": "A", "tax_id": "7340562918", "parent": "1"},
        {"key": "3", "name": "B", "parent": "2"},
    )  # fmt: skip
    staged.mapped(
        run, deals, "d", {"key": "x", "amount": "5", "company": "2"}, {"key": "y", "amount": "7", "company": "1"}
    )
    plan = staged.plan(firms, deals)
    link(plan, run)
    dedupe(plan, run)
    assert staged.read(run, "dedupe", "accounts", "merged").select("__cluster", "parent").rows() == [(0, None), (2, 0)]
    assert staged.read(run, "dedupe", "accounts", "notes")["code"].to_list() == ["self_parent_cleared"]
    assert staged.read(run, "dedupe", "deals", "merged").select("amount", "company").rows() == [("5", 0), ("7", 0)]


@pytest.mark.parametrize(("do", "open_pairs"), [("review", 1), ("merge", 0)])
def test_deals_that_look_alike_are_asked_about_and_never_merged_by_likeness(run: Run, do: str, open_pairs: int) -> None:
    rule = MatchRulePlan(name="same name", same=(SamePlan(field="name"),), do=do)  # type: ignore[arg-type]
    deals = ObjectPlan(
        name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),), match=(rule,),
        fields=(staged.field("name", "text", "d"), staged.field("amount", "money", "d")),
    )  # fmt: skip
    staged.mapped(run, deals, "d", *({"key": k, "name": "Pres", "amount": "5"} for k in "xy"))
    plan = staged.plan(deals)
    link(plan, run)
    if do == "merge":
        with pytest.raises(MappingError) as caught:
            dedupe(plan, run)
        assert caught.value.findings[0].code == "match_not_mergeable"
        return
    dedupe(plan, run)
    assert staged.read(run, "dedupe", "deals", "pairs")["outcome"].to_list() == ["review"] * open_pairs
    assert len(staged.read(run, "dedupe", "deals", "merged")) == 2
