"""Invariants of link, dedupe and complete on generated companies."""

import itertools
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import staged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import (
    EnrichPlan,
    FeedPlan,
    MatchRulePlan,
    ObjectPlan,
    Plan,
    RefPlan,
    SamePlan,
    VetoPlan,
)
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.decisions import DuplicateDecision, write_duplicate
from crm_migrate.workspace.layout import Run

Line = dict[str, Any]
Company = dict[str, list[Line]]

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

COMPANY_OF = RefPlan(object="accounts", spaces={"k": "f", "b": "f"}, parent_excluded="exclude")
PEOPLE = ObjectPlan(
    name="contacts", entity="person", target="contacts", mergeable=True,
    feeds=(FeedPlan(source="k", trust=1), FeedPlan(source="b", trust=2)),
    enrich=(EnrichPlan(source="m", by="email"),),
    match=(
        MatchRulePlan(
            name="mail", same=(SamePlan(field="email"), SamePlan(field="name", similarity=0.8)),
            unless=(VetoPlan(field="email", kind="shared"),), do="merge",
        ),
        MatchRulePlan(name="phone", same=(SamePlan(field="phone"),), do="merge"),
        MatchRulePlan(name="name", same=(SamePlan(field="name", similarity=0.9),), do="review"),
    ),
    fields=(
        staged.field("name", "family_name", "k", "b", survive="most_complete"),
        staged.field("email", "email", "k", "b", "m", keep_others="others"),
        staged.field("others", "list", survive="union"),
        staged.field("phone", "phone", "k", "b", survive="newest"),
        staged.field("birth_date", "birth_date", "k", "b", survive="equal"),
        staged.field("consent", "consent", "k", "b", "m", survive="strictest", per="email"),
        staged.reference("company", COMPANY_OF, "k", "b"),
    ),
)  # fmt: skip
FIRMS = ObjectPlan(
    name="accounts", entity="organisation", target="accounts", mergeable=True, feeds=(FeedPlan(source="f"),),
    match=(MatchRulePlan(name="tax", same=(SamePlan(field="tax_id"),), do="merge"),),
    fields=(
        staged.field("name", "company_name", "f", required=True), staged.field("tax_id", "tax_id", "f"),
        staged.reference("parent", RefPlan(object="accounts", spaces={"f": "f"}, missing="clear"), "f"),
    ),
)  # fmt: skip
DEALS = ObjectPlan(
    name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),),
    fields=(
        staged.field("amount", "money", "d"),
        staged.reference("company", RefPlan(object="accounts", spaces={"d": "f"}, missing="reject"), "d"),
        staged.reference("contact", RefPlan(object="contacts", spaces={"d": "k"}, missing="warn_and_clear"), "d"),
    ),
)  # fmt: skip
PLAN: Plan = staged.plan(FIRMS, PEOPLE, DEALS)
LINKS = (("deals", "company", "accounts"), ("deals", "contact", "contacts"), ("contacts", "company", "accounts"))
BY_SOURCE = {"f": FIRMS, "k": PEOPLE, "b": PEOPLE, "m": PEOPLE, "d": DEALS}


def one_of(*values: str | None) -> st.SearchStrategy[str | None]:
    return st.sampled_from(values)


def lines(**cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Line]]:
    return st.lists(st.fixed_dictionaries(cells), min_size=2, max_size=12)


