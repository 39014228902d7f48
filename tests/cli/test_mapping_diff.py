"""`mapping diff`: what a changed mapping changes in the records is told, all of it and nothing else."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from erased_people import GONE, make_project

from crm_migrate.cli import main
from crm_migrate.trying.diff import MappingDiff
from crm_migrate.workspace.parts import paths

MAPPING = """\
crm_migrate: 1
project: {name: Roth, locale: en}
sources:
  firms: {file: firms.csv, key: No}
  people: {file: people.csv, key: Id}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  state: {file: refs/states.csv, unmapped: hold}
objects:
  accounts:
    from: {firms: {where: "Kind != 'test'", because: D-1}}
    fields:
      name: {firms: Name, required: true}
      city: Town
  contacts:
    from: people
    fields:
      first_name: First
      last_name: Last
      email: Mail | email
      job_title: State | map(state)
      company: {people: Firm, ref: accounts.firms, missing: hold, parent_excluded: exclude}
    match:
      - {rule: same mailbox, same: [email], do: merge}
"""
FIRMS = "No,Name,Town,Kind\n1,Roth Ltd,Bonn,real\n2,Ida GmbH,Kiel,real\n3,Testudo AG,Bonn,real\n4,Try Ltd,Bonn,test\n"
PEOPLE = """\
Id,First,Last,Mail,State,Firm
10,Ida,Roth,ida@roth.example,a,1
11,Ida,Roth,ida@roth.example,a,1
12,Ole,Lund,ole@lund.example,b,2
13,Eva,Berg,eva@berg.example,a,3
14,Tom,Test,tom@test.example,a,4
15,Ann,Holm,ann@holm.example,x,2
"""
STATES = "from,to\na,Active\nb,Busy\n"
DECISIONS = "decisions:\n  - {id: D-1, who: Ida, when: 2025-01-01, text: no test firms}\n"
Counts = dict[str, int]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "p"
    for name, text in {
        "crm-migrate.yaml": MAPPING, "firms.csv": FIRMS, "people.csv": PEOPLE, "refs/states.csv": STATES,
        "decisions/decisions.yaml": DECISIONS,
    }.items():  # fmt: skip
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    return made


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Another mapping beside the first."""
    text = MAPPING
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    return folder / "new.yaml"


def left_with(*arguments: object) -> object:
    try:
        main([str(each) for each in arguments])
    except SystemExit as left:
        return left.code
    return 0


