"""A format of files is one line of a table."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR, formats
from crm_migrate_files.format import Format
from crm_migrate_files.formats import TEXT


def _signed(name: str, head: bytes) -> None:
    if not head.startswith(b"#LINES\n"):
        raise InputError(f"{name}: is no file of lines")


LINES = Format(
    "a file of lines", "call it .lines", frozenset({".lines"}), b"#LINES", _signed, TEXT.reader, TEXT.options
)


def columns(path: Path) -> tuple[str, ...]:
    return CONNECTOR.source(SourceSpec("s", files=(SourceFile(path),), header_row=2)).describe().columns


def test_a_new_format_is_known_by_its_ending_and_its_first_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "FORMATS", (LINES, *formats.FORMATS))
    files = {"a.LINES": "#LINES\nid,name\n1,A\n", "b.lines": "id,name\n1,A\n", "c.csv": "#LINES\nid\n1\n"}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    assert columns(tmp_path / "a.LINES") == ("id", "name")
    with pytest.raises(InputError, match=r"b\.lines: is no file of lines"):
        columns(tmp_path / "b.lines")
    with pytest.raises(InputError, match=r"c\.csv: is a file of lines, not text") as refused:
        columns(tmp_path / "c.csv")
    assert refused.value.hint == "call it .lines"


def test_a_row_of_the_header_where_there_is_no_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n', "utf-8")
    with pytest.raises(InputError, match=r"`header_row: 2` says nothing about a\.jsonl"):
        columns(tmp_path / "a.jsonl")


def test_endings_and_first_bytes_belong_to_one_format_each() -> None:
    suffixes = [suffix for each in formats.FORMATS for suffix in each.suffixes]
    assert len(suffixes) == len(set(suffixes)) and not formats.OTHER_SUFFIXES & set(suffixes)


@pytest.mark.parametrize(
    ("suffix", "words"),
    [("xlsx", {"delimiter": ";"}), ("xlsx", {"encoding": "cp1254"}), ("xlsx", {"short_rows": "fill"}),
     ("csv", {"sheet": "Kunden"})],
)  # fmt: skip
def test_a_word_that_says_nothing_about_the_file_is_refused(tmp_path: Path, suffix: str, words: dict[str, Any]) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append(["1", "Ann"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_text("id;name\n1;Ann\n", "utf-8")
    (word,) = words
    with pytest.raises(InputError, match=f"`{word}: .*` says nothing about a.{suffix}"):
        CONNECTOR.source(SourceSpec("s", files=(SourceFile(tmp_path / f"a.{suffix}"),), **words))
    both = tuple(SourceFile(tmp_path / name) for name in ("a.csv", "a.xlsx"))
    assert CONNECTOR.source(SourceSpec("s", files=both, **words)), "of several files one reads it"
