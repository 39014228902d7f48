"""`evidence.lock` is merged by people: every damage is told with its line, and how to renew the file."""

import json
from pathlib import Path

import pytest

from crm_migrate.errors import UsageError
from crm_migrate.workspace.evidence import read_evidence, write_evidence

FACTS = {"firms": {"Date": {"order": "DMY"}, "Fax": {"region": "TR"}}}


def lock(folder: Path) -> Path:
    write_evidence(folder / "evidence.lock", FACTS)
    return folder / "evidence.lock"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert read_evidence(tmp_path / "evidence.lock") == {}
    path = lock(tmp_path)
    assert read_evidence(path) == FACTS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_evidence(path) == FACTS, "a Windows editor changes nothing of what it says"


@pytest.mark.parametrize(
    "before, after, said",
    [
        ('"order": "DMY"', '<<<<<<< HEAD\n"order": "DMY"\n=======\n"order": "MDY"\n>>>>>>> x', "merge conflict"),
        ('"DMY"', "1", "line 5, says for columns.firms.Date.order what is no text"),
        ('"DMY"', "null", "no text"),
        ('"DMY"', "true", "no text"),
        ('"DMY"', '["DMY"]', "no text"),
        ('"DMY"', '"DMY', "line 5, cannot be read"),
        ('{\n        "order": "DMY"\n      }', '"DMY"', "line 4, should list facts in columns.firms.Date"),
        ('"Fax"', '"Date"', 'line 7, says "Date" twice'),
        ('"crm_migrate": 1', '"crm_migrate": 2', "version 1"),
        ('"crm_migrate": 1', '"crm_migrate": true', "version 1"),
        ('"crm_migrate": 1', '"crm_migrate": 1, "more": {}', "'more'"),
        ('"columns"', '"Columns"', "not of ours"),
        ("TR", "\udcff", "no UTF-8"),
    ],
)
def test_a_change_that_is_not_ours_is_told_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = lock(tmp_path)
    text = path.read_text("utf-8")
    assert before in text
    path.write_bytes(text.replace(before, after).encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as refused:
        read_evidence(path)
    assert said in refused.value.message and refused.value.message.startswith("evidence.lock")
    assert "remove it" in refused.value.hint


@pytest.mark.parametrize("text", ["", " \n", "[]", "1", "null", "{}", "{", "[" * 100_000, "no JSON"])
def test_what_is_no_such_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "evidence.lock").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"evidence\.lock"):
        read_evidence(tmp_path / "evidence.lock")


def test_a_file_that_is_cut_anywhere_is_told(tmp_path: Path) -> None:
    path = lock(tmp_path)
    whole = path.read_text("utf-8")
    for length in range(len(whole.rstrip())):
        path.write_text(whole[:length], "utf-8")
        with pytest.raises(UsageError):
            read_evidence(path)


def test_a_folder_of_that_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence.lock").mkdir()
    with pytest.raises(UsageError, match="folder"):
        read_evidence(tmp_path / "evidence.lock")


def test_a_renewed_file_says_the_same(tmp_path: Path) -> None:
    path = lock(tmp_path)
    path.unlink()
    write_evidence(path, FACTS)
    assert json.loads(path.read_text("utf-8"))["columns"] == FACTS
