"""Links of equal ends are one, once their ends are what they have become; what the others say otherwise is told."""

import shutil
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import staged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.mapping.plan import (
    FeedPlan,
    LinkPlan,
    MatchRulePlan,
    ObjectPlan,
    Plan,
    RefPlan,
    SamePlan,
)
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.decisions import DuplicateDecision, write_duplicate
from crm_migrate.workspace.layout import Run

Line = dict[str, Any]
PEOPLE = ObjectPlan(
    name="contacts", entity="person", target="contacts", mergeable=True, feeds=(FeedPlan(source="k"),),
    match=(MatchRulePlan(name="mail", same=(SamePlan(field="email"),), do="merge"),),
    fields=(staged.field("email", "email", "k"),),
)  # fmt: skip
DEALS = ObjectPlan(
    name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),),
    fields=(staged.field("name", "text", "d"),),
)  # fmt: skip
TO_DEAL = RefPlan(object="deals", spaces={"l": "d", "m": "d"}, parent_excluded="exclude")
TO_CONTACT = RefPlan(object="contacts", spaces={"l": "k", "m": "k"}, parent_excluded="exclude")


def roles(survive: str = "trust", **said: Any) -> ObjectPlan:
    """Contacts of deals, of two sources; the first is trusted more."""
    return ObjectPlan(
        name="deal_contacts", entity="thing", target="deal_contacts",
        feeds=(FeedPlan(source="l", trust=1), FeedPlan(source="m", trust=2)),
        link=LinkPlan(ends=("deal", "contact"), **said),
        fields=(
            staged.reference("deal", TO_DEAL, "l", "m"), staged.reference("contact", TO_CONTACT, "l", "m"),
            staged.field("role", "text", "l", "m", survive=survive),
        ),
    )  # fmt: skip


