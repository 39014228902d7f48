"""Kill -9 at random moments of a whole run, of the process group and of the parent alone; resume; compare the target.

Short form in `make test`; `make soak` does 60 of them. The target of every run that was killed and resumed must hold
exactly what the target of an uninterrupted run holds, and a run after that must write nothing.
"""

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS_SHORT = 4
KILLS_SOAK = 60
COMMAND = [sys.executable, "-m", "crm_migrate"]
ENVIRONMENT = {**os.environ, "PYTHONHASHSEED": "0"}


def spawn(*arguments: str) -> subprocess.Popen[bytes]:
    group = {"process_group": 0} if os.name == "posix" else {}
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT, **group
    )


def finish(*arguments: str) -> str:
    process = spawn(*arguments)
    output = process.communicate(timeout=240)[0].decode()
    assert process.returncode in (0, 1), output
    return output


def digest(database: Path) -> str:
    """The content of every table of the CRM by our key, without ids that the database assigned."""
    out = hashlib.sha256()
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as connection:
        tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        keys: dict[str, dict[int, str]] = {}
        for table in tables:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            if "crm_migrate_id" in columns:
                keys[table] = dict(connection.execute(f'SELECT id, crm_migrate_id FROM "{table}"'))
        for table in keys:
            foreign = {row[3]: row[2] for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[1] != "id"]
            rows = []
            for row in connection.execute(f'SELECT {", ".join(chr(34) + c + chr(34) for c in columns)} FROM "{table}"'):
                named = dict(zip(columns, row, strict=True))
                rows.append(repr([keys[foreign[c]].get(v) if c in foreign else v for c, v in named.items()]))
            out.update(f"{table}{len(rows)}{sorted(rows)}".encode())
    return out.hexdigest()


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """A demo project, its digest after an uninterrupted run, and how long that took."""
    folder = tmp_path_factory.mktemp("straight") / "demo"
    started = time.monotonic()
    finish("demo", str(folder))
    return folder, digest(folder / "crm.db"), time.monotonic() - started


def fresh_copy(template: Path, folder: Path) -> Path:
    """The project as it was before its first run."""
    ignore = shutil.ignore_patterns(".crm-migrate", "crm.db*", "evidence.lock")
    shutil.copytree(template, folder, ignore=ignore)
    finish("target", "prepare", str(folder))
    return folder


def test_killed_and_resumed_is_the_same_as_never_killed(
    straight: tuple[Path, str, float], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    template, expected, seconds = straight
    kills = KILLS_SOAK if request.config.getoption("--soak") else KILLS_SHORT
    random_ = random.Random(20251121)
    done = attempt = 0
    while done < kills:
        folder = fresh_copy(template, tmp_path / f"killed{attempt}")
        attempt += 1
        verb = ("run", str(folder), "--workers", "2")
        while done < kills:
            process = spawn(*verb)
            time.sleep(random_.uniform(0.2, seconds))
            if process.poll() is not None:
                break
            whole_group = os.name == "posix" and random_.random() < 0.5
            if whole_group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.communicate()
            done += 1
            verb = ("resume", str(folder)) if list((folder / ".crm-migrate" / "runs").glob("*/run.json")) else verb
        if list((folder / ".crm-migrate" / "runs").glob("*/run.json")):
            finish("resume", str(folder))
        else:
            finish("run", str(folder))

        assert digest(folder / "crm.db") == expected, f"after {done} kills, attempt {attempt}"
        before = (folder / "crm.db").read_bytes()
        finish("run", str(folder))
        assert digest(folder / "crm.db") == expected
        assert len(before) == (folder / "crm.db").stat().st_size
        shutil.rmtree(folder)
