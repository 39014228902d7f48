"""Files that rows name: found below their folder and nowhere else, read once, and never through a link or a pipe."""

import hashlib
import os
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.disk.plain_tree import PlainTree

unix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = tmp_path / "old" / "files"
    (files / "sub").mkdir(parents=True)
    (files / "a.txt").write_bytes(b"hello")
    (files / "sub" / "c.pdf").write_bytes(b"%PDF-1.4 ...")
    (files / "tool.pdf").write_bytes(b"MZ...")
    (files / "empty.txt").write_bytes(b"")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return tmp_path


def test_a_file_has_its_size_digest_and_type(project: Path) -> None:
    found = PlainTree(project, "old/files").look("a.txt")
    assert (found.path, found.size, found.type, found.problem) == ("a.txt", 5, "text/plain", "")
    assert found.sha256 == hashlib.sha256(b"hello").hexdigest()


@pytest.mark.parametrize("name", ["sub/c.pdf", "sub\\c.pdf", "./sub//c.pdf", " sub/c.pdf "])
def test_slashes_of_either_kind_lead_to_a_file(project: Path, name: str) -> None:
    found = PlainTree(project, "old/files").look(name)
    assert (found.path, found.type, found.problem) == ("sub/c.pdf", "application/pdf", "")


def test_the_content_says_what_a_file_is_whatever_its_name(project: Path) -> None:
    found = PlainTree(project, "old/files").look("tool.pdf")
    assert (found.type, found.endings) == ("application/x-msdownload", {"pdf", "exe"})


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_composed_and_decomposed_letters_are_one_name(project: Path, written: str, asked: str) -> None:
    name = "Çağrı Özü.txt"
    (project / "old" / "files" / unicodedata.normalize(written, name)).write_bytes(b"x")
    found = PlainTree(project, "old/files").look(unicodedata.normalize(asked, name))
    assert (found.problem, found.size) == ("", 1)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none.txt", "file_missing"),
        ("sub/none.txt", "file_missing"),
        ("none/a.txt", "file_missing"),
        ("empty.txt", "file_empty"),
        ("sub", "file_special"),
        ("../../secret.txt", "file_outside"),
        ("sub/../../../secret.txt", "file_outside"),
        ("/etc/passwd", "file_outside"),
        ("C:\\Windows\\win.ini", "file_outside"),
        ("\\\\server\\share\\x", "file_outside"),
        ("a.txt\0.pdf", "file_outside"),
        (".", "file_outside"),
        ("x" * 5000, "file_missing"),
    ],
)
def test_what_cannot_be_taken_says_why(project: Path, name: str, problem: str) -> None:
    found = PlainTree(project, "old/files").look(name)
    assert found.problem == problem
    assert found.why


def test_a_name_that_differs_by_case_is_another_file_and_is_told(project: Path) -> None:
    if (project / "OLD").exists():
        pytest.skip("a file system that does not tell capitals from small letters")
    found = PlainTree(project, "old/files").look("A.TXT")
    assert (found.problem, found.why) == ("file_missing", "there is a.txt, which differs by case")


def test_a_file_that_is_too_large_is_not_read(project: Path) -> None:
    found = PlainTree(project, "old/files", largest=4).look("a.txt")
    assert (found.problem, found.size, found.sha256) == ("file_too_large", 5, "")
    assert PlainTree(project, "old/files", largest=5).look("a.txt").problem == ""


@unix
def test_no_link_is_followed_wherever_it_leads(project: Path) -> None:
    files = project / "old" / "files"
    (files / "out.txt").symlink_to(project / "secret.txt")
    (files / "in.txt").symlink_to(files / "a.txt")
    (files / "dead.txt").symlink_to(files / "nothing")
    (files / "folder").symlink_to(files / "sub")
    tree = PlainTree(project, "old/files")
    for name in ("out.txt", "in.txt", "dead.txt", "folder/c.pdf"):
        assert tree.look(name).problem == "file_link", name
    assert list(tree.files()) == ["a.txt", "empty.txt", "tool.pdf", "sub/c.pdf"]


@unix
def test_a_base_that_is_a_link_gives_nothing(project: Path) -> None:
    (project / "linked").symlink_to(project / "old" / "files")
    tree = PlainTree(project, "linked")
    assert tree.look("a.txt").problem == "file_link"
    assert list(tree.files()) == []


@unix
def test_nobody_waits_for_a_pipe(project: Path) -> None:
    os.mkfifo(project / "old" / "files" / "pipe")
    assert PlainTree(project, "old/files").look("pipe").problem == "file_special"


@unix
def test_a_file_that_nobody_may_read_is_told(project: Path) -> None:
    path = project / "old" / "files" / "a.txt"
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")
    assert PlainTree(project, "old/files").look("a.txt").problem == "file_unreadable"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.sampled_from("./\\aC:tx\0 sub"), max_size=20))
def test_no_name_leads_out_of_the_folder(project: Path, name: str) -> None:
    found = PlainTree(project, "old/files").look(name)
    assert found.sha256 in ("", hashlib.sha256(b"hello").hexdigest()), "only what lies there is read"
    assert found.problem or found.path == "a.txt"
