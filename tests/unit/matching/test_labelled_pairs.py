"""Labelled pairs: the file, the figures by hand, and the gate of `match score` on a run."""

from pathlib import Path

import polars as pl
import pytest
import staged

from crm_migrate.errors import InputError, UsageError
from crm_migrate.inspecting.scoring import score_run
from crm_migrate.mapping.plan import FeedPlan, MatchRulePlan, ObjectPlan, SamePlan
from crm_migrate.matching.explaining.labels import LabelledPair, read_labels, score

LABELS = """left;right;same
kisi:1;kisi:2;evet
kisi:3;kisi:1;hayır
kisi:4;kisi:5;yes
kisi:2;kisi:1;ja
"""


def labels(folder: Path, text: str = LABELS) -> list[LabelledPair]:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_labels(path)


def test_labels_are_pairs_without_an_order_each_once(tmp_path: Path) -> None:
    assert labels(tmp_path) == [
        LabelledPair(("kisi:1", "kisi:2"), same=True),
        LabelledPair(("kisi:1", "kisi:3"), same=False),
        LabelledPair(("kisi:4", "kisi:5"), same=True),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("kisi:2;kisi:1;nein", "line 6: kisi:1 and kisi:2 are called one and two"),
        ("kisi:7;kisi:7;yes", "line 6"),
        ("kisi:7;;yes", "line 6"),
        ("kisi:7;kisi:8;perhaps", "line 6"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        labels(tmp_path, LABELS + line + "\n")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'same'"):
        labels(tmp_path, "left,right\na,b\n")
    with pytest.raises(InputError, match="two columns 'same'"):
        labels(tmp_path, "left,right,same,same\na,b,yes,no\n")


def test_figures_by_hand() -> None:
    said = [LabelledPair(("a", str(n)), same=n < 10) for n in range(20)]
    joined = {("a", str(n)) for n in (*range(8), 10, 11)} | {("x", "y")}
    found = score("rule", said, joined, asked={("a", "8")})
    assert (found.right, found.wrong, found.missed, found.asked) == (8, 2, 2, 1)
    assert (found.precision, found.recall) == (0.8, 0.8)
    assert found.least_precision == pytest.approx(0.4902, abs=1e-4)  # Wilson's interval of 8 in 10


def test_a_rule_that_joins_nothing_is_not_wrong_and_finds_nothing() -> None:
    found = score("rule", [LabelledPair(("a", "b"), same=True)], set())
    assert (found.precision, found.recall, found.least_precision) == (1.0, 0.0, 0.0)


@pytest.fixture
def contacts(tmp_path: Path) -> ObjectPlan:
    """Five records: 1 and 2 merged by mail, 4 and 5 asked about by name, 3 alone; left on disk as a run leaves them."""
    run = staged.new_run(tmp_path)
    nodes = pl.DataFrame({"__node": range(1, 6), "__source": "kisi", "__key": [str(n) for n in range(1, 6)]})
    staged.write(run, nodes, "link", "contacts", "nodes")
    clusters = pl.DataFrame({"__node": range(1, 6), "__cluster": [1, 1, 3, 4, 5]})
    staged.write(run, clusters, "dedupe", "contacts", "clusters")
    pairs = pl.DataFrame({"a": [1, 4], "b": [2, 5], "rule": ["mail", "name"], "outcome": ["merge", "review"]})
    staged.write(run, pairs, "dedupe", "contacts", "pairs")
    rules = tuple(MatchRulePlan(name=n, same=(SamePlan(field="email"),), do="merge") for n in ("mail", "name"))
    return ObjectPlan(
        name="contacts",
        entity="person",
        target="contacts",
        feeds=(FeedPlan(source="kisi"),),
        fields=(),
        match=rules,
        mergeable=True,
    )


def test_every_rule_has_its_figures_and_the_clusters_theirs(tmp_path: Path, contacts: ObjectPlan) -> None:
    found = score_run(staged.plan(contacts), staged.new_run(tmp_path), labels(tmp_path))["contacts"]
    assert [(s.rule, s.right, s.wrong, s.missed, s.asked) for s in found] == [
        ("mail", 1, 0, 1, 0),
        ("name", 0, 0, 2, 1),
        ("clusters", 1, 0, 1, 1),
    ]


def test_a_label_of_nobody_is_refused(tmp_path: Path, contacts: ObjectPlan) -> None:
    said = labels(tmp_path, "left,right,same\nkisi:1,kisi:99,yes\n")
    with pytest.raises(UsageError, match="kisi:99"):
        score_run(staged.plan(contacts), staged.new_run(tmp_path), said)
