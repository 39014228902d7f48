"""Decisions about duplicates: what they imply through others, their replay on learned pairs, when they go stale."""

from itertools import combinations
from pathlib import Path

import people_kit as kit
import pytest
import staged
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.dedupe.pairs import MODEL
from crm_migrate.stages.link import link
from crm_migrate.workspace.decisions import DuplicateDecision, evidence_hash, read_duplicates, write_duplicate
from crm_migrate.workspace.layout import Run

NAMES = [f"kisi:{n}" for n in range(6)]
Said = list[tuple[str, str, bool]]  # one record, another, whether they are one
said = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), max_size=12)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def decide(folder: Path, lines: Said) -> Said:
    """Write the decisions one after the other; those that were accepted (a later one replaces its own pair)."""
    kept: dict[frozenset[str], tuple[str, str, bool]] = {}
    for x, y, one in lines:
        if x == y:
            continue
        word = "merge" if one else "apart"
        decision = DuplicateDecision("contacts", (x, y), word, who="a", when="2025", why="b")  # type: ignore[arg-type]
        trial = {**kept, frozenset((x, y)): (x, y, one)}
        refused = write_duplicate(folder, decision)
        assert bool(refused) == (not consistent(list(trial.values()))), (kept, x, y, one)
        assert all("≠" in finding.message for finding in refused), "the chain is shown"
        kept = kept if refused else trial
    return list(kept.values())


def homes(lines: Said) -> dict[str, str]:
    """What the decisions to merge imply: the smallest name that each is connected with."""
    home = {name: name for name in NAMES}
    for _ in NAMES:
        for x, y, one in lines:
            if one:
                home = {name: min(home[x], home[y]) if at in (home[x], home[y]) else at for name, at in home.items()}
    return home


def consistent(lines: Said) -> bool:
    home = homes(lines)
    return not any(home[x] == home[y] for x, y, one in lines if not one)


@settings(max_examples=60, deadline=None)
@given(lines=said)
def test_what_contradicts_through_others_is_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, lines: Said
) -> None:
    folder = tmp_path_factory.mktemp("decisions")
    kept = decide(folder, lines)
    read, findings = read_duplicates(folder)
    assert findings == []
    assert {frozenset(d.members): d.decision == "merge" for d in read} == {frozenset((x, y)): one for x, y, one in kept}


@settings(max_examples=8, deadline=None)
@given(lines=said)
def test_the_clusters_are_what_the_decisions_imply(tmp_path_factory: pytest.TempPathFactory, lines: Said) -> None:
    run = staged.new_run(tmp_path_factory.mktemp("implied"))
    home = homes(decide(run.decisions, lines))
    each = kit.contacts()
    kit.deduped(run, each, [{"key": name[5:], "last_name": f"Ad{name[5:]}"} for name in NAMES], [])
    merged = kit.together(run)
    for x, y in combinations(NAMES, 2):
        assert (home[x] == home[y]) == any({x, y} <= members for members in merged)


def decided(run: Run, word: str, members: tuple[str, str], lines: dict[str, kit.Line], fields: list[str]) -> None:
    cells = {name: {field: lines[name].get(field) for field in fields} for name in members}
    decision = DuplicateDecision(
        "contacts", members, word, who="a", when="2025", why="seen", evidence=evidence_hash(cells)  # type: ignore[arg-type]
    )  # fmt: skip
    assert write_duplicate(run.decisions, decision) == []


@pytest.mark.parametrize(("word", "merges"), [("apart", False), ("merge", True)])
def test_a_learned_pair_is_decided_once_and_asked_again_when_a_record_has_changed(
    run: Run, tmp_path: Path, word: str, merges: bool
) -> None:
    each, (kisi, books) = kit.contacts(learned=kit.MERGE), kit.crowd()
    pair = ("books:0003", "kisi:0003")
    fields = [field.name for field in each.fields]
    decided(run, word, pair, {"books:0003": books[3], "kisi:0003": kisi[3]}, fields)
    kit.deduped(run, each, kisi, books)
    assert (frozenset(pair) in kit.together(run)) is merges
    assert kit.words(run)[pair]["decision"]

    later = staged.new_run(tmp_path / "later")
    later.decisions.mkdir(parents=True)
    (later.decisions / "duplicates.yaml").write_bytes((run.decisions / "duplicates.yaml").read_bytes())
    books[3] = {**books[3], "street": "Yeni 12"}
    kit.deduped(later, each, kisi, books)
    line = kit.words(later)[pair]
    assert line["outcome"] == "review" and "decision_stale" in line["why"]
    assert frozenset(pair) not in kit.together(later), "the model does not answer a question that people are asked"


def test_the_order_of_rows_makes_no_decision_stale(run: Run) -> None:
    each, (kisi, books) = kit.contacts(learned=kit.PROPOSE), kit.crowd(30, 10)
    decided(run, "merge", ("books:0003", "kisi:0003"), {"books:0003": books[3], "kisi:0003": kisi[3]},
            [field.name for field in each.fields])  # fmt: skip
    staged.mapped(run, each, "kisi", *kisi[::-1])
    staged.mapped(run, each, "books", *books)
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run)
    assert frozenset(("books:0003", "kisi:0003")) in kit.together(run)
    assert {line["rule"] for line in kit.words(run).values()} <= {MODEL, "decision"}
