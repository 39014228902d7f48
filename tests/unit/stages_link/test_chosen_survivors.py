"""A person says which record gives a field: it acts on the next run, with its block, and only where it may."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import staged

from crm_migrate.mapping.plan import FeedPlan, ObjectPlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates, write_duplicate, write_duplicates
from crm_migrate.workspace.layout import Run

KISI = {"key": "1", "last_name": "Yılmaz", "phone": "+901", "street": "Cad. 1", "city": "Bursa", "notes": "a",
        "birth_date": "1980-01-01", "changed": "2024-01-01"}  # fmt: skip
BOOKS = {"key": "2", "last_name": "Yilmaz", "phone": "+902", "street": "Sok. 2", "city": "İzmir", "notes": "b",
         "birth_date": "1980-01-02", "changed": "2024-02-01"}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def people() -> ObjectPlan:
    s = ("kisi", "books")
    return ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True,
        feeds=(FeedPlan(source="kisi", trust=1), FeedPlan(source="books", trust=2)),
        fields=(
            staged.field("last_name", "family_name", *s, survive="most_complete"),
            staged.field("phone", "phone", *s, survive="newest", keep_others="more_phones"),
            staged.field("more_phones", "list", survive="union"),
            staged.field("birth_date", "birth_date", *s, survive="equal"),
            staged.field("consent", "consent", *s, survive="strictest"),
            staged.field("street", "street", *s, survive="block", block="address"),
            staged.field("city", "city", *s, survive="block", block="address"),
            staged.field("notes", "long_text", *s, survive="append"),
        ),
    )  # fmt: skip


def deduped(run: Run, kisi: dict[str, Any], books: dict[str, Any], **survivor: str) -> dict[str, Any]:
    decision = DuplicateDecision(
        "contacts", ("books:2", "kisi:1"), "merge", "ayse", "2025-03-14", "same", survivor=tuple(survivor.items())
    )
    assert write_duplicate(run.decisions, decision) == []
    staged.mapped(run, people(), "kisi", kisi)
    staged.mapped(run, people(), "books", books)
    plan = staged.plan(people())
    link(plan, run)
    dedupe(plan, run)
    (row,) = staged.read(run, "dedupe", "contacts", "merged").to_dicts()
    return row


def rules(run: Run) -> dict[str, tuple[int | None, str]]:
    lines = staged.read(run, "dedupe", "contacts", "survivors")
    return {line["field"]: (line["__node"], line["rule"]) for line in lines.to_dicts()}


def test_without_a_choice_the_rules_decide(run: Run) -> None:
    row = deduped(run, KISI, BOOKS)
    assert (row["last_name"], row["phone"], row["street"], row["city"]) == ("Yılmaz", "+902", "Cad. 1", "Bursa")
    assert staged.read(run, "dedupe", "contacts", "clusters")["state"].to_list() == ["held", "held"], "two birth dates"


def test_a_chosen_record_gives_the_field_and_the_loser_is_kept(run: Run) -> None:
    row = deduped(run, KISI, BOOKS, phone="kisi:1", last_name="books:2", birth_date="kisi:1")
    assert (row["last_name"], row["phone"], row["more_phones"], row["birth_date"]) == (
        "Yilmaz", "+901", '["+902"]', "1980-01-01",
    )  # fmt: skip
    told = rules(run)
    assert told["phone"][1].startswith("decision M-") and told["phone"][0] == 1, "books is node 0"
    assert told["street"] == (1, "block address")
    assert staged.read(run, "dedupe", "contacts", "clusters")["state"].to_list() == ["merged", "merged"]


def test_a_field_of_a_block_stands_for_the_whole_block(run: Run) -> None:
    row = deduped(run, KISI, BOOKS | {"street": None}, city="books:2")
    assert (row["street"], row["city"]) == (None, "İzmir"), "never street A with city B"


def test_a_choice_never_takes_an_empty_cell_nor_weakens_consent_nor_drops_notes(run: Run) -> None:
    row = deduped(
        run, KISI | {"phone": None, "consent": "withdrawn"}, BOOKS | {"consent": "granted"},
        phone="kisi:1", consent="books:2", notes="books:2",
    )  # fmt: skip
    assert (row["phone"], row["consent"]) == ("+902", "withdrawn")
    assert "a" in row["notes"] and "b" in row["notes"]


def test_a_stale_decision_chooses_nothing(run: Run) -> None:
    decision = DuplicateDecision(
        "contacts",
        ("books:2", "kisi:1"),
        "merge",
        "ayse",
        "2025-03-14",
        "same",
        "00ff",
        survivor=(("phone", "kisi:1"),),
    )
    assert write_duplicate(run.decisions, decision) == []
    staged.mapped(run, people(), "kisi", KISI)
    staged.mapped(run, people(), "books", BOOKS)
    plan = staged.plan(people())
    link(plan, run)
    dedupe(plan, run)
    assert len(staged.read(run, "dedupe", "contacts", "merged")) == 2
    assert staged.read(run, "dedupe", "contacts", "pairs").filter(pl.col("outcome") == "review").height == 1


@pytest.mark.parametrize(
    ("survivor", "told"),
    [("[x]", "must name a record"), ("{phone: 'k:9'}", "none of the members")],
)
def test_a_wrong_survivor_is_a_finding(tmp_path: Path, survivor: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(
        f'duplicates:\n- {{object: c, members: ["k:1", "k:2"], decision: merge, who: a, when: 1, why: b,'
        f" survivor: {survivor}}}\n"
    )
    (finding,) = read_duplicates(tmp_path)[1]
    assert told in finding.message


def _decision(*members: str, word: str = "merge", id: str = "", who: str = "ayse") -> DuplicateDecision:
    return DuplicateDecision("contacts", members, word, who, "2025-03-14", "seen", "", id)  # type: ignore[arg-type]


def test_several_decisions_are_written_all_or_none(tmp_path: Path) -> None:
    lines = [_decision("k:1", "k:2"), _decision("k:2", "k:3"), _decision("k:1", "k:3", word="apart")]
    (finding,) = write_duplicates(tmp_path, lines)
    assert finding.code == "decision_conflict" and not list(tmp_path.iterdir())
    assert write_duplicates(tmp_path, lines[:2]) == []
    assert len(read_duplicates(tmp_path)[0]) == 2


def test_what_else_stands_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "duplicates.yaml"
    path.write_text(
        "# ours\ndecisions:\n- {id: D-1, text: no faxes}\nduplicates:\n"
        "# father and son\n- {object: c, members: ['k:1', 'k:2'], decision: apart, who: a, when: 2025-01-01, why: b}\n"
    )
    assert write_duplicates(tmp_path, [_decision("k:5", "k:6")]) == []
    text = path.read_text()
    assert "# ours" in text and "no faxes" in text and "# father and son" in text
    assert [d.members for d in read_duplicates(tmp_path)[0]] == [("k:1", "k:2"), ("k:5", "k:6")]


def test_an_unreadable_entry_of_the_file_is_never_dropped(tmp_path: Path) -> None:
    path = tmp_path / "duplicates.yaml"
    path.write_text("duplicates:\n- {object: c, members: ['k:1']}\n")
    assert write_duplicates(tmp_path, [_decision("k:5", "k:6")])[0].code == "decision_invalid"
    assert "k:1" in path.read_text() and "k:5" not in path.read_text()
    path.write_text("- {id: D-1}\n")
    assert write_duplicates(tmp_path, [_decision("k:5", "k:6")])[0].code == "decision_invalid"


def test_the_same_decisions_twice_leave_the_file_as_it_is(tmp_path: Path) -> None:
    assert write_duplicates(tmp_path, [_decision("k:1", "k:2")]) == []
    before = (tmp_path / "duplicates.yaml").read_bytes()
    later = DuplicateDecision("contacts", ("k:2", "k:1"), "merge", "ayse", "2026-01-01", "seen")
    assert write_duplicates(tmp_path, [later]) == []
    assert (tmp_path / "duplicates.yaml").read_bytes() == before


def test_a_new_answer_to_a_question_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    assert write_duplicates(tmp_path, [_decision("k:1", "k:2", "k:3", id="Q-1.1")]) == []
    split = [_decision("k:1", "k:2", id="Q-1.1"), _decision("k:1", "k:3", word="apart", id="Q-1.2")]
    assert write_duplicates(tmp_path, split)[0].code == "decision_conflict"
    assert write_duplicates(tmp_path, split, answered={"Q-1"}) == []
    assert [(d.id, d.decision) for d in read_duplicates(tmp_path)[0]] == [("Q-1.1", "merge"), ("Q-1.2", "apart")]
