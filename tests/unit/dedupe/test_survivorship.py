"""Which value survives, where children go, and what links become: each planted so that a wrong rule shows."""

from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
import staged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.crm.types import CONSENT_STRICTNESS, TYPES
from crm_migrate.mapping.plan import FeedPlan, MatchRulePlan, ObjectPlan, Plan, RefPlan, SamePlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run

SAME = MatchRulePlan(name="same", same=(SamePlan(field="number"),), do="merge")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def things(*fields: staged.FieldPlan, sources: tuple[str, ...] = ("a", "b")) -> ObjectPlan:
    """Accounts of two sources that are one where their `number` is; `a` is trusted more."""
    return ObjectPlan(
        name="accounts", entity="organisation", target="accounts", mergeable=True, match=(SAME,),
        feeds=tuple(FeedPlan(source=source, trust=at) for at, source in enumerate(sources, 1)),
        fields=(staged.field("number", "id", *sources), *fields),
    )  # fmt: skip


def by_type(kind: str) -> staged.FieldPlan:
    return staged.field("value", kind, "a", "b", survive=TYPES[kind].survive)


def merged(run: Run, each: ObjectPlan, a: list[staged.Line], b: list[staged.Line]) -> list[staged.Line]:
    staged.mapped(run, each, "a", *a)
    staged.mapped(run, each, "b", *b)
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run)
    return staged.read(run, "dedupe", each.name, "merged").to_dicts()


@pytest.mark.parametrize(
    ("kind", "old", "new", "survives"),
    [
        ("tax_id", "111", "222", "111"), ("company_name", "Kaya", "Kaya Yapı", "Kaya"),
        ("given_name", "Ayse", "Ayşe", "Ayşe"), ("family_name", "Y.", "Yılmaz", "Yılmaz"),
        ("family_name", "SUKARNO", "Sukarno", "Sukarno"), ("family_name", "sukarno", "Sukarno", "Sukarno"),
        ("given_name", "Ayşe", "AYŞE", "Ayşe"), ("person_name", "IŞIK KAYA", "Isik Kaya", "IŞIK KAYA"),
        ("person_name", "A. Yilmaz", "Ayşe Yılmaz", "Ayşe Yılmaz"), ("email", "a@x", "b@x", "a@x"),
        ("phone", "+901", "+902", "+902"), ("created_at", "2020-01-01", "2021-01-01", "2020-01-01"),
        ("date", "2020-01-01", "2021-01-01", "2021-01-01"), ("consent", "granted", "withdrawn", "withdrawn"),
        ("tags", '["x"]', '["y"]', '["x","y"]'),
        ("long_text", "calls", "pays", "[a 2024-01-01] calls\n[b 2025-01-01] pays"),
        ("owner", "ayse", "budi", "ayse"), ("choice", "p", "q", "p"), ("domain", "x.example", "y.example", "x.example"),
        ("money", "5", "7", "5"),
    ],
)  # fmt: skip
def test_the_default_of_each_type(run: Run, kind: str, old: str, new: str, survives: str) -> None:
    """`a` is trusted and old, `b` is newer."""
    (row,) = merged(
        run, things(by_type(kind)), [{"key": "1", "number": "n", "value": old, "changed": "2024-01-01"}],
        [{"key": "1", "number": "n", "value": new, "changed": "2025-01-01"}],
    )  # fmt: skip
    assert row["value"] == survives


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_ties_break_alike_whatever_the_order_of_rows(run: Run, order: tuple[int, ...]) -> None:
    lines = [{"key": key, "number": "n", "value": f"+90{key}", "changed": "2024-01-01"} for key in "321"]
    (row,) = merged(run, things(by_type("phone")), [lines[at] for at in order], [])
    assert row["value"] == "+901"


def test_a_block_comes_from_one_record_and_a_lonely_cell_gives_way(run: Run) -> None:
    address = [
        staged.field(name, name, "a", "b", survive="block", block="address") for name in ("street", "city", "country")
    ]
    (row,) = merged(
        run, things(*address), [{"key": "1", "number": "n", "country": "TR"}],
        [{"key": "1", "number": "n", "street": "Ring 1", "city": "Köln"}],
    )  # fmt: skip
    assert (row["street"], row["city"], row["country"]) == ("Ring 1", "Köln", None)
    won = staged.read(run, "dedupe", "accounts", "survivors").filter(pl.col("field").is_in(["street", "city"]))
    assert won["__node"].n_unique() == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.sampled_from(["granted", "withdrawn", "bounced", "unknown", None]), min_size=2, max_size=5))
