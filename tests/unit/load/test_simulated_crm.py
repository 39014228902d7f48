"""Exactly once into a simulated CRM behind a real socket, whatever strikes the writes: counted by its witness."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from simulated import KEY, Wire
from unsteady import COMPANIES, COMPANY, PEOPLE, PERSON, RENAMED, Rows

from crm_migrate.connecting.contract import ENTITY, Target, TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import CrmMigrateError, Interrupted
from crm_migrate.stages.load.sending import Kind, Sender, cut
from crm_migrate.stages.load.sending.answers import files
from crm_migrate.stages.load.sending.clock import WallClock
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import Ledger
from crm_migrate_rest.settings import read_settings
from crm_migrate_rest.target import RestTarget
from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule
from crm_migrate_simulators.rest import SIMULATOR
from crm_migrate_simulators.server import Server

SCHEMA = {"objects": {"company": {"fields": {}}, "person": {"fields": {}}}}
ROWS = 5
OPTIONS = {
    "client_id": "crm-migrate", "client_secret": "not-a-secret", "longest_seconds": "0.3", "settle_seconds": "0.3",
}  # fmt: skip
# Where a kind's own figure would take long, or be over before anybody looks.
# What hides a record may do so for no longer than the CRM says (`settle_seconds`): of more than that nobody can know.
FIGURES = {"hang_before": 1.2, "hang_after": 1.2, "dripping": 0.05, "late_commit": 0.2, "settling": 0.3,
           "gzip_bomb": 70, "flickering": 0.2, "parent_locked": 0.1}  # fmt: skip
WRITING = [name for name, kind in KINDS.items() if kind.scope != "read"]
LOADED = {
    row[ENTITY]: {KEY if name == ENTITY else name: text.removeprefix("company-of-") for name, text in row.items()}
    for row in (*COMPANIES, *RENAMED, *PEOPLE)
}


class Days(Waiting):
    """The machine's clock, on which a day passes when somebody says so: for the loader and for the connector."""

    passed = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.passed


class LoaderDays(WallClock):
    """The same clock as the loader asks it."""

    def __init__(self, days: Days) -> None:
        self.days = days

    def now(self) -> datetime:
        return self.days.now()


class Migration:
    """Companies, people of theirs, and companies that change: into a CRM that is struck, in as many starts as needed"""

    def __init__(self, folder: Path, server: Server) -> None:
        self.run, self.path, self.server, self.told = Run(folder, "r1"), folder / "ledger.db", server, Wire(server.url)
        self.clock, self.ends = Days(), list[CrmMigrateError]()

    def target(self) -> Target:
        """A new connection."""
        return RestTarget(read_settings({"url": self.server.url, **OPTIONS}), self.clock)

    def go(self) -> None:
        """Send what is not known yet, as a new process would."""
        target = self.target()
        with Ledger(self.path) as ledger:
            lines = ledger.lines("r1")
            time = LoaderDays(self.clock)
            sender = Sender(
                "p", target.identity(), self.run, ledger, target, lines, lambda: False, lambda name, rows: None, time
            )
            self._send(sender, COMPANY, "create", COMPANIES)
            parts = files(self.run, ledger.lines("r1"), "company", ["create"])
            ids = {row[ENTITY]: row["target_id"] for part in parts for row in pq.read_table(part).to_pylist()}
            people = [{**row, "company": ids[LOADED[row[ENTITY]]["company"]] or "none"} for row in PEOPLE]
            self._send(sender, PERSON, "create", people)
            self._send(sender, COMPANY, "update", RENAMED)
        target.close()

    def _send(self, sender: Sender, object: TargetObject, kind: Kind, rows: Rows) -> None:
        pages = [pa.Table.from_pylist([dict(r) for r in rows[at : at + ROWS]]) for at in range(0, len(rows), ROWS)]
        sender.send(cut(self.run, object.name, object, kind, lambda: iter(pages)))

    def until_done(self, most: int = 12) -> None:
        """Start again whenever it ends before it is through."""
        for _ in range(most):
            try:
                self.go()
            except CrmMigrateError as error:
                self.ends.append(error)
                self.clock.passed += timedelta(hours=25) if isinstance(error, Interrupted) else timedelta(0)
            else:
                return
        raise AssertionError(f"it never ends: {self.ends}")

    def created(self) -> Counter[str]:
        """How often each key of ours was created, by the CRM's own log."""
        return Counter(str(each["key"]) for each in self.told.told("creations") if each["request"])

    def records(self) -> dict[str, dict[str, Any]]:
        """What is there, by our key; links by the keys of parents."""
        found = [each for name in ("company", "person") for each in self.told.told(f"records/{name}")]
        keys = {each["id"]: each["values"][KEY] for each in found}
        return {
            keys[each["id"]]: {n: keys[text] if n == "company" else text for n, text in each["values"].items()}
            for each in found
        }

    def refused(self) -> dict[str, str]:
        """Whose creation the ledger counts as refused. Nothing is open, and the ledger holds."""
        with Ledger(self.path) as ledger:
            lines = ledger.lines("r1")
            assert all(line.settled for line in lines.values())
            assert ledger.verify() == []
            return {
                k: words for name, line in lines.items() if "/create/" in name for k, words in line.rejected.items()
            }


