"""Completion: values, verdicts, uniqueness, owners, money and what becomes of children."""

from pathlib import Path
from typing import Any

import pytest
import staged

from crm_migrate.mapping.plan import (
    CasePlan,
    CheckPlan,
    EnrichPlan,
    FeedPlan,
    FieldPlan,
    KpiPlan,
    MatchRulePlan,
    MoneyPlan,
    ObjectPlan,
    OwnerPlan,
    OwnersPlan,
    ReconcilePlan,
    RefPlan,
    SamePlan,
)
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run

Line = dict[str, Any]
WORKED = ["true", "false", "false", "true"]  # Waiting, Not Held, Solved, nothing


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def firms(*more: FieldPlan, **options: Any) -> ObjectPlan:
    fields = (staged.field("name", "company_name", "f", required=True), staged.field("owner", "owner", "f"), *more)
    feeds = (FeedPlan(source="f"),)
    return ObjectPlan(name="accounts", entity="organisation", target="accounts", feeds=feeds, fields=fields, **options)


def deals(*more: FieldPlan, **ref: Any) -> ObjectPlan:
    company = RefPlan(object="accounts", spaces={"d": "f"}, **ref)
    fields = (
        staged.field("amount", "money", "d"), staged.field("currency", "currency", "d"),
        staged.field("stage", "choice", "d"),
        staged.field("close_date", "date", "d"), staged.reference("company", company, "d"),
        staged.field("owner", "owner", "d", default_from="company.owner"), *more,
    )  # fmt: skip
    return ObjectPlan(name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),), fields=fields)


def completed(run: Run, lines: dict[str, list[Line]], *objects: ObjectPlan, **options: Any) -> dict[str, list[Line]]:
    for each in objects:
        for feed in each.feeds:
            staged.mapped(run, each, feed.source, *lines[feed.source])
    plan = staged.plan(*objects, **options)
    link(plan, run)
    dedupe(plan, run)
    complete(plan, run)
    return {each.name: staged.read(run, "complete", each.name, "entities").to_dicts() for each in objects}


def warned(run: Run, name: str) -> list[tuple[int, str, str]]:
    return staged.read(run, "complete", name, "warnings").select("__cluster", "code", "field").rows()


def test_constants_cases_and_defaults(run: Run) -> None:
    more = (
        staged.field("country", "text", constant="TR"),
        staged.field("kind", "text", "f", default="customer"),
        staged.field(
            "size", "text", case=(CasePlan(when="name = 'A'", then="one"), CasePlan(when=None, then=None))
        ),
    )  # fmt: skip
    found = completed(
        run, {"f": [{"key": "1", "name": "A", "kind": "partner"}, {"key": "2", "name": "B"}]}, firms(*more)
    )
    values = [(e["country"], e["kind"], e["size"]) for e in found["accounts"]]
    assert values == [("TR", "partner", "one"), ("TR", "customer", None)]


def test_required_checks_and_their_order(run: Run) -> None:
    checks = (
        CheckPlan(id="C1", object="accounts", expression="size > 5", otherwise="hold", say="too small"),
        CheckPlan(id="C2", object="accounts", expression="name != 'X'", otherwise="reject", say="no X"),
        CheckPlan(id="C3", object="accounts", expression="size < 100", otherwise="warn", say="large"),
    )
    lines = [("A", "7"), ("X", "1"), ("B", "1"), (None, "9"), ("C", "huge"), ("D", "200")]
    found = completed(
        run, {"f": [{"key": str(n), "name": a, "size": s} for n, (a, s) in enumerate(lines)]},
        firms(staged.field("size", "number", "f")), checks=checks,
    )  # fmt: skip
    states = [(e["__state"], e["code"], e["rule"]) for e in found["accounts"]]
    assert states == [
        ("ready", None, None), ("rejected", "check_failed", "C2"), ("held", "check_failed", "C1"),
        ("rejected", "missing_required", "name"), ("held", "not_comparable", "C1"), ("ready", None, None),
    ]  # fmt: skip
    assert ("large", 5) in [
        (w["message"], w["__cluster"]) for w in staged.read(run, "complete", "accounts", "warnings").to_dicts()
    ]


def test_children_of_records_that_stay_behind_are_held_and_inherit_owners(run: Run) -> None:
    found = completed(
        run,
        {
            "f": [{"key": "1", "name": "A", "owner": "ali@x.example"}, {"key": "2", "name": None}],
            "d": [{"key": "x", "company": "1"}, {"key": "y", "company": "2"},
                  {"key": "z", "company": "1", "owner": "own@x.example"}],
        },
        firms(), deals(),
    )  # fmt: skip
    assert [(e["__state"], e["code"], e["owner"]) for e in found["deals"]] == [
        ("ready", None, "ali@x.example"), ("held", "parent_rejected", None), ("ready", None, "own@x.example"),
    ]  # fmt: skip
    assert "accounts" in found["deals"][1]["message"]


