"""A run of another version of ours is told as such, with what can be done with it, and never as damaged; what was
changed is damaged whoever wrote it.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults.small_project import Small

from crm_migrate.errors import DamagedFile, OtherVersion
from crm_migrate.mapping.frozen import read_plan, read_plan_to_go_on
from crm_migrate.stages.extract import read_facts
from crm_migrate.stages.load import read_plan as read_load_plan
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import read_manifest
from crm_migrate.workspace.sealing import read_sealed, write_sealed
from crm_migrate.workspace.state import read_state

THEIRS = "crm-migrate 9.8.7 (build 01234567)"


def run_of(small: Small) -> Run:
    """Its only run."""
    (folder,) = (small.folder / ".crm-migrate" / "runs").glob("*/")
    return Run(folder, folder.name)


def as_of_another_version(run: Run, change: Callable[[dict[str, Any]], object]) -> None:
    """The plan as another program would have frozen it, and the run bound to it."""
    plan = json.loads(run.plan.read_bytes())
    change(plan)
    document = json.dumps(plan, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    run.plan.write_bytes(document)
    bound = hashlib.sha256(document).hexdigest()
    write_sealed(run.state, read_sealed(run.state) | {"plan_hash": bound, "made_by": THEIRS})


def without_an_option(plan: dict[str, Any]) -> None:
    """As before an option existed: this program adds its default when it reads."""
    del plan["time_zone"]


def with_a_word(plan: dict[str, Any]) -> None:
    """With a word that this program has not, or has no more."""
    plan["a_word_of_the_future"] = 1


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project lies that was loaded once, for copies."""
    return tmp_path_factory.mktemp("kept") / "p"


@pytest.fixture
def loaded(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Small:
    """A project that was loaded once."""
    if not kept.exists():
        code, said = Small.make(kept, capsys).run()
        assert code == 0, said[-2000:]
    return Small(Path(shutil.copytree(kept, tmp_path / "p")), capsys)


def test_a_run_names_the_program_that_began_it(loaded: Small) -> None:
    assert read_state(run_of(loaded)).made_by.startswith("crm-migrate 0.")


def test_a_plan_that_this_version_reads_with_a_default_more_is_looked_at_and_undone(loaded: Small) -> None:
    as_of_another_version(run_of(loaded), without_an_option)
    for verb in (("report", "--project"), ("explain", "contacts:1"), ("undo", "--apply")):
        code, said = loaded.call(*verb, str(loaded.folder))
        assert code == 0, (verb, said[-2000:])
    assert loaded.names() == []


def test_it_is_not_gone_on_with_and_the_refusal_says_whose_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    small = Small.make(tmp_path / "p", capsys)
    assert small.run("--until", "plan")[0] == 0
    as_of_another_version(run_of(small), without_an_option)

    code, said = small.resume()

    assert code == 3 and THEIRS in said and "damaged" not in said and "report and undo can read it" in said
    assert not (small.folder / "crm.db").exists() or small.names() == []
    code, said = small.run()
    assert code == 0, said[-2000:]


def test_a_plan_with_words_that_this_version_does_not_know_is_refused_by_name(loaded: Small) -> None:
    as_of_another_version(run_of(loaded), with_a_word)
    for verb in (("explain", "contacts:1"), ("undo",), ("resume",)):
        code, said = loaded.call(*verb, str(loaded.folder))
        assert code == 3 and THEIRS in said and "damaged" not in said and "does not know" in said, said
    code, said = loaded.call("report", "--project", str(loaded.folder))
    assert code == 0, said  # the figures stand for themselves
    code, said = loaded.run()
    assert code == 0, said[-2000:]


def test_a_stopped_load_of_another_version_is_told_and_goes_on_in_a_new_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a kill between the last batch and the memory of the load."""
    small = Small.make(tmp_path / "p", capsys)
    assert small.run("--until", "load")[0] == 0
    as_of_another_version(run_of(small), with_a_word)

    code, said = small.run()

    assert code == 0, said[-2000:]
    assert "run_of_another_version" in said and THEIRS in said and "run_damaged" not in said
    assert small.names() == ["Demir", "Kaya", "Lee", "Su"]


@pytest.mark.parametrize("change", [without_an_option, with_a_word])
def test_a_plan_that_was_changed_is_damaged_whoever_wrote_it(
    loaded: Small, change: Callable[[dict[str, Any]], object]
) -> None:
    run = run_of(loaded)
    as_of_another_version(run, change)
    run.plan.write_bytes(run.plan.read_bytes().replace(b"small", b"snall"))
    for read in (read_plan, read_plan_to_go_on):
        with pytest.raises(DamagedFile, match="digest does not fit"):
            read(run)


READERS: dict[str, tuple[Callable[[Run], Path], Callable[[Run], object]]] = {
    "state": (lambda run: run.state, read_state),
    "figures": (figures_path, read_figures),
    "plan of the load": (lambda run: run.table("load", "plan.json"), read_load_plan),
    "facts of a source": (
        lambda run: run.table("extract", "firms") / "facts.json",
        lambda run: read_facts(run, "firms"),
    ),
    "list of parts": (
        lambda run: run.table("map", "accounts", "firms", "records") / "manifest.json",
        lambda run: read_manifest(run.table("map", "accounts", "firms", "records")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
def test_a_file_in_the_shape_of_another_version_is_no_damaged_file(loaded: Small, kind: str) -> None:
    run, (place, read) = run_of(loaded), READERS[kind]
    read(run)
    said = read_sealed(place(run))
    first = next(key for key in said if key not in ("files", "tables", "renamed"))
    write_sealed(place(run), {f"old_{key}" if key == first else key: value for key, value in said.items()})
    with pytest.raises(OtherVersion, match=r"was written by .*, and this is crm-migrate 0") as told:
        read(run)
    assert place(run).name in told.value.message and "damaged" not in told.value.message + told.value.hint