def migration_into(server: Server, folder: Path, faults: str, seed: int = 0) -> Migration:
    """A migration that came to its end, into a CRM that is struck by faults once it is prepared."""
    migration = Migration(folder, server)
    migration.target().prepare((COMPANY, PERSON), apply=True)
    server.engine.schedule = Schedule(read_schedule(faults), seed)
    server.engine.log.count_anew()
    migration.until_done()
    return migration


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Callable[..., Migration]]:
    """Migrates into a CRM of its own."""
    servers: list[Server] = []

    def into(faults: str, seed: int = 0, **habits: str) -> Migration:
        servers.append(SIMULATOR.start(SCHEMA, habits=habits))
        return migration_into(servers[-1], tmp_path, faults, seed)

    yield into
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many requests it takes where nothing goes wrong."""
    server = SIMULATOR.start(SCHEMA)
    try:
        return len(migration_into(server, tmp_path_factory.mktemp("quiet"), "").told.told("requests"))
    finally:
        server.stop()


def struck(*names: str, when: str) -> str:
    """A schedule of these kinds."""
    figures = {name: f"({FIGURES[name]})" if name in FIGURES else "" for name in names}
    return ", ".join(f"{name}{figures[name]}{each}" for name in names for each in when.split())


@pytest.mark.cases(12)
@pytest.mark.parametrize("name", WRITING)
def test_no_fault_doubles_or_loses_a_record(migrated: Callable[..., Migration], undisturbed: int, name: str) -> None:
    migration = migrated(struck(name, when="@2 @6"))
    refused = migration.refused()
    assert any(each["fault"] == name for each in migration.told.told("requests")), "it never struck"
    created = migration.created()
    assert set(created.values()) == {1}, "doubled"
    assert len(migration.told.told("requests")) <= 1.6 * undisturbed
    if KINDS[name].family in ("people", "values") or name == "duplicate_rule":  # told apart by `validate`
        assert created.keys() | refused.keys() == LOADED.keys(), "lost without a word"
        assert not created.keys() & refused.keys(), "told as refused, and it is there"
    else:
        assert refused == {}
        assert migration.records() == LOADED


BAD_DAY = [
    name for name, kind in KINDS.items() if kind.family in ("refused", "doubt", "answer", "read")
    and kind.scope != "read" and name not in ("duplicate_rule", "gzip_bomb", "hang_before", "hang_after", "dripping")
]  # fmt: skip


@pytest.mark.cases(2)
@pytest.mark.parametrize("habits", [{}, {"atomic": "yes"}, {"atomic": "yes", "names_culprit": "no", "shuffled": "yes"},
                                    {"returns_ids": "no", "batch": "3"}], ids=str)  # fmt: skip
def test_a_bad_day_ends_as_a_good_one(migrated: Callable[..., Migration], habits: dict[str, str]) -> None:
    migration = migrated(struck(*BAD_DAY, when=":0.016"), seed=3, **habits)
    assert migration.refused() == {}
    assert migration.created() == Counter(LOADED.keys())
    assert migration.records() == LOADED
    assert sum(bool(each["fault"]) for each in migration.told.told("requests")) >= 3, "the schedule brought too few"
