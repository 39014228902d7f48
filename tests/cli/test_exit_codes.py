"""The process leaves with the documented exit codes: CI reads nothing else."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_migrate.cli import main
from crm_migrate.connecting.secrets import resolve_secret
from crm_migrate.errors import UsageError
from crm_migrate.workspace.decisions import read_duplicates

MAPPING = """\
crm_migrate: 1
sources:
  kontakte: {file: contacts.csv, key: ContactID}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: kontakte
    fields:
      first_name: Vorname
      email: E-Mail | %s
"""


def project(folder: Path, step: str = "email") -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING % step, encoding="utf-8")
    (folder / "contacts.csv").write_text("ContactID;Vorname;E-Mail\n1;Ida;ida@roth.example\n", encoding="utf-8")
    return folder


def left_with(*arguments: str) -> object:
    """The exit code of a command line; 0 where it simply returns."""
    try:
        main(list(arguments))
    except SystemExit as left:
        return left.code
    return 0


def test_a_mapping_that_checks_green_is_zero(tmp_path: Path) -> None:
    assert left_with("mapping", "check", str(project(tmp_path))) == 0


def test_a_wrong_mapping_is_two(tmp_path: Path) -> None:
    assert left_with("mapping", "check", str(project(tmp_path, "emial"))) == 2


@pytest.mark.parametrize("arguments", [("foo",), ("run", "--foo"), ("explain",), ()])
def test_wrong_usage_is_two(arguments: tuple[str, ...]) -> None:
    assert left_with(*arguments) == 2


def test_an_example_that_comes_out_otherwise_is_one(tmp_path: Path) -> None:
    mapping = project(tmp_path) / "crm-migrate.yaml"
    example = "{name: no, given: {kontakte: {ContactID: '1', Vorname: Ida}}, expect: {contacts: {first_name: Eda}}}"
    mapping.write_text(mapping.read_text(encoding="utf-8") + f"examples:\n  - {example}\n", encoding="utf-8")
    assert left_with("mapping", "test", str(tmp_path)) == 1


def test_a_url_that_is_none_is_said_before_anything_is_read_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A slip in a url may leave its password in the open."""
    mapping = project(tmp_path) / "crm-migrate.yaml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("sqlite:///crm.db", "env:SHOP_CRM"), encoding="utf-8"
    )
    assert left_with("run", str(tmp_path)) == 2
    monkeypatch.setenv("SHOP_CRM", "postgres//loader:hunter2@crm.example/crm")
    assert left_with("run", str(tmp_path)) == 2
    told = "".join(capfd.readouterr())
    assert "hunter2" not in told
    assert "bug of ours" not in told
    assert "extract" not in told


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_a_target_that_does_not_answer_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], verb: str
) -> None:
    mapping = project(tmp_path) / "crm-migrate.yaml"
    text = mapping.read_text(encoding="utf-8").replace("sqlite:///crm.db", "env:SHOP_CRM")
    mapping.write_text(text, encoding="utf-8")
    with socket.socket() as taken:  # bound and not listening: nobody answers there, and nobody else takes the port
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SHOP_CRM", f"postgresql://loader@127.0.0.1:{taken.getsockname()[1]}/crm")
        assert left_with(verb, str(tmp_path)) == 4
    assert "bug of ours" not in "".join(capfd.readouterr())
    assert not list(tmp_path.rglob("extract"))


HOLD = """
import sys, time
from pathlib import Path
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.opening import open_target
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock, target_lock
folder, what = Path(sys.argv[1]), sys.argv[2]
project = Project(folder, folder / "crm-migrate.yaml")
held = project_lock(project) if what == "project" else target_lock(open_target(resolve(project)[0], project).identity())
with held:
    print("held", flush=True)
    time.sleep(120)
"""


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("project", 2, "another crm-migrate is working in"),
        ("target", 4, "another crm-migrate is loading this target"),
    ],
)
def test_a_target_is_not_prepared_while_another_process_works_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str, code: int, words: str
) -> None:
    folder = project(tmp_path)
    command = [sys.executable, "-c", HOLD, str(folder), what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            assert left_with("target", "prepare", str(folder)) == code
        finally:
            holder.kill()
    assert words in capfd.readouterr().err
    assert left_with("target", "prepare", str(folder)) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no ? in names")
def test_a_folder_may_be_called_anything(tmp_path: Path) -> None:
    """Question marks and per cents mean something in a url."""
    folder = tmp_path / "Işık 100 % ?mode=ro"
    folder.mkdir()
    assert left_with("run", str(project(folder))) == 0
    assert (folder / "crm.db").is_file()


def test_a_file_that_is_not_there_is_three_at_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project(tmp_path) / "contacts.csv").unlink()
    assert left_with("mapping", "check", str(tmp_path)) == 3
    assert "no file matches `contacts.csv`" in capsys.readouterr().out


def test_a_wrong_delimiter_is_one_error_at_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = project(tmp_path) / "crm-migrate.yaml"
    text = mapping.read_text(encoding="utf-8").replace("contacts.csv,", 'contacts.csv, delimiter: ",",')
    mapping.write_text(text, encoding="utf-8")
    assert left_with("mapping", "check", str(tmp_path)) == 3
    told = capsys.readouterr()
    assert told.out.count("error[") == 1
    assert "did you mean the semicolon?" in told.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("refs/map.csv", "value_maps: {stage: {file: refs/map.csv}}"),
        ("refs/owners.csv", "owners: {from: refs/owners.csv}"),
    ],
)
def test_a_pipe_a_device_or_a_folder_beside_the_mapping_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, words: str, make: Callable[[Path], None]
) -> None:
    mapping = project(tmp_path) / "crm-migrate.yaml"
    (tmp_path / "refs").mkdir()
    make(tmp_path / file)
    mapping.write_text(mapping.read_text(encoding="utf-8") + words + "\n", encoding="utf-8")
    assert left_with("mapping", "check", str(tmp_path)) == 2
    assert "is no plain file" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_as_secret_or_decisions_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "secret")
    with pytest.raises(UsageError, match="cannot be read"):
        resolve_secret("file:secret", tmp_path)
    (tmp_path / "decisions").mkdir()
    os.mkfifo(tmp_path / "decisions" / "duplicates.yaml")
    _, findings = read_duplicates(tmp_path / "decisions")
    assert "is no plain file" in findings[0].message


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "is empty"),
        (b"\r\n", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        ("hush\n".encode("utf-16"), "cannot be read"),
        ("hush\n".encode("utf-16-le"), "holds NUL"),
        ("ş".encode("cp1254"), "cannot be read"),
        (b"x" * (1 << 17), "cannot be read"),
    ],
)
def test_a_damaged_secret_is_told_and_never_used(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(UsageError, match=said) as refused:
        resolve_secret("file:secret", tmp_path)
    assert "hush" not in str(refused.value)


def test_a_secret_is_the_text_without_the_marks_of_windows(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xef\xbb\xbfhush hush\r\n")
    assert resolve_secret("file:secret", tmp_path) == "hush hush"