KEYS = one_of("1", "2", "3", "4", "5", "6", "7", None)
MAILS = one_of("a@x.example", "b@x.example", "A@X.example", "info@x.example", None)
CONSENT = one_of(*CONSENT_STRICTNESS, None)
PERSON = {
    "key": KEYS, "name": one_of("Yılmaz", "Yilmaz", "YILMAZ", "Demir", "Kaya", None), "email": MAILS,
    "phone": one_of("+905320000001", "+905320000002", None),
    "birth_date": one_of("1990-01-01", "1980-01-01", None, None),
    "consent": CONSENT, "company": one_of("1", "2", "3", "X", "Z", None),
    "changed": one_of("2024-01-01", "2024-02-01", None),
}  # fmt: skip
COMPANY: st.SearchStrategy[Company] = st.fixed_dictionaries(
    {
        "f": lines(key=KEYS, name=one_of("A", "B", None), tax_id=one_of("11", "1-1", "22", None), parent=KEYS),
        "k": lines(**PERSON),
        "b": lines(**PERSON),
        "m": lines(key=KEYS, email=MAILS, consent=CONSENT),
        "d": lines(key=KEYS, amount=one_of("1", "2.50", None), company=one_of("1", "2", "X"), contact=KEYS),
    }
)


@contextmanager
def ran(company: Company, *, parts: int = 1, decisions: tuple[DuplicateDecision, ...] = ()) -> Iterator[Run]:
    folder = Path(tempfile.mkdtemp(prefix="merging"))
    try:
        run = staged.new_run(folder)
        for decision in decisions:
            assert not write_duplicate(run.decisions, decision)
        for source, each in BY_SOURCE.items():
            staged.aside(run, each.name, source)
        excluded = {"__row": 100, "__key": "X", "state": "excluded", "code": "excluded_rule"}
        staged.aside(run, "accounts", "f", excluded, excluded | {"__row": 101, "__key": "Z", "state": "held"})
        for source, rows in company.items():
            staged.mapped(run, BY_SOURCE[source], source, *rows, parts=parts)
        link(PLAN, run)
        dedupe(PLAN, run)
        complete(PLAN, run)
        yield run
    finally:
        shutil.rmtree(folder)


def said(company: Company, run: Run) -> dict[str, Any]:
    """Everything that must not depend on the order of rows: what each object became, without row numbers."""
    tables = {}
    for name in ("accounts", "contacts", "deals"):
        nodes = staged.read(run, "link", name, "nodes")
        tables[name] = {
            "nodes": nodes.drop("__row", "__ev").rows(),
            "aside": sorted(
                staged.read(run, "link", name, "set_aside").select("__source", "__key", "state", "code").rows(),
                key=repr,
            ),
            "pairs": staged.read(run, "dedupe", name, "pairs").rows(),
            "clusters": staged.read(run, "dedupe", name, "clusters").rows(),
            "survivors": staged.read(run, "dedupe", name, "survivors").rows(),
            "entities": staged.read(run, "complete", name, "entities").rows(),
        }
    return tables


@settings(few, max_examples=12)
@given(COMPANY)
def test_what_holds_for_every_company(company: Company) -> None:
    with ran(company) as run:
        every_record_is_in_exactly_one_place(company, run)
        merged_clusters_hold_no_contradiction(run)
        consent_never_widens(run)
        children_keep_their_parents_and_totals(run)


def every_record_is_in_exactly_one_place(company: Company, run: Run) -> None:
    for name, sources in (("accounts", "f"), ("contacts", "kb"), ("deals", "d")):
        rows = staged.read(run, "link", name, "rows")
        places = rows.select("__source", "__row", "__split").rows()
        places += staged.read(run, "link", name, "set_aside").select("__source", "__row", "__split").rows()
        assert sorted(places) == sorted((s, n, 0) for s in sources for n in range(len(company[s])))
        nodes = staged.read(run, "link", name, "nodes")["__node"].to_list()
        assert sorted(set(rows["__node"].to_list())) == nodes
        assert rows.filter(~pl.col("folded"))["__node"].n_unique() == len(nodes) == (~rows["folded"]).sum()
        clusters = staged.read(run, "dedupe", name, "clusters")
        assert clusters["__node"].to_list() == nodes
        entities = staged.read(run, "complete", name, "entities")["__cluster"].to_list()
        assert entities == sorted(set(clusters["__cluster"].to_list()))