def test_consent_never_widens(tmp_path_factory: pytest.TempPathFactory, states: list[str | None]) -> None:
    run = staged.new_run(tmp_path_factory.mktemp("consent"))
    lines = [
        {"key": str(at), "number": "n", "value": state, "ev": f'["{at}: {state}"]'} for at, state in enumerate(states)
    ]
    (row,) = merged(run, things(by_type("consent")), lines[::2], lines[1::2])
    rank = [CONSENT_STRICTNESS.index(state) for state in states if state]
    assert row["value"] == (CONSENT_STRICTNESS[min(rank)] if rank else None)
    assert all(f'"{at}: {state}"' in row["__ev"] for at, state in enumerate(states))


def family(
    run: Run, parents: dict[str, str | None], numbers: dict[str, str], deals: dict[str, tuple[str, str]]
) -> Plan:
    """Accounts with parents, and deals that hang on them, in one source each."""
    parent = staged.reference("parent", RefPlan(object="accounts", spaces={"a": "a"}, missing="clear"), "a")
    firms = things(parent, sources=("a",))
    deal = ObjectPlan(
        name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),),
        fields=(
            staged.field("amount", "money", "d"),
            staged.reference("company", RefPlan(object="accounts", spaces={"d": "a"}), "d"),
        ),
    )  # fmt: skip
    staged.mapped(run, firms, "a", *({"key": k, "number": numbers[k], "parent": up} for k, up in parents.items()))
    staged.mapped(
        run, deal, "d", *({"key": k, "company": firm, "amount": amount} for k, (firm, amount) in deals.items())
    )
    plan = staged.plan(firms, deal)
    link(plan, run)
    dedupe(plan, run)
    return plan


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_child_keeps_a_parent_and_totals_do_not_change(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever merges: a deal hangs on what its firm became, no amount is lost, no record is its own parent."""
    run = staged.new_run(tmp_path_factory.mktemp("family"))
    firms = [str(n) for n in range(data.draw(st.integers(1, 6)))]
    numbers = {firm: data.draw(st.sampled_from("xyz")) for firm in firms}
    parents = {firm: data.draw(st.sampled_from([None, *firms])) for firm in firms}
    deals = {f"d{n}": (data.draw(st.sampled_from(firms)), str(n + 1)) for n in range(4)}
    family(run, parents, numbers, deals)
    nodes = staged.read(run, "link", "accounts", "nodes")
    home = dict(
        staged.read(run, "dedupe", "accounts", "clusters")
        .join(nodes, on="__node")
        .select("__key", "__cluster")
        .iter_rows()
    )
    assert {frozenset(k for k in firms if numbers[k] == n) for n in set(numbers.values())} == {
        frozenset(k for k in firms if home[k] == c) for c in set(home.values())
    }
    kept = staged.read(run, "dedupe", "deals", "merged")
    assert sorted(kept.select("amount", "company").iter_rows()) == sorted((a, home[f]) for f, a in deals.values())
    for row in staged.read(run, "dedupe", "accounts", "merged").iter_rows(named=True):
        assert row["parent"] is None or (row["parent"] != row["__cluster"] and row["parent"] in home.values())


def test_merging_makes_a_circle_of_parents_which_is_cleared_with_a_note(run: Run) -> None:
    """1 is below 2, and 3 (which is 2 again) below 1: merged, each would be below the other."""
    family(run, {"1": "2", "2": None, "3": "1"}, {"1": "x", "2": "y", "3": "y"}, {"d": ("1", "5")})
    merged_ = {row["__cluster"]: row["parent"] for row in staged.read(run, "dedupe", "accounts", "merged").to_dicts()}
    assert not any(up is not None and merged_.get(up) == at for at, up in merged_.items())
    codes = staged.read(run, "dedupe", "accounts", "notes")["code"].to_list()
    assert "cycle_cleared" in codes


def test_the_parent_of_another_member_survives_where_one_points_to_the_other(run: Run) -> None:
    family(run, {"1": "2", "2": "9", "9": None}, {"1": "x", "2": "x", "9": "z"}, {"d": ("1", "5")})
    (row,) = (row for row in staged.read(run, "dedupe", "accounts", "merged").to_dicts() if row["__members"] == 2)
    assert row["parent"] == 2  # the node of 9
    assert staged.read(run, "dedupe", "accounts", "notes")["code"].to_list() == ["self_parent_cleared"]