def relations(**said: Any) -> ObjectPlan:
    """What contacts are to each other."""
    return ObjectPlan(
        name="relations", entity="thing", target="relations", feeds=(FeedPlan(source="l"),),
        link=LinkPlan(ends=("one", "other"), **said),
        fields=(
            staged.reference("one", TO_CONTACT, "l"), staged.reference("other", TO_CONTACT, "l"),
            staged.field("kind", "text", "l", survive="trust"),
        ),
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


TWINS = {"1": "a@x.example", "2": "a@x.example", "3": "c@x.example", "4": "d@x.example"}


def through(
    run: Run, links: ObjectPlan, lines: list[Line], m: list[Line] | None = None, people: dict[str, str] | None = None
) -> list[Line]:
    """The completed links; contacts 1 and 2 are one person, there are the deals A and B."""
    staged.mapped(run, PEOPLE, "k", *({"key": k, "email": e} for k, e in (people or TWINS).items()))
    staged.mapped(run, DEALS, "d", {"key": "A", "name": "A"}, {"key": "B", "name": "B"})
    staged.mapped(run, links, "l", *lines)
    if any(feed.source == "m" for feed in links.feeds):
        staged.mapped(run, links, "m", *(m or []))
    plan: Plan = staged.plan(PEOPLE, DEALS, links)
    for stage in (link, dedupe, complete):
        stage(plan, run)
    return staged.read(run, "complete", links.name, "entities").to_dicts()


def role(key: str, deal: str | None, contact: str | None, said: str | None = None, **more: Any) -> Line:
    return {"key": key, "deal": deal, "contact": contact, "role": said} | more


def test_links_to_two_who_are_one_are_one_link(run: Run) -> None:
    found = through(run, roles(), [role("1", "A", "1", "buys"), role("2", "A", "2", "buys"), role("3", "B", "1")])
    assert [(e["deal"], e["contact"], e["role"], e["__state"]) for e in found] == [
        (0, 0, "buys", "ready"), (1, 0, None, "ready"),
    ]  # fmt: skip
    assert staged.read(run, "dedupe", "deal_contacts", "notes").is_empty()
    pairs = staged.read(run, "dedupe", "deal_contacts", "pairs").select("rule", "outcome", "why").rows()
    assert pairs == [("same ends", "merge", "same deal, same contact")]


def test_a_link_that_stands_twice_in_its_source_is_one_whoever_is_merged(run: Run) -> None:
    apart = {"1": "a@x.example", "2": "b@x.example"}
    found = through(run, roles(), [role("1", "A", "1"), role("2", "A", "1"), role("3", "A", "2")], people=apart)
    assert [(e["deal"], e["contact"]) for e in found] == [(0, 0), (0, 1)]


def test_the_trusted_link_speaks_and_what_the_other_says_is_told(run: Run) -> None:
    (one,) = through(run, roles(), [role("1", "A", "1", "buys")], [role("9", "A", "2", "signs")])
    assert one["role"] == "buys"
    notes = staged.read(run, "dedupe", "deal_contacts", "notes").select("field", "code", "message").rows()
    message = "m:9 joins the same records and says otherwise in role; the value of l:1 is kept."
    assert notes == [("role", "link_differs", message)]
    warnings = staged.read(run, "complete", "deal_contacts", "warnings").select("code", "message").rows()
    assert warnings == [("link_differs", message)]


def test_a_value_beside_nothing_survives_and_nothing_is_told(run: Run) -> None:
    (one,) = through(run, roles(), [role("1", "A", "1")], [role("9", "A", "2", "signs")])
    assert one["role"] == "signs"
    assert staged.read(run, "dedupe", "deal_contacts", "notes").is_empty()


def test_a_rule_that_keeps_all_loses_nothing(run: Run) -> None:
    (one,) = through(run, roles("concat"), [role("1", "A", "1", "buys")], [role("9", "A", "2", "signs")])
    assert one["role"] == "buys; signs"
    assert staged.read(run, "dedupe", "deal_contacts", "notes").is_empty()


def test_what_is_distinct_stays_several_links_and_nothing_is_a_value_too(run: Run) -> None:
    lines = [
        role(str(n), "A", contact, said)
        for n, (contact, said) in enumerate(
            [("1", "buys"), ("2", "signs"), ("2", "buys"), ("1", None), ("2", None), ("1", "C"), ("2", "C++")]
        )
    ]
    found = through(run, roles(distinct=("role",)), lines)
    assert sorted(e["role"] or "" for e in found) == ["", "C", "C++", "buys", "signs"]


def test_hundreds_of_equal_links_are_one(run: Run) -> None:
    (one,) = through(run, roles(), [role(str(n), "A", str(n % 2 + 1)) for n in range(300)])
    assert (one["__state"], one["deal"], one["contact"]) == ("ready", 0, 0)


def test_people_may_keep_two_links_apart(run: Run) -> None:
    two_roles = "they buy and sign"
    decision = DuplicateDecision("deal_contacts", ("l:1", "l:2"), "apart", "ada", "2026-11-30", two_roles)
    assert not write_duplicate(run.decisions, decision)
    found = through(run, roles(), [role("1", "A", "1"), role("2", "A", "2")])
    assert [e["__state"] for e in found] == ["ready", "ready"]


@pytest.mark.parametrize("policy", ["hold", "reject"])
def test_an_end_that_is_empty_or_leads_nowhere_waits_by_its_policy(run: Run, policy: str) -> None:
    each = roles()
    fields = tuple(
        f if f.ref is None else f.model_copy(update={"ref": f.ref.model_copy(update={"missing": policy})})
        for f in each.fields
    )
    found = through(run, each.model_copy(update={"fields": fields}), [role("1", "A", None), role("2", "Z", "1")])
    state = {"hold": "held", "reject": "rejected"}[policy]
    assert [(e["__state"], e["__code"], e["__field"]) for e in found] == [(state, "end_missing", "contact")]
    aside = staged.read(run, "link", "deal_contacts", "set_aside").select("__key", "state", "code").rows()
    assert aside == [("2", state, "parent_missing")]


def test_a_link_with_an_open_end_is_like_no_other(run: Run) -> None:
    assert len(through(run, roles(), [role("1", "A", None), role("2", "A", None)])) == 2


# ------------------------------------------------------------------------------------------- records of one object


def relation(key: str, one: str, other: str, kind: str | None = None) -> Line:
    return {"key": key, "one": one, "other": other, "kind": kind}


def test_links_that_lead_back_are_told_apart_by_how_that_came(run: Run) -> None:
    lines = [relation("1", "1", "2"), relation("2", "3", "3"), relation("3", "1", "3"), relation("4", "2", "2")]
    found = through(run, relations(), lines)
    assert [(e["__state"], e["__code"], e["__rule"]) for e in found] == [
        ("excluded", "self_link", "to_itself"), ("excluded", "self_link", "to_itself"), ("ready", None, None),
    ]  # fmt: skip
    (merged,) = through(staged.new_run(run.folder / "again"), relations(), [relation("1", "1", "2", "twin")])
    assert (merged["__state"], merged["__code"]) == ("excluded", "self_link_merged")


@pytest.mark.parametrize(("word", "state"), [("exclude", "excluded"), ("hold", "held"), ("keep", "ready")])
def test_what_becomes_of_links_to_itself_is_said_by_the_mapping(run: Run, word: str, state: str) -> None:
    found = through(run, relations(to_itself=word), [relation("1", "1", "2"), relation("2", "3", "3")])
    assert [e["__state"] for e in found] == [state, state]


def test_there_and_back_are_two_links_or_one_where_that_is_said(run: Run) -> None:
    lines = [relation("1", "3", "1", "friend"), relation("2", "2", "3", "friend"), relation("3", "3", "4", "chief")]
    assert len(through(run, relations(), lines)) == 3
    again = staged.new_run(run.folder / "again")
    found = through(again, relations(symmetric=True), lines)
    assert [(e["one"], e["other"], e["kind"]) for e in found] == [(2, 0, "friend"), (2, 3, "chief")]
    assert staged.read(again, "dedupe", "relations", "notes").is_empty(), "the other way round is no other value"


@pytest.mark.cases(2)
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_rows_decides_nothing(run: Run, order: tuple[int, ...]) -> None:
    lines = [relation("1", "1", "3", "x"), relation("2", "3", "2", "y"), relation("3", "2", "3", "z")]
    (one,) = through(run, relations(symmetric=True), [lines[at] for at in order])
    assert (one["one"], one["other"], one["kind"]) == (0, 2, "x")


# ------------------------------------------------------------------------------------------- whatever is linked

KEYS = st.sampled_from(["1", "2", "3", "4", "5", "X", None])
LINES = st.lists(
    st.fixed_dictionaries({"one": KEYS, "other": KEYS, "kind": st.sampled_from(["p", "q", None])}), max_size=14
)
MAILS = st.lists(st.sampled_from("abc"), min_size=5, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=LINES, mails=MAILS, symmetric=st.booleans(), distinct=st.booleans())
def test_every_row_ends_once_and_no_two_links_are_equal(
    lines: list[Line], mails: list[str], symmetric: bool, distinct: bool
) -> None:
    each = relations(symmetric=symmetric, distinct=("kind",) if distinct else ())
    folder = Path(tempfile.mkdtemp(prefix="links"))
    try:
        run = staged.new_run(folder)
        people = {str(n + 1): f"{mail}@x.example" for n, mail in enumerate(mails)}
        found = through(run, each, [line | {"key": str(n)} for n, line in enumerate(lines)], people=people)
        rows = staged.read(run, "link", "relations", "rows").height
        aside = staged.read(run, "link", "relations", "set_aside").height
        clusters = staged.read(run, "dedupe", "relations", "clusters")
        assert rows + aside == len(lines)
        assert clusters.height == rows, "every row has its own key here"
        assert set(clusters["__cluster"]) == {e["__cluster"] for e in found}
        ready = [e for e in found if e["__state"] == "ready"]
        sides = [(e["one"], e["other"]) for e in ready]
        assert all(one is not None and other is not None and one != other for one, other in sides)
        same = [tuple(sorted(pair)) if symmetric else pair for pair in sides]
        said = [(pair, e["kind"] if distinct else None) for pair, e in zip(same, ready, strict=True)]
        assert len(set(said)) == len(said)
    finally:
        shutil.rmtree(folder)
