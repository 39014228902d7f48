"""Decisions are merged by people in git: whatever is no decision any more is told, and none is lost without a word."""

from pathlib import Path

import pytest

from crm_migrate.workspace.decisions import read_duplicates

GOOD = """\
duplicates:
  - {id: D-1, object: contacts, members: ["a:1", "a:2"], decision: merge, who: ayse, when: 2025-01-02, why: same}
"""


def read(folder: Path, text: str) -> tuple[int, list[str]]:
    (folder / "duplicates.yaml").write_text(text, "utf-8")
    decisions, findings = read_duplicates(folder)
    return len(decisions), [f"{f.place.line}: {f.message}" for f in findings]


def test_a_good_file_is_read_and_an_empty_one_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == (1, [])
    assert read(tmp_path, "") == (0, [])
    assert read(tmp_path, "duplicates:\n") == (0, [])


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("duplicates:", "<<<<<<< HEAD\nduplicates:", "2: "),
        ("duplicates:\n", "duplicates:\n=======\n", "3: "),
        ("duplicates:\n", "duplicates: {a: b}\nmore:\n", "is no list"),
        (GOOD, "word\n", "`duplicates:` with a list"),
        ("duplicates:\n", "", "`duplicates:` with a list"),
        ('["a:1", "a:2"]', '[{"a:1": x}, "a:2"]', "at least two records"),
        ('["a:1", "a:2"]', '"a:1"', "at least two records"),
        ("merge", "[merge]", "`decision` must be one text"),
        ("ayse", "{a: b}", "`who` must be one text"),
        ("merge", "marge", "`decision` must be one of"),
        ("why: same}", "why: same", "cannot be read"),
        ("why: same}", "why: same, ? [a, b] : c, wyh: d}", "a list stands where a word must stand"),
        ("why: same}", "why: same, ? {a: b} : c}", "unhashable key"),
        ("duplicates:", "duplicate:", "under `duplicate`, and are read under `duplicates` only"),
        ("duplicates:", "duplicates: []\nmore:", "under `more`, and are read under `duplicates` only"),
    ],
)
def test_what_is_no_decision_any_more_is_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in GOOD
    count, told = read(tmp_path, GOOD.replace(before, after))
    assert count == 0
    assert said in told[0], told


def test_the_ending_of_a_file_is_read_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "A.YAML").write_text(GOOD, "utf-8")
    (tmp_path / "b.yml").write_text(GOOD.replace("a:2", "a:3").replace("D-1", "D-2"), "utf-8-sig")
    decisions, findings = read_duplicates(tmp_path)
    assert [d.id for d in decisions] == ["D-1", "D-2"]
    assert findings == []


def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = GOOD.partition("\n")[2].replace("D-1", "D-2").replace("merge", "marge")
    count, told = read(tmp_path, f"# what people said\n{GOOD}\n{wrong}")
    assert count == 1
    assert [said.partition(":")[0] for said in told] == ["5"]
