"""A bit flips, or a file is cut: whoever reads it says so by name, and a new run needs nothing of it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from faults.small_project import Small

from crm_migrate.errors import DamagedFile
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.stages.load.sending import answers
from crm_migrate.workspace import parts
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import Ledger, checked
from crm_migrate.workspace.sealing import read_sealed


@pytest.fixture
def loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Small:
    """A project that was loaded once."""
    small = Small.make(tmp_path / "p", capsys)
    code, said = small.run()
    assert code == 0, said[-2000:]
    return small


def flip(path: Path, place: float = 0.5) -> None:
    """Turn one bit of the byte that lies at this share of the file."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)


def cut(path: Path, share: float) -> None:
    """Leave only this share of the file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def open_door(path: Path) -> object:
    """Read a file of ours as the program reads its kind."""
    if "answers" in path.parts:  # the ledger has their digests
        run, (object_name, _, kind) = Run(path.parents[4], path.parents[4].name), path.parts[-4:-1]
        with Ledger(path.parents[6] / "ledger.db") as ledger:
            return list(answers.files(run, ledger.lines(run.id), object_name, [kind]))
    if path.suffix == ".parquet":
        return parts.paths(path.parent)
    if path.name == parts.MANIFEST:
        return parts.read_manifest(path.parent)
    if path.name == "plan.json" and path.parent.parent.name == "runs":
        return read_plan(Run(path.parent, path.parent.name))
    return read_sealed(path)


def harms(path: Path) -> Iterator[bytes]:
    """The file with a bit turned at some places, and cut to some lengths; never as it is."""
    data = path.read_bytes()
    for place in (0, len(data) // 3, len(data) // 2, len(data) - 2):
        changed = bytearray(data)
        changed[place] ^= 1
        yield bytes(changed)
    yield from (data[:length] for length in (0, 1, len(data) // 2, len(data) - 1))


def test_every_file_of_a_run_and_of_its_target_is_refused_by_name_when_it_is_changed_or_cut(loaded: Small) -> None:
    files = loaded.ours()
    assert len(files) > 100
    silent = []
    for path in files:
        whole = path.read_bytes()
        open_door(path)
        for harmed in harms(path):
            path.write_bytes(harmed)
            parts._proven.clear()
            try:
                open_door(path)
                if path.suffix == ".parquet" or read_anyway(harmed) != read_anyway(whole):
                    silent.append((path, len(harmed)))
            except DamagedFile as error:
                assert path.name in error.message and ".crm-migrate/" in error.message and error.hint
        path.write_bytes(whole)
    assert not silent


def read_anyway(data: bytes) -> object:
    """What the JSON says: blanks between its words may change."""
    import json

    return json.loads(data)


def test_a_changed_part_of_an_earlier_run_is_not_taken_over(loaded: Small) -> None:
    (records,) = (loaded.folder / ".crm-migrate" / "runs").glob("*/map/contacts/people/records/00000.parquet")
    table = pq.read_table(records)
    place = table.column_names.index("last_name")
    wrong = table.set_column(place, "last_name", [["Demir", "Kaya", "Su", "XXX"]])
    pq.write_table(wrong, records)

    code, said = loaded.run()

    assert code == 0, said[-2000:]
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Su"]


def test_a_new_run_needs_nothing_of_runs_whose_files_are_all_cut(loaded: Small) -> None:
    for path in loaded.ours():
        if "runs" in path.parts:
            cut(path, 0.4)
    (loaded.folder / "people.csv").write_text(
        (loaded.folder / "people.csv").read_text("utf-8") + "5,Neu,n@bora.example,2\n", "utf-8"
    )

    code, said = loaded.resume()
    assert code == 3 and "run.json" in said and "next:  crm-migrate run" in said

    code, said = loaded.run()
    assert code == 0, said[-2000:]
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Neu", "Su"]
    code, said = loaded.call("runs", str(loaded.folder))
    assert code == 0 and "warning:" in said and "run.json" in said


def test_a_changed_crosswalk_stops_the_plan_and_removing_it_is_the_way_on(loaded: Small) -> None:
    (part,) = (loaded.folder / ".crm-migrate" / "targets").glob("*/crosswalk/contacts/*.parquet")
    flip(part)

    code, said = loaded.run()
    assert code == 3 and part.name in said and "remove that folder" in said

    for file in part.parent.iterdir():
        file.unlink()
    code, said = loaded.run()
    assert code == 0, said[-2000:]
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Su"]


def test_a_changed_plan_of_a_load_never_reaches_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = Small.make(tmp_path / "p", capsys)
    assert small.run("--until", "plan")[0] == 0
    (entities,) = (small.folder / ".crm-migrate" / "runs").glob("*/load/contacts/entities/*.parquet")
    flip(entities)

    code, said = small.resume()

    assert code == 3 and entities.name in said
    assert not (small.folder / "crm.db").exists() or small.names() == []


def test_a_load_that_was_stopped_and_whose_run_is_damaged_is_told_and_goes_on_in_a_new_run(loaded: Small) -> None:
    """As after a kill between the last batch and the memory of the load: the ledger does not say `published`."""
    with sqlite3.connect(loaded.folder / ".crm-migrate" / "ledger.db") as ledger:
        ledger.execute("DROP TRIGGER entries_remain")
        ledger.execute("DELETE FROM entries WHERE kind = 'published'")
    for path in loaded.ours():
        if "targets" in path.parts:
            path.unlink()
        else:
            cut(path, 0.4)

    code, said = loaded.run()

    assert code == 0, said[-2000:]
    assert "run_damaged" in said
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Su"]


def test_a_changed_ledger_is_named_with_the_way_on(loaded: Small) -> None:
    path = loaded.folder / ".crm-migrate" / "ledger.db"
    with sqlite3.connect(path) as ledger:
        ledger.execute("DROP TRIGGER entries_stay")
        ledger.execute("UPDATE entries SET body = replace(body, '0', '1') WHERE seq = 2")

    code, said = loaded.run()
    assert code == 3 and "ledger.db" in said and "move it away" in said

    for file in path.parent.glob("ledger.db*"):
        file.rename(file.with_name(f"old-{file.name}"))
    code, said = loaded.run()
    assert code == 0, said[-2000:]
    assert loaded.names() == ["Demir", "Kaya", "Lee", "Su"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 4000])
def test_what_is_no_ledger_any_more_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"ledger\.db (cannot be read|is empty)"):
        checked(path)


def test_a_table_whose_manifest_is_gone_is_no_empty_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = Small.make(tmp_path / "p", capsys)
    assert small.call("plan", str(small.folder), "--env", "local")[0] == 0
    (run,) = (small.folder / ".crm-migrate" / "runs").glob("*/run.json")
    (run.parent / "link" / "contacts" / "nodes" / "manifest.json").unlink()

    code, said = small.resume()

    assert code == 3 and "link/contacts/nodes/manifest.json is gone" in said, said
    assert small.run()[0] == 0
    assert small.names() == ["Demir", "Kaya", "Lee", "Su"]
