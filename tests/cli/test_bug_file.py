"""A bug of ours leaves a trace in the project that only this user can read and that holds nobody's values."""

import stat
import sys
from pathlib import Path

import pytest

from crm_migrate import cli
from crm_migrate.cli.bug_file import write_bug_file


def _fail(*_: object, **__: object) -> None:
    try:
        int("Ayşe Yılmaz 5551234")
    except ValueError as error:
        raise RuntimeError("cannot take ayse@yilmaz.example") from error


def test_the_trace_lies_in_the_project_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".crm-migrate").mkdir()
    monkeypatch.setattr(cli.cli, "main", _fail)
    with pytest.raises(SystemExit) as left:
        cli.main(["run", str(tmp_path)])
    assert left.value.code == 70
    [file] = (tmp_path / ".crm-migrate").glob("bug-*.txt")
    assert str(file) in capsys.readouterr().err
    text = file.read_text(encoding="utf-8")
    assert "_fail" in text
    assert "ValueError" in text
    assert "RuntimeError: xxxxxx xxxx xxxx@xxxxxx.xxxxxxx" in text
    assert not any(word in text.replace('int("Ayşe Yılmaz 5551234")', "").replace("ayse@yilmaz.example\")", "")
                   for word in ("Ayşe", "5551234", "yilmaz"))  # fmt: skip
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_project_it_is_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = write_bug_file(ValueError("x"), ["run", "nowhere"])
    assert file.exists()
    file.unlink()
