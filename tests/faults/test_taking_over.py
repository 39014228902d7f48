"""A new run takes over what an earlier one made of the same, and makes anew what may have become something else."""

from pathlib import Path

import pytest
from faults.small_project import MAPPING, Small

from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import read_state, runs

PURE = ("link", "dedupe", "complete")
DECISION = """duplicates:
  - {object: contacts, members: ["people:1", "people:4"], decision: merge, who: ayse, when: 2026-01-05, why: one person}
"""


@pytest.fixture
def loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Small:
    """A project that was loaded once."""
    small = Small.make(tmp_path / "p", capsys)
    code, said = small.run()
    assert code == 0, said[-2000:]
    return small


def taken_over(small: Small, expected_code: int = 0) -> list[str]:
    """The stages whose tables the next run takes from an earlier one."""
    code, said = small.run()
    assert code == expected_code, said[-2000:]
    return list(read_state(runs(small_project(small))[-1]).taken_from)


def small_project(small: Small) -> Project:
    """The project of the folder."""
    return Project(small.folder, small.folder / "crm-migrate.yaml")


def test_what_nothing_changed_is_taken_over_byte_by_byte(loaded: Small) -> None:
    assert taken_over(loaded) == list(PURE)

    first, second = runs(small_project(loaded))
    assert read_state(first).tables == read_state(second).tables
    made, taken = [{file.relative_to(run.folder): file.read_bytes() for file in tables(run)} for run in (first, second)]
    assert len(made) > 20 and made == taken


def tables(run: Run) -> list[Path]:
    """The files of the tables of the pure stages."""
    return [file for stage in PURE for file in sorted(run.table(stage).rglob("*.parquet"))]


def test_another_row_is_linked_merged_and_completed_anew(loaded: Small) -> None:
    with (loaded.folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("5,Neu,n@bora.example,2\n")

    assert taken_over(loaded) == []
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Neu", "Su"]


def test_a_decision_is_acted_on(loaded: Small) -> None:
    (loaded.folder / "decisions").mkdir(exist_ok=True)
    (loaded.folder / "decisions" / "duplicates.yaml").write_text(DECISION, "utf-8")

    assert "dedupe" not in taken_over(loaded, expected_code=1)


def test_another_mapping_is_another_key(loaded: Small) -> None:
    text = MAPPING.replace("      email: mail\n", "      email: mail\n      phone: id\n")
    (loaded.folder / "crm-migrate.yaml").write_text(text, "utf-8")

    assert taken_over(loaded) == []


def test_a_harmed_table_is_made_again(loaded: Small) -> None:
    (entities,) = (loaded.folder / ".crm-migrate" / "runs").glob("*/complete/contacts/entities/*.parquet")
    data = bytearray(entities.read_bytes())
    data[len(data) // 2] ^= 1
    entities.write_bytes(data)

    assert taken_over(loaded) == ["link", "dedupe"]
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Su"]


def test_a_table_that_is_gone_is_made_again(loaded: Small) -> None:
    (manifest,) = (loaded.folder / ".crm-migrate" / "runs").glob("*/dedupe/contacts/clusters/manifest.json")
    manifest.unlink()

    assert taken_over(loaded) == ["link", "complete"]


def test_another_program_takes_over_nothing(loaded: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate.workspace.taking_over.code_version", lambda: "another")

    assert taken_over(loaded) == []
