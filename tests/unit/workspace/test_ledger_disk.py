"""Trouble of the disk under the ledger is the disk's trouble: not a damaged ledger, and no bug of ours."""

import errno
import sqlite3
from pathlib import Path

import pytest

from crm_migrate.cli import main
from crm_migrate.workspace import ledger


def raised(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code  # what SQLite sets
    return error


@pytest.mark.parametrize(
    "code, number",
    [
        (sqlite3.SQLITE_FULL, errno.ENOSPC),
        (sqlite3.SQLITE_READONLY, errno.EROFS),
        (sqlite3.SQLITE_CANTOPEN, errno.EACCES),
        (sqlite3.SQLITE_IOERR | 3 << 8, errno.EIO),
    ],
)
def test_sqlite_s_trouble_is_told_with_the_system_s_number(tmp_path: Path, code: int, number: int) -> None:
    with pytest.raises(OSError) as told, ledger.told(tmp_path / "ledger.db"):
        raise raised(code)
    assert (told.value.errno, Path(told.value.filename).name) == (number, "ledger.db")


def test_a_full_disk_under_the_ledger_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crm-migrate.yaml").write_text("crm_migrate: 1\n", "utf-8")

    def start(*_arguments: object, **_options: object) -> None:
        with ledger.Ledger(tmp_path / "work" / "ledger.db") as opened:
            opened._connection.execute("PRAGMA max_page_count = 1")
            for _ in range(50):
                opened.note("x", {"text": "x" * 4000})

    monkeypatch.setattr("crm_migrate.pipeline.start", start)
    with pytest.raises(SystemExit) as left:
        main(["run", str(tmp_path)])
    said = capsys.readouterr().err
    assert left.value.code == 3
    assert "space" in said and "ledger.db" in said and "crm-migrate resume" in said and "backup" not in said
