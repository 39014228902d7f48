"""What lies on disk is for its owner: folders, reports, and what happens where others had rights."""

import os
import stat
from pathlib import Path

import pytest

from crm_migrate.errors import UsageError
from crm_migrate.workspace import private
from crm_migrate.workspace.files import SHARED, write_file
from crm_migrate.workspace.private import private_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_others_could_enter_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work").chmod(0o777)
    private_folder(tmp_path / "work")
    assert mode(tmp_path / "work") == 0o700


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(private.os, "getuid", lambda: owner + 1)
    with pytest.raises(UsageError, match="belongs to another user"):
        private_folder(tmp_path)


def test_files_are_private_unless_people_keep_them_under_version_control(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_file(tmp_path / "report.html", b"x")
        write_file(tmp_path / "evidence.lock", b"x", SHARED)
    finally:
        os.umask(before)
    assert (mode(tmp_path / "report.html"), mode(tmp_path / "evidence.lock")) == (0o600, 0o644)


def test_a_leaving_of_a_killed_process_lends_no_rights(tmp_path: Path) -> None:
    leaving = tmp_path / f".report.html.{os.getpid()}.tmp"
    leaving.write_bytes(b"old")
    leaving.chmod(0o666)
    write_file(tmp_path / "report.html", b"x")
    assert mode(tmp_path / "report.html") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