def diff(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> MappingDiff:
    capsys.readouterr()
    assert left_with("mapping", "diff", *arguments, "--json") == code
    found = MappingDiff.model_validate_json(capsys.readouterr().out)
    for each in found.objects:
        adds_up(each)
    return found


def adds_up(each: Any) -> None:
    """The counts lead from the old result to the new one, records and rows alike."""
    assert each.before + each.added + each.split - each.removed - each.merged == each.after, each
    rows = Counter(each.states_before)
    for move in each.moves:
        rows[move.before] -= move.rows
        rows[move.after] += move.rows
    del rows[""]
    assert +rows == Counter(each.states_after), each


def counts(each: Any) -> Counts:
    names = ("added", "removed", "merged", "split", "changed", "regrouped", "touched")
    return {name: getattr(each, name) for name in names if getattr(each, name)}


def completed(mapping: Path, scratch: Path) -> dict[str, int]:
    """How many records are ready, by a run of the mapping in a copy of its project."""
    shutil.copytree(mapping.parent, scratch)
    assert left_with("run", scratch / mapping.name, "--until", "complete") == 0
    tables = (scratch / ".crm-migrate" / "runs").glob("*/complete/*/entities")
    frames = {table.parent.name: pl.read_parquet(paths(table)) for table in tables}
    return {name: frame.filter(pl.col("__state") == "ready").height for name, frame in frames.items()}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


def test_a_mapping_changes_nothing_of_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(folder)
    found = diff(capsys, folder, folder, "--limit", "0", "--max-changed", "0")

    assert {each.object: (each.before, each.after, each.touched) for each in found.objects} == {
        "accounts": (3, 3, 0), "contacts": (3, 3, 0),
    }  # fmt: skip
    assert not any(each.fields or each.moves or each.groups for each in found.objects)
    assert (found.lines, found.files, found.rows) == ((), (), 10)
    assert tree(folder) == before, "nothing is left in the project"


def test_a_change_of_a_cell_is_told_with_its_values(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(folder, ("city: Town", "city: Town | upper"), ("last_name: Last", "last_name: Last | upper"))
    found = {each.object: each for each in diff(capsys, folder, new).objects}

    assert counts(found["accounts"]) == {"changed": 3, "touched": 3}
    (city,) = found["accounts"].fields
    assert (city.field, city.cells) == ("city", 3)
    assert [(s.before, s.after, s.records) for s in city.samples] == [("Bonn", "BONN", 2), ("Kiel", "KIEL", 1)]
    (last,) = found["contacts"].fields
    assert last.cells == 3
    assert {s.record for s in last.samples} == {"people:10", "people:12", "people:13"}
    told = json.dumps([s.model_dump() for s in last.samples])
    assert "Lund" not in told and "LUND" not in told, "personal values are masked"


def test_a_filter_takes_away_and_its_children_follow(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed(folder, ("Kind != 'test'", "not contains(Name, 'Test') and Kind != 'test'"))
    found = {each.object: each for each in diff(capsys, folder, new).objects}

    assert counts(found["accounts"]) == {"removed": 1, "touched": 1}
    assert found["accounts"].gone == ("firms:3",)
    assert counts(found["contacts"]) == {"removed": 1, "touched": 1}
    (move,) = found["contacts"].moves
    assert (move.before, move.after, move.after_code, move.records) == (
        "ready", "excluded", "parent_excluded", ("people:13",),
    )  # fmt: skip
    assert {name: each.after for name, each in found.items()} == completed(new, tmp_path / "copy")


def test_a_rule_that_goes_splits_records(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(folder, ("same: [email], do: merge", "same: [email, first_name, last_name], do: review"))
    contacts = next(each for each in diff(capsys, folder, new).objects if each.object == "contacts")

    assert counts(contacts) == {"split": 1, "regrouped": 1, "touched": 2}
    assert [(group.before, group.after) for group in contacts.groups] == [(("people:10",), ("people:10", "people:11"))]
    back = next(each for each in diff(capsys, new, folder).objects if each.object == "contacts")
    assert counts(back) == {"merged": 1, "regrouped": 1, "touched": 2}


@pytest.mark.sweep("links that become one are no change of a run either (tests/cli/test_links_run.py)")
def test_links_that_go_with_a_merged_record_are_no_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Merging companies moves their people along; that is told once, by the companies."""
    (folder / "firms.csv").write_text(FIRMS.replace("Ida GmbH,Kiel", "Roth Ltd,Kiel"), encoding="utf-8")
    rule = "      city: Town\n    match:\n      - {rule: same name, same: [name], do: merge}\n"
    new = changed(folder, ("      city: Town\n", rule))
    found = {each.object: each for each in diff(capsys, folder, new).objects}

    assert counts(found["accounts"]) == {"merged": 1, "regrouped": 1, "touched": 2}
    assert counts(found["contacts"]) == {}


def test_rows_that_wait_may_come_and_others_wait_otherwise(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(folder, ("unmapped: hold", "unmapped: keep"), ("missing: hold", "missing: clear"))
    contacts = next(each for each in diff(capsys, folder, new).objects if each.object == "contacts")

    assert counts(contacts) == {"added": 1, "touched": 1}
    assert contacts.new == ("people:15",)
    rejecting = changed(folder, ("unmapped: hold", "unmapped: reject"))
    contacts = next(each for each in diff(capsys, folder, rejecting).objects if each.object == "contacts")
    assert counts(contacts) == {"touched": 1}, "a row that is no record on either side counts as well"
    (move,) = contacts.moves
    assert (move.before, move.after, move.rows) == ("held", "rejected", 1)


def test_what_changes_no_record_is_told_as_a_line_of_the_mapping(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed(folder, ("city: Town", "city: {firms: Town, to: place}"))
    found = diff(capsys, folder, new, "--max-changed", "0")

    assert found.touched == 0
    assert [(line.place, line.before, line.after) for line in found.lines] == [
        ("objects.accounts.fields.city.target", '"city"', '"place"')
    ]
    assert left_with("mapping", "diff", folder, new) == 0
    assert capsys.readouterr().out.startswith("Nothing changes")


def test_a_source_that_is_read_otherwise_keeps_its_records(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other file has its rows in another order, one more and one less: records are known by their keys."""
    lines = PEOPLE.splitlines()
    other = "\n".join([lines[0], lines[5], lines[4], lines[3], lines[2], lines[1], "16,Kai,Wolf,kai@wolf.example,b,1"])
    (folder / "later.csv").write_text(other + "\n", encoding="utf-8")
    found = diff(capsys, folder, changed(folder, ("people.csv", "later.csv")))

    assert found.read_otherwise == ("people",)
    contacts = next(each for each in found.objects if each.object == "contacts")
    assert counts(contacts) == {"added": 1, "touched": 2}
    assert contacts.new == ("people:16",)
    assert {(move.before, move.after, move.rows) for move in contacts.moves} == {("", "ready", 1), ("held", "", 1)}


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (("--limit", "contacts=100%"), 0),
        (("--limit", "contacts=3"), 0),
        (("--limit", "contacts=2"), 1),
        (("--limit", "99%"), 1),
        (("--limit", "contacts.last_name=0", "--limit", "contacts.email=0"), 1),
        (("--limit", "contacts.email=0"), 0),
        (("--max-changed", "2"), 1),
        (("--limit", "contact=1%"), 2),
        (("--limit", "contacts=many"), 2),
    ],
)
def test_limits_decide_the_exit_code(
    folder: Path, limits: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed(folder, ("last_name: Last", "last_name: Last | upper"))

    assert left_with("mapping", "diff", folder, new, "--markdown", *limits) == code
    assert ("Limit exceeded" in capsys.readouterr().out) == (code == 1)


def test_a_project_alone_is_compared_with_its_last_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("mapping", "diff", folder) == 2, "there is no run yet"
    assert left_with("run", folder) in (0, 1)
    mapping = folder / "crm-migrate.yaml"
    mapping.write_text(MAPPING.replace("city: Town", "city: Town | upper"), encoding="utf-8")
    before = tree(folder)
    found = diff(capsys, folder)

    assert found.old.startswith("run 00001-")
    assert {each.object: counts(each) for each in found.objects} == {
        "accounts": {"changed": 3, "touched": 3}, "contacts": {},
    }  # fmt: skip
    assert tree(folder) == before, "nothing is written into the runs"


def test_a_revision_of_git_has_its_own_tables_and_decisions(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    someone = ["-c", "user.name=Ida", "-c", "user.email=ida@roth.example"]
    (folder / ".gitignore").write_text("*.csv\n!refs/*.csv\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "a project without its exports"]):
        subprocess.run(["git", *someone, *command], cwd=tmp_path, check=True)
    (folder / "refs" / "states.csv").write_text(STATES.replace("Active", "At work"), encoding="utf-8")
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("D-1", "D-2"), encoding="utf-8")
    (folder / "decisions" / "decisions.yaml").write_text(DECISIONS.replace("D-1", "D-2"), encoding="utf-8")
    before = tree(folder)

    found = diff(capsys, "HEAD:p/crm-migrate.yaml")
    assert found.old == "HEAD:p/crm-migrate.yaml"
    contacts = next(each for each in found.objects if each.object == "contacts")
    assert [(field.field, field.cells) for field in contacts.fields] == [("job_title", 2)]
    assert found.files == ("decisions/decisions.yaml", "refs/states.csv")
    assert tree(folder) == before

    monkeypatch.chdir(folder)
    assert diff(capsys, "HEAD:./crm-migrate.yaml", "crm-migrate.yaml").objects == found.objects
    assert left_with("mapping", "diff", "nowhere:./crm-migrate.yaml") == 2
    assert "git: " in capsys.readouterr().err


def test_a_mapping_that_is_wrong_is_told_by_its_side(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(folder, ("city: Town", "city: Town | uper"))

    assert left_with("mapping", "diff", folder, new) == 2
    told = capsys.readouterr().err
    assert "error[step_unknown]" in told
    assert f"error: {new}: the mapping has 1 error" in told


def test_a_pattern_that_goes_everywhere_finds_no_copy_of_ours(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files of a revision are laid down inside the project while it is compared."""
    mapping = folder / "crm-migrate.yaml"
    mapping.write_text(MAPPING.replace("file: people.csv", "file: '**/people.csv'"), encoding="utf-8")
    someone = ["-c", "user.name=Ida", "-c", "user.email=ida@roth.example"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "with its exports"]):
        subprocess.run(["git", *someone, *command], cwd=tmp_path, check=True)

    found = diff(capsys, "HEAD:p/crm-migrate.yaml")
    assert (found.rows, found.touched) == (10, 0)


@pytest.mark.sweep("test_erase_run.py searches what runs write")
def test_who_asked_to_be_erased_is_in_nothing_that_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    erasing = make_project(tmp_path)
    mapping = (erasing / "crm-migrate.yaml").read_text(encoding="utf-8")
    (erasing / "before.yaml").write_text(re.sub(r"(?m)^privacy:\n(?:  .*\n)+", "", mapping), encoding="utf-8")

    assert diff(capsys, erasing, erasing, "--reveal").touched == 0
    capsys.readouterr()
    for line in (("diff", erasing / "before.yaml", erasing), ("excluded", erasing)):
        assert left_with("mapping", *line, "--reveal", "--json") == 0
        told = capsys.readouterr().out
        assert not [word for word in GONE if word.lower() in told.lower()]


def test_a_source_that_is_joined_with_another_is_read_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    joined = changed(
        folder,
        (
            "people: {file: people.csv, key: Id}",
            "people: {file: people.csv, key: Id, join: {f: {source: firms, by: {Firm: No}}}}",
        ),
        ("last_name: Last", "last_name: f.Name"),
    )

    assert diff(capsys, joined, joined).touched == 0
    found = diff(capsys, folder, joined)
    assert found.read_otherwise == ("people",)
    assert {each.object: counts(each) for each in found.objects} == {
        "accounts": {}, "contacts": {"changed": 3, "touched": 3},
    }  # fmt: skip


def test_markdown_speaks_the_project_s_language(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(folder, ("locale: en", "locale: tr"), ("city: Town", "city: Town | upper"))

    assert left_with("mapping", "diff", folder, new, "--markdown") == 0
    turkish = capsys.readouterr().out
    assert turkish.startswith("## 6 kayıttan 3 tanesi başka çıkıyor")
    assert "| city | 3 |" in turkish
