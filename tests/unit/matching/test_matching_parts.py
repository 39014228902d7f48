"""Keys, likeness, clusters and decisions by themselves."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.matching.deciding.clusters import chain, components
from crm_migrate.stages.dedupe.keys import without_placeholders
from crm_migrate.stages.dedupe.similarity import similarities
from crm_migrate.stages.link.cycles import in_cycles
from crm_migrate.workspace.decisions import DuplicateDecision, evidence_hash, read_duplicates, write_duplicate

EDGES = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)).filter(lambda e: e[0] != e[1]), max_size=25)


def _arrays(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in edges], dtype=np.int64), np.array([b for _, b in edges], dtype=np.int64)


def _by_hand(edges: list[tuple[int, int]]) -> dict[int, int]:
    groups = {n: {n} for edge in edges for n in edge}
    for a, b in edges:
        joined = groups[a] | groups[b]
        for n in joined:
            groups[n] = joined
    return {n: min(group) for n, group in groups.items()}


@given(EDGES)
def test_components_are_what_union_find_says(edges: list[tuple[int, int]]) -> None:
    nodes, labels = components(*_arrays(edges))
    assert dict(zip(nodes.tolist(), labels.tolist(), strict=True)) == _by_hand(edges)


def test_components_of_a_long_chain_need_few_rounds() -> None:
    order = np.random.default_rng(1).permutation(200_000)
    nodes, labels = components(order[:-1], order[1:])
    assert len(nodes) == 200_000
    assert set(labels.tolist()) == {0}


@given(EDGES.filter(bool))
def test_a_chain_leads_along_edges(edges: list[tuple[int, int]]) -> None:
    group = _by_hand(edges)
    start = edges[0][0]
    end = max(n for n in group if group[n] == group[start])
    way = chain(*_arrays(edges), start, end)
    assert (way[0], way[-1]) == (start, end)
    both = {*edges, *((b, a) for a, b in edges)}
    assert all(step in both for step in pairwise(way))


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_circles_are_the_nodes_that_lead_to_themselves(parent: dict[int, int]) -> None:
    def returns(start: int) -> bool:
        here: int | None = parent.get(start)
        for _ in range(20):
            if here is None or here == start:
                break
            here = parent.get(here)
        return here == start

    found = in_cycles(*_arrays(list(parent.items()))).tolist() if parent else []
    assert found == sorted(n for n in parent if returns(n))


def test_likeness_of_names() -> None:
    left = pl.Series(["yilmaz", "anadolu makine", "ali veli", "a"])
    right = pl.Series(["yilmas", "anadolu madencilik", "veli ali", "ayse"])
    person = similarities(left, right, "family_name").tolist()
    company = similarities(left, right, "company_name").tolist()
    assert person[0] > 0.9
    assert person[2] == company[2] == 1.0
    assert person[3] >= 0.75
    assert company[1] < 0.85 < person[1]


@pytest.mark.parametrize(
    ("kind", "keys", "kept"),
    [
        ("family_name", ["test", "info", "x", None], [None, "info", "x", None]),
        ("email", ["test", "test@x.example", "ayse@x.example"], [None, None, "ayse@x.example"]),
        ("phone", ["test", "00000000", "905324157738"], [None, None, "905324157738"]),
    ],
)
def test_placeholders_have_no_key(kind: str, keys: list[str | None], kept: list[str | None]) -> None:
    assert without_placeholders(pl.Series(keys, dtype=pl.String), kind).to_list() == kept


def test_decisions_are_written_read_and_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "decisions"
    first = DuplicateDecision("contacts", ("k:1", "b:A, 2"), "merge", "ayse", "2025-03-01", "same: person", "00ff")
    assert write_duplicate(folder, first) == []
    assert (
        write_duplicate(folder, DuplicateDecision("contacts", ("k:1", "b:A, 2"), "apart", "can", "2025-03-02", "no"))
        == []
    )
    (decision,), findings = read_duplicates(folder)
    assert (decision.decision, decision.members, decision.when, findings) == (
        "apart",
        ("b:A, 2", "k:1"),
        "2025-03-02",
        [],
    )


def test_a_decision_against_another_file_is_refused_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(
        'duplicates:\n- {object: c, members: ["k:1", "k:2"], decision: apart, who: a, when: 1, why: b}\n'
    )
    (finding,) = write_duplicate(tmp_path, DuplicateDecision("c", ("k:1", "k:2"), "merge", "a", "2", "c"))
    assert finding.code == "decision_conflict"
    assert not (tmp_path / "duplicates.yaml").exists()


def test_wrong_decisions_are_findings(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        'duplicates:\n- {object: c, members: ["k:1"], decision: merge, who: a, when: 1, why: b}\n- 5\n'
    )
    (tmp_path / "b.yaml").write_text("duplicates: [\n")
    (tmp_path / "c.yaml").write_text("- {id: D-1, text: something else}\n")
    decisions, findings = read_duplicates(tmp_path)
    assert decisions == []
    assert [(f.code, f.place.file) for f in findings] == [
        ("decision_invalid", f"{tmp_path.name}/{n}") for n in ("a.yaml", "a.yaml", "b.yaml")
    ]


def test_evidence_is_what_the_records_say(tmp_path: Path) -> None:
    said = {"k:1": {"name": "A", "phone": None}}
    assert evidence_hash(said) == evidence_hash({"k:1": {"phone": "", "name": "A"}})
    assert evidence_hash(said) != evidence_hash({"k:1": {"name": "B"}})