@few
@given(COMPANY, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_order_of_rows_and_the_cut_of_parts_decide_nothing(
    company: Company, chance: random.Random, parts: int
) -> None:
    shuffled = {source: chance.sample(rows, len(rows)) for source, rows in company.items()}
    with ran(company) as run:
        first = said(company, run)
    with ran(shuffled, parts=parts) as run:
        assert said(shuffled, run) == first


def merged_clusters_hold_no_contradiction(run: Run) -> None:
    clusters = staged.read(run, "dedupe", "contacts", "clusters")
    of = dict(clusters.select("__node", "__cluster").rows())
    state = dict(clusters.select("__node", "state").rows())
    nodes = {row["__node"]: row for row in staged.read(run, "link", "contacts", "nodes").to_dicts()}
    for pair in staged.read(run, "dedupe", "contacts", "pairs").to_dicts():
        together = of[pair["a"]] == of[pair["b"]] and state[pair["a"]] == "merged"
        assert not (together and pair["outcome"] in ("vetoed", "apart"))
        assert pair["outcome"] != "merge" or of[pair["a"]] == of[pair["b"]]
    for a, b in itertools.combinations(nodes, 2):
        if of[a] == of[b] and state[a] == "merged":
            dates = {nodes[a]["birth_date"], nodes[b]["birth_date"]} - {None}
            assert len(dates) < 2


def consent_never_widens(run: Run) -> None:
    of = dict(staged.read(run, "dedupe", "contacts", "clusters").select("__node", "__cluster").rows())
    nodes = staged.read(run, "link", "contacts", "nodes").to_dicts()
    enriched = staged.read(run, "link", "contacts", "enrichment").drop_nulls("__node").to_dicts()
    entity = {e["__cluster"]: e for e in staged.read(run, "complete", "contacts", "entities").to_dicts()}
    statements = [(of[n["__node"]], n["email"], n["consent"]) for n in nodes]
    statements += [(of[e["__node"]], e["email"], e["consent"]) for e in enriched]
    for cluster, mailbox, consent in statements:
        if consent is None:
            continue
        same = [n["__node"] for n in nodes if mailbox and (n["email"] or "").lower() == mailbox.lower()]
        carriers = {cluster} | {of[node] for node in same}
        for carrier in carriers:
            after = entity[carrier]["consent"]
            assert CONSENT_STRICTNESS.index(after) <= CONSENT_STRICTNESS.index(consent)


def children_keep_their_parents_and_totals(run: Run) -> None:
    for child, field, parent in LINKS:
        of = dict(staged.read(run, "dedupe", parent, "clusters").select("__node", "__cluster").rows())
        before = staged.read(run, "link", child, "nodes")
        after = staged.read(run, "dedupe", child, "merged")
        state = dict(staged.read(run, "complete", parent, "entities").select("__cluster", "__state").rows())
        if child == "deals":
            assert after[field].to_list() == [of.get(node) for node in before[field]]
            assert after["amount"].to_list() == before["amount"].to_list()
        for entity in staged.read(run, "complete", child, "entities").to_dicts():
            if entity["__state"] == "ready" and entity[field] is not None:
                assert state[entity[field]] == "ready"


@few
@given(COMPANY, st.sampled_from(["k:1", "k:2", "b:1"]), st.sampled_from(["k:3", "b:2", "b:3"]))
def test_a_person_who_says_apart_beats_every_rule(company: Company, one: str, other: str) -> None:
    apart = DuplicateDecision("contacts", (one, other), "apart", "ayse", "2025-03-01", "father and son")
    with ran(company, decisions=(apart,)) as run:
        nodes = staged.read(run, "link", "contacts", "nodes")
        names = {f"{s}:{k}": n for s, k, n in nodes.select("__source", "__key", "__node").rows()}
        clusters = staged.read(run, "dedupe", "contacts", "clusters")
        of = {n: (c, s) for n, c, s in clusters.select("__node", "__cluster", "state").rows()}
        if one in names and other in names:
            assert of[names[one]][0] != of[names[other]][0] or of[names[one]][1] == "held"
