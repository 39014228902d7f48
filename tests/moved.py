"""The fictional dealer in a real server: two runs and an undo, what the server held after each, the planted truth."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from demo.finished_run import FinishedRun, lines_of

from crm_migrate.cli import main

TRUTH = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu" / "truth"
Record = dict[str, Any]


@dataclass
class Moved:
    """Two runs of one project, and the undo of the first; the server as it was before, and after each of them.

    `keys_of` says our keys in a record.
    """

    run: FinishedRun
    codes: tuple[object, object, object]
    states: tuple[list[Record], list[Record], list[Record], list[Record]]
    keys_of: Callable[[Record], list[str]]

    @cached_property
    def records(self) -> list[Record]:
        """What was loaded."""
        return [each for each in self.states[1] if self.keys_of(each)]

    @cached_property
    def by_key(self) -> dict[str, Record]:
        """Entity -> record."""
        return {key: each for each in self.records for key in self.keys_of(each)}

    def truth(self, object_name: str) -> dict[str, Record]:
        """True entity -> record, of those that were loaded."""
        here, found = self.run.entities(object_name), {}
        for line in lines_of(TRUTH / "fates.csv"):
            origin = line["file"], int(line["line"]), int(line["split"])
            if line["object"] == object_name and line["state"] != "enrichment" and origin in here:
                found[line["entity"]] = self.by_key[here[origin]]
        return found

    def parents(self, object_name: str, field: str) -> dict[str, int]:
        """True entity -> the id of its true parent."""
        children, parents = self.truth(object_name), self.truth("accounts")
        lines = [
            line for line in lines_of(TRUTH / "links.csv") if (line["object"], line["field"]) == (object_name, field)
        ]
        return {line["child"]: parents[line["parent"]]["id"] for line in lines if line["child"] in children}

    def values(self, object_name: str, field: str) -> dict[str, str]:
        """True entity -> its clean value."""
        records = self.truth(object_name)
        lines = [
            line for line in lines_of(TRUTH / "fields.csv") if (line["object"], line["field"]) == (object_name, field)
        ]
        return {line["entity"]: line["value"] for line in lines if line["entity"] in records}


def move(folder: Path, held: Callable[[], list[Record]], keys_of: Callable[[Record], list[str]]) -> Moved:
    """Run the project twice and undo the first run; `held` is what the server holds."""
    empty = held()
    first = left("run", folder)
    run = FinishedRun(folder)
    assert run.folder.exists()
    loaded = held()
    second = left("run", folder)
    after = held()
    undone = left("undo", folder, run.folder.name, "--apply")
    return Moved(run, (first, second, undone), (empty, loaded, after, held()), keys_of)


def left(*arguments: object) -> object:
    """The exit code of a command."""
    try:
        main([str(each) for each in arguments])
    except SystemExit as ended:
        return ended.code
    return 0
