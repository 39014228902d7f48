"""Which questions a run asks: grouped, weighed, ordered, counted, and bound to what the records say."""

import json
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
import staged
from hypothesis import given
from hypothesis import strategies as st
from reviewed import KISI, Company

from crm_migrate.errors import UsageError
from crm_migrate.reviewing.asking import ask
from crm_migrate.reviewing.comparing import choices, folded, label, sign
from crm_migrate.reviewing.grouping import grouped
from crm_migrate.reviewing.weighing import doubt_of
from crm_migrate.workspace.decisions import DuplicateDecision, write_duplicate


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """For tests that only look."""
    return Company(tmp_path_factory.mktemp("company"))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_every_open_pair_held_cluster_and_merge_is_one_question(shared: Company) -> None:
    pack = shared.asked()
    assert {(q.kind, frozenset(q.names)) for q in pack.questions} == {
        ("review", frozenset({"kisi:1", "kisi:2", "kisi:3"})),
        ("review", frozenset({"kisi:4", "books:5"})),
        ("held", frozenset({"kisi:6", "kisi:7", "kisi:10"})),
        ("merged", frozenset({"kisi:1", "kisi:2"})),
        ("merged", frozenset({"kisi:8", "kisi:9"})),
    }
    assert pack.left_out == ()
    asked = next(q for q in pack.questions if "kisi:3" in q.names)
    assert [(r.name, r.joined) for r in asked.records] == [("kisi:1", 1), ("kisi:2", 1), ("kisi:3", 2)]


def test_what_money_hangs_on_comes_first_and_merges_come_last(shared: Company) -> None:
    pack = shared.asked()
    first = pack.questions[0]
    assert set(first.names) == {"kisi:4", "books:5"}
    (record,) = (r for r in first.records if r.name == "kisi:4")
    assert (record.links, record.money) == ({"deals": 2}, {"EUR": "2000000", "TRY": "100.5"})
    assert [q.kind == "merged" for q in pack.questions] == sorted(q.kind == "merged" for q in pack.questions)


def test_a_limit_leaves_the_least_important_out_and_counts_them(shared: Company) -> None:
    whole, cut = shared.asked(), shared.asked(limit=1, audit=1)
    assert cut.questions[0] == whole.questions[0] and len(cut.questions) == 2
    assert {(x.kind, x.count) for x in cut.left_out} == {("review", 1), ("held", 1), ("merged", 1)}
    assert whole.id != cut.id


def test_the_same_run_asks_the_same(shared: Company) -> None:
    assert shared.asked() == shared.asked()
    assert shared.asked().id == shared.asked().id


def test_evidence_is_the_hash_that_replay_compares(company: Company) -> None:
    question = next(q for q in company.asked().questions if "kisi:4" in q.names)
    decision = DuplicateDecision("contacts", question.names, "merge", "a", "2025-03-14", "b", question.evidence)
    assert write_duplicate(company.project.decisions, decision) == []
    company.again()
    assert frozenset({"kisi:4", "books:5"}) in company.clusters(), "the decision was not stale"
    company.again(kisi=[row | {"city": "Muğla"} if row["key"] == "4" else row for row in KISI])
    assert frozenset({"kisi:4", "books:5"}) not in company.clusters()
    (asked,) = (q for q in company.asked().questions if "kisi:4" in q.names)
    assert "decision_stale" in asked.why and asked.compared[0].decision == decision.name


def test_sensitive_and_archived_fields_are_not_shown(tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.again(kisi=[row | {"health": "diabetes"} for row in KISI])
    pack = company.asked()
    assert "health" not in {c.name for c in pack.columns["contacts"]}
    assert all("health" not in record.shown for q in pack.questions for record in q.records)


def test_a_link_is_shown_by_name_and_the_winner_is_told(shared: Company) -> None:
    question = next(q for q in shared.asked().questions if "kisi:3" in q.names)
    assert question.records[0].shown["firm"] == "Yılmaz Gıda (firma:F1)"
    assert question.names[question.winners["first_name"]] == "kisi:1", "most complete, with diacritics"


def test_signs_and_choices(shared: Company) -> None:
    pack = shared.asked()
    columns = {c.name: c for c in pack.columns["contacts"]}
    question = next(q for q in pack.questions if "books:5" in q.names)
    assert [sign(question, columns["last_name"], n) for n in (0, 1)] == ["", "≈"]
    assert [sign(question, columns["city"], n) for n in (0, 1)] == ["", "≠"]
    assert choices(question, columns["city"]) == ["A", "B"]
    assert choices(question, columns["consent"]) == [] == choices(question, columns["notes"]), "rules decide there"
    assert choices(question, columns["phone"]) == [], "nothing to choose where all say the same"


def test_a_run_without_dedupe_is_refused(tmp_path: Path) -> None:
    company = Company(tmp_path)
    with pytest.raises(UsageError, match="has not been through dedupe"):
        ask(company.plan, staged.new_run(tmp_path / "other"))


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0, 1)), max_size=40))
def test_every_pair_is_asked_about_in_a_small_group(edges: list[tuple[int, int, float]]) -> None:
    edges = [(min(a, b), max(a, b), p) for a, b, p in edges if a != b]
    sizes = {n: 1 + n % 3 for n in range(13)}
    groups = list(grouped(edges, sizes, most=6))
    inside = {pair for group in groups for pair in combinations(group, 2)}
    assert {(a, b) for a, b, _ in edges} <= inside
    assert all(sum(sizes[c] for c in group) <= 6 or len(group) == 2 for group in groups)
    assert groups == list(grouped(reversed(edges), sizes, most=6))


@pytest.mark.parametrize(
    ("probability", "alike", "settled", "doubt"),
    [
        (0.5, None, False, 1.0),
        (1.0, 0.2, False, 0.05),
        (None, 1.0, False, 0.5),
        (None, 0.8, True, 0.2),
        (None, None, True, 0.05),
    ],
)  # fmt: skip
def test_uncertainty(probability: float | None, alike: float | None, settled: bool, doubt: float) -> None:
    assert doubt_of(probability, alike, settled=settled) == pytest.approx(doubt)


def test_labels_and_folding() -> None:
    assert [label(n) for n in (0, 25, 26, 29)] == ["A", "Z", "AA", "AD"]
    assert folded("IŞIK A.Ş.") == folded("ışık aş") and folded("+90 1") == "901" and folded("--") == "--"


def test_a_pack_survives_its_file(shared: Company) -> None:
    pack = shared.asked()
    text = (shared.run.table("review", f"{pack.id}.json")).read_text(encoding="utf-8")
    assert type(pack).model_validate(json.loads(text)) == pack


def test_records_of_one_household_are_told(company: Company) -> None:
    nodes = {
        f"{n['__source']}:{n['__key']}": n["__node"]
        for n in staged.read(company.run, "link", "contacts", "nodes").to_dicts()
    }
    members = [nodes["kisi:4"], nodes["books:5"], nodes["kisi:1"]]
    lines = [{"group": min(members), "kind": "household", "shared": "Cad. 4", "__node": node} for node in members]
    staged.write(company.run, pl.DataFrame(lines), "dedupe", "contacts", "groups")
    told = {q.names: q.groups for q in company.asked().questions if q.groups}
    assert list(told.values()) == [(("household (Cad. 4)", (0, 1)),)]