def test_amounts_in_the_currency_of_the_report(run: Run) -> None:
    money = MoneyPlan(
        report_in="EUR", rate_on="close_date", rates=(("TRY", "2025-01-01", "0.03"), ("TRY", "2025-02-01", "0.025"))
    )
    kpi = KpiPlan(name="open", object="deals", where="is_open", sum="amount_in_report_currency")
    lines = [
        {"key": "1", "amount": "1000.10", "currency": "TRY", "close_date": "2025-01-31", "stage": "proposal"},
        {"key": "2", "amount": "1000.10", "currency": "TRY", "close_date": "2025-03-05", "stage": "closedwon"},
        {"key": "3", "amount": "5.005", "currency": "EUR", "close_date": "2020-01-01", "stage": "closedlost"},
        {"key": "4", "amount": "1", "currency": "TRY", "close_date": "2024-12-31"},
        {"key": "5", "currency": "XXX", "close_date": "2024-12-31"},
    ]
    found = completed(
        run, {"f": [], "d": lines}, firms(), deals(), money=money, reconcile=ReconcilePlan(kpis=(kpi,))
    )["deals"]  # fmt: skip
    assert [e["amount_in_report_currency"] for e in found] == ["30.00", "25.00", "5.01", None, None]
    assert [(e["is_open"], e["is_won"]) for e in found[:3]] == [
        ("true", "false"),
        ("false", "true"),
        ("false", "false"),
    ]
    assert [e["close_month"] for e in found[:2]] == ["2025-01", "2025-03"]
    assert [(e["__state"], e["code"]) for e in found[3:]] == [("held", "missing_rate"), ("ready", None)]


@pytest.mark.parametrize(
    ("name", "target", "told"),
    [("tickets", "cases", WORKED), ("things", "helpdesk.ticket", WORKED), ("orders", "orders", [None] * 4)],
)  # fmt: skip
def test_work_is_open_until_its_status_says_otherwise(run: Run, name: str, target: str, told: list[str | None]) -> None:
    each = ObjectPlan(
        name=name, entity="thing", target=target, feeds=(FeedPlan(source="t"),),
        fields=(staged.field("status", "choice", "t"),),
    )  # fmt: skip
    lines = [
        {"key": "1", "status": "Waiting"},
        {"key": "2", "status": "Not Held"},
        {"key": "3", "status": "Solved"},
        {"key": "4"},
    ]
    found = completed(run, {"t": lines}, each)[name]
    assert [e.get("is_open") for e in found] == told


def test_owners_who_left(run: Run) -> None:
    owners = OwnersPlan(
        entries=(
            OwnerPlan(login="ali", target="ali@x.example"),
            OwnerPlan(login="eski", target="eski@x.example", active=False, successor="orta"),
            OwnerPlan(login="orta", target="orta@x.example", active=False, successor="ali"),
            OwnerPlan(login="yok", target="yok@x.example", active=False),
        ),
        open_records="successor", closed_records="keep_as_text(legacy_owner)",
    )  # fmt: skip
    lines = [
        ("eski", "proposal"),
        ("eski", "closedwon"),
        ("yok", "proposal"),
        ("yok", "closedlost"),
        ("ali", "proposal"),
    ]
    found = completed(
        run,
        {"f": [], "d": [{"key": str(n), "owner": f"{o}@x.example", "stage": s} for n, (o, s) in enumerate(lines)]},
        firms(), deals(staged.field("legacy_owner", "text")), owners=owners,
    )["deals"]  # fmt: skip
    assert [(e["__state"], e["owner"], e["legacy_owner"]) for e in found] == [
        ("ready", "ali@x.example", None), ("ready", None, "eski"), ("held", None, None), ("ready", None, "yok"),
        ("ready", "ali@x.example", None),
    ]  # fmt: skip
    assert found[2]["code"] == "owner_inactive_no_successor"


def test_an_owner_whom_nobody_knows_is_kept_as_text(run: Run) -> None:
    owners = OwnersPlan(entries=(OwnerPlan(login="ali", target="ali@x.example"),), unknown="keep_as_text")
    found = completed(
        run,
        {
            "f": [
                {"key": "1", "name": "A", "owner": "Bölge Müdürü"},
                {"key": "2", "name": "B", "owner": "ali@x.example"},
            ]
        },
        firms(staged.field("legacy_owner", "text")),
        owners=owners,
    )["accounts"]
    assert [(e["__state"], e["owner"], e["legacy_owner"]) for e in found] == [
        ("ready", None, "Bölge Müdürü"), ("ready", "ali@x.example", None),
    ]  # fmt: skip


