"""Kill -9 at random moments of a whole run, of the process group and of the parent alone; resume; compare the target.

Short form in `make test`; `make soak` does 60 of them per target. The target of every run that was killed and resumed
must hold exactly what the target of an uninterrupted run holds, and a run after that must change nothing.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

KILLS = 60
COMMAND = [sys.executable, "-m", "crm_migrate"]


@dataclass(frozen=True)
class Place:
    """A project folder and the database that its environment loads."""

    folder: Path
    environment: str
    url: str

    @property
    def begun(self) -> bool:
        return any((self.folder / ".crm-migrate" / "runs").glob("*/run.json"))

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        group = {"process_group": 0} if os.name == "posix" else {}
        environment = {**os.environ, "PYTHONHASHSEED": "0", "CRM_UAT_URL": self.url}
        return subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, **group
        )

    def run(self) -> tuple[str, ...]:
        return ("run", str(self.folder), "--env", self.environment, "--workers", "2")

    def resume(self) -> tuple[str, ...]:
        return ("resume", str(self.folder)) if self.begun else self.run()

    def finish(self, *arguments: str) -> None:
        process = self.spawn(*arguments)
        output = process.communicate(timeout=240)[0].decode()
        assert process.returncode in (0, 1), output

    def content(self) -> dict[str, list[str]]:
        """The rows of every table of the CRM by our key, without the ids that the database assigned."""
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            names = sorted(sa.inspect(engine).get_table_names())
            tables = {n: sa.Table(n, sa.MetaData(), autoload_with=engine, resolve_fks=False) for n in names}
            ours = {n: t for n, t in tables.items() if "crm_migrate_id" in t.c}
            keys = {
                n: {row.id: row.crm_migrate_id for row in connection.execute(sa.select(t.c.id, t.c.crm_migrate_id))}
                for n, t in ours.items()
            }
            return {n: sorted(self._row(t, row, keys) for row in connection.execute(sa.select(t)).mappings())
                    for n, t in ours.items()}  # fmt: skip

    @staticmethod
    def _row(table: sa.Table, row: sa.RowMapping, keys: dict[str, dict[int, str]]) -> str:
        points = {c.name: next(iter(c.foreign_keys)).target_fullname.split(".")[-2] for c in table.c if c.foreign_keys}
        return repr([
            keys[points[name]].get(value) if name in points else str(value)
            for name, value in sorted(row.items()) if name != "id"
        ])  # fmt: skip


def sqlite(folder: Path) -> Place:
    return Place(folder, "sql", f"sqlite:///{(folder / 'crm.db').as_posix()}")


def postgresql(folder: Path) -> Place:
    """A database of its own for every project."""
    server = sa.make_url(os.environ["CRM_MIGRATE_TEST_POSTGRESQL"])
    name = f"kill_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return Place(folder, "uat", server.set(database=name).render_as_string(hide_password=False))


KINDS = {"sqlite": sqlite, "postgresql": postgresql}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo project that was never run."""
    folder = tmp_path_factory.mktemp("template") / "demo"
    process = subprocess.run([*COMMAND, "demo", str(folder)], capture_output=True, check=False)
    assert process.returncode in (0, 1), process.stdout + process.stderr
    for leftover in ("crm.db", "evidence.lock"):
        (folder / leftover).unlink(missing_ok=True)
    shutil.rmtree(folder / ".crm-migrate")
    return folder


def kill(process: subprocess.Popen[bytes], *, whole_group: bool) -> None:
    """SIGKILL for the parent alone, whose workers must then die by themselves, or for the whole group."""
    with suppress(ProcessLookupError):  # it may end by itself at this very moment
        if whole_group and os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()


@pytest.mark.slow
@pytest.mark.sweep("tests/exactly_once kills runs at every seam; here a whole company")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_killed_and_resumed_is_the_same_as_never_killed(kind: str, template: Path, tmp_path: Path) -> None:
    if kind == "postgresql" and "CRM_MIGRATE_TEST_POSTGRESQL" not in os.environ:
        assert not os.environ.get("CI"), "CI must have a PostgreSQL"
        pytest.skip("no PostgreSQL: scripts/postgres.py run -- pytest")
    straight = KINDS[kind](Path(shutil.copytree(template, tmp_path / "straight")))
    started = time.monotonic()
    straight.finish(*straight.run())
    seconds, expected = time.monotonic() - started, straight.content()
    chance = random.Random(20251121)
    done = 0
    while done < KILLS:
        place = KINDS[kind](Path(shutil.copytree(template, tmp_path / f"killed{done}")))
        arguments = place.run()
        for _ in range(min(5, KILLS - done)):
            process = place.spawn(*arguments)
            time.sleep(chance.uniform(0.1, seconds * 0.8))
            if process.poll() is None:
                done += 1
            kill(process, whole_group=chance.random() < 0.5)
            arguments = place.resume()
        place.finish(*place.resume())
        assert place.content() == expected, f"after {done} kills"
        place.finish(*place.run())
        assert place.content() == expected, f"a run after {done} kills"
        shutil.rmtree(place.folder)