def test_what_the_target_allows_once(run: Run) -> None:
    more = (staged.field("email", "email", "f"), staged.field("phone", "phone", "f"))
    lines = [
        {"key": "1", "name": "A", "email": "a@x.example", "phone": "1"},
        {"key": "2", "name": "B", "email": "A@x.example"},
        {"key": "3", "name": "C", "email": "a@x.example", "phone": "3", "changed": "2025-01-01"},
    ]  # fmt: skip
    check = CheckPlan(id="C1", object="accounts", expression="email or phone", otherwise="reject")
    found = completed(
        run, {"f": lines}, firms(*more, target_unique={"email": "keep_best"}), checks=(check,)
    )["accounts"]  # fmt: skip
    assert [(e["__state"], e["email"]) for e in found] == [
        ("ready", None),
        ("rejected", None),
        ("ready", "a@x.example"),
    ]
    assert (0, "target_unique", "email") in warned(run, "accounts")
    run2 = Run(run.folder.parent / "r2", "r2")
    found = completed(run2, {"f": lines}, firms(*more, target_unique={"email": "hold"}))["accounts"]
    assert [e["code"] for e in found] == ["target_unique"] * 3


def test_pairs_to_review_are_loaded_with_a_warning(run: Run) -> None:
    names = ("Anadolu Makine", "Anadolu Makina", "Başka")
    rule = MatchRulePlan(name="alike", same=(SamePlan(field="name", similarity=0.8),), do="review")
    found = completed(
        run,
        {"f": [{"key": str(n), "name": name} for n, name in enumerate(names, 1)]},
        firms(mergeable=True, match=(rule,)),
    )["accounts"]  # fmt: skip
    assert [e["__state"] for e in found] == ["ready"] * 3
    warnings = staged.read(run, "complete", "accounts", "warnings").to_dicts()
    assert [(w["__cluster"], w["code"]) for w in warnings] == [(0, "duplicate_review"), (1, "duplicate_review")]
    assert "f:2" in warnings[0]["message"]


def test_who_unsubscribed_and_does_not_arrive_stays_on_the_list(run: Run) -> None:
    said = {"a": "withdrawn", "b": "withdrawn", "c": "withdrawn", "d": "granted"}
    people = ObjectPlan(
        name="contacts", entity="person", target="contacts", feeds=(FeedPlan(source="kisi"),),
        enrich=(EnrichPlan(source="mail", by="email", unmatched="suppression_list"),), mergeable=True,
        match=(MatchRulePlan(name="phone", same=(SamePlan(field="phone"),), do="merge"),),
        fields=(
            staged.field("email", "email", "kisi", "mail", keep_others="others"), staged.field("others", "list"),
            staged.field("phone", "phone", "kisi"), staged.field("consent", "consent", "mail"),
        ),
    )  # fmt: skip
    list_ = ObjectPlan(
        name="suppressions", entity="thing", target="suppressions", feeds=(FeedPlan(source="own"),),
        fields=(staged.field("email", "email", "own"), staged.field("state", "consent", "own")),
    )  # fmt: skip
    staged.mapped(
        run, people, "kisi",
        {"key": "1", "email": "a@x.example", "phone": "1"}, {"key": "2", "email": "b@x.example"},
        {"key": "3", "email": "c@x.example", "phone": "1"},
    )  # fmt: skip
    staged.mapped(
        run, people, "mail", *({"key": k, "email": f"{k}@x.example", "consent": said[k]} for k in sorted(said))
    )
    staged.mapped(run, list_, "own", {"key": "9", "email": "a@x.example", "state": "withdrawn"})
    check = CheckPlan(id="C1", object="contacts", expression="phone", otherwise="reject", say="no number")
    plan = staged.plan(people, list_, checks=(check,))
    link(plan, run)
    dedupe(plan, run)
    complete(plan, run)

    entries = staged.read(run, "complete", "suppressions", "entities").select("email", "__state", "__code").rows()
    # a and c are mailboxes of one person that arrives; b is rejected by C1; d is nobody; the project's own line stays
    assert sorted(entries) == [
        ("a@x.example", "excluded", "mailbox_carried"), ("a@x.example", "ready", None),
        ("b@x.example", "ready", None), ("c@x.example", "excluded", "mailbox_carried"), ("d@x.example", "ready", None),
    ]  # fmt: skip
